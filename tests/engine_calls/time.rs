//! Calls that end before they are done: time that is over, a signal, a side that no longer answers.

use cfworker_deploy::diagnostic::{CallOption, Code};
use cfworker_deploy::error::Exit;
use cfworker_deploy::model::{Identity, marks};

use crate::wire::calls::{Call, call, empty};
use crate::wire::{Reply, Seen, json, ok};
use crate::{ACCOUNT, codes, deployed};

#[test]
fn a_run_whose_time_is_over_says_what_took_it() {
    let slow = call(|_| Reply::Late(900.0, Box::new(json(503, "busy")))).timeout(2_500.0);
    let error = slow.failed_plan();
    assert_eq!((error.code, error.exit_code), (Code::GaveUp, Exit::Failed));
    assert_eq!(codes(&error.diagnostics), [Code::GaveUp]);
    assert!(error.message.starts_with("gave up after 2.5 s; the last failure was: `GET https://"), "{}", error.message);
    assert!(error.message.contains("status 503"), "{}", error.message);
    assert!(error.diagnostics.iter().all(|finding| finding.options == [CallOption::TimeoutMs]));
    assert!(slow.clock.elapsed() < 3_000.0);
    let silent = call(|_| Reply::Silence).timeout(2_500.0).failed_plan();
    assert_eq!(codes(&silent.diagnostics), [Code::GaveUp]);
}

#[test]
fn an_interruption_stays_one_and_is_told_once() {
    let stopped = Call { abort_after: Some(1_000.0), ..call(|_| Reply::Silence) }.timeout(1_000.0).failed_plan();
    assert_eq!((stopped.code, stopped.exit_code), (Code::Interrupted, Exit::Interrupted));
    assert_eq!(codes(&stopped.diagnostics), [Code::Interrupted]);
}

#[test]
fn time_that_is_over_after_a_write_is_exit_code_3() {
    let slow = |seen: &Seen| match seen.method {
        "GET" => empty(seen),
        _ => Reply::Late(1_500.0, Box::new(empty(seen))),
    };
    let error = call(slow).timeout(2_000.0).apply().expect_err("a failure");
    assert_eq!((error.code, error.exit_code), (Code::GaveUp, Exit::Partial), "{error:?}");
    assert_eq!(error.done, ["script:shop", "record:shop.example.com"]);
    assert_eq!(error.not_done, ["route:shop.example.com/*"]);
    // Nothing was written: the upload never went out.
    let error = call(|seen| match seen.method {
        "PUT" => json(503, "busy"),
        _ => empty(seen),
    })
    .timeout(2_000.0)
    .apply()
    .expect_err("a failure");
    assert_eq!(error.code, Code::GaveUp);
    assert!(error.message.contains("status 503"), "{}", error.message);
}

#[test]
fn waiting_keeps_to_the_time_of_the_run() {
    let dark = |seen: &Seen| if seen.url.starts_with("https://shop.example.com") { json(522, "") } else { empty(seen) };
    let mut waiting = call(dark).timeout(8_000.0);
    waiting.options.wait = true;
    let result = waiting.apply().expect("an outcome");
    assert_eq!((result.exit_code, codes(&result.diagnostics)), (Exit::NotVisible, vec![Code::NotVisible]));
    assert!((6_000.0..=8_100.0).contains(&waiting.clock.elapsed()), "{}", waiting.clock.elapsed());
    let silent =
        |seen: &Seen| if seen.url.starts_with("https://shop.example.com") { Reply::Silence } else { empty(seen) };
    let mut waiting = call(silent).timeout(4_000.0);
    waiting.options.wait = true;
    waiting.apply().expect("an outcome");
    assert!(waiting.clock.elapsed() <= 4_100.0, "{}", waiting.clock.elapsed());
}

