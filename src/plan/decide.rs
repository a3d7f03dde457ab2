//! The one table of decisions: whose a resource is × what is asked of it × what the caller allows → what happens.

use super::sketch::{Owner, Sketch, Wish};
use super::{Action, PlanOptions, Reason};
use crate::diagnostic::Diagnostic;

/// What happens to a resource.
pub struct Decision {
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The run may not do it.
    pub conflict: Option<Diagnostic>,
}

/// Decides by owner, wish and options.
pub fn decide(sketch: &Sketch, options: &PlanOptions) -> Decision {
    let settled = |action, reason: &Reason| Decision { action, reason: reason.clone(), conflict: None };
    match (&sketch.wish, &sketch.owner) {
        (Wish::Keep, Owner::Absent) => settled(Action::Create, &Reason::NotFound),
        (Wish::Keep, Owner::Ours(None)) => settled(Action::NoOp, &Reason::Unchanged),
        (Wish::Keep, Owner::Found) => settled(Action::NoOp, &Reason::FoundByName),
        (Wish::Keep, Owner::Ours(Some(reason)) | Owner::Released(reason)) => settled(Action::Update, reason),
        (Wish::Keep, Owner::Claimed(claim)) => {
            Decision { conflict: claim.conflict(&sketch.address, options), ..settled(Action::Adopt, &claim.reason) }
        }
        (Wish::Remove(reason), Owner::Claimed(claim)) => {
            Decision { conflict: claim.conflict(&sketch.address, options), ..settled(Action::Delete, reason) }
        }
        (Wish::Remove(reason), Owner::Absent | Owner::Ours(_) | Owner::Found | Owner::Released(_)) => {
            settled(Action::Delete, reason)
        }
    }
}
