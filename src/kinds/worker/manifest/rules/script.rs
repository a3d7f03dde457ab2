//! The script: its name, its runtime, its addresses.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::generations::{script_names, script_path, spec_path};
use crate::kinds::worker::manifest::spec::{Spec, UsageModel};
use crate::manifest::date::is_calendar_day;
use crate::manifest::findings::Findings;
use crate::manifest::names;
use crate::manifest::quote::quote;
use crate::manifest::text::filled;

use super::subject::Subject;

/// Most compatibility flags.
const MAX_FLAGS: usize = 50;

/// The script: its name, its runtime, its addresses.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    name(subject, spec, findings);
    main_module(spec, findings);
    compatibility_date(subject, spec, findings);
    compatibility_flags(spec, findings);
    usage_model(spec, findings);
    wait(spec, findings);
}

fn name(subject: &Subject<'_>, spec: &Spec, findings: &mut Findings<'_>) {
    let names = script_names(spec);
    for (path, name) in &names {
        findings.add_outcome(path, names::script_name(name));
    }
    match names.as_slice() {
        [] => missing_name(subject, spec, findings),
        [(other, first), (path, second)] if first != second => {
            let message = format!("the script is called {} and {}", quote(first), quote(second));
            let finding = Diagnostic::error(Code::Conflicting, message);
            let finding = finding.with_help("keep one of `script.name` and `worker_name`");
            findings.add(path, finding.and_at(findings.value_place(other), "the other name"));
        }
        _ => {}
    }
}

fn missing_name(subject: &Subject<'_>, spec: &Spec, findings: &mut Findings<'_>) {
    let (within, own) = (script_path().key("name"), spec_path().key("worker_name"));
    if subject.is_broken(&within) || subject.is_broken(&own) {
        return;
    }
    // The interim shape has the bundle in `script` and the name outside.
    let path = if spec.script.is_some() && spec.script_bundle.is_none() { within } else { own };
    let finding = Diagnostic::error(Code::MissingKey, format!("`{path}` is missing"));
    findings.add(&path, finding.with_help("every Worker needs a name: lower-case letters, digits, `-` and `_`"));
}

fn main_module(spec: &Spec, findings: &mut Findings<'_>) {
    let Some(name) = filled(&spec.main_module) else { return };
    let unusable = name.starts_with('/')
        || name == "metadata"
        || name.contains(['"', '\\'])
        || name.contains(char::is_control)
        || name.split('/').any(|segment| matches!(segment, "" | "." | ".."));
    if unusable {
        let finding = Diagnostic::error(Code::Script, format!("{} is not a usable module name", quote(name)));
        findings.add(&spec_path().key("main_module"), finding.with_help("a relative file name, as `index.js`"));
    }
}

fn compatibility_date(subject: &Subject<'_>, spec: &Spec, findings: &mut Findings<'_>) {
    let Some(date) = filled(&spec.compatibility_date) else { return };
    let path = spec_path().key("compatibility_date");
    if !is_calendar_day(date) {
        let finding =
            Diagnostic::error(Code::CompatibilityDate, format!("{} is not a day of the calendar", quote(date)));
        findings.add(&path, finding.with_help("write it as `YYYY-MM-DD`"));
        return;
    }
    // ISO dates sort as text.
    if let Some(today) = subject.options.today.as_deref().filter(|today| date > *today) {
        let finding = Diagnostic::error(Code::CompatibilityDate, format!("{} lies in the future", quote(date)));
        findings.add(&path, finding.with_help(format!("use a day up to {} (UTC)", quote(today))));
    }
}

fn compatibility_flags(spec: &Spec, findings: &mut Findings<'_>) {
    let Some(flags) = &spec.compatibility_flags else { return };
    let path = spec_path().key("compatibility_flags");
    let mut seen = BTreeSet::new();
    for (index, flag) in flags.each() {
        let is_word =
            !flag.is_empty() && flag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if !is_word {
            let finding = Diagnostic::error(Code::Script, format!("{} is not a compatibility flag", quote(flag)));
            findings.add(&path.index(index), finding.with_help("one word an item, as `nodejs_compat`"));
        } else if !seen.insert(flag.clone()) {
            let finding = Diagnostic::error(Code::Script, format!("the flag {} is given twice", quote(flag)));
            findings.add(&path.index(index), finding.with_help("remove one of them"));
        }
    }
    if seen.len() > MAX_FLAGS {
        let message = format!("{} compatibility flags, at most {MAX_FLAGS} are allowed", seen.len());
        findings.add(&path, Diagnostic::error(Code::Script, message));
    }
}

fn usage_model(spec: &Spec, findings: &mut Findings<'_>) {
    let Some(model) = &spec.usage_model else { return };
    let finding = match model {
        UsageModel::Name(_) | UsageModel::Number(0 | 1) => {
            Diagnostic::note(Code::NoEffect, "`usage_model` has no effect")
                .with_help("Cloudflare has one model for all Workers; it can be left out")
        }
        UsageModel::Number(other) => {
            Diagnostic::error(Code::InvalidValue, format!("`{other}` is not a value of `usage_model`"))
                .with_help("use one of `BUNDLED` (0), `UNBOUND` (1), `STANDARD`, or leave it out")
        }
    };
    findings.add(&spec_path().key("usage_model"), finding);
}

fn wait(spec: &Spec, findings: &mut Findings<'_>) {
    let Some(wait) = &spec.wait else { return };
    let path = spec_path().key("wait");
    if let Some(text) = filled(&wait.path).filter(|text| !is_request_path(text)) {
        let finding = Diagnostic::error(Code::Wait, format!("{} is not a path to request", quote(text)));
        findings.add(&path.key("path"), finding.with_help("it starts with `/` and holds no spaces"));
    }
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if let Some(text) = filled(&wait.header).filter(|text| !text.bytes().all(is_token)) {
        let finding = Diagnostic::error(Code::Wait, format!("{} is not the name of a header", quote(text)));
        findings.add(&path.key("header"), finding.with_help("as `x-version-id`"));
    }
}

fn is_request_path(text: &str) -> bool {
    text.starts_with('/')
        && !text.starts_with("//")
        && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != '\\')
}
