//! What a manifest must keep to beyond its shape; every rule looks at what is readable and tells all it finds.

mod bindings;
mod bundle;
mod consumers;
mod dns;
mod identity;
mod script;

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;

use super::ReadOptions;
use super::findings::Findings;
use super::kind;
use super::path::Path;
use super::schema::{Manifest, Spec};

/// A document as the rules see it.
pub(super) struct Subject<'subject> {
    /// What could be read.
    pub manifest: &'subject Manifest<Spec>,
    /// Paths that are missing or unreadable, and were told so.
    pub broken: &'subject BTreeSet<String>,
    /// What the run says.
    pub options: &'subject ReadOptions,
}

impl Subject<'_> {
    /// Whether a value, or something that it lies in, was told to be missing or unreadable.
    pub(super) fn is_broken(&self, path: &Path) -> bool {
        kind::is_broken(self.broken, path)
    }

    /// Whether what a finding says was told with the shape.
    pub(super) fn is_told(&self, path: &Path, finding: &Diagnostic) -> bool {
        kind::is_told(self.broken, path, finding)
    }

    /// The `spec`, or an empty one.
    pub(super) fn spec(&self) -> Option<&Spec> {
        self.manifest.spec.as_ref()
    }
}

/// Checks a document by every rule.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    identity::check(subject, findings);
    script::check(subject, findings);
    bundle::check(subject, findings);
    bindings::check(subject, findings);
    consumers::check(subject, findings);
    dns::check(subject, findings);
}

/// Tells the finding of a value that did not pass.
fn tell<T>(findings: &mut Findings<'_>, path: &Path, outcome: Result<T, Diagnostic>) {
    if let Err(finding) = outcome {
        findings.add(path, finding);
    }
}
