//! The table of keys as docs/wrangler.md shows it, and held to wrangler's own schema.

#![expect(clippy::disallowed_methods, reason = "tests read what is committed")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::bindings::{Binding, Member};
use super::keys::{Goes, KEYS, Key, Scope};

/// A key as wrangler's schema knows it.
#[derive(Deserialize)]
struct Known {
    environments: String,
    members: Vec<String>,
}

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn known() -> BTreeMap<String, Known> {
    let text = fs::read_to_string(file("tests/wrangler/keys.json")).expect("a file");
    serde_json::from_str(&text).expect("keys")
}

fn scope(key: &Key) -> &'static str {
    match key.scope {
        Scope::Inherited => "inherited",
        Scope::Own => "own",
        Scope::Top => "top",
    }
}

/// The members that a row knows, if it knows each by itself.
fn members(goes: &Goes, prefix: &str, into: &mut Vec<String>) -> bool {
    match goes {
        Goes::Parts(parts) => {
            for (name, goes) in *parts {
                into.push(format!("{prefix}{name}"));
                members(goes, &format!("{prefix}{name}."), into);
            }
            true
        }
        Goes::One(binding) | Goes::Each(binding) => {
            of_binding(binding.members, prefix, into);
            true
        }
        Goes::To(_) | Goes::By(_) | Goes::Aside(_) | Goes::Left(_) | Goes::Lost(_) => false,
    }
}

fn of_binding(rows: &[(&str, Member)], prefix: &str, into: &mut Vec<String>) {
    into.extend(rows.iter().map(|(name, _)| format!("{prefix}{name}")));
}

#[test]
fn no_key_of_wranglers_schema_is_unknown_and_each_is_inherited_as_there() {
    for (name, known) in known() {
        let key = KEYS.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("`{name}` has no row"));
        assert_eq!(scope(key), known.environments, "{name}");
        let mut rows = Vec::new();
        if !members(&key.goes, "", &mut rows) {
            continue;
        }
        for member in &known.members {
            let is_within = |row: &String| member.starts_with(&format!("{row}."));
            assert!(rows.contains(member) || rows.iter().any(is_within), "`{name}.{member}` has no row");
        }
    }
}

#[test]
fn each_key_has_one_row() {
    for (index, key) in KEYS.iter().enumerate() {
        assert!(KEYS.iter().skip(index + 1).all(|other| other.name != key.name), "{}", key.name);
    }
}

/// `UPDATE_DOCS=1` writes the table: `npm run docs`.
#[test]
fn the_docs_show_the_table() {
    let page = file("docs/wrangler.md");
    let text = fs::read_to_string(&page).expect("a page");
    let (before, rest) = text.split_once("<!-- keys -->\n").expect("where the table starts");
    let (_, after) = rest.split_once("<!-- /keys -->\n").expect("where the table ends");
    let written = format!("{before}<!-- keys -->\n{}<!-- /keys -->\n{after}", table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&page, &written).expect("written");
    }
    assert!(fs::read_to_string(page).expect("a page") == written, "npm run docs");
}

fn table() -> String {
    let known = known();
    let mut text = "\n| wrangler's key | environments | comes to |\n| --- | --- | --- |\n".to_owned();
    let mut sorted: Vec<&Key> = KEYS.iter().collect();
    sorted.sort_by_key(|key| key.name);
    for key in sorted {
        let former = if known.contains_key(key.name) { "" } else { " (of earlier releases)" };
        let environments = match key.scope {
            Scope::Inherited => "inherit it",
            Scope::Own => "state it themselves",
            Scope::Top => "top level alone",
        };
        row(&format!("`{}`{former}", key.name), environments, &key.goes, key.name, &mut text);
    }
    text + "\n"
}

fn row(name: &str, environments: &str, goes: &Goes, path: &str, text: &mut String) {
    let line = match goes {
        Goes::To(target) => format!("`spec.{}`", target.join(".")),
        Goes::One(binding) | Goes::Each(binding) => of(binding),
        Goes::By(_) => by_rule(path).to_owned(),
        Goes::Aside(why) => format!("nothing: {why}"),
        Goes::Left(why) => format!("left out, with a warning: {why}"),
        Goes::Lost(why) => format!("**refused**: {why}"),
        Goes::Parts(parts) => {
            for (part, goes) in *parts {
                row(&format!("`{path}.{part}`"), environments, goes, &format!("{path}.{part}"), text);
            }
            return;
        }
    };
    writeln!(text, "| {name} | {environments} | {line} |").expect("a line");
}

fn by_rule(path: &str) -> &'static str {
    match path {
        "main" => "code, so that `spec.script.bundle` must say where it lies",
        "vars" => "texts under `spec.env.variables`, all else as `spec.bindings` of type `json`",
        "secrets.required" => "`spec.env.secrets`, each as `${NAME}`",
        "unsafe.bindings" => "`spec.bindings`, as they are sent",
        "keep_vars" => "left out, with a warning: what a manifest does not name and did not set stays anyway",
        other => panic!("say what the rule of `{other}` does"),
    }
}

fn of(binding: &Binding) -> String {
    let mut line = match binding.word {
        Some(word) => format!("`spec.{}` of type `{word}`", binding.into),
        None => format!("`spec.{}`", binding.into),
    };
    for (name, member) in binding.members {
        match member {
            Member::Lost(why) => write!(line, "; `{name}` is **refused**: {why}").expect("text"),
            Member::Only(word, why) => write!(line, "; `{name}` is `{word}`, else **refused**: {why}").expect("text"),
            Member::As(_) | Member::Aside | Member::By(..) => {}
        }
    }
    line
}
