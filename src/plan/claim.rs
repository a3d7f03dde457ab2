//! What is there and not ours, and how a run may have it all the same.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{PlanOptions, Reason};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::Address;

/// The option that lets a run have what is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Permit {
    /// Nobody marked it.
    Adopt,
    /// Somebody has it.
    Take,
}

/// Something that is there and not ours: whose it is, what keeps it, what it takes to have it.
#[derive(Debug)]
pub struct Claim {
    /// Code of the conflict.
    pub code: Code,
    /// What it takes; nothing where the manifest itself, or its history, allows it.
    pub permit: Option<Permit>,
    /// Why it is not simply ours.
    pub reason: Reason,
    /// Its owner, in words.
    pub from: String,
    /// What stands in the way, as a finding says it.
    pub message: String,
    /// The way out that leaves it alone.
    pub keep: String,
    /// What would be lost, in words.
    pub loses: Option<String>,
    /// All of it as it is, where reads tell.
    pub before: Option<Value>,
    /// Having it changes nothing: it may be adopted without its name.
    pub equal: bool,
    /// The manifest says that it may be had.
    pub allowed: bool,
}

impl Claim {
    /// The finding where the run may not have it: the safe way out first, then what going on would cost.
    pub(super) fn conflict(&self, address: &Address, options: &PlanOptions) -> Option<Diagnostic> {
        let (allowed, resolve) = match self.permit? {
            Permit::Adopt => (options.adopts(address, self.equal), WayOut::adopting(address)),
            Permit::Take => (options.takes(address), WayOut::taking(address)),
        };
        if allowed || self.allowed {
            return None;
        }
        let mut finding = Diagnostic::error(self.code, self.message.as_str()).with_help(self.keep.as_str());
        finding.resolve = resolve;
        finding.loses.clone_from(&self.loses);
        Some(finding.about(address.clone()))
    }
}
