//! Classes of Durable Objects, which Cloudflare calls namespaces.
//!
//! <https://developers.cloudflare.com/api/resources/durable_objects/subresources/namespaces/>

use serde::Deserialize;

use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// `GET /accounts/{account}/workers/durable_objects/namespaces`: those of all Workers.
pub fn list(account_id: &str) -> ReadOf<Vec<Class>> {
    let path = ["accounts", account_id, "workers", "durable_objects", "namespaces"];
    let subject = format!("Durable Object classes of account {account_id}");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, subject).in_pages_of(100).or_absent()
}

/// A class of a Worker; members that one has and another lacks are optional.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Class {
    /// The Worker; absent where none has it any more.
    #[serde(default)]
    pub script: Option<String>,
    /// Its name.
    #[serde(default)]
    pub class: Option<String>,
    /// Its storage is SQLite.
    #[serde(default)]
    pub use_sqlite: Option<bool>,
}
