//! Writes as values: what a step of a plan does, without how it is sent.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Observability, RecordContent, WorkersDev};
use crate::binding::Binding;
use crate::cloudflare::{Call, Segment};
use crate::model::Address;
use crate::model::marks::{Inventory, VersionMark};

/// One write to Cloudflare.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Upload a version and put it live; also writes tags.
    Upload(Box<Upload>),
    /// Remove the secrets that the upload before left out, where that did not remove them.
    RemoveSecrets {
        /// Their names.
        names: Vec<String>,
    },
    /// Change tags or logs without a new version.
    PatchSettings {
        /// Tags.
        tags: Option<TagWrite>,
        /// Workers Logs.
        observability: Option<Observability>,
    },
    /// Deploy the Worker's code again without some of its bindings, so that what they lead to can be deleted.
    Unbind(Box<Unbind>),
    /// Switch the workers.dev address.
    SetWorkersDev(WorkersDev),
    /// Delete the Worker, and with it its inventory; never forced.
    DeleteScript {
        /// Script name.
        name: String,
        /// Entries of its inventory that no list shows: looked for once more when lists have had time to catch up.
        #[serde(skip_serializing_if = "Inventory::is_empty")]
        unseen: Inventory,
    },
    /// Apply a file of SQL to a database.
    Import(Box<Import>),
    /// Any other write, as its kind says it.
    Call(Box<Call>),
    /// Create a DNS record.
    CreateRecord(RecordWrite),
    /// Change a DNS record in place.
    UpdateRecord {
        /// Record id.
        id: String,
        /// What it becomes.
        write: RecordWrite,
    },
    /// Delete a DNS record.
    DeleteRecord {
        /// Zone id.
        zone: String,
        /// Record id.
        id: String,
    },
    /// Create a route.
    CreateRoute {
        /// Zone id.
        zone: String,
        /// Pattern.
        pattern: String,
    },
    /// Point a route to our Worker.
    UpdateRoute {
        /// Zone id.
        zone: String,
        /// Route id.
        id: String,
        /// Pattern.
        pattern: String,
    },
    /// Delete a route.
    DeleteRoute {
        /// Zone id.
        zone: String,
        /// Route id.
        id: String,
    },
}

/// A new version of a Worker that is to go: the same code with fewer bindings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unbind {
    /// Script name.
    pub name: String,
    /// Names of the bindings that it goes on without.
    pub leaves: Vec<String>,
    /// Names of all others, which are carried over as they are.
    pub keeps: Vec<String>,
    /// The Workers that bindings lead to, by names of the bindings.
    #[serde(skip)]
    pub leads_to: BTreeMap<String, Address>,
}

impl Operation {
    /// The same write without what refers to these resources; nothing where it can't do without all of them.
    pub fn without(&self, others: &BTreeSet<Address>) -> Option<Self> {
        match self {
            Self::Upload(upload) => Some(Self::Upload(Box::new(upload.without(others)?))),
            Self::Unbind(unbind) => Some(Self::Unbind(Box::new(unbind.without(others)?))),
            Self::RemoveSecrets { .. }
            | Self::PatchSettings { .. }
            | Self::SetWorkersDev(_)
            | Self::DeleteScript { .. }
            | Self::Import(_)
            | Self::Call(_)
            | Self::CreateRecord(_)
            | Self::UpdateRecord { .. }
            | Self::DeleteRecord { .. }
            | Self::CreateRoute { .. }
            | Self::UpdateRoute { .. }
            | Self::DeleteRoute { .. } => None,
        }
    }

    /// The same write where another one of the same resource went out before.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::Upload(upload) => Self::Upload(Box::new(Upload { creates: false, ..(**upload).clone() })),
            other => other.clone(),
        }
    }
}

impl Upload {
    /// An upload that another one follows: its mark is that of no manifest.
    fn without(&self, others: &BTreeSet<Address>) -> Option<Self> {
        let refers = |binding: &Binding, other: &Address| binding.needs().any(|need| is_same(need, other));
        if !others.iter().all(|other| self.bindings.iter().any(|binding| refers(binding, other))) {
            return None;
        }
        let stays = |binding: &&Binding| !others.iter().any(|other| refers(binding, other));
        let bindings = self.bindings.iter().filter(stays).cloned().collect();
        Some(Self { bindings, mark: self.mark.clone().unfinished(), ..self.clone() })
    }
}

impl Unbind {
    fn without(&self, others: &BTreeSet<Address>) -> Option<Self> {
        let leads = |to: &Address| others.iter().any(|other| is_same(to, other));
        if !others.iter().all(|other| self.leads_to.values().any(|to| is_same(to, other))) {
            return None;
        }
        let goes = |name: &String| self.leads_to.get(name).is_some_and(leads);
        let (leaves, keeps) = self.keeps.iter().cloned().partition(goes);
        Some(Self { leaves, keeps, ..self.clone() })
    }
}

/// A binding leads to a resource of its own account, whose name the plan may tell with the account.
fn is_same(one: &Address, other: &Address) -> bool {
    one.kind == other.kind && one.key == other.key
}

/// A file of SQL that is applied to a database, all of it or nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Import {
    /// Account of the database.
    pub account: String,
    /// The database's id.
    pub database: Segment,
    /// Name of the file, by which the database remembers it.
    pub name: String,
    /// SHA-256 of what is in it.
    pub sha256: String,
    /// What is in it.
    #[serde(skip)]
    pub sql: String,
    /// What the database can be brought back to is told before.
    pub tells_bookmark: bool,
}

/// A change of a Worker's tags, which are one list that is written whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagWrite {
    /// The full list before: what else is there when it is written is another run's.
    pub from: Vec<String>,
    /// The full list afterwards.
    pub to: Vec<String>,
}

/// A record to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordWrite {
    /// Zone id.
    pub zone: String,
    /// Host.
    pub name: String,
    /// Type and content.
    pub content: RecordContent,
    /// Our mark.
    pub comment: String,
}

/// An upload: code and secrets travel beside it as payload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Upload {
    /// The Worker is not there yet.
    pub creates: bool,
    /// Bindings that the manifest names; values of secrets are in the payload.
    pub bindings: Vec<Binding>,
    /// Names of live bindings to carry over as they are.
    pub inherit: Vec<String>,
    /// Names of secrets that must be gone afterwards. Not empty: `keep_bindings` is an empty list, and
    /// `RemoveSecrets` follows.
    pub remove_secrets: Vec<String>,
    /// Name of the entry module of a single-module bundle.
    pub main_module: Option<String>,
    /// Compatibility date.
    pub compatibility_date: String,
    /// Compatibility flags.
    pub compatibility_flags: Vec<String>,
    /// Workers Logs to set.
    pub observability: Option<Observability>,
    /// Live settings that the manifest does not name, sent again so that they survive.
    pub carried: BTreeMap<String, Value>,
    /// Static assets of the live version are kept.
    pub keep_assets: bool,
    /// Full list of tags.
    pub tags: Vec<String>,
    /// Annotation `workers/tag`. Where a binding is known late, its digest is made anew from what is sent.
    #[serde(serialize_with = "as_text")]
    pub mark: VersionMark,
    /// SHA-256 of the bundle.
    #[serde(skip)]
    pub sha256: String,
    /// Where the code comes from: the run signs it, then it is the annotation `workers/message`.
    pub message: String,
}

fn as_text<S: Serializer>(mark: &VersionMark, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(mark)
}
