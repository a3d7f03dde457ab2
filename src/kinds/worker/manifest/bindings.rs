//! Entries of `bindings`: each is read by the row of its type.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::binding::row::{Member, Refers, Row, Takes};
use crate::binding::table::{self, ELSEWHERE};
use crate::binding::{Input, MemberValue, PlainBinding, Reference};
use crate::diagnostic::{Code, Diagnostic};

use super::kv::unusable_name;
use super::members::{checked, not_this};
use super::spec::BindingEntry;
use crate::manifest::keys::snake_case;
use crate::manifest::names::is_identifier;
use crate::manifest::nearest::nearest;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::{self, Text};
use crate::manifest::referring::Takes as TakesOf;

/// Where an entry says which resource it refers to, where no member of it does.
const VALUE_FROM: &str = "value_from";

/// What an entry comes to.
#[derive(Debug)]
pub(super) struct Entry {
    /// The binding, where nothing is wrong with it.
    pub binding: Option<PlainBinding>,
    /// What is to be said, each with its path.
    pub findings: Vec<(Path, Diagnostic)>,
    /// Findings about a key, not about its value.
    pub about_keys: Vec<(Path, Diagnostic)>,
}

/// Reads an entry.
pub(super) fn read(entry: &BindingEntry, path: &Path) -> Entry {
    let mut reader = Reader { entry, path, findings: Vec::new(), about_keys: Vec::new() };
    let binding = reader.binding();
    let Reader { findings, about_keys, .. } = reader;
    let sound = !findings.iter().chain(&about_keys).any(|(_, finding)| finding.is_error());
    Entry { binding: binding.filter(|_| sound), findings, about_keys }
}

struct Reader<'a> {
    entry: &'a BindingEntry,
    path: &'a Path,
    findings: Vec<(Path, Diagnostic)>,
    about_keys: Vec<(Path, Diagnostic)>,
}

