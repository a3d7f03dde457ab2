//! Manifest text: any of it is read or refused, each finding at a place inside it.

use cfworker_deploy::diagnostic::{Code, any_error};
use cfworker_deploy::kinds::read;
use cfworker_deploy::manifest::{Read, ReadOptions, Source, secret_text};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::driver::Target;
use super::shown;

pub const TARGET: Target =
    Target { name: "manifests", beside: Some("tests/specs/manifest"), check, structured, words: &WORDS };

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    let read = checked(&text);
    if !any_error(&read.diagnostics) {
        let again = checked(&text);
        assert_eq!((again.desired, again.diagnostics), (read.desired, read.diagnostics));
    }
}

/// Reads, and checks what holds for every text, also for the lines that people see.
fn checked(text: &str) -> Read {
    let read = placed(text);
    let sources = sources(text);
    let lines = shown::checked_drawing(&sources, &read.diagnostics);
    hides_secrets(text, &lines, &read);
    read
}

fn sources(text: &str) -> [Source; 1] {
    [Source { name: "a.yaml".into(), text: text.into() }]
}

/// Reads: there is a desired state or an error, and each finding has its place in the text.
pub fn placed(text: &str) -> Read {
    let read = read(&sources(text), &ReadOptions::default());
    for finding in &read.diagnostics {
        assert_ne!(finding.code, Code::Internal, "{finding:?}");
        let place = finding.place.as_ref().expect("a place");
        assert!((place.line, place.column) <= (place.end_line, place.end_column), "{finding:?}");
        assert!(is_inside(text, place.line, place.column), "{finding:?}");
        assert!(is_inside(text, place.end_line, place.end_column), "{finding:?}");
    }
    assert!(any_error(&read.diagnostics) || !read.desired.is_empty());
    read
}

/// A place is a character of the text, or the end of a line.
fn is_inside(text: &str, line: usize, column: usize) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let length = text.split('\n').nth(line.wrapping_sub(1)).map(|line| line.chars().count());
    length.is_some_and(|length| (1..=length + 1).contains(&column))
}

/// A value under `secrets` that stands nowhere else is shown nowhere.
fn hides_secrets(text: &str, lines: &str, read: &Read) {
    let marked = |value: &String| value.contains("canary") && text.matches(value.as_str()).count() == 1;
    let secrets: Vec<String> = secret_text(text).unwrap_or_default().texts.into_iter().filter(marked).collect();
    if secrets.is_empty() {
        return;
    }
    let told = serde_json::to_string(&read.diagnostics).expect("JSON");
    let desired = format!("{:?}", read.desired);
    for secret in secrets {
        assert!(![&told, lines, &desired].iter().any(|shown| shown.contains(&secret)), "`{secret}` shows");
    }
}

/// Keys of the schema, so that random documents reach deep.
pub const KEYS: [&str; 47] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "name",
    "org",
    "env",
    "annotations",
    "drift",
    "tags",
    "relationships",
    "account_id",
    "accountId",
    "worker_name",
    "script",
    "bundle",
    "script_bundle",
    "bucket",
    "path",
    "sha256",
    "jurisdiction",
    "dns",
    "enabled",
    "hostname",
    "zone",
    "zone_id",
    "route_pattern",
    "route_patterns",
    "record",
    "type",
    "content",
    "variables",
    "secrets",
    "kv_bindings",
    "binding",
    "namespace_id",
    "value_from",
    "field_path",
    "compatibility_date",
    "compatibility_flags",
    "usage_model",
    "main_module",
    "workers_dev",
    "observability",
    "wait",
    "header",
    "<<",
];

const WORDS: [&str; 58] = [
    "CloudflareWorker",
    "cloudflare.project-planton.org/v1",
    "074755a78d8e8f77c119a90a125e8a06",
    "app",
    "code",
    "app/v1.js",
    "true",
    "existing",
    "A",
    "AAAA",
    "1.2.3.4",
    "app.example.com",
    "*.example.com/*",
    "bücher.example",
    "example.com",
    "2024-09-23",
    "2024-02-30",
    "${NAME}",
    "${CLOUDFLARE_API_TOKEN}",
    "$secrets-group/a/b",
    "$variables-group/a/b",
    "$cloudflare-kv-namespace/a/status.outputs.namespace_id",
    "",
    "overwrite",
    "1",
    "../x",
    "nodejs_compat",
    "standard",
    "eu",
    "null",
    "~",
    "!!str",
    "!a",
    "&a",
    "*a",
    "<<",
    "---\n",
    "...\n",
    "|\n",
    ">-\n",
    "? ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "#",
    "'",
    "\"",
    "%YAML 1.2\n",
    "\\u0000",
    "\u{202e}",
    "\u{feff}",
    "\r\n",
    "secrets",
    "canary-1",
    "\n  ",
];

pub fn valid() -> Value {
    json!({
        "apiVersion": "cloudflare.project-planton.org/v1", "kind": "CloudflareWorker", "metadata": {"name": "app"},
        "spec": {
            "account_id": "074755a78d8e8f77c119a90a125e8a06",
            "script": {"name": "app", "bundle": {"bucket": "code", "path": "app/v1.js"}},
            "dns": {"enabled": true, "hostname": "app.example.com"},
            "env": {"variables": {"A": "b"}, "secrets": {"S": "canary-1"}},
        },
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => proptest::sample::select(&WORDS[..]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i32>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        let key = prop_oneof![8 => proptest::sample::select(&KEYS[..]).prop_map(str::to_owned), 1 => ".{0,8}"];
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => proptest::collection::btree_map(key, inner, 0..8).prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

/// A valid manifest with one value at a random place replaced.
fn replaced() -> impl Strategy<Value = Value> {
    let places: [&[&str]; 9] = [
        &[],
        &["metadata"],
        &["spec"],
        &["spec", "script"],
        &["spec", "script", "bundle"],
        &["spec", "dns"],
        &["spec", "env"],
        &["spec", "env", "variables"],
        &["spec", "env", "secrets"],
    ];
    (proptest::sample::select(places.to_vec()), proptest::sample::select(&KEYS[..]), value()).prop_map(
        |(place, key, value)| {
            let mut document = valid();
            let target = place.iter().fold(&mut document, |node, key| &mut node[key]);
            target[key] = value;
            document
        },
    )
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        3 => replaced().prop_map(|document| document.to_string()),
        2 => replaced().prop_map(|document| serde_yaml::to_string(&document).unwrap_or_default()),
        1 => value().prop_map(|document| document.to_string()),
        1 => "\\PC{0,400}|[-\\[\\]{}:,&*!|>'\"#%@`?a-z0-9 \n\t]{0,400}",
    ]
    .prop_map(String::into_bytes)
    .boxed()
}
