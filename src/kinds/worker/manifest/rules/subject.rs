//! A document as the rules see it.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;

use crate::kinds::worker::manifest::spec::Spec;
use crate::manifest::kind;
use crate::manifest::options::ReadOptions;
use crate::manifest::path::Path;
use crate::manifest::schema::Manifest;

/// A document as the rules see it.
pub(in crate::kinds::worker::manifest) struct Subject<'subject> {
    /// What could be read.
    pub manifest: &'subject Manifest<Spec>,
    /// Paths that are missing or unreadable, and were told so.
    pub broken: &'subject BTreeSet<String>,
    /// What the run says.
    pub options: &'subject ReadOptions,
}

impl Subject<'_> {
    /// Whether a value, or something that it lies in, was told to be missing or unreadable.
    pub(in crate::kinds::worker::manifest) fn is_broken(&self, path: &Path) -> bool {
        kind::is_broken(self.broken, path)
    }

    /// Whether what a finding says was told with the shape.
    pub(in crate::kinds::worker::manifest) fn is_told(&self, path: &Path, finding: &Diagnostic) -> bool {
        kind::is_told(self.broken, path, finding)
    }

    /// The `spec`, or an empty one.
    pub(in crate::kinds::worker::manifest) fn spec(&self) -> Option<&Spec> {
        self.manifest.spec.as_ref()
    }
}
