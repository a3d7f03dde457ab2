//! What the caller allows.

use crate::model::Address;

/// Permissions of one run. The default allows nothing beyond our own resources.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlanOptions {
    /// `--adopt`: addresses, as typed; `*` = whatever already equals the plan.
    pub adopt: Vec<String>,
    /// `--take`: addresses, as typed.
    pub take: Vec<String>,
    /// `--delete-data`: addresses of stores that go with all that is in them.
    pub delete_data: Vec<String>,
    /// `--prune`: remove what is ours and no longer in a manifest.
    pub prune: bool,
    /// New versions get so many of a hundred requests; absent: all of them, at once.
    pub percentage: Option<f64>,
    /// A percentage is only to keep requests from what fails: where there is nothing else to send them to, all go at once.
    pub guarded: bool,
    /// The plan is made against an empty account.
    pub offline: bool,
}

impl PlanOptions {
    // An address is meant by its short form and by the one with account or zone, as far as the caller knows those.

    /// Whether the resource may become ours, although it carries no mark; `equal`: nothing would change.
    pub fn adopts(&self, address: &Address, equal: bool) -> bool {
        self.adopt.iter().any(|adopted| address.is_named(adopted) || (adopted == "*" && equal))
    }

    /// Whether a store may be deleted.
    pub fn deletes_data(&self, address: &Address) -> bool {
        self.delete_data.iter().any(|typed| address.is_named(typed))
    }

    /// Whether the resource may be taken from its owner.
    pub fn takes(&self, address: &Address) -> bool {
        self.take.iter().any(|typed| address.is_named(typed))
    }
}
