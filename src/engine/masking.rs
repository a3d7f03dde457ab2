//! Which parts of a result are texts that hold what others said: all of them leave a run masked.
//!
//! Names, addresses and numbers are data and stay as they are: a caller compares them.

use std::iter;

use serde_json::Value;

use crate::apply::Event;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::mask::Mask;
use crate::plan::Change;

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
            Self::Change(change) => change.0.mask(mask),
            Self::Wait { why, .. } => mask_texts([why], mask),
            Self::Plan(_) | Self::Start { .. } | Self::Uploaded { .. } | Self::Done { .. } | Self::Failed { .. } => {}
        }
    }
}

impl Masked for Change {
    fn mask(&mut self, mask: &Mask) {
        let Self { from, before, fields, .. } = self;
        mask_texts(from, mask);
        mask_values(before, mask);
        fields.iter_mut().for_each(|field| mask_values([&mut field.old, &mut field.new], mask));
    }
}

/// Hides what texts must not show.
pub(super) fn mask_texts<'t>(texts: impl IntoIterator<Item = &'t mut String>, mask: &Mask) {
    texts.into_iter().for_each(|text| *text = mask.text(text));
}

/// The texts in a value, not the names of its members.
pub(super) fn mask_values<'v>(values: impl IntoIterator<Item = &'v mut Value>, mask: &Mask) {
    for value in values {
        match value {
            Value::String(text) => *text = mask.text(text),
            Value::Array(list) => mask_values(list, mask),
            Value::Object(members) => mask_values(members.values_mut(), mask),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
