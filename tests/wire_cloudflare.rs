//! What we send to the API, byte for byte, and what we make of its answers.
//!
//! Shapes are those of Cloudflare's API reference and of its SDK; where real answers differ, of those.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use std::collections::{BTreeMap, BTreeSet};

use cfworker_deploy::bundle::{self, Modules, Stated};
use cfworker_deploy::cloudflare::dns_records::{self, RecordBody, RecordFilter};
use cfworker_deploy::cloudflare::scripts::{self, ScriptSettings};
use cfworker_deploy::cloudflare::subdomain::{self, ScriptSubdomain};
use cfworker_deploy::cloudflare::upload::{self, Metadata, Uploaded};
use cfworker_deploy::cloudflare::{self, accounts, deployments, kv, routes, secrets, tokens, versions, workers, zones};
use cfworker_deploy::cloudflare::{Api, Auth, Call, FromResult, Read, ReadOf};
use cfworker_deploy::http::{Again, CallError, Meaning, Repeat, Request};
use cfworker_deploy::model::Syntax;
use cfworker_deploy::secret::Secret;
use serde_json::{Value, json};
use wire::{Reply, bench, json as reply, ok, refused, with_header};

const A: &str = "accounts/acc/workers/scripts/my-script";

fn api() -> Api {
    Api::new("https://api.example/client/v4", Auth::Token(Secret::new("t"))).expect("an API")
}

/// Method and path with query of a read.
fn asked(read: impl Into<Read>) -> String {
    let request = read.into().request(&api());
    let path = request.url.strip_prefix("https://api.example/client/v4/").expect("below the base URL");
    format!("{} {path}", request.method.as_str())
}

/// What goes out.
fn request(call: &Call) -> Request {
    call.request(&api(), &|_| None).expect("a request")
}

/// Method, path with query, JSON body, whether it may be repeated.
fn sent(call: &Call) -> (String, Value, Repeat) {
    let request = request(call);
    let path = request.url.strip_prefix("https://api.example/client/v4/").expect("below the base URL");
    let body = request
        .body
        .as_ref()
        .map_or(Value::Null, |(_, content)| serde_json::from_slice(&content.to_vec()).expect("JSON"));
    (format!("{} {path}", request.method.as_str()), body, request.repeat)
}

#[test]
fn reads_go_where_the_reference_says() {
    let (account_id, script, zone_id) = ("acc", "my-script", "zone");
    for (seen, wanted) in [
        (asked(tokens::of_user()), "GET user/tokens/verify".to_owned()),
        (asked(tokens::of_account(account_id)), "GET accounts/acc/tokens/verify".into()),
        (asked(accounts::list()), "GET accounts?page=1&per_page=50".into()),
        (asked(zones::read(zone_id)), "GET zones/zone".into()),
        (
            asked(zones::named("example.com", account_id)),
            "GET zones?name=example.com&account.id=acc&page=1&per_page=50".into(),
        ),
        (
            asked(dns_records::list(zone_id, RecordFilter::CommentPrefix("cfwd1-00"))),
            "GET zones/zone/dns_records?comment.startswith=cfwd1-00&page=1&per_page=100".into(),
        ),
        (asked(routes::list(zone_id)), "GET zones/zone/workers/routes".into()),
        (asked(scripts::list(account_id)), "GET accounts/acc/workers/scripts".into()),
        (asked(scripts::settings(account_id, script)), format!("GET {A}/settings")),
        (asked(versions::list(account_id, script)), format!("GET {A}/versions?deployable=true")),
        (asked(versions::read(account_id, script, "v-1")), format!("GET {A}/versions/v-1")),
        (asked(deployments::list(account_id, script)), format!("GET {A}/deployments")),
        (asked(workers::read(account_id, script)), "GET accounts/acc/workers/workers/my-script".into()),
        (asked(secrets::list(account_id, script)), format!("GET {A}/secrets")),
        (asked(subdomain::of_script(account_id, script)), format!("GET {A}/subdomain")),
        (asked(subdomain::of_account(account_id)), "GET accounts/acc/workers/subdomain".into()),
        (asked(kv::list(account_id)), "GET accounts/acc/storage/kv/namespaces?page=1&per_page=100".into()),
    ] {
        assert_eq!(seen, wanted);
    }
}

