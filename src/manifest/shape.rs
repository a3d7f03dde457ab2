//! The shape check: a document against the schema of its types, all findings at once.
//!
//! What passes comes out as a value that the typed read takes without an error; what does not is left out,
//! so that the rules can go on with the rest.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Schema};
use serde_yaml::{Mapping, Value};

use crate::diagnostic::{Code, Diagnostic};

use super::findings::Findings;
use super::keys::{same_key, snake_case};
use super::kind::{DocumentKind, Moved};
use super::moved::{self, Instead};
use super::nearest::nearest;
use super::path::{Path, Step};
use super::quote::quote;
use super::scalar::{Meaning, Number, bare};
use super::tree::{Content, Document, Entry, Node, Scalar, Style};
use super::wanted::Wanted;

/// Most known keys that a finding lists.
const MAX_KNOWN: usize = 12;

/// What is left of a document when all that is wrong is taken out.
pub(super) struct Shape {
    /// Every key in the spelling of the schema.
    pub value: Value,
    /// Paths of values that are missing or of the wrong shape, and were told so.
    pub broken: BTreeSet<String>,
}

/// Checks a document; values under paths in `broken` were told elsewhere and are left out.
pub(super) fn check(
    document: &Document,
    kind: &dyn DocumentKind,
    broken: BTreeSet<String>,
    findings: &mut Findings<'_>,
) -> Shape {
    let schema = kind.shape();
    let mut walk = Walk { schema, moved: kind.moved(), findings, broken, meant: BTreeSet::new() };
    let value = walk.value(&document.root, schema, &Path::default());
    walk.broken.append(&mut walk.meant);
    Shape { value: value.unwrap_or(Value::Mapping(Mapping::new())), broken: walk.broken }
}

struct Walk<'walk, 'document> {
    schema: &'walk Schema,
    moved: &'static [Moved],
    findings: &'walk mut Findings<'document>,
    broken: BTreeSet<String>,
    /// Paths of keys that stand there under a name that is not known, and were told so.
    meant: BTreeSet<String>,
}

