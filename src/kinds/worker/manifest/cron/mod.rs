//! Cron expressions as Cloudflare reads them: five fields in UTC, weekdays from 1 for Sunday to 7, and its letters `L`, `W`
//! and `#`.
//!
//! No library that we may use reads just this. `croner` 4 refuses `L-3`, `0/5` and ranges over the end, and takes `3,L` and `?`;
//! `saffron`, which Cloudflare wrote, states no license and had no release since 2021.
//!
//! <https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions>

mod fault;
mod field;
mod zone;

use std::collections::BTreeSet;

use fault::Fault;
use field::{DAY, Field, HOUR, MINUTE, MONTH, Set, WEEKDAY};

pub(super) use zone::{InUtc, in_utc};

/// Short forms that other crons know, and what they stand for.
const MACROS: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * SUN"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// An expression that can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cron {
    /// Its five fields as they stand.
    texts: [String; 5],
    minutes: Set,
    hours: Set,
    /// Every day of every month, going by the day and the month alone.
    every_day: bool,
    weekdays: Weekdays,
}

/// The weekdays of an expression.
#[derive(Debug, PartialEq, Eq)]
enum Weekdays {
    Every,
    /// 1 is Sunday.
    These(BTreeSet<u8>),
    /// Counted within the month, as `FRI#2` and `6L` are.
    Counted,
}

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let texts: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let Ok(texts) = <[String; 5]>::try_from(texts) else { return Err(not_five(text)) };
        let [minute, hour, day, month, weekday] = &texts;
        let minutes = MINUTE.set(minute)?;
        let hours = HOUR.set(hour)?;
        let months = MONTH.set(month)?;
        let is_every_day = day == "*" || (!is_special_day(day) && DAY.set(day)? == DAY.all());
        let weekdays = weekdays(weekday)?;
        Ok(Self { every_day: is_every_day && months == MONTH.all(), minutes, hours, weekdays, texts })
    }

    /// Whether weekdays stand there by numbers, which other crons count from 0 for Sunday.
    pub(super) fn numbers_weekdays(&self) -> Option<&str> {
        let [.., weekday] = &self.texts;
        let days = weekday.split('#').next().unwrap_or_default();
        let is_step = |term: &str| term.starts_with('*');
        let has_number =
            |term: &str| term.split('/').next().unwrap_or_default().contains(|it: char| it.is_ascii_digit());
        days.split(',').any(|term| !is_step(term) && has_number(term)).then_some(weekday)
    }
}

/// The letters of the day of the month stand alone.
fn is_special_day(text: &str) -> bool {
    let is_within = |text: &str, most: u8| text.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number));
    let is_all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is = |text: &str, most: u8| is_all_digits(text) && is_within(text, most);
    match text.strip_prefix('L') {
        Some("" | "W") => true,
        Some(rest) => rest.strip_prefix('-').is_some_and(|rest| is(rest.strip_suffix('W').unwrap_or(rest), 30)),
        None => text.strip_suffix('W').is_some_and(|day| is(day, 31)),
    }
}

fn weekdays(text: &str) -> Result<Weekdays, Fault> {
    if text == "L" {
        return Ok(Weekdays::These(BTreeSet::from([7])));
    }
    let counted = |day: &str| WEEKDAY.value(day).map(|_| Weekdays::Counted);
    if let Some(day) = text.strip_suffix('L').filter(|day| !day.is_empty()) {
        return counted(day);
    }
    if let Some((day, count)) = text.split_once('#') {
        return match count {
            "1" | "2" | "3" | "4" | "5" => counted(day),
            _ => Err(WEEKDAY.fault(text)),
        };
    }
    let days = WEEKDAY.set(text)?;
    Ok(if days == WEEKDAY.all() { Weekdays::Every } else { Weekdays::These(days) })
}

fn not_five(text: &str) -> Fault {
    let lower = text.trim().to_ascii_lowercase();
    if let Some((name, means)) = MACROS.into_iter().find(|(name, _)| *name == lower) {
        return Fault { problem: format!("`{name}` is no schedule at Cloudflare"), help: format!("write `{means}`") };
    }
    let count = text.split_whitespace().count();
    let fields = if count == 1 { "field" } else { "fields" };
    let help = match count {
        6 | 7 => {
            "leave out seconds and years: a schedule has minute, hour, day, month and weekday, such as `*/5 * * * *`"
        }
        _ => "a schedule has minute, hour, day, month and weekday, such as `*/5 * * * *`",
    };
    Fault { problem: format!("it has {count} {fields} and needs 5"), help: help.into() }
}

