//! Answers of Cloudflare's API, one endpoint at a time: `ENDPOINT STATUS`, headers, an empty line, the body.

use cfworker_deploy::cloudflare::dns_records::{self, RecordBody, RecordFilter};
use cfworker_deploy::cloudflare::scripts::{self, ScriptSettings};
use cfworker_deploy::cloudflare::subdomain::{self, ScriptSubdomain};
use cfworker_deploy::cloudflare::upload::{self, Metadata, Uploaded};
use cfworker_deploy::cloudflare::{Api, Auth, Call, FromResult, ReadOf};
use cfworker_deploy::cloudflare::{accounts, deployments, kv, routes, secrets, tokens, versions, zones};
use cfworker_deploy::http::CallError;
use cfworker_deploy::secret::Secret;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::driver::Target;
use super::shown;
use super::wire::{Bench, Reply, bench};

pub const TARGET: Target = Target { name: "answers", beside: None, check, structured, words: &WORDS };

const ENDPOINTS: [&str; 26] = [
    "verify-user",
    "verify-account",
    "list-accounts",
    "read-zone",
    "list-zones",
    "list-records",
    "create-record",
    "patch-record",
    "delete-record",
    "list-routes",
    "create-route",
    "put-route",
    "delete-route",
    "list-scripts",
    "read-settings",
    "patch-settings",
    "delete-script",
    "list-versions",
    "read-version",
    "list-deployments",
    "list-secrets",
    "patch-secrets",
    "read-subdomain",
    "write-subdomain",
    "account-subdomain",
    "put-script",
];

const WORDS: [&str; 62] = [
    "list-namespaces",
    "200",
    "204",
    "302",
    "400",
    "401",
    "403",
    "404",
    "429",
    "500",
    "503",
    "0",
    "\"success\"",
    "\"errors\"",
    "\"result\"",
    "\"result_info\"",
    "\"total_pages\"",
    "\"per_page\"",
    "\"code\"",
    "\"message\"",
    "\"error_chain\"",
    "\"id\"",
    "\"name\"",
    "\"status\"",
    "\"tags\"",
    "\"bindings\"",
    "\"versions\"",
    "\"items\"",
    "\"deployments\"",
    "\"version_id\"",
    "\"percentage\"",
    "\"annotations\"",
    "\"workers/tag\"",
    "\"resources\"",
    "\"script_runtime\"",
    "\"meta\"",
    "\"read_only\"",
    "\"pattern\"",
    "\"script\"",
    "\"enabled\"",
    "\"deployment_id\"",
    "\"type\"",
    "true",
    "false",
    "null",
    "[]",
    "{}",
    "10007",
    "10013",
    "10000",
    "9109",
    "1004",
    "81057",
    "7003",
    "retry-after: 5\n",
    "retry-after: Wed, 21 Oct 2015 07:28:00 GMT\n",
    "ratelimit: \"default\";r=0;t=60\n",
    "ratelimit-policy: \"default\";q=1200;w=300\n",
    "cf-mitigated: challenge\n",
    "cf-ray: 1-\u{1b}[2J\n",
    "<html>",
    "\"\\u001b[2J\\u202e\"",
];

/// Headers that something of ours reads.
const HEADERS: [&str; 10] = [
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "cf-ray",
    "cf-mitigated",
    "date",
    "etag",
    "content-length",
    "content-encoding",
    "x-amz-meta-sha256",
];

fn check(input: &[u8]) {
    let (first, rest) = split_at(input, b"\n");
    let head = String::from_utf8_lossy(first);
    let (endpoint, status) = head.split_once(' ').unwrap_or((&head, "200"));
    let reply = reply(status, rest);
    let bench = bench(Vec::new(), move |_| reply.clone());
    let api = Api::new("https://api.example/client/v4", Auth::Token(Secret::new(shown::TOKEN))).expect("an API");
    let result = call(&api, &bench, endpoint);
    if let Some(Err(error)) = result {
        shown::checked(&error.to_string());
        shown::checked_findings(&[], &[error.diagnostic()]);
    }
    assert!(bench.script.count() <= 600, "{} requests", bench.script.count());
    assert!(bench.clock.elapsed() <= 3_600_000.0 * 8.0, "{} ms", bench.clock.elapsed());
}

/// An answer with this status; headers, an empty line and the body in the rest.
pub fn reply(status: &str, rest: &[u8]) -> Reply {
    let (head, body) = split_at(rest, b"\n\n");
    let (head, body) = if rest.starts_with(b"\n") { (&[][..], &rest[1..]) } else { (head, body) };
    let head = String::from_utf8_lossy(head);
    let headers = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let known = HEADERS.iter().find(|known| known.eq_ignore_ascii_case(name))?;
        Some((*known, value.to_owned()))
    });
    Reply::Answer(status.trim().parse().unwrap_or(200), headers.collect(), body.to_vec())
}

/// What stands before and behind the first separator.
pub fn split_at<'a>(input: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = memchr::memmem::find(input, separator);
    at.map_or((input, &[]), |at| (&input[..at], &input[at + separator.len()..]))
}