#[test]
fn writes_send_exactly_this() {
    let (account_id, script, zone_id) = ("acc", "my-script", "zone");
    let record = RecordBody {
        record_type: Some("A".into()),
        name: Some("a.example".into()),
        content: Some("100.0.0.1".into()),
        ttl: Some(1),
        proxied: Some(true),
        comment: Some("mark".into()),
    };
    let whole = json!({ "type": "A", "name": "a.example", "content": "100.0.0.1", "ttl": 1, "proxied": true, "comment": "mark" });
    let part = RecordBody { proxied: Some(true), ..RecordBody::default() };
    let tags = ScriptSettings { tags: Some(vec!["x".into()]), ..ScriptSettings::default() };
    let switches = ScriptSubdomain { enabled: false, previews_enabled: true };
    let route = json!({ "pattern": "a.example/*", "script": "s" });
    let names = ["A".to_owned(), "B".to_owned()];
    let remove_secrets = secrets::remove(account_id, script, names.iter());
    for (seen, wanted, body, repeat) in [
        (
            sent(&dns_records::create(zone_id, &record)),
            "POST zones/zone/dns_records".to_owned(),
            whole,
            Repeat::LookFirst,
        ),
        (
            sent(&dns_records::patch(zone_id, "r", &part)),
            "PATCH zones/zone/dns_records/r".into(),
            json!({ "proxied": true }),
            Repeat::Safe,
        ),
        (sent(&dns_records::delete(zone_id, "r")), "DELETE zones/zone/dns_records/r".into(), Value::Null, Repeat::Safe),
        (
            sent(&routes::create(zone_id, "a.example/*", "s")),
            "POST zones/zone/workers/routes".into(),
            route.clone(),
            Repeat::LookFirst,
        ),
        (
            sent(&routes::put(zone_id, "r", "a.example/*", "s")),
            "PUT zones/zone/workers/routes/r".into(),
            route,
            Repeat::Safe,
        ),
        (sent(&routes::delete(zone_id, "r")), "DELETE zones/zone/workers/routes/r".into(), Value::Null, Repeat::Safe),
        (
            sent(&scripts::patch_settings(account_id, script, &tags)),
            format!("PATCH {A}/script-settings"),
            json!({ "tags": ["x"] }),
            Repeat::Safe,
        ),
        (sent(&scripts::delete(account_id, script)), format!("DELETE {A}"), Value::Null, Repeat::Safe),
        (
            sent(&subdomain::write(account_id, script, switches)),
            format!("POST {A}/subdomain"),
            json!({ "enabled": false, "previews_enabled": true }),
            Repeat::Safe,
        ),
        (
            sent(&remove_secrets),
            format!("PATCH {A}/secrets-bulk"),
            json!({ "secrets": { "A": null, "B": null } }),
            Repeat::Safe,
        ),
    ] {
        assert_eq!(seen, (wanted, body, repeat));
    }
    let request = request(&remove_secrets);
    assert_eq!(request.body.map(|(kind, _)| kind).as_deref(), Some("application/merge-patch+json"));
}

fn modules(source: &str) -> Modules {
    stated(source, Stated::default())
}

fn stated(source: &str, stated: Stated<'_>) -> Modules {
    bundle::read(source.as_bytes().to_vec().into(), stated).expect("a bundle").0
}

