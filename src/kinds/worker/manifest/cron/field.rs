//! One field of a cron expression: which values it takes, by number or name, in lists, ranges and steps.

use std::collections::BTreeSet;

use super::fault::Fault;

/// Values of a field.
pub(super) type Set = BTreeSet<u8>;

/// What a field is.
pub(super) struct Field {
    noun: &'static str,
    first: u8,
    last: u8,
    /// Names of its values, from the first one on.
    names: &'static [&'static str],
    help: &'static str,
}

pub(super) const MINUTE: Field = Field {
    noun: "minute",
    first: 0,
    last: 59,
    names: &[],
    help: "minutes are 0 to 59; `*`, `5,35`, `0-30` and `*/15` stand for several",
};
pub(super) const HOUR: Field = Field {
    noun: "hour",
    first: 0,
    last: 23,
    names: &[],
    help: "hours are 0 to 23 in UTC; `*`, `8,20`, `8-17` and `*/6` stand for several",
};
pub(super) const DAY: Field = Field {
    noun: "day of the month",
    first: 1,
    last: 31,
    names: &[],
    help: "days are 1 to 31; alone also `L` for the last one, `LW` for the last working day, `15W` for the one nearest to 15",
};
pub(super) const MONTH: Field = Field {
    noun: "month",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    help: "months are 1 to 12, or JAN to DEC",
};
pub(super) const WEEKDAY: Field = Field {
    noun: "weekday",
    first: 1,
    last: 7,
    names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    help: "1 is Sunday and 7 is Saturday, or SUN to SAT; `6L` is the last Friday, `FRI#2` the second",
};

impl Field {
    /// All of its values.
    pub(super) fn all(&self) -> Set {
        (self.first..=self.last).collect()
    }

    /// The values that a text stands for.
    ///
    /// # Errors
    /// The part of it that stands for none.
    pub(super) fn set(&self, text: &str) -> Result<Set, Fault> {
        let mut values = Set::new();
        for term in text.split(',') {
            values.extend(self.term(term)?);
        }
        Ok(values)
    }

    /// A value by its number or name.
    ///
    /// # Errors
    /// A text that is none.
    pub(super) fn value(&self, text: &str) -> Result<u8, Fault> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        let named = named.and_then(|at| u8::try_from(at).ok()).map(|at| self.first + at);
        named.or_else(|| number(text, self.first..=self.last)).ok_or_else(|| self.fault(text))
    }

    /// What is said of a text that is no value of it.
    pub(super) fn fault(&self, text: &str) -> Fault {
        Fault { problem: format!("`{text}` is no {}", self.noun), help: self.help.into() }
    }

    /// `*`, a value, or a range, each with a step or without; a range may go over the end, as `22-2` does.
    fn term(&self, text: &str) -> Result<Set, Fault> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => {
                (range, Some(number(step, 1..=self.last - self.first).ok_or_else(|| self.fault(text))?))
            }
            None => (text, None),
        };
        let (start, end) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((start, end)) => {
                let ends = self.value(start).and_then(|start| Ok((start, self.value(end)?)));
                ends.map_err(|_| self.fault(text))?
            }
            None => {
                let value = self.value(range).map_err(|_| self.fault(text))?;
                (value, if step.is_some() { self.last } else { value })
            }
        };
        let so_many = self.last - self.first + 1;
        let length = if end >= start { end - start } else { end + so_many - start };
        let places = (0..=length).step_by(usize::from(step.unwrap_or(1)));
        Ok(places.map(|place| (start - self.first + place) % so_many + self.first).collect())
    }
}

fn number(text: &str, within: std::ops::RangeInclusive<u8>) -> Option<u8> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_digits && within.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(field: &Field, text: &str) -> Vec<u8> {
        field.set(text).expect(text).into_iter().collect()
    }

    #[test]
    fn lists_ranges_and_steps_stand_for_their_values() {
        assert_eq!(values(&MINUTE, "5,35,0-2"), [0, 1, 2, 5, 35]);
        assert_eq!(values(&MINUTE, "*/20"), [0, 20, 40]);
        assert_eq!(values(&MINUTE, "10/20"), [10, 30, 50]);
        assert_eq!(values(&HOUR, "22-2"), [0, 1, 2, 22, 23]);
        assert_eq!(values(&HOUR, "22-4/2"), [0, 2, 4, 22]);
        assert_eq!(values(&MONTH, "nov-FEB"), [1, 2, 11, 12]);
        assert_eq!(values(&WEEKDAY, "FRI-MON"), [1, 2, 6, 7]);
    }
}
