//! What the caller allows.

use crate::model::Address;

/// Permissions of one run. The default allows nothing beyond our own resources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// `--adopt`: addresses, as typed; `*` = whatever already equals the plan.
    pub adopt: Vec<String>,
    /// `--take`: addresses, as typed.
    pub take: Vec<String>,
    /// `--delete-data`: addresses of stores that go with all that is in them.
    pub delete_data: Vec<String>,
    /// `--prune`: remove what is ours and no longer in a manifest.
    pub prune: bool,
    /// The plan is made against an empty account.
    pub offline: bool,
}

impl PlanOptions {
    /// Whether the resource may become ours, although it carries no mark; `equal`: nothing would change.
    pub fn adopts(&self, address: &Address, equal: bool) -> bool {
        let typed = address.to_string();
        self.adopt.iter().any(|adopted| *adopted == typed || (adopted == "*" && equal))
    }

    /// Whether a store may be deleted.
    pub fn deletes_data(&self, address: &Address) -> bool {
        self.delete_data.contains(&address.to_string())
    }

    /// Whether the resource may be taken from its owner.
    pub fn takes(&self, address: &Address) -> bool {
        self.take.contains(&address.to_string())
    }
}
