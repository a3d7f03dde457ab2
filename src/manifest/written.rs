//! Documents of another dialect, written as manifests: YAML, with comments on what was not taken over.

use serde_yaml::{Mapping, Value};

use crate::diagnostic::{Code, Diagnostic, Severity};

use super::dialect::Dialect;
use super::kind::DocumentKind;
use super::options::ReadOptions;
use super::read::{parse, read};
use super::scalar::Meaning;
use super::source::Source;
use super::tree::{Content, Node};

/// Where editors find the schema of a manifest, beside which the package is installed.
pub(crate) const SCHEMA: &str = "# yaml-language-server: $schema=node_modules/cfworker-deploy/schema.json\n";

/// What is told of a configuration and is no mistake in it.
const TOLD: [Code; 3] = [Code::NoEquivalent, Code::NotInherited, Code::UnknownKey];

/// A manifest that was made of a source.
pub(crate) struct Written {
    /// Name of the source.
    pub source: String,
    /// Environment that it was read for.
    pub environment: Option<String>,
    /// The manifest; nothing where mistakes stand in its way.
    pub text: Option<String>,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

/// A manifest for each environment of each source that is written in a dialect; of the one that the options name, if
/// they name one.
pub(crate) fn written(
    kinds: &[&dyn DocumentKind],
    dialects: &[&dyn Dialect],
    sources: &[Source],
    options: &ReadOptions,
) -> Vec<Written> {
    let mut all = Vec::new();
    for source in sources.iter().filter(|source| !options.overlays.contains_key(&source.name)) {
        let Some(dialect) = dialects.iter().find(|dialect| dialect.is_for(&source.name)) else { continue };
        let is_its = |other: &&Source| options.overlays.get(&other.name) == Some(&source.name);
        let own: Vec<Source> = std::iter::once(source).chain(sources.iter().filter(is_its)).cloned().collect();
        let overlays = own.iter().filter_map(|own| options.overlays.get_key_value(&own.name));
        let overlays = overlays.map(|(name, below)| (name.clone(), below.clone())).collect();
        let options = ReadOptions { overlays, guesses: true, ..options.clone() };
        let environments = match &options.environment {
            Some(_) => vec![options.environment.clone()],
            None => {
                let named = dialect.environments(&source.name, &source.text).into_iter().map(Some);
                std::iter::once(None).chain(named).collect()
            }
        };
        for environment in environments {
            let options = ReadOptions { environment, ..options.clone() };
            all.push(one(kinds, dialects, source, &own, &options));
        }
    }
    all
}

fn one(
    kinds: &[&dyn DocumentKind],
    dialects: &[&dyn Dialect],
    source: &Source,
    own: &[Source],
    options: &ReadOptions,
) -> Written {
    let mut diagnostics = read(kinds, dialects, own, options).diagnostics;
    // Whoever imports sees what is left out, in the file too, and decides.
    for finding in diagnostics.iter_mut().filter(|finding| TOLD.contains(&finding.code)) {
        finding.severity = Severity::Warning;
    }
    let is_sound = !diagnostics.iter().any(Diagnostic::is_error);
    let documents = parse(own, dialects, options).0;
    let text = (is_sound && !documents.is_empty()).then(|| {
        let from = options.environment.as_ref().map_or_else(String::new, |name| format!(", environment `{name}`"));
        let head = format!("{SCHEMA}# Made of `{}`{from}.\n", one_line(&source.name));
        let told = diagnostics.iter().filter(|finding| TOLD.contains(&finding.code)).map(comment).collect::<String>();
        let all: Vec<String> = documents.iter().map(|document| yaml(&document.root)).collect();
        format!("{head}{told}{}", all.join("---\n"))
    });
    Written { source: source.name.clone(), environment: options.environment.clone(), text, diagnostics }
}

/// What was not taken over, and why.
fn comment(finding: &Diagnostic) -> String {
    let help = finding.help.as_deref().map_or_else(String::new, |help| format!(": {}", one_line(help)));
    format!("# {}{help}\n", one_line(&finding.message))
}

/// No text of others ends a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// A tree as YAML.
pub(crate) fn yaml(root: &Node) -> String {
    serde_yaml::to_string(&value(root)).unwrap_or_default()
}

fn value(node: &Node) -> Value {
    match &node.content {
        Content::Scalar(scalar) => match scalar.meaning() {
            Meaning::Null => Value::Null,
            Meaning::Bool(switch) => Value::Bool(switch),
            Meaning::Number(number) => Value::Number(number),
            Meaning::Text => Value::String(scalar.text.clone()),
        },
        Content::List(items) => Value::Sequence(items.iter().map(value).collect()),
        Content::Mapping(entries) => {
            let entry = |entry: &super::tree::Entry| (Value::String(entry.key.text.clone()), value(&entry.value));
            Value::Mapping(entries.iter().map(entry).collect::<Mapping>())
        }
    }
}
