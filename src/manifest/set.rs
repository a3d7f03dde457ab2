//! `--set PATH=VALUE`: a value from the command line, typed by the schema.

use serde_json::{Map, Value as Schema};

use crate::binding::SecretSource;
use crate::diagnostic::{Code, Diagnostic, Place};

use super::kind::{self, DocumentKind};
use super::limits::readable;
use super::path::{Path, Step};
use super::quote::quote;
use super::reference::{self, Text};
use super::secret_source::secret_source;
use super::tree::{Content, Document, Elsewhere, Entry, Key, Node, Scalar, Span, Style};
use super::wanted::Wanted;
use super::{events, shape};

/// Sets values in the only document of a run.
pub(super) fn apply(
    documents: &mut [Document],
    set: &[(String, String)],
    kinds: &[&dyn DocumentKind],
) -> Vec<Diagnostic> {
    if set.is_empty() {
        return Vec::new();
    }
    let count = documents.len();
    let [document] = documents else {
        // A run without any document has its own finding.
        let message = format!("`--set` works on one document, this run has {count}");
        let finding = Diagnostic::error(Code::Set, message).at(Some(given(0, "")));
        return (count > 0).then_some(finding).into_iter().collect();
    };
    let Some(schema) = kind::named_in(document, kinds).map(DocumentKind::shape) else { return Vec::new() };
    let one = |(index, (path, value)): (usize, &(String, String))| {
        let place = given(index, path);
        match set_one(document, path, value, schema) {
            Ok(path) => {
                document.set.push(Elsewhere { path, place, written: None });
                None
            }
            Err(finding) => Some(finding.at(Some(place)).on(path.clone())),
        }
    };
    set.iter().enumerate().filter_map(one).collect()
}

/// Whether `--set PATH=VALUE` makes the text at that path exactly this value, and no reference.
pub fn is_settable(path: &str, value: &str) -> bool {
    let named = Path::parse(path).is_some_and(|read| read.to_string() == path);
    named && matches!(reference::read(value), Ok(Text::Plain))
}

/// The place of an option on the command line.
fn given(index: usize, path: &str) -> Place {
    let file = format!("--set {path}").trim_end().to_owned();
    Place { file, line: index + 1, column: 1, end_line: index + 1, end_column: 1 }
}

fn set_one(document: &mut Document, text: &str, value: &str, schema: &Schema) -> Result<Path, Diagnostic> {
    let path = Path::parse(text).filter(|path| !path.steps().is_empty());
    let path = path
        .ok_or_else(|| refused(text, "is not a path", "as `spec.script.bundle.path` or `spec.kv_bindings[0].name`"))?;
    let wanted = schema_at(schema, &path)
        .ok_or_else(|| refused(text, "is not a key of a manifest", "`cfworker-deploy schema` prints all keys"))?;
    let wanted = Wanted::of(wanted, schema);
    let node = typed(value, &wanted).ok_or_else(|| refused(text, "is given a value that is not YAML", "quote it"))?;
    if holds_secret(&node, path.steps().contains(&Step::Key("secrets".into()))) {
        return Err(refused(text, "would take a secret from a flag", "write `${NAME}` and give the value another way"));
    }
    match insert(&mut document.root, path.steps(), node) {
        Some(()) => Ok(path),
        None => Err(refused(text, "leads through something that is no mapping or list", "set the whole value instead")),
    }
}

/// Whether the text of a secret stands somewhere under a key `secrets`.
fn holds_secret(node: &Node, within: bool) -> bool {
    match &node.content {
        Content::Scalar(scalar) => within && matches!(secret_source(&scalar.text, &[]), Ok(SecretSource::Literal(_))),
        Content::List(items) => items.iter().any(|item| holds_secret(item, within)),
        Content::Mapping(entries) => {
            entries.iter().any(|entry| holds_secret(&entry.value, within || entry.key.text == "secrets"))
        }
    }
}

fn refused(path: &str, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::Set, format!("{} {what}", quote(path))).with_help(help)
}

/// Text where text is due; else what the value means as YAML.
fn typed(value: &str, wanted: &Wanted<'_>) -> Option<Node> {
    // A text of any form that might also be a mapping is a text: the members of the mapping have paths of their own.
    if wanted.text && !wanted.boolean && (wanted.mapping.is_none() || wanted.words.is_empty()) {
        return Some(scalar(value, Style::DoubleQuoted));
    }
    let (mut documents, findings) = events::documents(0, "--set", readable("--set", value).ok()?);
    match (documents.pop(), documents.is_empty(), findings.is_empty()) {
        (Some(document), true, true) => Some(document.root),
        (None, _, true) => Some(scalar("", Style::Plain)),
        _ => None,
    }
}

fn scalar(text: &str, style: Style) -> Node {
    Node { span: NOWHERE, content: Content::Scalar(Scalar { text: text.to_owned(), style }) }
}

const NOWHERE: Span = Span { line: 1, column: 1, end_line: 1, end_column: 1 };

/// The schema of the value at a path.
fn schema_at<'schema>(root: &'schema Schema, path: &Path) -> Option<&'schema Schema> {
    path.steps().iter().try_fold(root, |schema, step| {
        let wanted = Wanted::of(schema, root);
        match step {
            Step::Index(_) => wanted.items,
            Step::Key(key) => value_schema(wanted.mapping?, key),
        }
    })
}

fn value_schema<'schema>(mapping: &'schema Map<String, Schema>, key: &str) -> Option<&'schema Schema> {
    match mapping.get("properties").and_then(Schema::as_object) {
        Some(properties) => {
            // Where other keys may stand as well, they take any value.
            let others = mapping.get("additionalProperties").filter(|others| **others != Schema::Bool(false));
            shape::property(properties, key).map(|(_, schema)| schema).or(others)
        }
        None => mapping.get("additionalProperties"),
    }
}