fn one(api: &Api, bench: &Bench, call: Call) -> Result<(), CallError> {
    let call = Call { settles_late: true, ..call };
    let result = bench.clock.run(api.carry(&bench.client, &call, &|_| None))?;
    drop(Uploaded::told(&result).and_then(|uploaded| uploaded.version_id()));
    Ok(())
}

fn read<T: FromResult + Clone>(api: &Api, bench: &Bench, read: &ReadOf<T>) -> Result<(), CallError> {
    bench.clock.run(api.read(&bench.client, &read.clone().settling_late(true))).map(drop)
}

fn call(api: &Api, bench: &Bench, endpoint: &str) -> Option<Result<(), CallError>> {
    let (account_id, script, zone_id) = ("acc", "my-script", "zone");
    let (record_id, route_id, pattern) = ("r", "r", "a.example/*");
    Some(match endpoint {
        "verify-user" => read(api, bench, &tokens::of_user()),
        "verify-account" => read(api, bench, &tokens::of_account(account_id)),
        "list-accounts" => read(api, bench, &accounts::list()),
        "read-zone" => read(api, bench, &zones::read(zone_id)),
        "list-zones" => read(api, bench, &zones::named("example.com", account_id)),
        "list-records" => read(api, bench, &dns_records::list(zone_id, RecordFilter::Name("a.example"))),
        "create-record" => one(api, bench, dns_records::create(zone_id, &RecordBody::default())),
        "patch-record" => one(api, bench, dns_records::patch(zone_id, record_id, &RecordBody::default())),
        "delete-record" => one(api, bench, dns_records::delete(zone_id, record_id)),
        "list-routes" => read(api, bench, &routes::list(zone_id)),
        "create-route" => one(api, bench, routes::create(zone_id, pattern, script)),
        "put-route" => one(api, bench, routes::put(zone_id, route_id, pattern, script)),
        "delete-route" => one(api, bench, routes::delete(zone_id, route_id)),
        "list-scripts" => read(api, bench, &scripts::list(account_id)),
        "read-settings" => read(api, bench, &scripts::settings(account_id, script)),
        "patch-settings" => one(api, bench, scripts::patch_settings(account_id, script, &ScriptSettings::default())),
        "delete-script" => one(api, bench, scripts::delete(account_id, script)),
        "list-versions" => read(api, bench, &versions::list(account_id, script)),
        "read-version" => read(api, bench, &versions::read(account_id, script, "v")),
        "list-deployments" => read(api, bench, &deployments::list(account_id, script)),
        "list-secrets" => read(api, bench, &secrets::list(account_id, script)),
        "patch-secrets" => one(api, bench, secrets::remove(account_id, script, [].iter())),
        "read-subdomain" => read(api, bench, &subdomain::of_script(account_id, script)),
        "write-subdomain" => one(api, bench, subdomain::write(account_id, script, ScriptSubdomain::default())),
        "account-subdomain" => read(api, bench, &subdomain::of_account(account_id)),
        "list-namespaces" => read(api, bench, &kv::list(account_id)),
        "put-script" => put_script(api, bench),
        _ => return None,
    })
}

fn put_script(api: &Api, bench: &Bench) -> Result<(), CallError> {
    let (modules, _) =
        cfworker_deploy::bundle::read(bytes::Bytes::from_static(b"export default {}"), Default::default())
            .expect("a bundle");
    let metadata = Metadata::default();
    one(api, bench, upload::put("acc", "my-script", &metadata, &modules))
}

/// JSON that has the members which answers have, with values of any sort.
pub fn answer() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("18f97339-c287-4872-9bdd-e2135c07ec12")),
        Just(json!("cfwd1:cAAAAAAAAAAAAAAAAAAAAAA:sAAAAAAAAAAAAAAAAAAAAAA:k0a1b")),
        Just(json!("secret_text")),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let words: Vec<String> = WORDS.iter().filter_map(|word| serde_json::from_str(word).ok()).collect();
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => proptest::collection::btree_map(proptest::sample::select(words), inner, 0..7)
                .prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let status = prop_oneof![
        4 => Just(200_u16),
        3 => proptest::sample::select(&[204, 400, 401, 403, 404, 409, 429, 500, 503, 524][..]),
        1 => any::<u16>(),
    ];
    let error = (any::<i32>(), any::<String>(), answer())
        .prop_map(|(code, message, chain)| json!([{ "code": code, "message": message, "error_chain": [chain] }]));
    let errors = prop_oneof![2 => Just(json!([])), 2 => error, 1 => answer()];
    let info = prop_oneof![2 => Just(Value::Null), 1 => answer(), 1 => any::<u32>().prop_map(|pages| json!({ "total_pages": pages, "per_page": pages }))];
    (proptest::sample::select(&ENDPOINTS[..]), status, any::<bool>(), errors, answer(), info)
        .prop_map(|(endpoint, status, success, errors, result, info)| {
            let body = json!({ "success": success, "errors": errors, "result": result, "result_info": info });
            format!("{endpoint} {status}\n\n{body}").into_bytes()
        })
        .boxed()
}
