//! Retries, pacing and limits, on virtual time.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use cfworker_deploy::cloudflare::dns_records::{self, RecordBody, RecordFilter};
use cfworker_deploy::cloudflare::routes::{self, RouteList};
use cfworker_deploy::cloudflare::scripts;
use cfworker_deploy::cloudflare::{Api, Auth, Call, ReadOf};
use cfworker_deploy::error::Exit;
use cfworker_deploy::http::{CallErrorKind, Meaning, Policy, Sent};
use cfworker_deploy::secret::Secret;
use futures_util::future::join_all;
use wire::{Reply, Seen, VirtualClock, bench, bench_with, json, ok, refused, with_header};

fn api() -> Api {
    Api::new(Api::BASE_URL, Auth::Token(Secret::new("canary-token"))).expect("an API")
}

static ROUTES: LazyLock<ReadOf<RouteList>> = LazyLock::new(|| routes::list("z"));

fn new_route() -> Call {
    routes::create("z", "a.example/*", "s")
}

fn never(_: &Seen) -> Reply {
    panic!("one request too many")
}

#[test]
fn every_single_fault_of_a_read_is_overcome() {
    let faults = [
        Reply::Lost(true),
        Reply::Lost(false),
        Reply::CutOff(200),
        Reply::Silence,
        json(200, "{\"success\":true,\"resu"),
        json(200, "<html>hello</html>"),
        json(200, ""),
        json(502, "<html>bad gateway</html>"),
        json(503, ""),
        refused(500, 10013, "An unknown error has occurred"),
        refused(429, 10100, "slow down"),
        refused(200, 971, "Please wait and consider throttling your request speed"),
        refused(408, 0, "timeout"),
    ];
    for (index, fault) in faults.into_iter().enumerate() {
        let bench = bench(vec![fault], |_| ok("[]"));
        let routes = bench.clock.run(api().read(&bench.client, &ROUTES));
        assert_eq!(routes.map(|list| list.routes), Ok(Vec::new()), "fault {index}");
        assert_eq!(bench.script.count(), 2, "fault {index}");
        assert_eq!(bench.client.sent(), Sent { reads: 2, writes: 0 });
    }
}

#[test]
fn a_silent_server_is_given_a_minute() {
    let bench = bench(vec![Reply::Silence], |_| ok("[]"));
    bench.clock.run(api().read(&bench.client, &ROUTES)).expect("an answer");
    assert!((60_000.0..61_000.0).contains(&bench.clock.elapsed()), "{}", bench.clock.elapsed());
}

#[test]
fn a_create_is_sent_once_when_its_answer_is_unclear() {
    for fault in [
        Reply::Lost(true),
        Reply::CutOff(200),
        Reply::Silence,
        json(200, "{\"succ"),
        json(502, "<html>"),
        refused(500, 10013, "An unknown error has occurred"),
    ] {
        let bench = bench(vec![fault], never);
        let error = bench.clock.run(api().carry(&bench.client, &new_route(), &|_| None)).expect_err("an error");
        assert!(error.may_have_arrived && error.tries == 1, "{error}");
        assert!(matches!(error.kind, CallErrorKind::Unanswered { .. }), "{error}");
        assert_eq!(bench.client.sent(), Sent { reads: 0, writes: 1 });
    }
}

#[test]
fn a_create_is_sent_again_when_its_refusal_is_certain() {
    for fault in [refused(429, 971, "slow down"), Reply::Lost(false)] {
        let bench = bench(vec![fault], |_| ok("{\"id\":\"r1\"}"));
        let route = bench.clock.run(api().carry(&bench.client, &new_route(), &|_| None)).expect("a route");
        assert_eq!((route["id"].as_str(), bench.script.count()), (Some("r1"), 2));
    }
    let bench = bench(vec![refused(409, 10020, "duplicate route")], never);
    let error = bench.clock.run(api().carry(&bench.client, &new_route(), &|_| None)).expect_err("an error");
    assert_eq!((error.meaning(), error.code(), error.may_have_arrived), (Some(Meaning::Conflict), Some(10020), false));
}