impl<'walk> Walk<'walk, '_> {
    /// The value as far as it fits; nothing for one that is broken or that nobody reads.
    fn value(&mut self, node: &Node, schema: &'walk Schema, path: &Path) -> Option<Value> {
        if self.broken.contains(&path.to_string()) {
            return None;
        }
        let wanted = Wanted::of(schema, self.schema);
        if wanted.anything {
            return None;
        }
        match (&node.content, wanted.mapping, wanted.items) {
            (Content::Scalar(scalar), _, _) => self.scalar(scalar, &wanted, path),
            (Content::Mapping(entries), Some(mapping), _) if wanted.whole => Some(self.whole(entries, mapping, path)),
            (Content::Mapping(entries), Some(mapping), _) => Some(self.mapping(entries, mapping, path)),
            (Content::List(items), _, Some(item)) => Some(self.list(items, item, path)),
            (Content::Mapping(_), None, _) => self.wrong_type("a mapping", &wanted, path),
            (Content::List(_), _, None) => self.wrong_type("a list", &wanted, path),
        }
    }

    fn list(&mut self, items: &[Node], schema: &'walk Schema, path: &Path) -> Value {
        let item = |(index, node)| self.value(node, schema, &path.index(index)).unwrap_or(Value::Null);
        Value::Sequence(items.iter().enumerate().map(item).collect())
    }

    fn mapping(&mut self, entries: &[Entry], schema: &'walk Map<String, Schema>, path: &Path) -> Value {
        let Some(properties) = schema.get("properties").and_then(Schema::as_object) else {
            return self.free_keys(entries, schema, path);
        };
        let mut read = Mapping::new();
        let mut given: Vec<(&str, &Entry)> = Vec::new();
        for entry in entries {
            let Some((key, schema)) = property(properties, &entry.key.text) else {
                self.unknown_key(entry, properties, path);
                continue;
            };
            if let Some((_, first)) = given.iter().find(|(known, _)| *known == key) {
                self.both_spellings(entry, first, &path.key(key));
                continue;
            }
            given.push((key, entry));
            if is_null(&entry.value) {
                continue;
            }
            if let Some(value) = self.value(&entry.value, schema, &path.key(key)) {
                read.insert(key.into(), value);
            }
        }
        let given: Vec<_> = given.into_iter().filter(|(_, entry)| !is_null(&entry.value)).map(|(key, _)| key).collect();
        self.missing_keys(schema, &given, path);
        Value::Mapping(read)
    }

    /// A mapping with all that is in it.
    fn whole(&mut self, entries: &[Entry], schema: &Map<String, Schema>, path: &Path) -> Value {
        let given: Vec<&str> =
            entries.iter().filter(|entry| !is_null(&entry.value)).map(|entry| entry.key.text.as_str()).collect();
        self.missing_keys(schema, &given, path);
        self.as_it_is(entries, path)
    }

    fn as_it_is(&mut self, entries: &[Entry], path: &Path) -> Value {
        let mut read = Mapping::new();
        for entry in entries {
            let value = self.any(&entry.value, &path.key(&entry.key.text));
            read.insert(entry.key.text.as_str().into(), value);
        }
        Value::Mapping(read)
    }

    fn any(&mut self, node: &Node, path: &Path) -> Value {
        match &node.content {
            Content::Mapping(entries) => self.as_it_is(entries, path),
            Content::List(items) => {
                let item = |(index, item)| self.any(item, &path.index(index));
                Value::Sequence(items.iter().enumerate().map(item).collect())
            }
            Content::Scalar(scalar) => match scalar.meaning() {
                Meaning::Null => Value::Null,
                Meaning::Bool(value) => value.into(),
                Meaning::Text => scalar.text.as_str().into(),
                Meaning::Number(value) if value.as_f64().is_none_or(f64::is_finite) => Value::Number(value),
                Meaning::Number(_) => {
                    let message = format!("{} is no number that JSON has", quote(&scalar.text));
                    let finding = Diagnostic::error(Code::InvalidValue, message);
                    self.break_at(path, finding.with_help("quote it where text is meant")).unwrap_or(Value::Null)
                }
            },
        }
    }

    /// A mapping from names of the user's choice.
    fn free_keys(&mut self, entries: &[Entry], schema: &'walk Map<String, Schema>, path: &Path) -> Value {
        let Some(schema) = schema.get("additionalProperties") else { return Value::Mapping(Mapping::new()) };
        let mut read = Mapping::new();
        for entry in entries {
            if let Some(value) = self.value(&entry.value, schema, &path.key(&entry.key.text)) {
                read.insert(entry.key.text.as_str().into(), value);
            }
        }
        Value::Mapping(read)
    }

    fn scalar(&mut self, scalar: &Scalar, wanted: &Wanted<'_>, path: &Path) -> Option<Value> {
        match scalar.meaning() {
            Meaning::Bool(value) if wanted.boolean => Some(value.into()),
            Meaning::Number(value) if wanted.takes(&value) => self.in_range(value, scalar, wanted, path),
            Meaning::Text if wanted.text && wanted.words.is_empty() => Some(scalar.text.as_str().into()),
            Meaning::Text if wanted.words.contains(&scalar.text.as_str()) => Some(scalar.text.as_str().into()),
            Meaning::Text => match bare(&scalar.text) {
                Meaning::Number(value) if scalar.style != Style::Plain && wanted.takes(&value) => {
                    self.in_range(value, scalar, wanted, path)
                }
                _ if wanted.text => self.unknown_word(scalar, wanted, path),
                _ => self.text_where_none_is_due(scalar, wanted, path),
            },
            Meaning::Null if wanted.text => {
                let finding =
                    Diagnostic::error(Code::Unquoted, format!("{} has no value where text is due", last_key(path)));
                self.break_at(path, finding.with_help("write `\"\"` for an empty text"))
            }
            Meaning::Null => self.wrong_type("nothing", wanted, path),
            Meaning::Bool(_) | Meaning::Number(_) if !wanted.words.is_empty() => {
                self.unknown_word(scalar, wanted, path)
            }
            Meaning::Bool(_) | Meaning::Number(_) if wanted.text => self.unquoted(scalar, wanted, path),
            Meaning::Bool(_) => self.wrong_type("`true` or `false`", wanted, path),
            Meaning::Number(_) => self.wrong_type("a number", wanted, path),
        }
    }

    fn in_range(&mut self, value: Number, scalar: &Scalar, wanted: &Wanted<'_>, path: &Path) -> Option<Value> {
        let float = value.as_f64().unwrap_or(f64::NAN);
        let is_outside = |(minimum, maximum): &(f64, f64)| !(minimum..=maximum).contains(&&float);
        // Where words are due as well, their rule tells all of it.
        let Some((minimum, maximum)) = wanted.range.filter(|range| wanted.words.is_empty() && is_outside(range)) else {
            return Some(Value::Number(value));
        };
        let message = format!("{} is out of range", quote(&scalar.text));
        let finding = Diagnostic::error(Code::InvalidValue, message);
        self.break_at(path, finding.with_help(format!("a number from {minimum} to {maximum} is due")))
    }

    fn unquoted(&mut self, scalar: &Scalar, wanted: &Wanted<'_>, path: &Path) -> Option<Value> {
        let is = if matches!(scalar.meaning(), Meaning::Bool(_)) { "a bool" } else { "a number" };
        let key = last_key(path);
        if wanted.secret {
            let finding = Diagnostic::error(Code::Unquoted, format!("the value of {key} is {is} where text is due"));
            return self.break_at(path, finding.with_help("quote it"));
        }
        let finding = Diagnostic::error(Code::Unquoted, format!("{} is {is} where text is due", quote(&scalar.text)));
        let quoted = Schema::from(scalar.text.as_str());
        self.break_at(path, finding.with_help(format!("quote it: {}", quote(&quoted.to_string()))))
    }

    fn unknown_word(&mut self, scalar: &Scalar, wanted: &Wanted<'_>, path: &Path) -> Option<Value> {
        let message = format!("{} is not a value of {}", quote(&scalar.text), last_key(path));
        let words = &wanted.words;
        let help = match nearest(&scalar.text, words.iter().copied()) {
            Some(word) if words.len() > 1 => format!("did you mean `{word}`? known: {}", listed(words)),
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("use one of {}{}", listed(words), wanted.or_else_than_text()),
        };
        self.break_at(path, Diagnostic::error(Code::InvalidValue, message).with_help(help))
    }

    fn text_where_none_is_due(&mut self, scalar: &Scalar, wanted: &Wanted<'_>, path: &Path) -> Option<Value> {
        let finding =
            Diagnostic::error(Code::WrongType, format!("{} is due for {}, found text", wanted, last_key(path)));
        let help = match scalar.text.to_ascii_lowercase().as_str() {
            _ if !wanted.boolean => None,
            "true" | "false" if scalar.style != Style::Plain => Some("remove the quotes"),
            "yes" | "on" | "y" | "true" => Some("write `true`"),
            "no" | "off" | "n" | "false" => Some("write `false`"),
            _ => None,
        };
        self.break_at(
            path,
            match help {
                Some(help) => finding.with_help(help),
                None => finding,
            },
        )
    }

    fn wrong_type(&mut self, found: &str, wanted: &Wanted<'_>, path: &Path) -> Option<Value> {
        let due = match path.steps().last() {
            Some(_) => format!("{wanted} is due for {}, found {found}", last_key(path)),
            None => format!("a manifest is {wanted}, found {found}"),
        };
        let finding = Diagnostic::error(Code::WrongType, due);
        let list_of_one = found != "nothing" && wanted.items.is_some();
        self.break_at(path, if list_of_one { finding.with_help("start each item with `- `") } else { finding })
    }

    fn missing_keys(&mut self, schema: &Map<String, Schema>, given: &[&str], path: &Path) {
        let required =
            schema.get("required").and_then(Schema::as_array).into_iter().flatten().filter_map(Schema::as_str);
        for key in required.filter(|key| !given.contains(key)) {
            let path = path.key(key);
            if self.broken.contains(&path.to_string()) || self.meant.contains(&path.to_string()) {
                continue;
            }
            self.break_at(&path, Diagnostic::error(Code::MissingKey, format!("`{path}` is missing")));
        }
    }

    fn unknown_key(&mut self, entry: &Entry, properties: &Map<String, Schema>, parent: &Path) {
        let key = &entry.key.text;
        let message = match parent.steps() {
            [] => format!("unknown key {}", quote(key)),
            _ => format!("unknown key {} in `{parent}`", quote(key)),
        };
        let known: Vec<&str> = properties.keys().map(String::as_str).filter(|known| *known != "$schema").collect();
        let instead = moved::instead(self.moved, &without_indexes(parent), &snake_case(key));
        let (meant, help) = match (instead, nearest(key, known.iter().copied())) {
            (Some(Instead { help, meant }), _) => (meant, help.to_owned()),
            (None, Some(near)) => (Some(near), format!("use `{near}`")),
            (None, None) if known.len() > MAX_KNOWN => (None, "`cfworker-deploy schema` prints all keys".to_owned()),
            (None, None) => (None, format!("known keys: {}", listed(&known))),
        };
        // The key that was meant is not missing as well.
        let meant = meant.filter(|meant| known.contains(meant));
        self.meant.extend(meant.map(|key| parent.key(key).to_string()));
        let finding = Diagnostic::error(Code::UnknownKey, message).with_help(help);
        self.findings.add_at(entry.key.span, &parent.key(key), finding);
    }

    fn both_spellings(&mut self, second: &Entry, first: &Entry, path: &Path) {
        let message = format!("{} and {} are one key", quote(&first.key.text), quote(&second.key.text));
        let finding = Diagnostic::error(Code::DuplicateKey, message).with_help("remove one of them");
        let first = self.findings.place(first.key.span);
        self.findings.add_at(second.key.span, path, finding.and_at(first, "first given here"));
    }

    fn break_at(&mut self, path: &Path, finding: Diagnostic) -> Option<Value> {
        self.findings.add(path, finding);
        self.broken.insert(path.to_string());
        None
    }
}

/// The property that a key names, in either spelling.
pub(super) fn property<'schema>(
    properties: &'schema Map<String, Schema>,
    key: &str,
) -> Option<(&'schema str, &'schema Schema)> {
    let exact = properties.get_key_value(key);
    let found = exact.or_else(|| properties.iter().find(|(known, _)| is_other_spelling(known, key)));
    found.map(|(known, schema)| (known.as_str(), schema))
}

/// `accountId` for `account_id` and `api_version` for `apiVersion`; not `Account_Id`.
fn is_other_spelling(known: &str, key: &str) -> bool {
    let first_is_lower = key.starts_with(|first: char| first.is_ascii_lowercase());
    let mixed = key.contains('_') && key.contains(|character: char| character.is_ascii_uppercase());
    first_is_lower && !mixed && same_key(known, key)
}

/// `` `a`, `b` ``.
fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn is_null(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.meaning() == Meaning::Null)
}

fn last_key(path: &Path) -> String {
    let key = path.steps().iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    quote(key.unwrap_or("the document"))
}

fn without_indexes(path: &Path) -> String {
    let keys = path.steps().iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_str()),
        Step::Index(_) => None,
    });
    keys.collect::<Vec<_>>().join(".")
}
