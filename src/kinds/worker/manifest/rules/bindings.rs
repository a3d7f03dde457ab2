//! Variables, secrets and stores: one set of names in JavaScript.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::binding::{Input, SecretSource};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::kinds::worker::manifest::bindings;
use crate::kinds::worker::manifest::env::{MAX_VALUE, variable};
use crate::kinds::worker::manifest::generations::spec_path;
use crate::kinds::worker::manifest::kv;
use crate::kinds::worker::manifest::spec::Spec;
use crate::manifest::findings::Findings;
use crate::manifest::names::is_identifier;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::braced_name;
use crate::manifest::schema::TextOrFrom;
use crate::manifest::secret_source::secret_source;

use super::subject::Subject;

/// Values above this many bytes may be refused: sources differ.
const DOUBTFUL_VALUE: usize = 5_000;
/// Most variables and secrets of a Worker on the free and on the paid plan.
const MAX_COUNT: (usize, usize) = (64, 128);

/// Variables, secrets and stores: one set of names in JavaScript.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    let mut names = Names::default();
    variables(subject, spec, &mut names, findings);
    secrets(subject, spec, &mut names, findings);
    count(names.0.len(), findings);
    for (index, entry) in spec.kv_bindings.iter().flat_map(|list| list.each()) {
        let path = spec_path().key("kv_bindings").index(index);
        match kv::read(entry, &path) {
            Ok(binding) => names.add(&binding.name, kv::name_path(entry, &path), findings),
            Err((path, _)) if subject.is_broken(&path) => {}
            Err((path, finding)) => findings.add(&path, finding),
        }
    }
    others(subject, spec, &mut names, findings);
    if let Some(name) = spec.assets.as_ref().and_then(|assets| assets.binding.as_deref()) {
        let path = spec_path().key("assets").key("binding");
        usable_name(name, &path, findings);
        names.add(name, path, findings);
    }
}

/// The entries of `bindings`.
fn others(subject: &Subject<'_>, spec: &Spec, names: &mut Names, findings: &mut Findings<'_>) {
    for (index, entry) in spec.bindings.iter().flat_map(|list| list.each()) {
        let path = spec_path().key("bindings").index(index);
        let read = bindings::read(entry, &path);
        for (path, finding) in read.findings.into_iter().filter(|(path, _)| !subject.is_broken(path)) {
            findings.add(&path, finding);
        }
        for (path, finding) in read.about_keys {
            findings.add_key(&path, finding);
        }
        if let Some(name) = entry.0.get("name").and_then(Value::as_str).filter(|name| !name.is_empty()) {
            names.add(name, path.key("name"), findings);
        }
    }
}

fn variables(subject: &Subject<'_>, spec: &Spec, names: &mut Names, findings: &mut Findings<'_>) {
    let variables = spec.env.as_ref().and_then(|env| env.variables.as_ref());
    for (name, given) in variables.into_iter().flatten() {
        let path = spec_path().key("env").key("variables").key(name);
        usable_name(name, &path, findings);
        names.add(name, path.clone(), findings);
        match variable(given, &path, subject.options) {
            Ok(Input::Value(value)) => length(value.len(), name, &path, findings),
            Ok(Input::Reference(_) | Input::Late(_)) => {}
            Err((path, finding)) if subject.is_told(&path, &finding) => {}
            Err((path, finding)) => findings.add(&path, finding),
        }
        if let TextOrFrom::Text(text) = given
            && braced_name(text).is_some()
        {
            let finding =
                Diagnostic::warning(Code::Reference, format!("{} is not replaced in a variable", quote(text)));
            findings.add(
                &path,
                finding.with_help("`${NAME}` works in `env.secrets`; here, write `$variables-group/GROUP/KEY`"),
            );
        }
    }
}

fn secrets(subject: &Subject<'_>, spec: &Spec, names: &mut Names, findings: &mut Findings<'_>) {
    let secrets = spec.env.as_ref().and_then(|env| env.secrets.as_ref());
    for (name, text) in secrets.into_iter().flatten() {
        let path = spec_path().key("env").key("secrets").key(name);
        usable_name(name, &path, findings);
        names.add(name, path.clone(), findings);
        match secret_source(&text.0, &subject.options.allow_env) {
            Ok(SecretSource::Literal(value)) => {
                findings.add(&path, literal(name, &text.0));
                length(value.reveal().len(), name, &path, findings);
            }
            Ok(SecretSource::Named(_) | SecretSource::Group { .. }) => {}
            Err(finding) => findings.add(&path, finding),
        }
    }
}

/// A secret that stands in the file: told, never shown.
fn literal(name: &str, text: &str) -> Diagnostic {
    let finding =
        Diagnostic::warning(Code::LiteralSecret, format!("the secret {} stands in the manifest", quote(name)));
    if text.replace("$${", "").contains("${") {
        return finding.with_help("`${NAME}` is only replaced where it is the whole value");
    }
    finding
        .with_help("write `${NAME}` and give the value in a file of secrets, by standard input or the environment")
        .by(CallOption::Secrets)
}

fn usable_name(name: &str, path: &Path, findings: &mut Findings<'_>) {
    if name.is_empty() {
        findings.add_key(path, Diagnostic::error(Code::BindingName, "a name is empty"));
    } else if !is_identifier(name) {
        let finding =
            Diagnostic::warning(Code::BindingName, format!("{} is not an identifier of JavaScript", quote(name)));
        findings.add_key(path, finding.with_help(format!("only `env[{}]` reaches it", Value::from(name))));
    }
}

fn length(bytes: usize, name: &str, path: &Path, findings: &mut Findings<'_>) {
    let message = format!("the value of {} has {bytes} bytes", quote(name));
    if bytes > MAX_VALUE {
        findings.add(
            path,
            Diagnostic::error(Code::VariableSize, message)
                .with_help(format!("at most {MAX_VALUE}; keep large data in KV")),
        );
    } else if bytes > DOUBTFUL_VALUE {
        let help = format!("Cloudflare may refuse values above {DOUBTFUL_VALUE} bytes");
        findings.add(path, Diagnostic::warning(Code::VariableSize, message).with_help(help));
    }
}

fn count(count: usize, findings: &mut Findings<'_>) {
    let (free, paid) = MAX_COUNT;
    let path = spec_path().key("env");
    let message = format!("{count} variables and secrets");
    if count > paid {
        findings.add(
            &path,
            Diagnostic::error(Code::VariableSize, message).with_help(format!("a Worker takes at most {paid}")),
        );
    } else if count > free {
        findings.add(
            &path,
            Diagnostic::warning(Code::VariableSize, message).with_help(format!("the free plan takes at most {free}")),
        );
    }
}

/// Names seen so far, each with its path.
#[derive(Default)]
struct Names(BTreeMap<String, Path>);

impl Names {
    fn add(&mut self, name: &str, path: Path, findings: &mut Findings<'_>) {
        let Some(first) = self.0.get(name) else {
            self.0.insert(name.to_owned(), path);
            return;
        };
        let message = format!("the binding name {} is given twice", quote(name));
        let first = findings.key_place(first);
        let finding = Diagnostic::error(Code::DuplicateBinding, message).with_help("rename one of them");
        findings.add_key(&path, finding.and_at(first, "first given here"));
    }
}