#[test]
fn an_upload_is_the_same_bytes_each_time() {
    let metadata = Metadata {
        bindings: vec![json!({ "type": "secret_text", "name": "S", "text": "canary-secret" })],
        keep_bindings: Some(vec!["secret_text".into(), "secret_key".into()]),
        compatibility_date: Some("2026-01-01".into()),
        annotations: BTreeMap::from([("workers/tag".into(), "cfwd1:c".into())]),
        tags: Some(vec!["cfwd1-0".into()]),
        settings: BTreeMap::from([("logpush".into(), json!(true))]),
        ..Metadata::default()
    };
    let modules = modules("export default {}");
    let put = upload::put("acc", "my-script", &metadata, &modules);
    let request = request(&put);
    assert_eq!(request.url, format!("https://api.example/client/v4/{A}?bindings_inherit=strict&excludeScript=true"));
    assert_eq!(request.repeat, Repeat::Safe);
    let (content_type, content) = request.body.clone().expect("a body");
    let bytes = content.to_vec();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"metadata\"\r\nContent-Type: application/json\r\n\r\n\
         {{\"main_module\":\"index.js\",\"bindings\":[{{\"name\":\"S\",\"text\":\"canary-secret\",\"type\":\"secret_text\"}}],\
         \"keep_bindings\":[\"secret_text\",\"secret_key\"],\"compatibility_date\":\"2026-01-01\",\
         \"annotations\":{{\"workers/tag\":\"cfwd1:c\"}},\"tags\":[\"cfwd1-0\"],\"logpush\":true}}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n\
         Content-Type: application/javascript+module\r\n\r\nexport default {{}}\r\n--{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
    let (_, again) = self::request(&put).body.expect("a body");
    assert_eq!(again.to_vec(), bytes);
    assert!(!format!("{request:?} {metadata:?} {modules:?} {put:?} {}", json!(put)).contains("canary-secret"));
}

#[test]
fn a_service_worker_is_a_body_part() {
    let format = Stated { syntax: Some(Syntax::ServiceWorker), ..Stated::default() };
    let modules = stated("addEventListener('fetch', f)", format);
    let metadata = Metadata::default();
    let put = upload::put("acc", "s", &metadata, &modules);
    let (_, content) = request(&put).body.expect("a body");
    let text = String::from_utf8_lossy(&content.to_vec()).into_owned();
    assert!(text.contains("{\"body_part\":\"index.js\",\"bindings\":[]}"), "{text}");
    assert!(text.contains("Content-Type: application/javascript\r\n"), "{text}");
}

#[test]
fn an_upload_can_be_read_back_as_a_bundle() {
    let metadata = Metadata::default();
    let original = modules("export default { fetch() {} } // ü\r\n");
    let put = upload::put("acc", "s", &metadata, &original);
    let (_, content) = request(&put).body.expect("a body");
    let (again, _) = bundle::read(content.to_vec().into(), Stated::default()).expect("a bundle");
    assert_eq!((again.syntax, again.main, again.modules), (original.syntax, original.main, original.modules));
}

fn read<T: FromResult>(read: &ReadOf<T>, answer: Reply) -> T {
    let bench = bench(vec![answer], |_| panic!("one request too many"));
    bench.clock.run(api().read(&bench.client, read)).expect("an output")
}

fn written(call: &Call, answer: Reply) -> Value {
    let bench = bench(vec![answer], |_| panic!("one request too many"));
    bench.clock.run(api().carry(&bench.client, call, &|_| None)).expect("a result")
}

