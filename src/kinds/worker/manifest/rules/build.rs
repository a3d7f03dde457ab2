//! How the code is built.

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::generations::{bundles, spec_path};
use crate::manifest::findings::Findings;
use crate::manifest::text::filled;

use super::subject::Subject;

/// Checks that command and output say something, and that the manifest has a place for what is built.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    let Some(build) = &spec.build else { return };
    let path = spec_path().key("build");
    for (key, stated) in [("command", &build.command), ("output", &build.output)] {
        let path = path.key(key);
        if stated.is_some() && filled(stated).is_none() {
            findings.add(&path, Diagnostic::error(Code::MissingKey, format!("`{path}` is empty")));
        }
    }
    if spec.assets.is_some() && bundles(spec).is_empty() {
        let message = format!("`{path}` has no use: nothing says where in R2 the code is to lie");
        let finding = Diagnostic::error(Code::MissingKey, message);
        findings.add(&path, finding.with_help("name bucket and key by `script_bundle: {bucket, path}`"));
    }
}
