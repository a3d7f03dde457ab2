//! What a bare scalar means: YAML 1.2, as `serde_yaml` reads it.

pub use serde_yaml::Number;

use super::tree::{Scalar, Style};

/// A scalar with its type.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// Empty, `~` or `null`.
    Null,
    /// `true` or `false`; `yes`, `no`, `on` and `off` are text.
    Bool(bool),
    /// A number; digits with a leading zero are text.
    Number(Number),
    /// Everything else, and everything in quotes or blocks.
    Text,
}

impl Scalar {
    /// What it means.
    pub fn meaning(&self) -> Meaning {
        if self.style != Style::Plain {
            return Meaning::Text;
        }
        match self.text.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Meaning::Null,
            "true" | "True" | "TRUE" => Meaning::Bool(true),
            "false" | "False" | "FALSE" => Meaning::Bool(false),
            text => number(text).map_or(Meaning::Text, Meaning::Number),
        }
    }
}

/// The number that a text writes out, if it does.
pub fn number(text: &str) -> Option<Number> {
    // No number needs more; keeps the cost of a long scalar at nothing.
    if text.len() > 64 {
        return None;
    }
    text.parse().ok().or_else(|| beyond_64_bits(text))
}

/// Long digits, such as a bare account id: a number to every reader of YAML, though `serde_yaml` keeps none of that size.
fn beyond_64_bits(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    is_number.then(|| text.parse::<f64>().ok()).flatten().map(Number::from)
}

/// The same number in a value; JSON has none for what is infinite or no number at all.
pub fn json(number: &Number) -> Option<serde_json::Number> {
    let whole = number.as_i64().map(Into::into).or_else(|| number.as_u64().map(Into::into));
    whole.or_else(|| number.as_f64().and_then(serde_json::Number::from_f64))
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Scalar, Style};

    fn plain(text: &str) -> Meaning {
        Scalar { text: text.into(), style: Style::Plain }.meaning()
    }

    /// INVARIANT: the event pass and `serde_yaml` agree on every bare scalar.
    #[test]
    fn agrees_with_serde_yaml() {
        let texts = [
            "",
            "~",
            "null",
            "Null",
            "nULL",
            "true",
            "True",
            "tRUE",
            "false",
            "yes",
            "no",
            "on",
            "off",
            "y",
            "0",
            "1",
            "-1",
            "+1",
            "0123",
            "00",
            "0o17",
            "0x1F",
            "0b11",
            "1_000",
            "1e3",
            "1.5",
            ".5",
            "5.",
            ".inf",
            "-.inf",
            ".nan",
            "+.inf",
            "2024-09-23",
            "12:30",
            "1.2.3",
            "074755a78d8e8f77c119a90a125e8a06",
            "1e999",
            "-0",
            "--1",
        ];
        for text in texts {
            let expected = match serde_yaml::from_str(text).expect("a scalar") {
                serde_yaml::Value::Null => Meaning::Null,
                serde_yaml::Value::Bool(value) => Meaning::Bool(value),
                serde_yaml::Value::Number(number) => Meaning::Number(number),
                _ => Meaning::Text,
            };
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn long_digits_are_a_number() {
        assert!(matches!(plain("12345678901234567890123456789012"), Meaning::Number(_)));
        assert_eq!(plain("01234567890123456789012345678901"), Meaning::Text);
    }

    #[test]
    fn quotes_make_text() {
        let quoted = Scalar { text: "1000".into(), style: Style::DoubleQuoted };
        assert_eq!(quoted.meaning(), Meaning::Text);
    }
}
