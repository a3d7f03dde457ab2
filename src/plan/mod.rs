//! What the kinds say of their resources → an ordered, exact plan. Pure: no request, no clock, ordered maps only. No kind
//! and no resource type is named here.
//!
//! INVARIANT: the same values give the same plan, byte for byte, on every runtime.

mod assemble;
mod circle;
mod claim;
mod decide;
mod fewest;
mod fingerprint;
mod names;
mod options;
mod order;
mod reason;
mod sketch;
mod split;
mod step;
mod summary;

pub use assemble::plan;
pub use claim::{Claim, Permit};
pub use decide::{Decision, decide};
pub use fingerprint::fingerprint;
pub use names::{Names, unclear_address};
pub use options::PlanOptions;
pub use reason::Reason;
pub use sketch::{Owner, Phase, Sketch, Sketches, Wish, Write};
pub use step::{Step, Watched};
pub use summary::Summary;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, WayOut};
use crate::error::Exit;
use crate::model::{Address, Field, Kind};

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It is ours and differs.
    Update,
    /// It must be made anew to change.
    Replace,
    /// It is ours and no longer wanted.
    Delete,
    /// It is somebody else's and becomes ours.
    Adopt,
    /// Nothing.
    NoOp,
}

impl Action {
    /// Whether something goes that was there, or stops being somebody else's: that needs a yes.
    pub fn needs_yes(self) -> bool {
        match self {
            Self::Replace | Self::Delete | Self::Adopt => true,
            Self::Create | Self::Update | Self::NoOp => false,
        }
    }

    /// The word of a sentence: `the plan deletes …`.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Create => "creates",
            Self::Update => "updates",
            Self::Replace => "replaces",
            Self::Delete => "deletes",
            Self::Adopt => "adopts",
            Self::NoOp => "leaves",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Change {
    /// What it is about, such as `record:api.example.com`.
    pub address: Address,
    /// Its kind.
    pub kind: Kind,
    /// What happens.
    pub action: Action,
    /// The owner that it is taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Which option an `adopt` needs; nothing where it needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permit: Option<Permit>,
    /// All of it as it was, for `adopt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Map<String, Value>")]
    pub before: Option<Value>,
    /// Why.
    #[serde(flatten)]
    pub reason: Reason,
    /// Addresses that come first.
    pub needs: Vec<Address>,
    /// Given where this Worker and others are bound to each other, so that it is written twice: the others that its first
    /// write goes without the bindings to.
    #[serde(rename = "firstWithout", skip_serializing_if = "Vec::is_empty")]
    pub first_without: Vec<Address>,
    /// What differs.
    pub fields: Vec<Field>,
}

/// Something that stays as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Left {
    /// Of what.
    pub address: Address,
    /// Which part of it, when not all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Why it stays.
    #[serde(flatten)]
    pub reason: Reason,
}

/// Who a planned manifest is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlannedManifest {
    /// What the marks on live resources carry.
    pub id: String,
    /// `org/env/name`.
    pub label: String,
    /// Account id.
    pub account: String,
    /// What it is about: `script:NAME` of a Worker, `kv:TITLE` of a KV namespace.
    pub address: Address,
    /// Script name of a Worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<String>,
    /// Domain name of the zone, when there is one and it could be read; of several, all with commas between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Where the code of a Worker comes from: `r2://bucket/key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
}

/// A plan is a value: apply does what it says and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    /// Compared with an empty account.
    pub offline: bool,
    /// Of a `destroy`: everything goes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub destroys: bool,
    /// The manifests it is for.
    pub manifests: Vec<PlannedManifest>,
    /// In the order in which they are made.
    pub changes: Vec<Change>,
    /// Parts of managed resources that the manifest does not name.
    pub kept: Vec<Left>,
    /// Ours, no longer in a manifest: removed only with `prune`.
    pub orphans: Vec<Left>,
    /// Other people's, seen beside ours.
    pub unmanaged: Vec<Left>,
    /// Addresses that the plan deletes, adopts, takes, opens to everybody, puts back to what they were, or whose data it
    /// deletes or lets expire: they need `allowDeletes`.
    #[serde(rename = "needsYes")]
    pub needs_yes: Vec<Address>,
    /// Those of them that everybody can read then; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposes: Vec<Address>,
    /// Those of them in which rules will delete data by age; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expires: Vec<Address>,
    /// Those of them that go back to what they were before; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reverts: Vec<Address>,
    /// Parts of those of them that go with all data in them, such as a class of Durable Objects; absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<Address>,
    /// Options that would solve all conflicts; absent where none would.
    #[serde(skip_serializing_if = "WayOut::is_empty")]
    pub resolve: WayOut,
    /// Findings; an error among them means 0 writes for the whole run.
    pub diagnostics: Vec<Diagnostic>,
    /// What apply will do, step by step.
    #[serde(skip)]
    pub steps: Vec<Step>,
    /// What resources are called in this run.
    #[serde(skip)]
    pub names: Names,
    /// What is looked at beside the steps.
    #[serde(skip)]
    pub watched: Vec<Watched>,
}

impl Plan {
    /// How many changes there are of this action.
    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// Whether applying it would write nothing.
    pub fn is_no_op(&self) -> bool {
        self.steps.is_empty()
    }

    /// The exit code that its findings ask for: 65 before 5 before 4 before 1; 0 without errors.
    pub fn exit_code(&self) -> Exit {
        let exits = self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
        let rank = |exit: &Exit| {
            [Exit::BadManifest, Exit::Conflict, Exit::Permission, Exit::Failed].iter().position(|known| known == exit)
        };
        exits.map(|diagnostic| Exit::of(diagnostic.code)).min_by_key(rank).unwrap_or(Exit::Done)
    }
}
