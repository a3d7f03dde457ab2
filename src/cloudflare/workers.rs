//! A Worker as the newer API shows it: who refers to it.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/beta/subresources/workers/>

use serde::Deserialize;

use super::accepted::{Accepted, FromResult};
use super::envelope::or_default;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// `GET /accounts/{account}/workers/workers/{worker}`, by name.
pub fn read(account_id: &str, script: &str) -> ReadOf<Worker> {
    let path = ["accounts", account_id, "workers", "workers", script];
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path, format!("what refers to `{script}`")).or_absent()
}

/// A Worker, as far as a removal needs to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Worker {
    /// What refers to it.
    #[serde(default, deserialize_with = "or_default")]
    pub references: References,
}

impl FromResult for Worker {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

/// What refers to a Worker, so that Cloudflare refuses to delete it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct References {
    /// Workers that bind it as a service.
    #[serde(default, deserialize_with = "or_default")]
    pub workers: Vec<WorkerReference>,
    /// Workers that bind its Durable Objects.
    #[serde(default, deserialize_with = "or_default")]
    pub durable_objects: Vec<ClassReference>,
    /// Queues that it consumes.
    #[serde(default, deserialize_with = "or_default")]
    pub queues: Vec<QueueReference>,
    /// Custom domains at which it answers.
    #[serde(default, deserialize_with = "or_default")]
    pub domains: Vec<DomainReference>,
}

/// See [`References::domains`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DomainReference {
    /// Its host.
    pub hostname: String,
}

/// See [`References::workers`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WorkerReference {
    /// Script name.
    pub name: String,
}

/// See [`References::durable_objects`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClassReference {
    /// Script name.
    pub worker_name: String,
}

/// See [`References::queues`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct QueueReference {
    /// Its name.
    pub queue_name: String,
}
