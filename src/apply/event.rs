//! What happens during a run, as data: NDJSON 1.0 without its first and last line.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::diagnostic::{Code, Diagnostic};
use crate::error::Exit;
use crate::model::Address;
use crate::plan::{Change, Left, PlannedManifest, Summary};

/// What happens during a run. New types and fields may come; existing ones keep their meaning within 1.x.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schemars(rename = "DeployEvent")]
pub enum Event {
    /// A finding.
    Diagnostic(Box<Diagnostic>),
    /// A planned change.
    Change(Box<PlannedChange>),
    /// The plan, whose findings and changes were told before.
    Plan(Box<PlanOverview>),
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

/// A planned change as events tell it: without `needs`, since those were told before it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedChange(pub Change);

/// The member that events leave out.
const NEEDS: &str = "needs";

impl Serialize for PlannedChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut told = json!(self.0);
        if let Some(members) = told.as_object_mut() {
            members.remove(NEEDS);
        }
        told.serialize(serializer)
    }
}

impl JsonSchema for PlannedChange {
    fn schema_name() -> Cow<'static, str> {
        "PlannedChange".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Change::json_schema(generator);
        let description = "A planned change as events tell it: without `needs`, since those were told before it.";
        schema.insert("description".into(), description.into());
        if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            members.remove(NEEDS);
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name != NEEDS);
        }
        schema
    }
}

/// A plan in numbers, with all of it that is neither a change nor a finding.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanOverview {
    /// In numbers.
    #[serde(flatten)]
    pub summary: Summary,
    /// Stable over equal changes, values of secrets left out; for `expect`.
    pub fingerprint: String,
    /// The manifests that it is for.
    pub manifests: Vec<PlannedManifest>,
    /// Parts of managed resources that the manifest does not name.
    pub kept: Vec<Left>,
    /// Ours, no longer in a manifest: removed only with `prune`.
    pub orphans: Vec<Left>,
    /// Other people's, seen beside ours.
    pub unmanaged: Vec<Left>,
    /// Addresses that everybody can read then.
    pub exposes: Vec<Address>,
    /// Addresses in which rules will delete data by age.
    pub expires: Vec<Address>,
    /// Addresses that go back to what they were before.
    pub reverts: Vec<Address>,
    /// Parts of resources that go with all data in them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<Address>,
    /// What its findings make of `apply`.
    pub exit_code: Exit,
    /// Of a `destroy`.
    pub destroys: bool,
}
