//! Texts that may stand for another value: `${NAME}`, `$…-group/…`, `$cloudflare-…`; in all places that take them.

use std::collections::BTreeMap;

use cfworker_deploy::binding::{Binding, Input, MemberValue, SecretSource};
use cfworker_deploy::diagnostic::any_error;
use cfworker_deploy::kinds::read;
use cfworker_deploy::kinds::worker::manifest::{SecretValues, resolve_secrets};
use cfworker_deploy::manifest::{ReadOptions, Source};
use cfworker_deploy::resource::ZoneRef;
use cfworker_deploy::secret::Secret;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::driver::Target;
use super::{manifests, shown};

pub const TARGET: Target = Target { name: "references", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 28] = [
    "$",
    "${",
    "}",
    "$${",
    "$secrets-group/",
    "$variables-group/",
    "$cloudflare-",
    "$cloudflare-kv-namespace/",
    "$cloudflare-dns-zone/",
    "status.outputs.zone_id",
    "kv-namespace",
    "r2-bucket",
    "/status.outputs.",
    "namespace_id",
    "namespaceId",
    "status.outputs.namespace_id",
    "/",
    "//",
    "a",
    "API_KEY",
    "CLOUDFLARE_API_TOKEN",
    "aws_x",
    "R2_",
    "CFWORKER_",
    "main",
    "db.url",
    "known",
    "ß",
];
const REFERENCES: [&str; 3] = ["$variables-group/", "$secrets-group/", "$cloudflare-kv-namespace/"];
const REFUSED: [&str; 4] = ["CLOUDFLARE_", "R2_", "AWS_", "CFWORKER_"];

/// What the deployer's own names hold here.
const OWN_VALUE: &str = "the value of a name of the deployer";

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    as_variable(&text);
    as_secret(&text);
    as_namespace(&text, input.len());
    as_zone(&text);
}

/// The bindings of a manifest with this in its spec; nothing when it is refused.
fn bindings(key: &str, value: Value) -> Option<Vec<Binding>> {
    let mut document = manifests::valid();
    document["spec"]["env"] = json!({});
    document["spec"][key] = value;
    let text = document.to_string();
    let read = manifests::placed(&text);
    let desired = read.desired.manifests.into_iter().next();
    desired.filter(|_| !any_error(&read.diagnostics)).map(|manifest| manifest.script.bindings)
}

/// What is no reference is data and stays as it is; a reference never gets through as text.
fn as_variable(text: &str) {
    let Some(bindings) = bindings("env", json!({ "variables": { "A": text } })) else { return };
    let [Binding::PlainText(variable)] = bindings.as_slice() else { panic!("{bindings:?}") };
    match &variable.text.value {
        Input::Value(value) => {
            assert_eq!(value, text);
            assert!(!REFERENCES.iter().any(|start| text.starts_with(start)), "{text}");
        }
        Input::Reference(reference) => {
            assert!(text.starts_with("$cloudflare-") && !reference.name.is_empty(), "{text} {reference:?}");
        }
        Input::Late(output) => panic!("no document of the run makes {output:?}"),
    }
}

/// Only `${NAME}` and a group are sources; the deployer's own credentials are none. No value shows.
fn as_secret(text: &str) {
    let Some(bindings) = bindings("env", json!({ "secrets": { "A": text } })) else { return };
    let [Binding::SecretText(secret)] = bindings.as_slice() else { panic!("{bindings:?}") };
    match &secret.source {
        SecretSource::Named(name) => {
            assert_eq!(format!("${{{name}}}"), text);
            assert!(!is_refused(name), "{name}");
        }
        SecretSource::Group { group, key } => assert_eq!(format!("$secrets-group/{group}/{key}"), text),
        SecretSource::Literal(value) => assert_eq!(value.reveal(), text.replace("$${", "${")),
    }
    resolved(text);
}