/// The values of a field in as few words as possible.
fn shown(values: &Set, field: &Field) -> String {
    if *values == field.all() {
        return "*".into();
    }
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for value in values {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *value => *last = *value,
            _ => runs.push((*value, *value)),
        }
    }
    let run = |(first, last): (u8, u8)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    };
    runs.into_iter().map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::Cron;

    fn problem(text: &str) -> String {
        Cron::parse(text).expect_err(text).problem
    }

    #[test]
    fn what_cloudflare_documents_can_be_read() {
        let documented = [
            "* * * * *",
            "*/30 * * * *",
            "45 * * * *",
            "0 17 * * sun",
            "10 7 * * mon-fri",
            "0 15 1 * *",
            "0 18 * * 6L",
            "59 23 LW * *",
            "0 0 L * *",
            "0 0 15W * *",
            "0 0 L-3 * *",
            "0 0 L-3W * *",
            "0 0 * * FRI#2",
            "0 0 * * L",
            "0/5 22-2 1,15 JAN,JUL-SEP 2-6/2",
            "5,10-20/5 0 */3 11-2 *",
        ];
        for text in documented {
            assert!(Cron::parse(text).is_ok(), "{text}: {:?}", Cron::parse(text));
        }
    }

    #[test]
    fn what_no_field_takes_is_refused_with_the_field_that_it_stands_in() {
        let rows = [
            ("60 * * * *", "`60` is no minute"),
            ("*/60 * * * *", "`*/60` is no minute"),
            ("*/0 * * * *", "`*/0` is no minute"),
            ("0 24 * * *", "`24` is no hour"),
            ("0 0 0 * *", "`0` is no day of the month"),
            ("0 0 L-31 * *", "`L-31` is no day of the month"),
            ("0 0 3,L * *", "`L` is no day of the month"),
            ("0 0 * 13 *", "`13` is no month"),
            ("0 0 * MAYBE *", "`MAYBE` is no month"),
            ("0 0 * * 0", "`0` is no weekday"),
            ("0 0 * * 8", "`8` is no weekday"),
            ("0 0 * * FRI#6", "`FRI#6` is no weekday"),
            ("0 0 ? * *", "`?` is no day of the month"),
            ("1--2 * * * *", "`1--2` is no minute"),
            ("1/2/3 * * * *", "`1/2/3` is no minute"),
            ("+5 * * * *", "`+5` is no minute"),
            (", * * * *", "`` is no minute"),
        ];
        for (text, due) in rows {
            assert_eq!(problem(text), due, "{text}");
        }
    }

    #[test]
    fn an_expression_of_another_cron_is_told_how_cloudflare_writes_it() {
        let help = |text: &str| Cron::parse(text).expect_err(text).help;
        assert_eq!(problem("0 0 12 * * *"), "it has 6 fields and needs 5");
        assert!(help("0 0 12 * * *").starts_with("leave out seconds"), "{}", help("0 0 12 * * *"));
        assert_eq!(
            (problem("@daily").as_str(), help("@daily").as_str()),
            ("`@daily` is no schedule at Cloudflare", "write `0 0 * * *`")
        );
        assert_eq!(
            help("0 0 * * 0"),
            "1 is Sunday and 7 is Saturday, or SUN to SAT; `6L` is the last Friday, `FRI#2` the second"
        );
    }

    #[test]
    fn weekdays_by_number_are_noticed_and_steps_and_names_are_not() {
        let numbered = |weekday: &str| {
            Cron::parse(&format!("0 0 * * {weekday}")).expect("a schedule").numbers_weekdays().is_some()
        };
        assert!(numbered("1-5") && numbered("MON,3") && numbered("6L") && numbered("2#1"));
        assert!(!numbered("*") && !numbered("*/2") && !numbered("MON-FRI") && !numbered("L") && !numbered("FRI#2"));
    }
}
