//! Which parts of a result are texts that hold what others said: all of them leave a run masked.
//!
//! Names, addresses and numbers are data and stay as they are: a caller compares them.

use std::iter;

use serde_json::Value;

use super::undo::Undo;
use super::{ApplyResult, Checkup, OutputsResult, PlanResult, Published};
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::mask::Mask;
use crate::model::Event;
use crate::plan::{Change, Plan};

/// Something that leaves a run.
pub(super) trait Masked {
    /// Hides what its texts must not show.
    fn mask(&mut self, mask: &Mask);
}

impl<T: Masked> Masked for Result<T, Error> {
    fn mask(&mut self, mask: &Mask) {
        match self {
            Ok(value) => value.mask(mask),
            Err(error) => error.mask(mask),
        }
    }
}

impl Masked for Error {
    fn mask(&mut self, mask: &Mask) {
        let Self { message, help, diagnostics, .. } = self;
        mask_texts(iter::once(message).chain(help), mask);
        diagnostics.iter_mut().for_each(|finding| finding.mask(mask));
    }
}

impl Masked for Diagnostic {
    fn mask(&mut self, mask: &Mask) {
        let Self { message, help, loses, .. } = self;
        mask_texts(iter::once(message).chain(help).chain(loses), mask);
    }
}

impl Masked for Event {
    fn mask(&mut self, mask: &Mask) {
        match self {
            Self::Diagnostic(finding) => finding.mask(mask),
            Self::Change(change) => {
                let members = |value: &mut Value, names: [&str; 2]| {
                    names.into_iter().for_each(|name| mask_values(value.get_mut(name), mask));
                };
                members(change, ["from", "before"]);
                let fields = change.get_mut("fields").and_then(Value::as_array_mut);
                fields.into_iter().flatten().for_each(|field| members(field, ["old", "new"]));
            }
            Self::Wait { why, .. } => mask_texts([why], mask),
            Self::Plan(_) | Self::Start { .. } | Self::Uploaded { .. } | Self::Done { .. } | Self::Failed { .. } => {}
        }
    }
}

impl Masked for PlanResult {
    fn mask(&mut self, mask: &Mask) {
        let Plan { changes, diagnostics, .. } = &mut self.plan;
        diagnostics.iter_mut().for_each(|finding| finding.mask(mask));
        for Change { from, before, fields, .. } in changes {
            mask_texts(from, mask);
            mask_values(before, mask);
            fields.iter_mut().for_each(|field| mask_values([&mut field.old, &mut field.new], mask));
        }
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

/// What the manifest and the account call things.
impl Masked for OutputsResult {
    fn mask(&mut self, _: &Mask) {}
}

/// Where the caller wanted it.
impl Masked for Published {
    fn mask(&mut self, _: &Mask) {}
}

fn mask_texts<'t>(texts: impl IntoIterator<Item = &'t mut String>, mask: &Mask) {
    texts.into_iter().for_each(|text| *text = mask.text(text));
}

/// The texts in a value, not the names of its members.
fn mask_values<'v>(values: impl IntoIterator<Item = &'v mut Value>, mask: &Mask) {
    for value in values {
        match value {
            Value::String(text) => *text = mask.text(text),
            Value::Array(list) => mask_values(list, mask),
            Value::Object(members) => mask_values(members.values_mut(), mask),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
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
            Some(Undo { command: UndoCommand::Apply, set, bundle: None, leaves })
        };
        let mut kept = undo("by canary-token");
        kept.mask(&mask);
        assert_eq!(kept, undo("by ***"));
        let mut shows = undo("x").map(|undo| Undo { set: vec![("a".into(), "is canary-token".into())], ..undo });
        shows.mask(&mask);
        assert_eq!(shows, None);
    }
}