/// A value is there or it is missing, and none of the deployer's own names is ever looked up.
fn resolved(text: &str) {
    let mut document = manifests::valid();
    document["spec"]["env"] = json!({ "secrets": { "A": text } });
    let source = Source { name: "a.yaml".into(), text: document.to_string() };
    let read = read(std::slice::from_ref(&source), &ReadOptions::default());
    let own = ["CLOUDFLARE_API_TOKEN", "AWS_X", "aws_x", "R2__A", "CFWORKER__A", "AWS__X"];
    let named = own.map(|name| (name.to_owned(), Secret::new(OWN_VALUE))).into();
    let given = SecretValues { named, ..SecretValues::default() };
    let (values, findings) = resolve_secrets(&read.desired, &read.places, &given);
    assert_eq!(values.len() + findings.len(), 1);
    assert!(!values.values().any(|value| value.reveal() == OWN_VALUE), "{text}");
    let findings: Vec<_> = findings.into_iter().map(|unresolved| unresolved.finding).collect();
    shown::checked_findings(&[source], &findings);
}

fn is_refused(name: &str) -> bool {
    REFUSED.iter().any(|start| name.to_ascii_uppercase().starts_with(start))
}

/// An id, or the name of a resource: never the text of a reference.
fn as_namespace(text: &str, which: usize) {
    let entries = [
        json!([{ "name": "CACHE", "field_path": text }]),
        json!([{ "name": "CACHE", "namespace_id": text }]),
        json!([{ "name": "CACHE", "value_from": { "kind": "CloudflareKvNamespace", "name": text } }]),
        json!([{ "name": text, "binding": "CACHE", "kind": "CloudflareKvNamespace", "field_path": "status.outputs.namespace_id" }]),
    ];
    let entry = entries[which % entries.len()].clone();
    if let Some(bindings) = bindings("kv_bindings", entry) {
        let [Binding::Plain(binding)] = bindings.as_slice() else { panic!("{bindings:?}") };
        let MemberValue::Referred(referred) = &binding.members["namespace_id"] else { panic!("{binding:?}") };
        match &referred.value {
            Input::Late(output) => panic!("no document of the run makes {output:?}"),
            Input::Value(id) => {
                let digits = id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
                assert!(id.len() == 32 && digits, "{id}");
            }
            Input::Reference(reference) => {
                assert!(!reference.name.is_empty() && reference.output == "namespace_id", "{reference:?}");
            }
        }
    }
}

/// An id, or the name of a zone: never the text of a reference.
fn as_zone(text: &str) {
    for zone in [json!(text), json!({ "value": text }), json!({ "value_from": { "name": text } })] {
        let mut document = manifests::valid();
        document["spec"]["dns"] = json!({ "enabled": true, "hostname": "a.example.com", "zone_id": zone });
        let read = manifests::placed(&document.to_string());
        if any_error(&read.diagnostics) {
            continue;
        }
        for host in read.desired.manifests.iter().flat_map(|manifest| &manifest.routing) {
            match &host.zone {
                ZoneRef::Id(id) => {
                    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                    assert!(id.len() == 32 && id.bytes().all(is_digit), "{id}");
                }
                ZoneRef::Referred(reference) => {
                    assert!(!reference.name.is_empty() && reference.output == "zone_id", "{reference:?}");
                }
                ZoneRef::OfHostname => assert!(text.is_empty(), "{text}"),
                ZoneRef::Name(name) => panic!("nobody named `{name}`"),
            }
        }
    }
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let part = prop_oneof![3 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "\\PC{0,6}"];
    proptest::collection::vec(part, 0..7).prop_map(|parts| parts.concat().into_bytes()).boxed()
}

/// Values of groups are found by either of their names.
#[test]
fn a_known_variable_is_resolved() {
    let mut document = manifests::valid();
    document["spec"]["env"] = json!({ "variables": { "A": "$variables-group/main/db.url" } });
    let source = Source { name: "a.yaml".into(), text: document.to_string() };
    let values = BTreeMap::from([("main/db.url".to_owned(), "$secrets-group/x".to_owned())]);
    let read = read(&[source], &ReadOptions { values, ..ReadOptions::default() });
    let bindings = &read.desired.manifests[0].script.bindings;
    assert!(matches!(&bindings[0], Binding::PlainText(variable) if variable.text.known() == Some("$secrets-group/x")));
}