impl Reader<'_> {
    fn tell(&mut self, path: Path, finding: Diagnostic) {
        self.findings.push((path, finding));
    }

    fn binding(&mut self) -> Option<PlainBinding> {
        let (name, type_name) = (self.text("name"), self.text("type"));
        if let Some(name) = name.as_deref().filter(|name| !is_identifier(name)) {
            self.tell(self.path.key("name"), unusable_name(name));
        }
        let type_name = type_name?;
        let members = match (table::row(&type_name), ELSEWHERE.iter().find(|(word, _)| *word == type_name)) {
            (_, Some((_, instead))) => {
                let message = format!("a binding of type `{type_name}` does not stand under `bindings`");
                self.tell(self.path.key("type"), Diagnostic::error(Code::BindingType, message).with_help(*instead));
                return None;
            }
            (Some(row), None) => self.members(row),
            (None, None) => self.as_written(&type_name),
        };
        Some(PlainBinding { name: name?, type_name, members })
    }

    /// Name or type; one that is missing was told with the shape.
    fn text(&mut self, key: &str) -> Option<String> {
        match self.entry.0.get(key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Null => None,
            other => {
                let finding = not_this(key, "text", other);
                self.tell(self.path.key(key), finding);
                None
            }
        }
    }

    /// The entry of a type that is not known: nobody can tell what is missing or misspelt.
    fn as_written(&mut self, type_name: &str) -> BTreeMap<String, MemberValue> {
        let message = format!("{} is not a type of binding that this release knows", quote(type_name));
        let finding = Diagnostic::warning(Code::BindingType, message);
        let finding = match nearest(type_name, table::ROWS.iter().map(|row| row.word)) {
            Some(near) => finding.with_help(format!("it is sent as it is written; did you mean `{near}`?")),
            None => finding.with_help("it is sent as it is written"),
        };
        self.tell(self.path.key("type"), finding);
        let mut members = BTreeMap::new();
        for (key, value) in self.entry.0.iter().filter(|(key, _)| !is_of_all(key)) {
            self.check_texts(value, &self.path.key(key));
            members.insert(key.clone(), MemberValue::Given(value.clone()));
        }
        members
    }

    fn members(&mut self, row: &'static Row) -> BTreeMap<String, MemberValue> {
        let mut members: BTreeMap<String, MemberValue> = BTreeMap::new();
        let mut tried: Vec<&str> = Vec::new();
        for (key, value) in self.entry.0.iter().filter(|(key, _)| !is_of_all(key)) {
            let path = self.path.key(key);
            let Some(member) = member_named(row, key) else {
                self.unknown_key(row, key, &path);
                continue;
            };
            // What is null is not given; only a value of any form may be nothing.
            if value.is_null() && member.takes != Takes::Anything {
                continue;
            }
            if tried.contains(&member.sent) {
                let message = format!("the binding names its `{}` twice", member.name);
                self.tell(path, Diagnostic::error(Code::Conflicting, message).with_help("keep one of them"));
                continue;
            }
            tried.push(member.sent);
            if let Some(value) = self.member(row, member, key, value, &path) {
                members.insert(member.sent.to_owned(), value);
            }
        }
        self.check_given(row, &tried);
        members
    }

    /// The value that is given for a member, or where it comes from.
    fn member(&mut self, row: &Row, member: &Member, key: &str, value: &Value, path: &Path) -> Option<MemberValue> {
        if let (Some(refers), true) = (member.refers, snake_case(key) == VALUE_FROM) {
            return self.referred(row, refers, value, path);
        }
        if let (Some(refers), Value::Object(inner)) = (member.refers, value) {
            let mut inner = inner.iter().map(|(key, value)| (snake_case(key), key, value));
            return match (inner.next(), inner.next()) {
                (Some((word, key, value)), None) if word == VALUE_FROM => {
                    self.referred(row, refers, value, &path.key(key))
                }
                (Some((word, key, value)), None) if word == "value" => self.plain(row, member, value, &path.key(key)),
                _ => {
                    let help = "write the value, or `{value_from: {kind, name}}`";
                    let finding = not_this(member.name, "text", value).with_help(help);
                    self.tell(path.clone(), finding);
                    None
                }
            };
        }
        self.plain(row, member, value, path)
    }

    fn plain(&mut self, row: &Row, member: &Member, value: &Value, path: &Path) -> Option<MemberValue> {
        if let (Some(refers), Value::String(text)) = (member.refers, value) {
            return self.text_that_refers(row, member, refers, text, path);
        }
        self.check_texts(value, path);
        match checked(member, value) {
            Ok(value) => Some(MemberValue::Given(value)),
            Err(finding) => {
                self.tell(path.clone(), finding);
                None
            }
        }
    }

    fn text_that_refers(
        &mut self,
        row: &Row,
        member: &Member,
        refers: Refers,
        text: &str,
        path: &Path,
    ) -> Option<MemberValue> {
        let value = match reference::read(text) {
            Ok(Text::Field { kind, name, field_path }) => {
                to(row, refers, (kind, &name, &field_path), path).map(Input::Reference)
            }
            Ok(Text::Plain) => checked(member, &Value::from(text)).map(|value| match value {
                Value::String(text) => Input::Value(text),
                _ => Input::Value(text.to_owned()),
            }),
            Ok(Text::Variable(_) | Text::Secret(_)) => Err(not_resolved(text)),
            Err(finding) => Err(finding),
        };
        self.referring(value, path)
    }

    /// `value_from: {kind, name, field_path}`.
    fn referred(&mut self, row: &Row, refers: Refers, value: &Value, path: &Path) -> Option<MemberValue> {
        let value = value_from(row, refers, value, path);
        match value {
            Ok(reference) => self.referring(Ok(Input::Reference(reference)), path),
            Err((path, finding)) => self.referring(Err(finding), &path),
        }
    }

    fn referring(&mut self, value: Result<Input, Diagnostic>, path: &Path) -> Option<MemberValue> {
        match value {
            Ok(value) => Some(MemberValue::Referred(value.into())),
            Err(finding) => {
                self.tell(path.clone(), finding);
                None
            }
        }
    }

    fn check_given(&mut self, row: &Row, tried: &[&str]) {
        let missing = row.members.iter().filter(|member| member.required && !tried.contains(&member.sent));
        for member in missing {
            let path = self.path.key(member.name);
            let mut finding = Diagnostic::error(Code::MissingKey, format!("`{path}` is missing"));
            if let Some(refers) = member.refers {
                finding = finding.with_help(format!("give it, or `value_from: {{kind: {}, name: …}}`", refers.kind));
            }
            self.tell(path, finding);
        }
        let mut given = row.alternatives().filter(|member| tried.contains(&member.sent));
        let is_one = given.next().is_some() && given.next().is_none();
        if !is_one && row.alternatives().next().is_some() {
            let names: Vec<String> = row.alternatives().map(|member| format!("`{}`", member.name)).collect();
            let message = format!("a binding of type `{}` takes one of {}", row.word, names.join(" and "));
            self.tell(self.path.clone(), Diagnostic::error(Code::MissingKey, message));
        }
    }

    fn unknown_key(&mut self, row: &Row, key: &str, path: &Path) {
        let known: Vec<&str> = row.members.iter().map(|member| member.name).collect();
        let message = format!("a binding of type `{}` has no {}", row.word, quote(key));
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("use `{near}`"),
            None if known.is_empty() => "name and type are all that it takes".to_owned(),
            None => format!("known keys: `{}`", known.join("`, `")),
        };
        self.about_keys.push((path.clone(), Diagnostic::error(Code::UnknownKey, message).with_help(help)));
    }

    /// No text that stands for another value goes up as it is.
    fn check_texts(&mut self, value: &Value, path: &Path) {
        match value {
            Value::String(text) => match reference::read(text) {
                Ok(Text::Plain) if reference::braced_name(text).is_some() => {
                    let message = format!("{} is not replaced in a binding", quote(text));
                    let help = "`${NAME}` works in `env.secrets`";
                    self.tell(path.clone(), Diagnostic::warning(Code::Reference, message).with_help(help));
                }
                Ok(Text::Plain) => {}
                Ok(Text::Field { .. } | Text::Variable(_) | Text::Secret(_)) => {
                    self.tell(path.clone(), not_resolved(text));
                }
                Err(finding) => self.tell(path.clone(), finding),
            },
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.check_texts(item, &path.index(index)));
            }
            Value::Object(members) => members.iter().for_each(|(key, value)| self.check_texts(value, &path.key(key))),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn is_of_all(key: &str) -> bool {
    ["name", "type"].contains(&key)
}

