//! The bundle: bucket, key, pin.

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::generations::{bundles, script_path, spec_path};
use crate::kinds::worker::manifest::spec::{Bundle, Spec};
use crate::manifest::findings::Findings;
use crate::manifest::names;
use crate::manifest::path::Path;
use crate::manifest::text::filled;

use super::subject::Subject;

/// The bundle: bucket, key, pin.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    let bundles = bundles(spec);
    for (path, bundle) in &bundles {
        each(subject, path, bundle, findings);
    }
    match bundles.as_slice() {
        [] if spec.assets.is_some() => {}
        [] => missing(subject, spec, findings),
        [(other, first), (path, second)] if !same(first, second) => {
            let finding = Diagnostic::error(Code::Conflicting, "two bundles are named, and they differ");
            let finding = finding.with_help("keep one of `script.bundle` and `script_bundle`");
            findings.add(path, finding.and_at(findings.value_place(other), "the other one"));
        }
        [(path, _)] if *path == script_path().key("bundle") => interim(spec, findings),
        _ => {}
    }
}

fn each(subject: &Subject<'_>, path: &Path, bundle: &Bundle, findings: &mut Findings<'_>) {
    let bucket = path.key("bucket");
    match filled(&bundle.bucket) {
        Some(name) => findings.add_outcome(&bucket, names::bucket(name)),
        None => empty(subject, &bucket, findings),
    }
    let key = path.key("path");
    match filled(&bundle.path) {
        Some(text) => findings.add_outcome(&key, names::object_key(text)),
        None => empty(subject, &key, findings),
    }
    if let Some(pin) = filled(&bundle.sha256) {
        findings.add_outcome(&path.key("sha256"), names::sha256(pin));
    }
}

fn empty(subject: &Subject<'_>, path: &Path, findings: &mut Findings<'_>) {
    if !subject.is_broken(path) {
        findings.add(path, Diagnostic::error(Code::MissingKey, format!("`{path}` is empty")));
    }
}

fn missing(subject: &Subject<'_>, spec: &Spec, findings: &mut Findings<'_>) {
    let (within, own) = (script_path().key("bundle"), spec_path().key("script_bundle"));
    if subject.is_broken(&within) || subject.is_broken(&own) {
        return;
    }
    let path = if spec.script.is_some() && spec.worker_name.is_none() { within } else { own };
    let finding = Diagnostic::error(Code::MissingKey, format!("`{path}` is missing"));
    findings.add(&path, finding.with_help("name the bucket and the key of the code: `{bucket: …, path: …}`"));
}

/// `worker_name` beside `script: {bundle}` lived for a day; it is told, not refused.
fn interim(spec: &Spec, findings: &mut Findings<'_>) {
    let named_within = spec.script.as_ref().is_some_and(|script| filled(&script.name).is_some());
    if !named_within && filled(&spec.worker_name).is_some() {
        let finding = Diagnostic::note(Code::OldSpelling, "`script: {bundle}` beside `worker_name` is an old spelling");
        findings.add(&script_path(), finding.with_help("write `script_bundle: {bucket, path}`"));
    }
}

fn same(first: &Bundle, second: &Bundle) -> bool {
    first.bucket == second.bucket
        && first.path == second.path
        && first.sha256 == second.sha256
        && first.jurisdiction == second.jurisdiction
}
