//! Outages of a whole origin, and clocks that somebody sets: on virtual time.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use std::rc::Rc;
use std::sync::LazyLock;

use cfworker_deploy::cloudflare::routes::{self, RouteList};
use cfworker_deploy::cloudflare::{Api, Auth, Call, ReadOf};
use cfworker_deploy::http::{CallErrorKind, Meaning, Policy};
use cfworker_deploy::secret::Secret;
use futures_util::future::join_all;
use wire::{Bench, Reply, Seen, VirtualClock, bench, bench_with, json, ok, refused, with_header};

static ROUTES: LazyLock<ReadOf<RouteList>> = LazyLock::new(|| routes::list("z"));

fn new_route() -> Call {
    routes::create("z", "a.example/*", "s")
}

fn api() -> Api {
    Api::new(Api::BASE_URL, Auth::Token(Secret::new("canary-token"))).expect("an API")
}

/// Fails for so many seconds, then answers; each answer takes a moment, so that all are under way together.
fn down_for(seconds: f64, fault: impl Fn() -> Reply + 'static) -> Bench {
    bench(Vec::new(), move |seen| {
        let is_down = seen.at_ms < VirtualClock::START + seconds * 1_000.0;
        Reply::Late(50.0, Box::new(if is_down { fault() } else { ok("[]") }))
    })
}

type Fault = Rc<dyn Fn() -> Reply>;

fn faults() -> Vec<(&'static str, Fault)> {
    let at_once = |value: &'static str| move || with_header(refused(429, 971, "wait"), "retry-after", value);
    vec![
        ("503", Rc::new(|| json(503, "busy"))),
        ("reset", Rc::new(|| Reply::Lost(true))),
        ("429", Rc::new(|| refused(429, 971, "wait"))),
        ("429, Retry-After: 0", Rc::new(at_once("0"))),
        ("429, Retry-After in the past", Rc::new(at_once("Wed, 21 Oct 2015 07:28:00 GMT"))),
    ]
}

#[test]
fn an_outage_of_half_a_minute_ends_well_for_all_requests_and_is_probed_by_one_at_a_time() {
    for (name, fault) in faults() {
        let fault = fault.clone();
        let bench = down_for(30.0, move || fault());
        let api = api();
        let answers = bench.clock.run(join_all((0..100).map(|_| api.read(&bench.client, &ROUTES))));
        assert!(answers.iter().all(Result::is_ok), "{name}: {:?}", answers.iter().find(|answer| answer.is_err()));
        let seen = bench.script.seen.borrow();
        let during = |seen: &&Seen| (1.0..30_000.0).contains(&(seen.at_ms - VirtualClock::START));
        let probes: Vec<f64> = seen.iter().filter(during).map(|seen| seen.at_ms).collect();
        assert!((3..=12).contains(&probes.len()), "{name}: {} probes", probes.len());
        assert!(probes.windows(2).all(|pair| pair[1] - pair[0] > 100.0), "{name}: {probes:?}");
        assert!(bench.clock.elapsed() < 50_000.0, "{name}: {} ms", bench.clock.elapsed());
    }
}

#[test]
fn one_outage_is_charged_once_to_the_budget_however_many_requests_it_meets() {
    // One outage is paid for, a second one that begins before the first one's requests are answered is not.
    let policy = Policy { budget: 14, unclear_cost: 14, ..Policy::default() };
    for (outages, ends_well) in [(1, true), (2, false)] {
        let rule = move |seen: &Seen| {
            let second = ((seen.at_ms - VirtualClock::START) / 1_000.0) as u32;
            // Ten seconds down, ten seconds up, and every request takes until the next outage.
            let is_down = second % 20 < 10 && second / 20 < outages;
            let length = if is_down { 50.0 } else { 15_000.0 };
            Reply::Late(length, Box::new(if is_down { json(503, "busy") } else { ok("[]") }))
        };
        let bench = bench_with(VirtualClock::new(), Vec::new(), rule, policy, None);
        let (api, clock) = (api(), bench.clock.clone());
        let calls = (0..outages).map(|round| {
            let (api, client, clock) = (&api, &bench.client, clock.clone());
            async move {
                use cfworker_deploy::http::Clock;
                clock.sleep(f64::from(round) * 20_000.0).await;
                join_all((0..40).map(|_| api.read(client, &ROUTES))).await
            }
        });
        let answers: Vec<_> = bench.clock.run(join_all(calls)).into_iter().flatten().collect();
        assert_eq!(answers.iter().all(Result::is_ok), ends_well, "{outages} outages");
    }
}

