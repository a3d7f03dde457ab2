//! What the original system says of a document beside what we say, row by row: `tests/specs/verdicts/*.yaml`.

#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it expects by stopping")]
#![expect(clippy::disallowed_methods, reason = "tests read their specs from files")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cfworker_deploy::kinds;
use cfworker_deploy::manifest::{ReadOptions, Source};
use serde::Deserialize;
use serde_yaml::{Mapping, Value};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    base: Value,
    #[serde(default)]
    options: Options,
    cases: Vec<Case>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    case: String,
    #[serde(default)]
    with: Mapping,
    #[serde(default)]
    without: Vec<String>,
    original: Option<String>,
    ours: String,
    because: Option<String>,
}

/// A long text, without writing it out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    repeat: String,
    times: usize,
    #[serde(default)]
    then: String,
}

fn tables() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/verdicts");
    let files = fs::read_dir(root).expect("tables").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|found| found == "yaml")).collect();
    files.sort();
    files
}

/// Puts a value in at a path, or leaves out what is there.
fn set(document: &mut Value, path: &str, value: Option<Value>) {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut at = document;
    for key in parents.split('.').filter(|key| !key.is_empty()) {
        at = at.get_mut(key).unwrap_or_else(|| panic!("`{path}` starts at nothing"));
    }
    let members = at.as_mapping_mut().expect("a mapping");
    match value {
        Some(value) => drop(members.insert(last.into(), value)),
        None => assert!(members.remove(last).is_some(), "`{path}` is not there to be left out"),
    }
}

/// Texts that are long are said in short.
fn written_out(value: &Value) -> Value {
    if let Ok(Long { repeat, times, then }) = serde_yaml::from_value(value.clone()) {
        return Value::from(repeat.repeat(times) + &then);
    }
    let Value::Mapping(members) = value else { return value.clone() };
    Value::Mapping(members.iter().map(|(key, value)| (key.clone(), written_out(value))).collect())
}

fn verdict(table: &Table, case: &Case) -> String {
    let mut document = table.base.clone();
    case.without.iter().for_each(|path| set(&mut document, path, None));
    for (path, value) in &case.with {
        set(&mut document, path.as_str().expect("a path"), Some(written_out(value)));
    }
    let text = serde_yaml::to_string(&document).expect("YAML");
    let options = ReadOptions {
        today: Some("2026-01-01".into()),
        account_id: table.options.account_id.clone(),
        ..ReadOptions::default()
    };
    let read = kinds::read(&[Source { name: "a.yaml".into(), text }], &options);
    let findings = read.diagnostics.iter();
    let codes: BTreeSet<String> = findings.clone().map(|finding| finding.code.to_string()).collect();
    let word = if findings.clone().any(|finding| finding.is_error()) { "bad" } else { "ok" };
    [word.to_owned()].into_iter().chain(codes).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_document_is_judged_as_the_table_says() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in tables() {
        let table: Table = serde_yaml::from_str(&fs::read_to_string(&file).expect("text")).expect("a table");
        for case in &table.cases {
            seen += 1;
            let found = verdict(&table, case);
            if found != case.ours {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                wrong.push(format!("{name}: {}: {found}, not {}", case.case, case.ours));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(seen > 100, "only {seen} cases");
}

#[test]
fn a_verdict_that_is_not_the_originals_says_why() {
    for file in tables() {
        let table: Table = serde_yaml::from_str(&fs::read_to_string(&file).expect("text")).expect("a table");
        for case in table.cases {
            let ours = case.ours.split(' ').next();
            let original: BTreeSet<&str> = case.original.iter().flat_map(|words| words.split(' ')).collect();
            let differs = original.iter().any(|word| Some(*word) != ours);
            assert_eq!(differs, case.because.is_some(), "{}: {}", file.display(), case.case);
        }
    }
}
