//! Account, name, and the annotations that we read.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::findings::Findings;
use crate::manifest::generations::{script_names, spec_path};
use crate::manifest::lower;
use crate::manifest::names;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::text::filled;

use super::{Subject, tell};

/// Account, name, and the annotations that we read.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    account(subject, findings);
    name(subject, findings);
    drift(subject, findings);
}

fn account(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let path = spec_path().key("account_id");
    let Some(spec) = subject.spec().filter(|_| !subject.is_broken(&path)) else { return };
    match (filled(&spec.account_id), &subject.options.account_id) {
        (Some(id), _) => tell(findings, &path, names::account_id(id)),
        (None, Some(of_run)) => tell(findings, &path, names::account_id(of_run).map_err(of_the_run)),
        (None, None) => {
            let finding = Diagnostic::error(Code::AccountUnknown, "no account is named");
            findings.add(&path, finding.with_help("add `spec.account_id`, or set CLOUDFLARE_ACCOUNT_ID"));
        }
    }
}

/// The manifest is right; what the run says is not.
fn of_the_run(finding: Diagnostic) -> Diagnostic {
    finding.with_help("the run names this account, by CLOUDFLARE_ACCOUNT_ID or an option")
}

fn name(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let path = Path::default().key("metadata");
    let Some(metadata) = &subject.manifest.metadata else { return };
    for (key, value) in [("name", &metadata.name), ("org", &metadata.org), ("env", &metadata.env)] {
        let value = filled(value).unwrap_or_default();
        if value.contains('/') || value.contains(char::is_control) {
            let finding = Diagnostic::error(Code::Identity, format!("{} can't be part of an identity", quote(value)));
            findings.add(&path.key(key), finding.with_help("leave out `/` and line breaks"));
        }
    }
    let path = path.key("name");
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
