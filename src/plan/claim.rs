//! Something that is there and not ours: whose it is, what keeps it, what it takes to have it.

use serde::Serialize;
use serde_json::Value;

use super::{Action, Change, Reason};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::Address;

/// What lets a run have what is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permit {
    /// Nobody marked it.
    Adopt,
    /// Somebody has it.
    Take,
}

impl Permit {
    fn way_out(self, address: &Address) -> WayOut {
        match self {
            Self::Adopt => WayOut::adopting(address),
            Self::Take => WayOut::taking(address),
        }
    }
}

/// One such thing.
pub(super) struct Claim {
    pub code: Code,
    pub permit: Permit,
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
}

impl Claim {
    /// The change is then an adoption; the finding is for a run that may not.
    pub(super) fn settle(self, change: &mut Change, allowed: bool) -> Option<Diagnostic> {
        let conflict = (!allowed).then(|| self.conflict(&change.address));
        change.action = Action::Adopt;
        change.permit = Some(self.permit);
        change.reason = self.reason;
        change.from = Some(self.from);
        change.before = self.before;
        conflict
    }

    /// The finding: the safe way out first, then what going on would cost.
    pub(super) fn conflict(&self, address: &Address) -> Diagnostic {
        let mut finding = Diagnostic::error(self.code, self.message.as_str()).with_help(self.keep.as_str());
        finding.resolve = self.permit.way_out(address);
        finding.loses.clone_from(&self.loses);
        finding.about(address.clone())
    }
}
