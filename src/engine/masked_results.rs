//! The texts of each call's result that hold what others said.

use std::iter;

use super::masking::{Masked, mask_texts, mask_values};
use super::undo::Undo;
use super::{ApplyResult, Checkup, HistoryResult, OutputsResult, PlanResult, Published};
use crate::mask::Mask;
use crate::plan::Plan;

impl Masked for PlanResult {
    fn mask(&mut self, mask: &Mask) {
        let Plan { changes, diagnostics, .. } = &mut self.plan;
        diagnostics.iter_mut().for_each(|finding| finding.mask(mask));
        changes.iter_mut().for_each(|change| change.mask(mask));
    }
}

impl Masked for ApplyResult {
    fn mask(&mut self, mask: &Mask) {
        let Self { plan, diagnostics, undo, .. } = self;
        plan.mask(mask);
        diagnostics.iter_mut().for_each(|finding| finding.mask(mask));
        undo.mask(mask);
    }
}

/// A command that can't be shown as it is would do something else, so it is none.
impl Masked for Option<Undo> {
    fn mask(&mut self, mask: &Mask) {
        self.take_if(|Undo { set, .. }| set.iter().any(|(_, value)| !mask.leaves(value)));
        mask_values(self.iter_mut().flat_map(|undo| &mut undo.leaves).map(|stays| &mut stays.was), mask);
    }
}

impl Masked for Checkup {
    fn mask(&mut self, mask: &Mask) {
        for check in &mut self.checks {
            mask_texts(iter::once(&mut check.detail).chain(&mut check.help), mask);
        }
    }
}

impl Masked for HistoryResult {
    fn mask(&mut self, mask: &Mask) {
        for version in self.workers.values_mut().flat_map(|worker| &mut worker.versions) {
            let deployed = version.deployments.iter_mut().filter_map(|deployment| deployment.message.as_mut());
            mask_texts(version.message.iter_mut().chain(deployed), mask);
        }
    }
}

/// What the manifest and the account call things.
impl Masked for OutputsResult {
    fn mask(&mut self, _: &Mask) {}
}

/// Where the caller wanted it.
impl Masked for Published {
    fn mask(&mut self, _: &Mask) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Masked as _;
    use crate::engine::{Stays, Undo, UndoCommand};
    use crate::mask::Mask;
    use crate::model::Address;
    use crate::secret::Secret;

    #[test]
    fn an_undo_that_would_show_a_secret_is_not_offered() {
        let mask = Mask::default();
        mask.hide(&[Secret::new("canary-token")]);
        let undo = |value: &str| {
            let leaves = vec![Stays { address: Address::record("a"), path: None, was: json!({ "comment": value }) }];
            let set = vec![("spec.env.variables.A".to_owned(), "x".to_owned())];
            Some(Undo { command: UndoCommand::Apply, set, leaves, ..Undo::default() })
        };
        let mut kept = undo("by canary-token");
        kept.mask(&mask);
        assert_eq!(kept, undo("by ***"));
        let mut shows = undo("x").map(|undo| Undo { set: vec![("a".into(), "is canary-token".into())], ..undo });
        shows.mask(&mask);
        assert_eq!(shows, None);
    }
}
