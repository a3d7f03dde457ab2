//! Values that must never be shown.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// What a [`Secret`] prints as, everywhere.
pub const MASK: &str = "***";

/// A value that prints, debugs and serialises as `***`.
///
/// The only way to the text is [`Secret::reveal`], so that every use can be found by its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value that came from a caller, a file or the environment.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for a request that needs it, never for a message.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Whether a credential has quotes around it, as it stands in a file whose reader would have taken them off.
pub(crate) fn stands_in_quotes(value: &str) -> bool {
    ['"', '\'', '`', '“', '”', '‘', '’'].iter().any(|quote| value.starts_with(*quote) || value.ends_with(*quote))
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn never_shows_its_value() {
        let secret = Secret::new("s3cr3t");
        let shown = format!("{secret} {secret:?} {}", serde_json::json!({ "a": secret }));
        assert_eq!(shown, "*** *** {\"a\":\"***\"}");
        assert_eq!(secret.reveal(), "s3cr3t");
    }
}
