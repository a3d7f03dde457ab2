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

/// The number that a text writes out, if it does: as `serde_yaml` takes it, whose own reader would bring 13 kB of tables
/// for fractions into what is downloaded.
pub fn number(text: &str) -> Option<Number> {
    // No number needs more; keeps the cost of a long scalar at nothing.
    if text.len() > 64 {
        return None;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_padded =
        unsigned.len() > 1 && unsigned.starts_with('0') && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if is_padded {
        return None;
    }
    whole(text, unsigned).or_else(|| fraction(text, unsigned))
}

/// A whole number of 64 bits, in any base.
fn whole(text: &str, unsigned: &str) -> Option<Number> {
    let bases = [("0x", 16), ("0o", 8), ("0b", 2)];
    let of_base = bases.iter().find_map(|(prefix, base)| Some((unsigned.strip_prefix(prefix)?, *base)));
    let (digits, base) = of_base.unwrap_or((unsigned, 10));
    if digits.starts_with(['-', '+']) {
        return None;
    }
    if text.starts_with('-') {
        return i64::from_str_radix(&format!("-{digits}"), base).ok().map(Number::from);
    }
    u64::from_str_radix(digits, base).ok().map(Number::from)
}

/// A number with a fraction or an exponent, or beyond 64 bits: a bare account id of digits is one to every reader of YAML.
fn fraction(text: &str, unsigned: &str) -> Option<Number> {
    let number = match unsigned {
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => f64::NEG_INFINITY,
        ".inf" | ".Inf" | ".INF" => f64::INFINITY,
        ".nan" | ".NaN" | ".NAN" if text == unsigned => f64::NAN,
        _ if unsigned.starts_with(['-', '+']) => return None,
        _ => text.parse().ok().filter(|number: &f64| number.is_finite())?,
    };
    Some(number.into())
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
            "+-1",
            "-0x1F",
            "-0o17",
            "-0b11",
            "+0x1F",
            "0x-1",
            "-0x+1",
            "0x",
            "0b12",
            "-",
            "+",
            ".",
            "1.",
            "1e",
            "1e+3",
            "-1.5E-3",
            "inf",
            "nan",
            "-.nan",
            "+.nan",
            "-0.0",
            "00.5",
            "18446744073709551615",
            "-9223372036854775808",
        ];
        for text in texts {
            agree(text);
        }
    }

    proptest::proptest! {
        #[test]
        fn agrees_on_all_that_looks_like_a_number(text in "[-+]?(0[xob])?[-+.0-9eEfF_]{0,12}") {
            agree(&text);
        }
    }

    fn agree(text: &str) {
        let expected = match serde_yaml::from_str(text) {
            Ok(serde_yaml::Value::Null) => Meaning::Null,
            Ok(serde_yaml::Value::Bool(value)) => Meaning::Bool(value),
            Ok(serde_yaml::Value::Number(number)) => Meaning::Number(number),
            Ok(serde_yaml::Value::String(_)) => Meaning::Text,
            // No scalar, such as `---`.
            _ => return,
        };
        assert_eq!(plain(text), expected, "{text}");
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
