//! The Worker's name, and the annotations that we read.

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::generations::script_names;
use crate::kinds::worker::manifest::lower;
use crate::manifest::findings::Findings;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::text::filled;

use super::subject::Subject;

/// The Worker's name, and the annotations that we read.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    name(subject, findings);
    drift(subject, findings);
}

fn name(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let path = Path::default().key("metadata").key("name");
    let Some(metadata) = &subject.manifest.metadata else { return };
    if filled(&metadata.name).is_none() && !subject.is_broken(&path) {
        let script = subject.spec().and_then(|spec| script_names(spec).first().map(|(_, name)| quote(name)));
        let message = match script {
            Some(script) => format!("`metadata.name` is empty, {script} is taken"),
            None => "`metadata.name` is empty, the script name is taken".to_owned(),
        };
        findings.add(
            &path,
            Diagnostic::warning(Code::Identity, message).with_help("name it, so that a renamed script is found again"),
        );
    }
}

fn drift(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let annotations = subject.manifest.metadata.as_ref().and_then(|metadata| metadata.annotations.as_ref());
    for (key, value) in annotations.into_iter().flatten() {
        if lower::DRIFT_KEYS.contains(&key.as_str()) && !matches!(value.as_str(), "overwrite" | "stop") {
            let path = Path::default().key("metadata").key("annotations").key(key);
            let finding =
                Diagnostic::error(Code::InvalidValue, format!("{} is not a way to treat drift", quote(value)));
            findings.add(&path, finding.with_help("use `overwrite`, or `stop` (the default)"));
        }
    }
}
