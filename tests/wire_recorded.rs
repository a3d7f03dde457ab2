//! Every parser of ours that meets an endpoint of which an answer of Cloudflare was recorded reads such answers.
//!
//! `tests/wire/recorded-members.json` says which members they have, of which types, and which of them only sometimes.
//! Where the recordings themselves are at hand, the parsers read those too.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test says what it expects by stopping, and reads its table from a file"
)]

mod wire;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cfworker_deploy::cloudflare::dns_records::{self, RecordFilter};
use cfworker_deploy::cloudflare::{Api, Auth, Envelope, FromResult, Listing, ReadOf};
use cfworker_deploy::cloudflare::{accounts, deployments, kv, routes, subdomain, zones};
use cfworker_deploy::secret::Secret;
use serde_json::{Map, Value, json};
use wire::{bench, json as reply, ok};

/// Endpoint → path of a member → its types.
type Table = BTreeMap<String, BTreeMap<String, String>>;
/// Reads an answer, and says how many things it found.
type Parse = Box<dyn Fn(&Value) -> Result<usize, String>>;

fn table() -> Table {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire/recorded-members.json");
    serde_json::from_str(&fs::read_to_string(file).expect("the table")).expect("a table")
}

/// Our parsers of recorded endpoints, by the endpoint's name in the table.
fn parsers() -> BTreeMap<String, Parse> {
    let (account_id, zone_id, script) = ("accountId", "zoneId", "scriptName");
    BTreeMap::from([
        of(accounts::list(), Vec::len),
        of(zones::named("", account_id), Vec::len),
        of(dns_records::list(zone_id, RecordFilter::Name("")), Vec::len),
        of(routes::list(zone_id), |list| list.routes.len()),
        of(kv::list(account_id), |list: &Listing| list.entries.len()),
        of(deployments::list(account_id, script), |list| {
            list.deployments.iter().filter(|one| !one.versions.is_empty()).count()
        }),
        of(subdomain::of_script(account_id, script), |_| 1),
    ])
}

fn of<T: FromResult>(read: ReadOf<T>, count: fn(&T) -> usize) -> (String, Parse) {
    let api = Api::new("https://api.example", Auth::Token(Secret::new("t"))).expect("an API");
    let request = read.as_ref().request(&api);
    let path = request.url.trim_start_matches("https://api.example").split('?').next().unwrap_or_default();
    let named = ["accountId", "zoneId", "scriptName"]
        .iter()
        .fold(path.to_owned(), |path, name| path.replace(&format!("/{name}"), &format!("/{{{name}}}")));
    let parse = move |body: &Value| {
        let bench = bench(vec![reply(200, &body.to_string())], |_| ok("[]"));
        let output = bench.clock.run(api.read(&bench.client, &read));
        output.map(|output| count(&output)).map_err(|error| error.to_string())
    };
    (format!("{} {named}", request.method.as_str()), Box::new(parse))
}

#[derive(Clone, Copy)]
struct Variant {
    /// Which of a member's types.
    last_type: bool,
    /// With members that are only there sometimes.
    optional: bool,
}

const VARIANTS: [Variant; 4] = [
    Variant { last_type: false, optional: false },
    Variant { last_type: false, optional: true },
    Variant { last_type: true, optional: false },
    Variant { last_type: true, optional: true },
];

/// An answer with exactly the recorded members below `path`.
fn example(members: &BTreeMap<String, String>, path: &str, types: &str, variant: Variant) -> Value {
    let mut types: Vec<&str> = types.split(" | ").collect();
    if variant.last_type {
        types.reverse();
    }
    match types.first().copied() {
        Some("boolean") => json!(true),
        // Real answers have counts as large as this.
        Some("number") if path.starts_with("result_info") => json!(i64::MAX),
        Some("number") => json!(1),
        Some("string") => json!("text"),
        Some("null") => Value::Null,
        Some("list") => json!(Vec::from_iter(members.get(&format!("{path}[]")).map(|types| example(
            members,
            &format!("{path}[]"),
            types,
            variant
        )))),
        Some("object") => Value::Object(members_of(members, path, variant)),
        other => panic!("{path} has the unknown type {other:?}"),
    }
}

fn members_of(members: &BTreeMap<String, String>, path: &str, variant: Variant) -> Map<String, Value> {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
    let direct = members.iter().filter_map(|(known, types)| {
        let name = known.strip_prefix(&prefix)?;
        let (name, optional) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
        let is_direct = !name.is_empty() && !name.contains(['.', '[', '{']);
        (is_direct && (variant.optional || !optional)).then_some((name, types))
    });
    direct
        .map(|(name, types)| (name.to_owned(), example(members, &format!("{prefix}{name}"), types, variant)))
        .collect()
}

#[test]
fn every_parser_that_meets_a_recorded_endpoint_reads_all_recorded_shapes() {
    let (table, parsers) = (table(), parsers());
    for (endpoint, parse) in &parsers {
        let members = table.get(endpoint).unwrap_or_else(|| panic!("{endpoint} was not recorded"));
        for variant in VARIANTS {
            let body = example(members, "", "object", variant);
            assert_eq!(parse(&body), Ok(1), "{endpoint}: {body}");
        }
    }
}

#[test]
fn the_envelope_of_every_recorded_shape_is_read() {
    for (endpoint, members) in table() {
        for variant in VARIANTS {
            let body = example(&members, "", "object", variant);
            let envelope: Envelope = serde_json::from_value(body).unwrap_or_else(|error| panic!("{endpoint}: {error}"));
            assert!(envelope.success && envelope.errors.is_empty() && envelope.result.is_some(), "{endpoint}");
        }
    }
}

#[test]
fn the_recordings_themselves_are_read_where_they_are_at_hand() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recordings");
    let Ok(entries) = fs::read_dir(folder) else {
        eprintln!("no recordings at hand: the parsers read the recorded shapes alone");
        return;
    };
    let files = entries.map(|entry| entry.expect("an entry").path());
    let parsers = parsers();
    let mut read = Vec::new();
    for (endpoint, body) in files.filter(|file| file.extension().is_some_and(|end| end == "yaml")).flat_map(recorded) {
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert!(serde_json::from_value::<Envelope>(body.clone()).is_ok_and(|envelope| envelope.success), "{endpoint}");
        let Some(parse) = parsers.get(&endpoint) else { continue };
        assert!(parse(&body).is_ok_and(|count| count > 0), "{endpoint}: {:?}", parse(&body));
        read.push(endpoint);
    }
    read.sort();
    read.dedup();
    assert_eq!(read, parsers.into_keys().collect::<Vec<_>>(), "each parser has read its recording");
}

/// The endpoints and bodies of a file.
fn recorded(file: PathBuf) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).expect("UTF-8");
    let file: Value = serde_yaml::from_str(&text).expect("YAML");
    let interactions = file.get("interactions").and_then(Value::as_array).expect("interactions");
    let of = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_str).expect("a text").to_owned();
    interactions
        .iter()
        .map(|one| {
            let url = of(one, "/request/url");
            let path = url.split("/client/v4").nth(1).and_then(|path| path.split('?').next()).expect("a path");
            (format!("{} {}", of(one, "/request/method"), pattern(path)), of(one, "/response/body"))
        })
        .collect()
}

fn pattern(path: &str) -> String {
    let mut segments: Vec<String> = Vec::new();
    for segment in path.split('/') {
        let name = match segments.last().map(String::as_str) {
            Some("accounts") => "{accountId}",
            Some("zones") => "{zoneId}",
            Some("scripts") => "{scriptName}",
            _ => segment,
        };
        segments.push(name.to_owned());
    }
    segments.join("/")
}