#[test]
fn real_answers_are_understood() {
    let (account_id, script, zone_id) = ("acc", "s", "z");
    let settings = read(
        &scripts::settings(account_id, script),
        ok(r#"{"bindings":[{"name":"A","type":"plain_text","text":"x"},{"name":"S","type":"secret_text"}],
            "compatibility_date":"2026-01-01","compatibility_flags":null,"tags":null,"logpush":false,"limits":{},
            "observability":{"enabled":true,"head_sampling_rate":null,"logs":{"enabled":true,"persist":null}},
            "tail_consumers":null,"annotations":{"workers/triggered_by":"upload"},"placement":{},"brand_new":[1]}"#),
    );
    assert_eq!(settings.bindings[0].text("text"), Some("x"));
    assert_eq!((settings.tags.len(), settings.bindings.len()), (0, 2));
    assert!(
        settings
            .shown
            .observability
            .is_some_and(|logs| logs["enabled"] == true && logs["head_sampling_rate"].is_null())
    );

    let versions = read(
        &versions::list(account_id, script),
        ok(r#"{"items":[{"id":"a","number":1,"metadata":{"source":"wrangler","created_on":"2026-01-01T00:00:00Z"}},
            {"id":"b","number":2,"metadata":null,"annotations":{"workers/tag":"t","workers/alias":null}}]}"#),
    );
    assert_eq!(versions.items[0].annotation("workers/tag"), Some("t"));
    assert_eq!((versions.items[0].annotation("workers/alias"), versions.items[1].annotations.is_none()), (None, true));

    let deployments = read(
        &deployments::list(account_id, script),
        ok(r#"{"deployments":[{"id":"d","source":"api","strategy":"percentage","annotations":null,
            "versions":[{"version_id":"b","percentage":100}]}]}"#),
    );
    assert_eq!(deployments.deployments[0].versions[0].percentage, 100.0);

    let records = read(
        &dns_records::list(zone_id, RecordFilter::Name("a.example")),
        ok(r#"[{"id":"r","type":"AAAA","name":"a.example","content":"100::","ttl":1,"proxied":true,"comment":null,
            "meta":{"read_only":true,"origin_worker_id":"x"},"tags":[],"settings":{}}]"#),
    );
    assert!(records[0].is_read_only() && records[0].comment.is_none());

    assert_eq!(written(&routes::create(zone_id, "p", script), ok(r#"{"id":"r"}"#)), json!({ "id": "r" }));
    let put = upload::put(account_id, script, &Metadata::default(), &modules("export default {}"));
    let uploaded = Uploaded::told(&written(&put, ok(r#"{"id":"s","tags":null,"created_on":"1","modified_on":"2"}"#)));
    assert!(uploaded.is_some_and(|uploaded| uploaded.was_there() && uploaded.version_id().is_none()));
    let routes =
        read(&routes::list(zone_id), ok(r#"[{"id":"r","pattern":"p"},{"id":"q","pattern":"p","script":null}]"#));
    assert!(routes.routes.iter().all(|route| route.script.is_none()));
    assert!(read(&scripts::list(account_id), reply(200, r#"{"success":true,"result":null}"#)).is_empty());
    let script = read(&scripts::list(account_id), ok(r#"[{"id":"s","tags":null,"etag":"e","routes":null}]"#));
    assert_eq!((script[0].id.as_str(), script[0].tags.len()), ("s", 0));
    written(&scripts::delete(account_id, "s"), ok("null"));
    written(&routes::delete(zone_id, "r"), reply(200, r#"{"success":true,"errors":null,"messages":["x"]}"#));
    written(&dns_records::delete(zone_id, "r"), Reply::Answer(204, Vec::new(), Vec::new()));
    let zone =
        read(&zones::read(zone_id), ok(r#"{"id":"z","name":"a.example","status":"active","account":{"id":"a"}}"#));
    assert!(zone.is_active());
}

/// What became of a create whose answer names nothing is open: it is looked for.
#[test]
fn a_create_whose_answer_lacks_what_counts_may_have_taken_effect() {
    let record = RecordBody::default();
    for create in [routes::create("z", "p", "s"), dns_records::create("z", &record)] {
        let bench = bench(vec![ok("{}")], |_| panic!("one request too many"));
        let error = bench.clock.run(api().carry(&bench.client, &create, &|_| None)).expect_err("an error");
        assert!(error.may_have_arrived && error.to_string().contains("can't be read"), "{error}");
    }
}

#[test]
fn answers_that_lack_what_counts_are_malformed_and_told() {
    for body in ["null", "{}", "[]", r#"{"id":7}"#] {
        let bench = bench(vec![ok(body)], |_| panic!("one request too many"));
        let error = bench.clock.run(api().read(&bench.client, &tokens::of_user())).expect_err("an error");
        assert!(error.to_string().contains("can't be read") && error.to_string().contains("ray-1"), "{error}");
    }
}

#[test]
fn a_token_is_verified_whoever_owns_it() {
    let bad = || refused(401, 1000, "Invalid API Token");
    let good = || ok(r#"{"id":"tok","status":"active"}"#);
    for (user, account, id) in [
        (good(), bad(), Some("tok")),
        (bad(), good(), Some("tok")),
        (bad(), bad(), None),
        (refused(403, 9109, "no"), bad(), None),
    ] {
        let bench = bench(vec![user, account], |_| panic!("one request too many"));
        let answer = bench.clock.run(tokens::verify(&api(), &bench.client, "acc"));
        match (id, answer) {
            (Some(id), Ok(status)) => assert!(status.id == id && status.is_active()),
            (None, Err(error)) => assert_eq!(error.meaning(), Some(Meaning::Credentials)),
            (_, answer) => panic!("{answer:?}"),
        }
    }
}

#[test]
fn international_hosts_are_known_by_their_a_labels_however_an_answer_shows_them() {
    let zone_id = "z";
    for shown in ["bücher.example", "xn--bcher-kva.example", "Bücher.Example"] {
        let zone = read(&zones::read(zone_id), ok(&format!(r#"{{"id":"z","name":"{shown}"}}"#)));
        assert_eq!(zone.name, "xn--bcher-kva.example");
        let routes = read(&routes::list(zone_id), ok(&format!(r#"[{{"id":"r","pattern":"*.{shown}/Ä/*"}}]"#)));
        assert_eq!(routes.routes.first().map(|route| route.pattern.as_str()), Some("*.xn--bcher-kva.example/Ä/*"));
        let list = dns_records::list(zone_id, RecordFilter::Name("a"));
        let records = read(&list, ok(&format!(r#"[{{"id":"r","type":"A","name":"shop.{shown}"}}]"#)));
        assert_eq!(records.first().map(|record| record.name.as_str()), Some("shop.xn--bcher-kva.example"));
    }
}

/// Family by an endpoint of it, status, code, text → meaning, whether to ask again.
#[test]
fn refusals_mean_what_the_reference_says() {
    let (account_id, script, zone_id) = ("acc", "s", "z");
    let workers = |reply| refusal(&scripts::delete(account_id, script), reply);
    let routes = |reply| refusal(&routes::create(zone_id, "p", script), reply);
    let record = RecordBody::default();
    let dns = |reply| refusal(&dns_records::create(zone_id, &record), reply);
    let kv = |reply| refused_read(&kv::list(account_id), reply);
    let zones = |reply| refused_read(&zones::read(zone_id), reply);
    for (index, (seen, meaning)) in [
        (workers(refused(404, 10007, "not found")), Meaning::Absent),
        (workers(refused(404, 10222, "no versions")), Meaning::Absent),
        (workers(refused(404, 10090, "service_not_found")), Meaning::Absent),
        (workers(refused(409, 10215, "latest not deployed")), Meaning::Conflict),
        (workers(refused(400, 10064, "in use")), Meaning::Conflict),
        (workers(refused(400, 10021, "Uncaught SyntaxError")), Meaning::Invalid),
        (workers(refused(400, 10041, "no such namespace")), Meaning::MissingTarget),
        (workers(refused(403, 10037, "too many")), Meaning::Quota),
        (workers(refused(403, 10000, "Authentication error")), Meaning::Permission),
        (workers(refused(401, 10000, "Authentication error")), Meaning::Permission),
        (workers(refused(401, 1000, "Invalid API Token")), Meaning::Credentials),
        (workers(refused(403, 9109, "Invalid access token")), Meaning::Credentials),
        (workers(refused(400, 9106, "Missing headers")), Meaning::Credentials),
        (workers(refused(400, 6003, "Invalid request headers")), Meaning::Credentials),
        (workers(refused(404, 0, "not found")), Meaning::Other),
        (workers(refused(404, 7003, "Could not route to")), Meaning::UnknownId),
        (workers(refused(403, 0, "You have exceeded the limit of 10 tags per Worker. Remove")), Meaning::Invalid),
        (workers(refused(403, 9109, "Invalid account identifier")), Meaning::UnknownId),
        (routes(refused(409, 10020, "duplicate_route")), Meaning::Conflict),
        (routes(refused(400, 10019, "does not exist")), Meaning::MissingTarget),
        (routes(refused(400, 10022, "invalid pattern")), Meaning::Invalid),
        (routes(refused(404, 10009, "not found")), Meaning::Absent),
        (dns(refused(400, 81053, "exists")), Meaning::Conflict),
        (dns(refused(400, 81058, "identical")), Meaning::Conflict),
        (dns(refused(404, 81044, "not found")), Meaning::Absent),
        (dns(refused(400, 9005, "must be a valid IPv4")), Meaning::Invalid),
        (kv(refused(404, 10013, "namespace not found")), Meaning::Absent),
        (kv(refused(400, 10014, "title exists")), Meaning::Conflict),
        (zones(refused(403, 9109, "Invalid zone identifier")), Meaning::Absent),
        (zones(refused(404, 7003, "Could not route to")), Meaning::Absent),
        (zones(refused(403, 9109, "Unauthorized to access requested resource")), Meaning::Permission),
        (
            zones(refused(403, 0, "Actor requires permission 'com.cloudflare.api.account.zone.list'")),
            Meaning::Permission,
        ),
        (zones(refused(418, 0, "teapot")), Meaning::Other),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(seen, (meaning, Again::Never), "row {index}");
    }
    let busy = || refused(409, 10035, "multiple attempts");
    let bench = bench(vec![busy(), busy()], |_| ok("null"));
    let delete = scripts::delete(account_id, script);
    bench.clock.run(api().carry(&bench.client, &delete, &|_| None)).expect("done at last");
}

#[test]
fn a_page_in_place_of_an_answer_is_told_with_its_title_and_ray_and_never_as_a_missing_permission() {
    let waf = "<!DOCTYPE html><html><HEAD><Title lang=en>Attention Required! | Cloudflare &amp; more</title>";
    let told = [
        (reply(403, waf), "`Attention Required! | Cloudflare & more`"),
        (with_header(reply(403, waf), "cf-mitigated", "challenge"), "asks for a challenge"),
        (reply(401, "Proxy authentication needed"), "`Proxy authentication needed`"),
        (reply(403, "{\"message\":\"Forbidden\"}"), "Forbidden"),
        (reply(403, "{\"success\":false,\"errors\":[]}"), "status 403"),
        (reply(403, ""), "the answer is empty"),
        (reply(404, "<html><title>Not Found</title></html>"), "`Not Found`"),
    ];
    for (answer, words) in told {
        let bench = bench(vec![with_header(answer, "cf-ray", "ray-7")], |_| panic!("one request too many"));
        let error = bench.clock.run(api().read(&bench.client, &zones::read("z"))).expect_err("an error");
        let finding = error.diagnostic();
        assert_eq!((finding.code.as_str(), finding.permission.as_deref()), ("CFD0606", None), "{error}");
        assert!(error.to_string().contains(words) && error.to_string().contains("ray-"), "{error}");
    }
}

fn refusal(call: &Call, answer: Reply) -> (Meaning, Again) {
    let bench = bench(vec![answer], |_| panic!("one request too many"));
    meaning(&bench.clock.run(api().carry(&bench.client, call, &|_| None)).expect_err("an error"))
}

fn refused_read<T: FromResult + std::fmt::Debug>(read: &ReadOf<T>, answer: Reply) -> (Meaning, Again) {
    let bench = bench(vec![answer], |_| panic!("one request too many"));
    meaning(&bench.clock.run(api().read(&bench.client, read)).expect_err("an error"))
}

fn meaning(error: &CallError) -> (Meaning, Again) {
    error.refusal().map(|refusal| (refusal.meaning, refusal.again)).unwrap_or_else(|| panic!("no refusal: {error}"))
}

#[test]
fn in_a_round_of_reads_absence_is_an_answer_where_it_is_one() {
    let ask = |read: Read, answer: Reply| {
        let bench = bench(vec![answer], |_| panic!("one request too many"));
        read.settled(bench.clock.run(api().hear(&bench.client, &read)))
    };
    let absent = || refused(404, 10007, "This Worker does not exist on your account.");
    assert!(matches!(ask(scripts::settings("a", "s").into(), absent()), Ok(cloudflare::Reply::Absent)));
    assert!(ask(zones::named("a.example", "a").into(), refused(404, 7003, "Could not route to")).is_err());
    let forbidden = || refused(403, 9109, "Unauthorized to access requested resource");
    assert!(matches!(ask(zones::read("z").into(), forbidden()), Ok(cloudflare::Reply::Hidden)));
    assert!(ask(routes::list("z").into(), forbidden()).is_err());
    let list = scripts::list("a");
    let reply = ask(list.as_ref().clone(), ok(r#"[{"id":"s"}]"#)).expect("an answer");
    assert_eq!(list.result(&reply).map(|scripts| scripts[0].id.clone()), Some("s".to_owned()));
    assert!(zones::read("z").result(&reply).is_none(), "the result of another type");
}

#[test]
fn reads_are_equal_when_they_ask_the_same() {
    let named = |name: &str| Read::from(dns_records::list("z", RecordFilter::Name(name)));
    let reads = BTreeSet::from([
        scripts::list("a").into(),
        scripts::list("b").into(),
        scripts::list("a").into(),
        named("a.example"),
        named("b.example"),
        named("a.example"),
        dns_records::list("z", RecordFilter::CommentPrefix("a.example")).into(),
    ]);
    assert_eq!(reads.len(), 5);
    assert_eq!((named("a").zone(), named("a").account()), (Some("z"), None));
    assert_eq!(Read::from(scripts::list("a")).account(), Some("a"));
    assert_eq!(Read::from(tokens::of_user()).account(), None);
}

#[test]
fn the_real_cause_of_a_dns_error_is_told() {
    let body = r#"{"success":false,"errors":[{"code":1004,"message":"DNS Validation Error","error_chain":
        [{"code":9300,"message":"DNS record has 1 tags, exceeding the quota of 0."}]}],"result":null}"#;
    let record = RecordBody::default();
    let bench = bench(vec![reply(400, body)], |_| panic!("one request too many"));
    let create = dns_records::create("z", &record);
    let error = bench.clock.run(api().carry(&bench.client, &create, &|_| None)).expect_err("an error");
    assert_eq!((error.code(), error.meaning()), (Some(9300), Some(Meaning::Quota)));
    assert!(error.to_string().contains("exceeding the quota"), "{error}");
}

proptest::proptest! {
    #[test]
    fn any_answer_is_understood_or_refused(
        status in 100_u16..600,
        body in "[\\[\\]{}\":,a-z0-9 ]{0,60}|\\{\"success\":(true|false|1),\"errors\":[\\[\\]{}\":,a-z0-9null]{0,30},\"result\":[\\[\\]{}\":,a-z0-9null]{0,40}\\}",
        header in "[ -~]{0,40}",
    ) {
        let answer = with_header(reply(status, &body), "ratelimit", &header);
        let answer = with_header(with_header(answer, "retry-after", &header), "ratelimit-policy", &header);
        let bench = bench(vec![answer], |_| ok("[]"));
        let _ = bench.clock.run(api().read(&bench.client, &scripts::settings("a", "s")));
        let _ = bench.clock.run(api().read(&bench.client, &routes::list("z")));
    }
}