/// Puts a value at a path, with the mappings that lead there; an item can be replaced or added at the end.
fn insert(node: &mut Node, steps: &[Step], value: Node) -> Option<()> {
    let Some((step, rest)) = steps.split_first() else {
        node.content = value.content;
        return Some(());
    };
    if matches!(&node.content, Content::Scalar(scalar) if scalar.style == Style::Plain && scalar.text.is_empty()) {
        node.content = match step {
            Step::Key(_) => Content::Mapping(Vec::new()),
            Step::Index(_) => Content::List(Vec::new()),
        };
    }
    let start = Span { end_line: node.span.line, end_column: node.span.column + 1, ..node.span };
    match (step, &mut node.content) {
        (Step::Key(key), Content::Mapping(entries)) => {
            let spelt = entries.iter().position(|entry| super::keys::same_key(&entry.key.text, key));
            let position = spelt.unwrap_or(entries.len());
            if spelt.is_none() {
                let key = Key { text: key.clone(), span: start };
                entries.push(Entry { key, value: Node { span: start, ..scalar("", Style::Plain) } });
            }
            insert(&mut entries.get_mut(position)?.value, rest, value)
        }
        (Step::Index(index), Content::List(items)) => {
            if *index == items.len() {
                items.push(Node { span: start, ..scalar("", Style::Plain) });
            }
            insert(items.get_mut(*index)?, rest, value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::apply;
    use crate::manifest::kind::{DocumentKind, Lowered, Moved, Reading};
    use crate::manifest::path::Path;
    use crate::manifest::referring::WORKER;
    use crate::manifest::tree::Document;
    use crate::manifest::{events, json_schema};

    /// A kind whose documents are only looked at.
    struct Shown;

    impl DocumentKind for Shown {
        fn name(&self) -> &'static str {
            WORKER
        }

        fn shape(&self) -> &'static serde_json::Value {
            json_schema::shape(WORKER)
        }

        fn moved(&self) -> &'static [Moved] {
            &[]
        }

        fn read(&self, _: &mut Reading<'_, '_>) -> Lowered {
            Lowered::default()
        }
    }

    fn set(path: &str, value: &str) -> (Document, Vec<String>) {
        let text = format!("kind: {WORKER}\nspec:\n  script: {{name: a}}\n  env:\n");
        let (mut documents, _) = events::documents(0, "a.yaml", &text);
        let findings = apply(&mut documents, &[(path.into(), value.into())], &[&Shown]);
        (documents.remove(0), findings.into_iter().map(|finding| finding.message).collect())
    }

    fn text_at(document: &Document, path: &str) -> String {
        let node = document.node(&Path::parse(path).expect("a path")).expect("a value");
        format!("{:?}", node.scalar().expect("a scalar").meaning()) + " " + &node.scalar().expect("a scalar").text
    }

    #[test]
    fn values_are_typed_by_the_schema() {
        let (document, findings) = set("spec.env.variables.PORT", "8080");
        assert_eq!((text_at(&document, "spec.env.variables.PORT").as_str(), findings.len()), ("Text 8080", 0));
        let (document, _) = set("spec.env.variables.LIMITS", "{a: 1}");
        assert_eq!(text_at(&document, "spec.env.variables.LIMITS"), "Text {a: 1}");
        let (document, findings) = set("spec.dns.zone_id.value_from.name", "example.com");
        let name = text_at(&document, "spec.dns.zone_id.value_from.name");
        assert_eq!((name.as_str(), findings.len()), ("Text example.com", 0));
        let (document, _) = set("spec.dns.enabled", "true");
        assert_eq!(text_at(&document, "spec.dns.enabled"), "Bool(true) true");
        let (document, _) = set("spec.compatibilityFlags", "[a, b]");
        assert_eq!(text_at(&document, "spec.compatibility_flags[1]"), "Text b");
        let (document, _) = set("spec.script.bundle.path", "app/v2.js");
        assert_eq!(text_at(&document, "spec.script.bundle.path"), "Text app/v2.js");
    }

    #[test]
    fn members_of_a_binding_mean_what_they_mean_as_yaml() {
        let (document, findings) = set("spec.bindings[0].delivery_delay", "5");
        let at = text_at(&document, "spec.bindings[0].delivery_delay");
        assert!(findings.is_empty() && at.starts_with("Number"), "{at} {findings:?}");
        let (document, _) = set("spec.bindings[0].name", "5");
        assert_eq!(text_at(&document, "spec.bindings[0].name"), "Text 5");
    }

    #[test]
    fn refuses_what_it_cant_place() {
        for (path, value) in [
            ("spec.nope", "1"),
            ("spec..a", "1"),
            ("spec.script.name.x", "1"),
            ("spec.kv_bindings[3].name", "A"),
            ("spec.dns", "["),
        ] {
            assert_eq!(set(path, value).1.len(), 1, "{path}");
        }
        let (_, findings) = set("spec.env.secrets.KEY", "hunter2");
        assert!(findings.iter().all(|message| !message.contains("hunter2")) && findings.len() == 1);
        for (path, value) in [("spec.env.secrets", "{KEY: hunter2}"), ("spec.env", "{secrets: {KEY: hunter2}}")] {
            assert_eq!(set(path, value).1.len(), 1, "{path}");
        }
        assert_eq!(set("spec.env.secrets.KEY", "${KEY}").1.len(), 0);
    }
}
