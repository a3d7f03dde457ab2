//! Laws of the manifest reader, on texts that nobody would write. `PROPTEST_CASES=100000` makes a long run.

#![expect(clippy::expect_used, reason = "a test says what it expects by stopping")]

use cfworker_deploy::diagnostic::{Code, any_error};
use cfworker_deploy::manifest::{self, Read, ReadOptions, Source, read, set_value};
use cfworker_deploy::render::{self, Style};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// A secret that must not show.
const CANARY: &str = "canary-5f3a9c";

const MANIFEST: &str = r#"apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: # who
  name: "git-webhooks-receiver"
  org: planton-cloud
spec:
  account_id: 074755a78d8e8f77c119a90a125e8a06
  script:
    name: git-webhooks-receiver
    bundle: {bucket: code, path: 'git-webhooks-receiver/v1.js'}
  dns: &dns
    enabled: true
    hostname: git-webhooks.planton.live
    route_patterns: [git-webhooks.planton.live/*]
  compatibility_date: 2024-09-23
  kv_bindings:
    - name: CACHE
      field_path: $cloudflare-kv-namespace/my-cache/status.outputs.namespace_id
  env:
    variables:
      TEMPORAL_NAMESPACE: default
      TEXT: |
        several
        lines
    secrets:
      API_KEY: canary-5f3a9c
"#;

fn sources(text: &str) -> Vec<Source> {
    vec![Source { name: "a.yaml".into(), text: text.into() }]
}

/// Reads, and checks what holds for every text.
fn checked(text: &str) -> Read {
    let sources = sources(text);
    let read = read(&sources, &ReadOptions::default());
    let lines = text.split('\n').count() + 1;
    for finding in &read.diagnostics {
        assert_ne!(finding.code, Code::Internal, "{finding:?}");
        let place = finding.place.as_ref().expect("a place");
        assert!(place.line >= 1 && place.line <= lines && place.column >= 1, "{finding:?}");
        assert!((place.line, place.column) <= (place.end_line, place.end_column), "{finding:?}");
    }
    assert!(any_error(&read.diagnostics) || !read.desired.manifests.is_empty());
    let rendered = render::diagnostics(&sources, &read.diagnostics, &Style { color: false, width: 80 });
    let obeyed = |character: char| character.is_control() && character != '\n';
    assert!(!rendered.contains(obeyed), "{rendered:?}");
    read
}

/// Keys of the schema, so that random documents reach deep.
const KEYS: [&str; 34] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "name",
    "org",
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
    "dns",
    "enabled",
    "hostname",
    "zone",
    "route_pattern",
    "route_patterns",
    "record",
    "type",
    "content",
    "env",
    "variables",
    "secrets",
    "kv_bindings",
    "value_from",
    "field_path",
];

const WORDS: [&str; 22] = [
    "CloudflareWorker",
    "cloudflare.project-planton.org/v1",
    "074755a78d8e8f77c119a90a125e8a06",
    "app",
    "code",
    "app/v1.js",
    "true",
    "existing",
    "A",
    "1.2.3.4",
    "app.example.com",
    "*.example.com/*",
    "example.com",
    "2024-09-23",
    "${NAME}",
    "$secrets-group/a/b",
    "$variables-group/a/b",
    "$cloudflare-kv-namespace/a/status.outputs.namespace_id",
    "",
    "overwrite",
    "1",
    "../x",
];

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
fn mutant() -> impl Strategy<Value = Value> {
    let place = prop_oneof![
        Just(vec![]),
        Just(vec!["metadata"]),
        Just(vec!["spec"]),
        Just(vec!["spec", "script"]),
        Just(vec!["spec", "script", "bundle"]),
        Just(vec!["spec", "dns"]),
        Just(vec!["spec", "env"]),
        Just(vec!["spec", "env", "variables"]),
    ];
    (place, proptest::sample::select(&KEYS[..]), value()).prop_map(|(place, key, value)| {
        let mut document = valid();
        let target = place.iter().fold(&mut document, |node, key| &mut node[key]);
        target[key] = value;
        document
    })
}

fn valid() -> Value {
    serde_json::json!({
        "apiVersion": "cloudflare.project-planton.org/v1", "kind": "CloudflareWorker", "metadata": {"name": "app"},
        "spec": {
            "account_id": "074755a78d8e8f77c119a90a125e8a06",
            "script": {"name": "app", "bundle": {"bucket": "code", "path": "app/v1.js"}},
            "dns": {"enabled": true, "hostname": "app.example.com"},
            "env": {"variables": {"A": "b"}},
        },
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,400}|[-\\[\\]{}:,&*!|>'\"#%@`?a-z0-9 \n\t]{0,400}") {
        checked(&text);
    }

    #[test]
    fn any_document_is_read(document in value()) {
        checked(&document.to_string());
    }

    #[test]
    fn any_mutant_is_read(document in mutant()) {
        checked(&document.to_string());
    }

    /// Whatever happens to the lines above the secrets, no finding shows the value, nor does its source line.
    #[test]
    fn a_broken_manifest_keeps_its_secrets(line in 0..24_usize, kept in any::<proptest::sample::Index>(), inserted in "[-\\[\\]{}:,&*!|>'\"#%?a-z0-9 ]{0,6}") {
        let mut lines: Vec<String> = MANIFEST.split('\n').map(str::to_owned).collect();
        let characters: Vec<char> = lines[line].chars().collect();
        let (front, back) = characters.split_at(kept.index(characters.len() + 1));
        lines[line] = front.iter().chain(&inserted.chars().collect::<Vec<_>>()).chain(back).collect();
        let text = lines.join("\n");
        let read = checked(&text);
        let told = serde_json::to_string(&read.diagnostics).expect("JSON");
        prop_assert!(!told.contains(CANARY), "{}", told);
        let rendered = render::diagnostics(&sources(&text), &read.diagnostics, &Style::default());
        prop_assert!(!rendered.contains(CANARY), "{}", rendered);
        let desired = format!("{:?}", read.desired);
        prop_assert!(!desired.contains(CANARY), "{}", desired);
    }

    /// One value changes, comments and all other values stay.
    #[test]
    fn one_value_is_rewritten(
        path in proptest::sample::select(&["spec.script.bundle.path", "metadata.name", "metadata.org", "spec.env.variables.TEXT", "spec.kv_bindings[0].name", "spec.dns.route_patterns[0]"][..]),
        value in "\\PC{0,40}|[-\\[\\]{}:,&*!|>'\"#%@`?a-z0-9 \n]{0,12}",
    ) {
        let Ok(edited) = set_value(MANIFEST, 0, path, &value) else { return Ok(()) };
        prop_assert!(edited.contains("metadata: # who\n"));
        let back = set_value(&edited, 0, path, "back").expect("written again");
        let direct = set_value(MANIFEST, 0, path, "back").expect("written");
        prop_assert_eq!(unquoted(&back), unquoted(&direct));
    }
}

/// The style of quotes may have changed on the way.
fn unquoted(text: &str) -> String {
    text.replace("\"back\"", "back").replace("'back'", "back")
}

#[test]
fn the_manifest_of_these_tests_is_valid() {
    assert!(!any_error(&checked(MANIFEST).diagnostics));
    assert!(!any_error(&checked(&valid().to_string()).diagnostics));
    assert!(manifest::secret_text(MANIFEST).is_some_and(|secrets| secrets.texts == [CANARY]));
}