#[test]
fn a_write_that_was_lost_and_then_refused_may_have_taken_effect() {
    let body = RecordBody { proxied: Some(true), ..RecordBody::default() };
    let patch = dns_records::patch("z", "r", &body);
    let bench = bench(vec![Reply::Lost(true), refused(403, 10000, "Authentication error")], never);
    let error = bench.clock.run(api().carry(&bench.client, &patch, &|_| None)).expect_err("an error");
    assert!(error.may_have_arrived && error.meaning() == Some(Meaning::Permission));
}

#[test]
fn permission_errors_are_not_repeated_and_name_the_group() {
    let bench = bench(vec![refused(403, 10000, "Authentication error")], never);
    let error = bench.clock.run(api().read(&bench.client, &ROUTES)).expect_err("an error");
    assert_eq!(error.exit(), Exit::Permission);
    let finding = error.diagnostic();
    assert!(finding.help.is_some_and(|help| help.contains("`Workers Routes Read`")), "{error}");
    let create = dns_records::create("z", &RecordBody::default());
    let bench = wire::bench(vec![refused(403, 10000, "Authentication error")], never);
    let error = bench.clock.run(api().carry(&bench.client, &create, &|_| None)).expect_err("an error");
    assert!(error.diagnostic().help.is_some_and(|help| help.contains("`DNS Write`")));
}

#[test]
fn retry_after_counts_in_both_forms() {
    let date = http_date(VirtualClock::START + 90_000.0);
    for (value, least, most) in [("7".to_owned(), 7_000.0, 7_800.0), (date, 89_000.0, 99_001.0)] {
        for status in [429, 503] {
            let bench = bench(vec![with_header(refused(status, 971, "wait"), "retry-after", &value)], |_| ok("[]"));
            bench.clock.run(api().read(&bench.client, &ROUTES)).expect("an answer");
            let elapsed = bench.clock.elapsed();
            assert!((least..=most).contains(&elapsed), "{status} {value}: {elapsed}");
            assert_eq!(bench.waits.borrow().len(), 1);
        }
    }
}

fn http_date(milliseconds: f64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(milliseconds as u64))
}

#[test]
fn a_throttling_of_five_minutes_is_waited_out_and_told() {
    let bench = bench(Vec::new(), |seen| {
        let blocked = seen.at_ms < VirtualClock::START + 300_000.0;
        if blocked { refused(429, 971, "Please wait") } else { ok("[]") }
    });
    let api = api();
    let all = join_all((0..20).map(|_| api.read(&bench.client, &ROUTES)));
    let answers = bench.clock.run(all);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert!((300_000.0..335_000.0).contains(&bench.clock.elapsed()), "{}", bench.clock.elapsed());
    assert!(bench.waits.borrow().iter().all(|wait| wait.why.contains("throttled")));
    let told: f64 = bench.waits.borrow().iter().map(|wait| wait.seconds).sum();
    assert!(told > 290.0 * 20.0, "{told} seconds were told");
}

#[test]
fn a_throttling_without_end_is_given_up_after_six_minutes() {
    let bench = bench(Vec::new(), |_| refused(429, 971, "Please wait"));
    let error = bench.clock.run(api().read(&bench.client, &ROUTES)).expect_err("an error");
    assert_eq!((error.meaning(), error.may_have_arrived), (Some(Meaning::Throttled), false));
    assert!((300_000.0..=360_000.0).contains(&bench.clock.elapsed()), "{}", bench.clock.elapsed());
}

#[test]
fn a_wait_of_an_hour_is_not_begun() {
    let bench = bench(vec![with_header(refused(429, 971, "wait"), "retry-after", "3600")], never);
    assert!(bench.clock.run(api().read(&bench.client, &ROUTES)).is_err());
    assert_eq!(bench.clock.elapsed(), 0.0);
}

