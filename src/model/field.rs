//! One field of a change.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// What stands for the value of a secret.
const SECRET: &str = "(secret)";

/// One field of a change. Secrets have their names only: what is there stands as `(secret)`.
//
// INVARIANT: when `secret`, neither value is the secret's own.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "FieldChange")]
pub struct Field {
    /// Path in the resource, such as `vars.LOG_LEVEL` or `proxied`.
    pub path: String,
    /// Live value; null when absent.
    pub old: Value,
    /// Wanted value; null when it goes away.
    pub new: Value,
    /// The values are secret: only the name is told.
    pub secret: bool,
    /// The new value is known after the create that makes it.
    pub later: bool,
    /// Path of the manifest that says the value, where one text does.
    #[serde(skip)]
    pub setting: Option<String>,
}

impl Field {
    /// A plain difference.
    pub fn new(path: impl Into<String>, old: impl Into<Value>, new: impl Into<Value>) -> Self {
        Self { path: path.into(), old: old.into(), new: new.into(), secret: false, later: false, setting: None }
    }

    /// A secret that is set where there was none, or rewritten.
    pub fn secret(path: impl Into<String>, was_there: bool) -> Self {
        let old = if was_there { SECRET.into() } else { Value::Null };
        Self { path: path.into(), old, new: SECRET.into(), secret: true, later: false, setting: None }
    }

    /// A secret that goes away.
    pub fn secret_removed(path: impl Into<String>) -> Self {
        Self { path: path.into(), old: SECRET.into(), new: Value::Null, secret: true, later: false, setting: None }
    }

    /// Adds the difference if there is one.
    pub fn push(fields: &mut Vec<Self>, path: &str, old: impl Into<Value>, new: impl Into<Value>) {
        let (old, new) = (old.into(), new.into());
        if old != new {
            fields.push(Self::new(path, old, new));
        }
    }
}
