//! What a help advises to give with the call, as data: whoever words it knows how its options are spelt.

use schemars::JsonSchema;
use serde::Serialize;

use super::one_object::one_object;

/// An option of the same call, by its name there, with its value where that is known. `offline` stands for a plan without
/// credentials; `local` is the command line's alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "name", content = "value", rename_all = "camelCase")]
#[schemars(transform = one_object)]
pub enum CallOption {
    /// Values of secrets.
    Secrets,
    /// Values of variables.
    Values,
    /// Outputs of other runs.
    Outputs,
    /// A secret without a value is an error.
    RequireSecrets,
    /// A name of the pipeline that a manifest may read, which is its value.
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