#[test]
fn an_outage_without_end_is_waited_for_a_minute_and_a_half_and_then_told_as_the_other_side_did() {
    let clock = VirtualClock::with_random(1.0);
    let bench = bench_with(clock, Vec::new(), |_| refused(503, 0, "down"), Policy::default(), None);
    let error = bench.clock.run(api().read(&bench.client, &ROUTES)).expect_err("an error");
    assert_eq!((error.tries, bench.script.count(), error.meaning()), (16, 16, Some(Meaning::Failed)));
    // 250 ms doubling up to 8 s; the next wait would go beyond 90 s.
    assert_eq!(bench.clock.elapsed().round(), 87_750.0);
}

#[test]
fn a_low_quota_slows_down_before_it_is_used_up() {
    let bench = bench(
        vec![with_header(
            with_header(ok("[]"), "ratelimit", "\"default\";r=5;t=30"),
            "ratelimit-policy",
            "\"default\";q=1200;w=300",
        )],
        |_| ok("[]"),
    );
    let api = api();
    bench.clock.run(api.read(&bench.client, &ROUTES)).expect("an answer");
    bench.clock.run(join_all((0..5).map(|_| api.read(&bench.client, &ROUTES))));
    let at: Vec<f64> = bench.script.seen.borrow().iter().map(|seen| seen.at_ms - VirtualClock::START).collect();
    assert_eq!(at, [0.0, 0.0, 6_000.0, 12_000.0, 18_000.0, 24_000.0]);
}

#[test]
fn a_worker_just_created_settles_late() {
    let late = || vec![refused(404, 10007, "not found"), refused(404, 10222, "no version")];
    let settings = scripts::settings("a", "s");
    let bench = bench(late(), |_| ok("{\"bindings\":null,\"tags\":null}"));
    bench.clock.run(api().read(&bench.client, &settings.clone().settling_late(true))).expect("settings");
    assert_eq!((bench.script.count(), bench.clock.elapsed()), (3, 600.0));

    let bench = wire::bench(late(), never);
    let error = bench.clock.run(api().read(&bench.client, &settings)).expect_err("an error");
    assert!(error.is_absent(), "only the run that created it may doubt the answer");

    let bench = wire::bench(vec![refused(400, 10019, "no such Worker")], |_| ok("{\"id\":\"r\"}"));
    let late = Call { settles_late: true, ..new_route() };
    bench.clock.run(api().carry(&bench.client, &late, &|_| None)).expect("a route");

    let bench = wire::bench(Vec::new(), |_| refused(404, 10007, "not found"));
    let error =
        bench.clock.run(api().read(&bench.client, &settings.clone().settling_late(true))).expect_err("an error");
    assert_eq!((error.tries, error.is_absent()), (10, true));
}

#[test]
fn stopping_ends_waits_and_reads_but_no_write_in_flight() {
    let (api, policy) = (api(), Policy::default());
    let bench = bench_with(VirtualClock::new(), Vec::new(), |_| refused(429, 971, "wait"), policy, Some(10_000.0));
    let error = bench.clock.run(api.read(&bench.client, &ROUTES)).expect_err("an error");
    assert!(error.is_aborted() && error.exit() == Exit::Interrupted);
    assert_eq!(bench.clock.elapsed(), 10_000.0);

    let late = |reply| Reply::Late(5_000.0, Box::new(reply));
    let bench = bench_with(VirtualClock::new(), vec![late(ok("[]"))], never, policy, Some(1_000.0));
    assert!(bench.clock.run(api.read(&bench.client, &ROUTES)).is_err_and(|error| error.is_aborted()));
    assert_eq!(bench.clock.elapsed(), 1_000.0);

    let bench = bench_with(VirtualClock::new(), vec![late(ok("{\"id\":\"r\"}"))], never, policy, Some(1_000.0));
    assert!(bench.clock.run(api.carry(&bench.client, &new_route(), &|_| None)).is_ok(), "a write ends first");

    let bench = bench_with(VirtualClock::new(), Vec::new(), never, policy, Some(0.0));
    let error = bench.clock.run(api.carry(&bench.client, &new_route(), &|_| None)).expect_err("an error");
    assert!(error.is_aborted() && !error.may_have_arrived && bench.script.count() == 0);

    let body = RecordBody::default();
    let patch = dns_records::patch("z", "r", &body);
    let bench = bench_with(VirtualClock::new(), vec![late(Reply::Lost(true))], never, policy, Some(1_000.0));
    let error = bench.clock.run(api.carry(&bench.client, &patch, &|_| None)).expect_err("an error");
    assert!(error.is_aborted() && error.may_have_arrived, "its first try may have arrived");
}

