//! What a help advises to give with the call, as data: whoever words it knows how its options are spelt.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An option of the same call, by the name that the JavaScript calls give it. As JSON `{name}` or `{name, value}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallOption {
    /// Values of secrets.
    Secrets,
    /// Values of variables.
    Values,
    /// Outputs of other runs.
    Outputs,
    /// A secret without a value is an error.
    RequireSecrets,
    /// A name of the pipeline that a manifest may read.
    AllowEnv(String),
    /// An object that is there is replaced.
    Overwrite,
    /// The time that a run has.
    TimeoutMs,
    /// A plan beside an empty account: no credentials in JavaScript, an option of the command line.
    Offline,
    /// The Local Cloudflare that runs here: only the command line looks for it.
    Local,
}

impl CallOption {
    fn name(&self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Values => "values",
            Self::Outputs => "outputs",
            Self::RequireSecrets => "requireSecrets",
            Self::AllowEnv(_) => "allowEnv",
            Self::Overwrite => "overwrite",
            Self::TimeoutMs => "timeoutMs",
            Self::Offline => "offline",
            Self::Local => "local",
        }
    }
}

impl Serialize for CallOption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("name", self.name())?;
        if let Self::AllowEnv(value) = self {
            members.serialize_entry("value", value)?;
        }
        members.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::CallOption;

    #[test]
    fn is_told_by_the_name_of_the_call_and_its_value() {
        assert_eq!(json!(CallOption::TimeoutMs), json!({ "name": "timeoutMs" }));
        assert_eq!(json!(CallOption::AllowEnv("MY_A".into())), json!({ "name": "allowEnv", "value": "MY_A" }));
    }
}
