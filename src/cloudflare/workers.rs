//! A Worker as the newer API shows it: who refers to it.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/beta/subresources/workers/>

use serde::Deserialize;

use super::api::{Api, Endpoint};
use super::envelope::{or_default, result};
use super::error::Family;
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET /accounts/{account}/workers/workers/{worker}`, by name.
#[derive(Clone, Copy, Debug)]
pub struct ReadWorker<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
}

/// A Worker, as far as a removal needs to know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Worker {
    /// What refers to it.
    #[serde(default, deserialize_with = "or_default")]
    pub references: References,
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

impl Endpoint for ReadWorker<'_> {
    type Output = Worker;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["accounts", self.account_id, "workers", "workers", self.script])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}