#[test]
fn answers_that_are_too_large_are_not_read() {
    let policy = Policy { body_limit: 100, ..Policy::default() };
    let bench = bench_with(VirtualClock::new(), vec![ok(&format!("[\"{}\"]", "x".repeat(200)))], never, policy, None);
    let error = bench.clock.run(api().read(&bench.client, &ROUTES)).expect_err("an error");
    assert!(matches!(error.kind, CallErrorKind::Malformed { .. }), "{error}");
}

#[test]
fn redirects_are_not_followed() {
    for status in [0, 301, 302, 307, 308] {
        let bench = bench(vec![with_header(json(status, ""), "location", "https://evil.example/")], never);
        let error = bench.clock.run(api().read(&bench.client, &ROUTES)).expect_err("an error");
        assert_eq!(error.meaning(), Some(Meaning::Redirect), "{status}");
    }
}

#[test]
fn foreign_text_is_harmless_and_tokens_stay_secret() {
    let bench = bench(vec![refused(400, 10022, "bad\\u001b[31m\\r\\npattern")], never);
    let error = bench.clock.run(api().carry(&bench.client, &new_route(), &|_| None)).expect_err("an error");
    let shown = format!("{error} {error:?} {:?}", error.diagnostic());
    assert!(error.to_string().contains("bad[31m pattern") || error.to_string().contains("bad [31m pattern"), "{error}");
    assert!(!shown.contains('\u{1b}') && !shown.contains("canary-token"));
    assert!(error.to_string().contains("ray-1") && error.to_string().contains("10022"));
    assert_eq!(bench.script.seen.borrow()[0].header("authorization"), Some("Bearer canary-token"));
}

#[test]
fn lists_are_read_to_their_end_whatever_the_totals_say() {
    let page = |from: usize, count: usize, info: &str| {
        let items: Vec<String> = (from..from + count)
            .map(|index| format!("{{\"id\":\"{index}\",\"type\":\"A\",\"name\":\"a.example\",\"new\":null}}"))
            .collect();
        json(200, &format!("{{\"success\":true,\"result\":[{}]{info}}}", items.join(",")))
    };
    let list = dns_records::list("z", RecordFilter::Name("a.example"));
    let cases = [
        (vec![page(0, 100, ""), page(100, 100, ""), page(200, 0, "")], 200, 3),
        (vec![page(0, 100, ""), page(100, 7, "")], 107, 2),
        (vec![page(0, 100, ",\"result_info\":{\"total_pages\":1}")], 100, 1),
        (vec![page(0, 100, ",\"result_info\":{\"total_pages\":1,\"total_count\":100}")], 100, 1),
        (vec![page(0, 100, ",\"result_info\":{\"total_pages\":1,\"total_count\":107}"), page(100, 7, "")], 107, 2),
        (vec![page(0, 50, ",\"result_info\":{\"per_page\":50}"), page(50, 1, "")], 51, 2),
        (vec![page(0, 0, ",\"result_info\":null")], 0, 1),
    ];
    for (index, (replies, items, requests)) in cases.into_iter().enumerate() {
        let bench = bench(replies, never);
        let found = bench.clock.run(api().read(&bench.client, &list)).expect("a list");
        assert_eq!((found.len(), bench.script.count()), (items, requests), "case {index}");
        let url = &bench.script.seen.borrow()[requests - 1].url;
        assert!(url.ends_with(&format!("?name.exact=a.example&page={requests}&per_page=100")), "{url}");
    }
    let bench = bench(Vec::new(), move |_| page(0, 100, ""));
    assert!(bench.clock.run(api().read(&bench.client, &list)).is_err(), "the same page for ever");
    assert_eq!(bench.script.count(), 2);
}
