//! What is made of answers.

use cfworker_deploy::cloudflare;
use cfworker_deploy::cloudflare::dns_records::{RecordBody, RecordFilter};
use cfworker_deploy::cloudflare::upload::{Metadata, Uploaded};
use cfworker_deploy::cloudflare::{
    Call, FromResult, Read, ReadOf, deployments, dns_records, routes, scripts, tokens, upload, versions, zones,
};
use cfworker_deploy::http::Meaning;
use serde_json::{Value, json};

use crate::api;
use crate::uploads::modules;
use crate::wire::{Reply, bench, json as reply, ok, refused, with_header};

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
