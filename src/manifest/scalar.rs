//! What a bare scalar means: `serde_yaml` decides.

pub(super) use serde_yaml::Number;
use serde_yaml::Value;

use super::tree::{Scalar, Style};

/// A scalar with its type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
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
    pub(super) fn meaning(&self) -> Meaning {
        match self.style {
            Style::Plain => bare(&self.text),
            Style::SingleQuoted | Style::DoubleQuoted | Style::Block => Meaning::Text,
        }
    }
}

/// What a text means where it stands bare.
pub(super) fn bare(text: &str) -> Meaning {
    // Most values are names: only for a text that begins like something else a parser is started.
    let may_mean_more = |first: char| first.is_ascii_digit() || "~+-.nNtTfF".contains(first);
    if !text.is_empty() && !text.starts_with(may_mean_more) {
        return Meaning::Text;
    }
    // With a blank in front, `---` begins no document.
    match serde_yaml::from_str(&format!(" {text}")) {
        Ok(Value::Null) => Meaning::Null,
        Ok(Value::Bool(value)) => Meaning::Bool(value),
        Ok(Value::Number(number)) => Meaning::Number(number),
        Ok(Value::String(_) | Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_)) => Meaning::Text,
        Err(_) => beyond_64_bits(text).unwrap_or(Meaning::Text),
    }
}

/// A whole number that no value can hold is still a number: a bare account id of digits is one to every reader of YAML.
fn beyond_64_bits(text: &str) -> Option<Meaning> {
    serde_yaml::from_str::<f64>(text).ok().map(|number| Meaning::Number(number.into()))
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Scalar, Style, bare};

    #[test]
    fn bare_text_means_what_yaml_says() {
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(bare(text), Meaning::Null, "{text}");
        }
        for (text, value) in [("true", true), ("True", true), ("FALSE", false)] {
            assert_eq!(bare(text), Meaning::Bool(value), "{text}");
        }
        for (text, number) in [
            ("0", 0.0),
            ("-1", -1.0),
            ("+1", 1.0),
            ("0x1F", 31.0),
            ("-0o17", -15.0),
            ("0b11", 3.0),
            ("1e3", 1e3),
            (".5", 0.5),
            ("5.", 5.0),
            ("00.5", 0.5),
            ("-1.5E-3", -0.0015),
            (".inf", f64::INFINITY),
            ("18446744073709551616", 18_446_744_073_709_551_616.0),
            ("12345678901234567890123456789012", 12_345_678_901_234_567_890_123_456_789_012.0),
        ] {
            assert!(
                matches!(bare(text), Meaning::Number(found) if found.as_f64() == Some(number)),
                "{text}: {:?}",
                bare(text)
            );
        }
        for text in [
            "nULL",
            "tRUE",
            "yes",
            "no",
            "on",
            "off",
            "y",
            "0123",
            "00",
            "074755a78d8e8f77c119a90a125e8a06",
            "1_000",
            "2024-09-23",
            "12:30",
            "1.2.3",
            "1e999",
            "--1",
            "+-1",
            "0x-1",
            "0x",
            "1e",
            "-",
            ".",
            "inf",
            "nan",
            "---",
            "...",
            "- a",
            "n: b",
            "-a\nb",
        ] {
            assert_eq!(bare(text), Meaning::Text, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_document_of_one_scalar_means_the_same_to_serde_yaml(text in "[-+~]?(0[xob])?[-+.0-9eEfFtTrRuUnNlLaA_ ]{0,12}") {
            let expected = match serde_yaml::from_str(&format!("a: {text}\n")) {
                Ok(serde_yaml::Value::Mapping(mapping)) => mapping.get("a").cloned(),
                _ => None,
            };
            let documents = crate::manifest::events::documents(0, "", &format!("a: {text}\n")).0;
            let scalar = documents.first().and_then(|document| document.root.entry("a")?.value.scalar());
            let (Some(expected), Some(scalar)) = (expected, scalar) else { return Ok(()) };
            let expected = match expected {
                serde_yaml::Value::Null => Meaning::Null,
                serde_yaml::Value::Bool(value) => Meaning::Bool(value),
                serde_yaml::Value::Number(number) => Meaning::Number(number),
                _ => Meaning::Text,
            };
            proptest::prop_assert_eq!(scalar.meaning(), expected);
        }
    }

    #[test]
    fn quotes_make_text() {
        let quoted = Scalar { text: "1000".into(), style: Style::DoubleQuoted };
        assert_eq!(quoted.meaning(), Meaning::Text);
    }
}
