//! Worker scripts: list, settings, removal. Uploads are in `upload.rs`.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::envelope::or_default;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

/// `GET /accounts/{account}/workers/scripts`: all of them with their tags, without bindings and annotations.
pub fn list(account_id: &str) -> ReadOf<Vec<Script>> {
    let subject = format!("scripts of account {account_id}");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &["accounts", account_id, "workers", "scripts"], subject)
        .or_absent()
}

/// `GET …/scripts/{script}/settings`: bindings, tags and settings of the **newest** version, live or not.
pub fn settings(account_id: &str, script: &str) -> ReadOf<Settings> {
    let path = ["accounts", account_id, "workers", "scripts", script, "settings"];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("settings of `{script}`")).or_absent()
}

/// `PATCH …/scripts/{script}/script-settings`: members outside of versions; makes no version. Each member changes as a
/// whole.
pub fn patch_settings(account_id: &str, script: &str, settings: &ScriptSettings) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script, "script-settings"];
    Call { body: json!(settings), ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Patch, &path) }
}

/// `DELETE …/scripts/{script}`, never forced: refused while something depends on it.
pub fn delete(account_id: &str, script: &str) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script];
    Call::new((Family::Workers, permissions::SCRIPTS), Method::Delete, &path)
}

/// A script as the list and the upload's answer show it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Script {
    /// Its name.
    pub id: String,
    /// Its own tags and those of others.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// Digest of its content: a hint, bindings are perhaps not in it.
    #[serde(default)]
    pub etag: Option<String>,
    /// Its live version serves static assets.
    #[serde(default)]
    pub has_assets: Option<bool>,
    /// What its live version handles, such as `fetch` and `scheduled`, where the list tells.
    #[serde(default)]
    pub handlers: Option<Vec<String>>,
    /// When it changed, RFC 3339.
    #[serde(default)]
    pub modified_on: Option<String>,
    /// Of its live version, where the list tells.
    #[serde(default)]
    pub compatibility_date: Option<String>,
    /// Settings, where the list tells.
    #[serde(flatten)]
    pub shown: Shown,
    /// Tag of the last migration of its Durable Object classes.
    #[serde(default)]
    pub migration_tag: Option<String>,
}

/// Settings of a script's newest version, and of the script itself.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Settings {
    /// Of the newest version.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, Value>,
    /// Of the newest version; secrets without values.
    #[serde(default, deserialize_with = "or_default")]
    pub bindings: Vec<LiveBinding>,
    /// Of the newest version.
    #[serde(default)]
    pub compatibility_date: Option<String>,
    /// Of the newest version.
    #[serde(default, deserialize_with = "or_default")]
    pub compatibility_flags: Vec<String>,
    /// `standard`, or what old Workers had.
    #[serde(default)]
    pub usage_model: Option<String>,
    /// Of the script.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// Of both.
    #[serde(flatten)]
    pub shown: Shown,
}

/// Settings as answers show them; those that are null or absent are not set. Members of a newer API stay in them, to be sent
/// back unchanged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Shown {
    /// CPU time and subrequests.
    #[serde(default)]
    pub limits: Option<Value>,
    /// Where it runs.
    #[serde(default)]
    pub placement: Option<Value>,
    /// Whether traces go to Logpush jobs.
    #[serde(default)]
    pub logpush: Option<Value>,
    /// Workers Logs and traces.
    #[serde(default)]
    pub observability: Option<Value>,
    /// Workers that get its traces.
    #[serde(default)]
    pub tail_consumers: Option<Value>,
    /// The same while it still handles a request; no answer is known to show them.
    #[serde(default)]
    pub streaming_tail_consumers: Option<Value>,
    /// Whether answers are cached in front of it.
    #[serde(default)]
    pub cache_options: Option<Value>,
    /// Containers of its classes.
    #[serde(default)]
    pub containers: Option<Value>,
}

impl FromResult for Settings {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

/// A binding as it is, its type-specific members kept as they come.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct LiveBinding {
    /// Name in JavaScript.
    pub name: String,
    /// Cloudflare's word for the type.
    #[serde(rename = "type")]
    pub binding_type: String,
    /// `text`, `namespace_id`, ….
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl LiveBinding {
    /// A member that is text.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.rest.get(member).and_then(Value::as_str)
    }
}

/// Members of a script outside of versions; what is absent is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScriptSettings {
    /// The whole list: ours merged with everybody else's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Others, by their names.
    #[serde(flatten)]
    pub settings: BTreeMap<String, Value>,
}
