//! Findings of anybody's making, drawn on any text. The first lines are places: numbers of lines and columns; an empty
//! line ends them. The rest is a file.

use cfworker_deploy::manifest::{Finding, Look, Source, draw, secret_text};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::driver::Target;
use super::shown;

pub const TARGET: Target = Target { name: "drawings", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 12] = [
    "1 1 1 2",
    "2 3 2 9",
    "1 1 9 1",
    "0 0 0 0",
    "200 1 1 1",
    "2147483647 1 1 1",
    "\n\n",
    "\t",
    "é",
    "日本",
    "\u{200d}",
    "secrets:",
];

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (places, file) = text.split_once("\n\n").unwrap_or((&text, ""));
    let numbers = |line: &str| line.split(' ').filter_map(|number| number.parse::<u32>().ok()).collect::<Vec<_>>();
    let places = places.split('\n').map(numbers).filter(|numbers| numbers.len() == 4).take(8);
    let mut places: Vec<Value> = places.map(|place| placed(&place)).collect();
    let first = if places.is_empty() { Value::Null } else { places.remove(0) };
    let finding = json!({ "severity": "error", "code": "CFD0101", "message": "it is wrong", "help": "a\n  b", "place": first, "related": places });
    let finding: Finding = serde_json::from_value(finding).expect("a finding");
    let sources = [Source { name: "a.yaml".into(), text: file.into() }];
    for width in [0, 80, usize::MAX] {
        let drawn = draw(&sources, std::slice::from_ref(&finding), Look { color: false, width }).concat();
        assert!(drawn.starts_with("error[CFD0101]: it is wrong\n") && drawn.ends_with("b\n"), "{drawn}");
        shown::checked(&drawn);
        hides_secrets(file, &drawn);
    }
}

/// What stands under `secrets` is shown nowhere, as far as it is not by chance what a drawing says itself.
fn hides_secrets(file: &str, drawn: &str) {
    let own = "error[CFD0101]: it is wrong --> a.yaml here = help:";
    let is_telling =
        |text: &&String| text.len() >= 8 && text.contains(char::is_alphabetic) && !own.contains(text.as_str());
    let secrets = secret_text(file).unwrap_or_default().texts;
    assert!(secrets.iter().filter(is_telling).all(|secret| !drawn.contains(secret.as_str())), "{drawn}");
}

fn placed(place: &[u32]) -> Value {
    json!({ "file": "a.yaml", "line": place[0], "column": place[1], "endLine": place[2], "endColumn": place[3], "label": "here" })
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let place = (1..30_u32, 1..20_u32, 0..4_u32, 0..200_u32)
        .prop_map(|(line, column, lines, columns)| format!("{line} {column} {} {}", line + lines, column + columns));
    let line = prop_oneof![3 => "[a-z]{1,6}: [a-z{}\\[\\]\"', é日😀]{0,12}", 1 => "[ -~]{0,300}", 1 => Just("secrets: {A: hunter2}".to_owned())];
    (proptest::collection::vec(place, 1..5), proptest::collection::vec(line, 0..30))
        .prop_map(|(places, lines)| format!("{}\n\n{}", places.join("\n"), lines.join("\n")).into_bytes())
        .boxed()
}
