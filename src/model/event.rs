//! What happens during a run, as data: NDJSON 1.0 without its first and last line.

use serde::Serialize;
use serde_json::Value;

use super::Address;
use crate::diagnostic::{Code, Diagnostic};

/// One event. New fields may come; fields never change their meaning within 1.x.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A finding.
    Diagnostic(Box<Diagnostic>),
    /// A planned change: `address`, `action`, `reason`, `fields`.
    Change(Value),
    /// The plan in numbers.
    Plan(Value),
    /// A write goes out.
    Start {
        /// Of what.
        address: Address,
    },
    /// A change took effect.
    Done {
        /// Of what.
        address: Address,
        /// Milliseconds since its start.
        ms: u64,
    },
    /// Cloudflare took the code of a Worker, and runs it; more of the Worker may still be under way.
    Uploaded {
        /// Of what.
        address: Address,
    },
    /// Waiting for the other side.
    Wait {
        /// What waits.
        address: String,
        /// Why.
        why: String,
        /// How long, in seconds.
        seconds: f64,
    },
    /// A change did not happen, or it is not known whether it did.
    Failed {
        /// Of what.
        address: Address,
        /// Why.
        code: Code,
    },
}
