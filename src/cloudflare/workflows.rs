//! Workflows: each runs a class of a Worker, under a name of the account.
//!
//! <https://developers.cloudflare.com/api/resources/workflows/>

use serde::Deserialize;
use serde_json::json;

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

/// `GET /accounts/{account}/workflows/{workflow}`, by name.
pub fn read(account_id: &str, name: &str) -> ReadOf<Workflow> {
    let path = ["accounts", account_id, "workflows", name];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("Workflow `{name}`")).or_absent()
}

/// `PUT /accounts/{account}/workflows/{workflow}`: makes it, or gives it another class; its instances stay.
pub fn put(account_id: &str, name: &str, script: &str, class: &str) -> Call {
    let path = ["accounts", account_id, "workflows", name];
    let body = json!({ "script_name": script, "class_name": class });
    Call { body, ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Put, &path) }
}

/// `DELETE /accounts/{account}/workflows/{workflow}`, with all its instances.
pub fn delete(account_id: &str, name: &str) -> Call {
    let path = ["accounts", account_id, "workflows", name];
    Call::new((Family::Workers, permissions::SCRIPTS), Method::Delete, &path)
}

/// A Workflow.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Workflow {
    /// The Worker that has its class.
    #[serde(default)]
    pub script_name: Option<String>,
    /// The class that it runs.
    #[serde(default)]
    pub class_name: Option<String>,
}

impl FromResult for Workflow {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}