#[test]
fn a_request_that_fails_for_a_reason_of_its_own_does_not_keep_the_others() {
    let bench = bench(Vec::new(), |seen| {
        let answer = if seen.url.contains("/zones/bad/") { json(503, "busy") } else { ok("[]") };
        Reply::Late(50.0, Box::new(answer))
    });
    let api = api();
    let bad = routes::list("bad");
    let late = async {
        bench.client.rest(5_000.0).await;
        let answer = api.read(&bench.client, &ROUTES).await;
        (answer, bench.clock.elapsed())
    };
    let (failed, (answer, after)) = bench.clock.run(futures_util::future::join(api.read(&bench.client, &bad), late));
    assert!(failed.is_err() && answer.is_ok());
    assert!(after < 14_000.0, "{after} ms");
    assert!((80_000.0..110_000.0).contains(&bench.clock.elapsed()), "{} ms", bench.clock.elapsed());
}

#[test]
fn a_retry_after_beyond_the_time_that_is_there_fails_at_once_with_the_reason_for_all_who_wait() {
    let bench = bench(Vec::new(), |seen| {
        let is_first = seen.at_ms < VirtualClock::START + 60.0;
        let asked = if is_first { "1" } else { "3600" };
        Reply::Late(50.0, Box::new(with_header(refused(429, 971, "Please wait"), "retry-after", asked)))
    });
    let api = api();
    let answers = bench.clock.run(join_all((0..20).map(|_| api.read(&bench.client, &ROUTES))));
    for answer in answers {
        let error = answer.expect_err("an error");
        assert_eq!(error.meaning(), Some(Meaning::Throttled));
        assert!(error.to_string().contains("to be asked again in 3600 s"), "{error}");
        assert!(!error.may_have_arrived);
    }
    assert!(bench.clock.elapsed() < 1_500.0, "{} ms", bench.clock.elapsed());
    // Who comes later is told the same, and sends nothing.
    let (sent, later) = (bench.script.count(), bench.clock.run(api.carry(&bench.client, &new_route(), &|_| None)));
    let later = later.expect_err("an error");
    assert_eq!((bench.script.count(), later.tries, later.may_have_arrived), (sent, 0, false));
    assert!(later.to_string().contains("was not sent"), "{later}");
}

#[test]
fn an_outage_that_is_given_up_fails_for_all_who_wait_and_is_tried_once_by_who_comes_later() {
    let bench = down_for(1_000.0, || Reply::Lost(true));
    let api = api();
    let answers = bench.clock.run(join_all((0..20).map(|_| api.read(&bench.client, &ROUTES))));
    assert!(
        answers.iter().all(|answer| {
            answer.as_ref().is_err_and(|error| matches!(error.kind, CallErrorKind::Unanswered { .. }))
        })
    );
    assert!((70_000.0..95_000.0).contains(&bench.clock.elapsed()), "{} ms", bench.clock.elapsed());
    let sent = bench.script.count();
    assert!(bench.clock.run(api.read(&bench.client, &ROUTES)).is_err());
    assert_eq!(bench.script.count(), sent + 1);
}

#[test]
fn who_stops_waiting_leaves_the_line_to_the_next() {
    let bench = down_for(20.0, || json(503, "busy"));
    let api = api();
    let one = async {
        use futures_util::future::{Either, select};
        let call = Box::pin(api.read(&bench.client, &ROUTES));
        match select(call, Box::pin(bench.client.rest(3_000.0))).await {
            Either::Left(_) => panic!("it was answered"),
            Either::Right(((), call)) => drop(call),
        }
    };
    let (_, others) =
        bench.clock.run(futures_util::future::join(one, join_all((0..5).map(|_| api.read(&bench.client, &ROUTES)))));
    assert!(others.iter().all(Result::is_ok), "{others:?}");
}