#[test]
fn waiting_ends_with_the_signal_also_while_it_looks_or_pauses() {
    let is_site = |seen: &Seen| seen.url.starts_with("https://shop.example.com");
    let silent = move |seen: &Seen| if is_site(seen) { Reply::Silence } else { empty(seen) };
    let dark = move |seen: &Seen| if is_site(seen) { json(522, "") } else { empty(seen) };
    for mut waiting in [call(silent), call(dark)] {
        waiting.options.wait = true;
        waiting.abort_after = Some(1_000.0);
        let result = waiting.apply().expect("an outcome");
        assert_eq!((result.exit_code, codes(&result.diagnostics)), (Exit::NotVisible, vec![Code::NotVisible]));
        assert!(waiting.clock.elapsed() <= 1_000.0, "{}", waiting.clock.elapsed());
        assert_eq!(waiting.script.seen.borrow().iter().filter(|seen| is_site(seen)).count(), 1);
    }
}

#[test]
fn a_deletion_that_is_not_carried_out_ends_with_the_signal_and_is_unknown() {
    let identity = Identity { account: ACCOUNT.into(), org: "acme".into(), env: "test".into(), name: "shop".into() };
    let hash = marks::hash("shop.example.com/*");
    let tags = format!("\"cfwd1-{}\",\"cfwd1-in-1111111111111111111111111111111a-{hash}\"", identity.id());
    let route = "[{\"id\":\"r\",\"pattern\":\"shop.example.com/*\",\"script\":\"shop\"}]";
    let live = deployed(tags, route.into());
    let mut run = call(move |seen| match (seen.method, seen.url.ends_with("/workers/routes/r")) {
        ("GET", true) => ok(route.trim_matches(['[', ']'])),
        _ => live(seen),
    });
    run.abort_after = Some(1_100.0);
    let error = run.destroy().expect_err("an interruption");
    assert_eq!(error.exit_code, Exit::Interrupted, "{error:?}");
    assert_eq!((&error.unknown[..], &error.done[..]), (&["route:shop.example.com/*".to_owned()][..], &[][..]));
    assert!(run.clock.elapsed() <= 1_100.0, "{}", run.clock.elapsed());
}

#[test]
fn a_write_that_hangs_ends_some_seconds_after_the_run_and_is_unknown() {
    let hangs = |seen: &Seen| if seen.method == "PUT" { Reply::Silence } else { empty(seen) };
    let hung = call(hangs).timeout(2_000.0);
    let error = hung.apply().expect_err("a failure");
    assert_eq!((error.code, error.exit_code), (Code::GaveUp, Exit::Partial), "{error:?}");
    assert_eq!(error.unknown, ["script:shop"]);
    assert!(hung.clock.elapsed() < 8_000.0, "{} ms", hung.clock.elapsed());
    // What is said of the time is what passed, and of the reason what was waited for.
    assert!(error.message.contains("gave up after 7.0 s; `PUT https://api.example"), "{}", error.message);
    let stopped = Call { abort_after: Some(1_000.0), ..call(hangs) };
    let error = stopped.apply().expect_err("a failure");
    assert_eq!((error.exit_code, error.unknown.as_slice()), (Exit::Interrupted, ["script:shop".to_owned()].as_slice()));
    assert!(stopped.clock.elapsed() < 7_000.0, "{} ms", stopped.clock.elapsed());
}

#[test]
fn a_refusal_that_is_never_repeated_is_no_reason_for_a_run_whose_time_is_over() {
    let slow = |seen: &Seen| match seen.url.contains("/dns_records") {
        true => Reply::Silence,
        false => empty(seen),
    };
    let error = call(slow).timeout(3_000.0).failed_plan();
    assert_eq!(error.code, Code::GaveUp);
    assert!(error.message.contains("/dns_records` had no answer yet"), "{}", error.message);
    assert!(!error.message.contains("404"), "{}", error.message);
}

#[test]
fn an_outage_of_everything_is_told_once() {
    let error = call(|_| Reply::Lost(true)).failed_plan();
    assert_eq!(codes(&error.diagnostics), [Code::NoAnswer, Code::NoAnswer], "the API and R2: {error:?}");
    assert!(!error.message.contains("taken effect") && error.help.is_some_and(|help| !help.contains("taken effect")));
}