/// The member that a key gives; `value_from` gives the one that refers to another resource.
fn member_named(row: &Row, key: &str) -> Option<&'static Member> {
    let key = snake_case(key);
    if key == VALUE_FROM { row.referring() } else { row.member(&key) }
}

fn value_from(row: &Row, refers: Refers, value: &Value, path: &Path) -> Result<Reference, (Path, Diagnostic)> {
    let Value::Object(members) = value else { return Err((path.clone(), not_this(VALUE_FROM, "a mapping", value))) };
    let (mut kind, mut name, mut field_path) = (refers.kind.to_owned(), String::new(), String::new());
    for (key, value) in members {
        let text = value.as_str().map(str::to_owned);
        match (snake_case(key).as_str(), text, value) {
            ("kind", _, value) => kind = kind_of(value).map_err(|finding| (path.key(key), finding))?,
            ("name", Some(text), _) => name = text,
            ("field_path", Some(text), _) => field_path = text,
            ("env", _, _) => {}
            ("name" | "field_path", None, value) => return Err((path.key(key), not_this(key, "text", value))),
            _ => {
                let finding = Diagnostic::error(Code::UnknownKey, format!("unknown key {} in `{path}`", quote(key)));
                return Err((path.key(key), finding.with_help("known keys: `kind`, `env`, `name`, `field_path`")));
            }
        }
    }
    to(row, refers, (&kind, &name, &field_path), path).map_err(|finding| (path.clone(), finding))
}

fn to(
    row: &Row,
    refers: Refers,
    (kind, name, field_path): (&str, &str, &str),
    path: &Path,
) -> Result<Reference, Diagnostic> {
    let who = format!("a binding of type `{}`", row.word);
    let reference = reference::to(&who, TakesOf::One(refers), (Some(kind), name, field_path), path);
    reference.map_err(|(_, finding)| finding)
}

fn kind_of(value: &Value) -> Result<String, Diagnostic> {
    match value {
        Value::String(name) => reference::kind_by_name(name).map(str::to_owned),
        Value::Number(number) => {
            let known = number.as_i64().and_then(reference::kind_by_number).map(str::to_owned);
            let unknown =
                || Diagnostic::error(Code::Reference, format!("`{number}` is not the number of a known kind"));
            known.ok_or_else(unknown)
        }
        other => Err(not_this("kind", "text", other)),
    }
}

fn not_resolved(text: &str) -> Diagnostic {
    let finding = Diagnostic::error(Code::Reference, format!("{} is not replaced here", quote(text)));
    finding.with_help("variables and secrets stand under `env`; a binding refers by the member that names its resource")
}