#[test]
fn a_step_of_the_clock_changes_no_wait_and_no_limit() {
    for step in [-86_400_000.0, -30_000.0, 30_000.0, 86_400_000.0] {
        let bench = down_for(30.0, || json(503, "busy"));
        let (api, clock) = (api(), bench.clock.clone());
        let steps = async {
            bench.client.rest(5_000.0).await;
            clock.step.set(step);
        };
        let (answer, ()) = bench.clock.run(futures_util::future::join(api.read(&bench.client, &ROUTES), steps));
        assert!(answer.is_ok(), "{step}: {answer:?}");
        assert!((30_000.0..40_000.0).contains(&bench.clock.elapsed()), "{step}: {} ms", bench.clock.elapsed());
    }
}

#[test]
fn a_used_up_quota_is_waited_out_once_by_all() {
    let clock = VirtualClock::new();
    let rule = |seen: &Seen| {
        let left = (VirtualClock::START + 300_000.0 - seen.at_ms) / 1_000.0;
        let blocked = || with_header(refused(429, 971, "wait"), "retry-after", &left.ceil().to_string());
        let (said, rest, until) = if left > 0.0 { (blocked(), 0, left.ceil()) } else { (ok("[]"), 20, 300.0) };
        let said = with_header(said, "ratelimit", &format!("\"default\";r={rest};t={until}"));
        let said = with_header(said, "ratelimit-policy", "\"default\";q=1200;w=300");
        Reply::Late(50.0, Box::new(said))
    };
    let bench = bench_with(clock, Vec::new(), rule, Policy::default(), Some(600_000.0));
    let api = api();
    let answers = bench.clock.run(join_all((0..4).map(|_| api.read(&bench.client, &ROUTES))));
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}

#[test]
fn whoever_keeps_failing_while_others_are_answered_comes_back_ever_later() {
    let bench = bench(Vec::new(), |seen| {
        let answer = if seen.url.contains("/zones/bad/") { json(503, "busy") } else { ok("[]") };
        Reply::Late(50.0, Box::new(answer))
    });
    let api = api();
    let bad = routes::list("bad");
    let others = async {
        for _ in 0..100 {
            bench.client.rest(1_000.0).await;
            api.read(&bench.client, &ROUTES).await.expect("an answer");
        }
    };
    let (failed, ()) = bench.clock.run(futures_util::future::join(api.read(&bench.client, &bad), others));
    assert!(failed.is_err());
    let tries = bench.script.seen.borrow().iter().filter(|seen| seen.url.contains("/zones/bad/")).count();
    assert!((8..=28).contains(&tries), "{tries} tries");
}

#[test]
fn a_probe_that_fails_shortens_no_wait_that_another_request_was_told() {
    let bench = bench(Vec::new(), |seen| {
        let at = seen.at_ms - VirtualClock::START;
        match (seen.url.contains("/zones/throttled/"), at < 40_000.0) {
            // It comes while a probe is on its way.
            (true, _) if at < 1_000.0 => {
                Reply::Late(900.0, Box::new(with_header(json(429, "please wait"), "retry-after", "30")))
            }
            (false, _) if at < 5_000.0 => Reply::Late(500.0, Box::new(json(503, "busy"))),
            _ => Reply::Late(50.0, Box::new(ok("[]"))),
        }
    });
    let api = api();
    let throttled = routes::list("throttled");
    let both = futures_util::future::join(api.read(&bench.client, &ROUTES), api.read(&bench.client, &throttled));
    let (one, other) = bench.clock.run(both);
    assert!(one.is_ok() && other.is_ok());
    let told_at = 900.0;
    let early = bench
        .script
        .seen
        .borrow()
        .iter()
        .map(|seen| seen.at_ms - VirtualClock::START)
        .find(|at| *at > told_at + 1.0 && *at < told_at + 30_000.0);
    assert_eq!(early, None);
}
