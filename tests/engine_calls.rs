//! Whole calls of the engine against a scripted account, on virtual time: what a failure says and what it is called.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use cfworker_deploy::diagnostic::{CallOption, Code, Diagnostic};
use cfworker_deploy::engine::{self, Options};
use cfworker_deploy::error::Exit;
use cfworker_deploy::manifest::Source;
use cfworker_deploy::model::{Address, Identity, marks};
use cfworker_deploy::secret::Secret;
use wire::calls::{Call, MANIFEST, ZONE, call, empty};
use wire::{Reply, Seen, json, ok, refused};

fn codes(findings: &[Diagnostic]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

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

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

fn at(finding: &Diagnostic) -> (Option<&str>, Option<usize>) {
    (finding.path(), finding.place.as_ref().map(|place| place.line))
}

#[test]
fn an_unknown_account_is_one_finding_on_its_field() {
    for answer in [
        refused(404, 7003, "Could not route to /accounts/0123, perhaps your object identifier is invalid?"),
        refused(403, 9109, "Invalid account identifier"),
    ] {
        let rule = move |seen: &Seen| if seen.url.contains("/accounts/") { answer.clone() } else { empty(seen) };
        let mut run = call(rule);
        let error = run.failed_plan();
        assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Failed, vec![Code::AccountNotFound]));
        assert_eq!(at(&error.diagnostics[0]), (Some("spec.account_id"), Some(5)));
        assert!(error.message.contains(ACCOUNT), "{}", error.message);
        run.manifest = MANIFEST.replace(&format!("  account_id: {ACCOUNT}\n"), "");
        run.credentials.account_id = Some(ACCOUNT.into());
        assert_eq!(at(&run.failed_plan().diagnostics[0]), (None, None));
        assert_eq!(run.failed_checks(), ["account"]);
    }
}

#[test]
fn an_unknown_zone_is_one_finding_on_its_field() {
    let run = call(|seen| match seen.url.contains("/zones/") {
        true => refused(404, 7003, "Could not route to /zones/1, perhaps your object identifier is invalid?"),
        false => empty(seen),
    });
    let error = run.failed_plan();
    assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Failed, vec![Code::ZoneIdNotFound]));
    assert_eq!(at(&error.diagnostics[0]), (Some("spec.dns.zone_id"), Some(10)));
    assert_eq!(run.failed_checks(), ["zone 1111111111111111111111111111111a"]);
}

#[test]
fn a_refused_account_is_one_finding_a_group() {
    let error = call(|seen| match seen.url.contains("/accounts/") {
        true => refused(403, 10000, "Authentication error"),
        false => empty(seen),
    })
    .failed_plan();
    assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Permission, vec![Code::PermissionMissing]));
    assert_eq!(at(&error.diagnostics[0]), (Some("spec.account_id"), Some(5)));
}

#[test]
fn a_hostname_in_no_zone_may_be_a_matter_of_permission() {
    let by_name = |zones: &'static str| {
        let mut run = call(move |seen| if seen.url.contains("/zones?") { ok(zones) } else { empty(seen) });
        run.manifest = MANIFEST.replace("    zone_id: 1111111111111111111111111111111a\n", "");
        run.failed_plan()
    };
    let error = by_name("[]");
    assert_eq!((error.code, error.exit_code), (Code::ZoneNotFound, Exit::Permission));
    assert_eq!(at(&error.diagnostics[0]), (Some("spec.dns.hostname"), Some(10)));
    let help = error.help.expect("help");
    assert!(help.contains("which no read can prove: ") && help.contains("Zone Read"), "{help}");
    assert!(help.contains("permissionGroupKeys=") && !help.contains("for certain"), "{help}");
    let elsewhere = by_name("[{\"id\":\"2\",\"name\":\"example.com\",\"account\":{\"id\":\"other\"}}]");
    assert_eq!(
        (elsewhere.code, elsewhere.exit_code, elsewhere.help),
        (Code::ZoneNotFound, Exit::Failed, elsewhere.diagnostics[0].help.clone())
    );
}

#[test]
fn a_wrong_key_is_told_as_a_key() {
    let mut run = call(|_| refused(403, 9103, "Unknown X-Auth-Key or X-Auth-Email"));
    run.credentials.api_token = None;
    run.credentials.api_key = Some(Secret::new("canary-api-key"));
    run.credentials.email = Some("someone@example.com".into());
    let error = run.failed_plan();
    assert_eq!((error.code, error.exit_code), (Code::CredentialsRefused, Exit::Permission));
    let help = error.diagnostics[0].help.clone().expect("help");
    assert!(help.contains("CLOUDFLARE_API_KEY") && !help.contains("TOKEN"), "{help}");
    let checkup = run.doctor();
    assert_eq!((checkup.ok, checkup.exit_code), (false, Exit::Permission));
    assert_eq!((checkup.checks[0].name.as_str(), checkup.checks[0].ok), ("credentials", false));
}

/// A Worker with these tags, whose account has these routes.
fn deployed(tags: String, routes: String) -> impl Fn(&Seen) -> Reply {
    move |seen| match seen.url.split('?').next().unwrap_or_default() {
        path if path.ends_with("/workers/scripts") => ok(&format!("[{{\"id\":\"shop\",\"tags\":[{tags}]}}]")),
        path if path.ends_with("/settings") => ok(&format!("{{\"tags\":[{tags}],\"bindings\":[]}}")),
        path if path.ends_with("/scripts/shop/subdomain") => ok("{\"enabled\":false,\"previews_enabled\":false}"),
        path if path.ends_with("/workers/subdomain") => ok("{\"subdomain\":\"acme\"}"),
        path if path.ends_with("/routes") => ok(&routes),
        path if path.ends_with("/deployments") => {
            ok("{\"deployments\":[{\"id\":\"d\",\"versions\":[{\"version_id\":\"v\",\"percentage\":100}]}]}")
        }
        path if path.ends_with("/versions") => ok(
            "{\"items\":[{\"id\":\"v\",\"number\":1,\"annotations\":{\"workers/tag\":\"cfwd1:caaaaaaaaaaaaaaaaaaaaaa:sbbbbbbbbbbbbbbbbbbbbbb:k0123\"}}]}",
        ),
        _ => empty(seen),
    }
}

#[test]
fn a_route_to_a_worker_of_the_same_name_in_another_account_is_no_route_to_ours() {
    let (other, zone) = ("fedcba9876543210fedcba9876543210", "2222222222222222222222222222222a");
    let elsewhere = MANIFEST.replace(ACCOUNT, other).replace("1111111111111111111111111111111a", zone);
    let elsewhere = elsewhere.replace("shop.example.com", "shop.example.net");
    let marks = |account: &str, zone: &str, pattern: &str| {
        let id = Identity { account: account.into(), org: "acme".into(), env: "test".into(), name: "shop".into() }.id();
        format!("\"cfwd1-{id}\",\"cfwd1-in-{zone}-{}\"", marks::hash(pattern))
    };
    let route = |pattern: &str| format!("[{{\"id\":\"r\",\"pattern\":\"{pattern}\",\"script\":\"shop\"}}]");
    let ours =
        deployed(marks(ACCOUNT, "1111111111111111111111111111111a", "shop.example.com/*"), route("shop.example.com/*"));
    let theirs = deployed(marks(other, zone, "shop.example.net/*"), route("shop.example.net/*"));
    let rule = move |seen: &Seen| match seen.url.contains(other) || seen.url.contains(zone) {
        true => theirs(seen),
        false => ours(seen),
    };
    let mut run = call(rule);
    run.manifest = format!("{MANIFEST}---\n{elsewhere}");
    run.options.dry_run = true;
    let plan = run.destroy().expect("a plan").plan.plan;
    assert_eq!((codes(&plan.diagnostics), plan.unmanaged), (vec![], vec![]));
    let deleted: Vec<String> = plan.changes.iter().map(|change| change.address.to_string()).collect();
    let script = |account: &str| format!("script:account/{account}/shop");
    let (here, there) = (script(ACCOUNT), script(other));
    assert_eq!(deleted, ["route:shop.example.com/*", &here, "route:shop.example.net/*", &there]);
}

#[test]
fn outputs_are_of_what_is_deployed() {
    let identity = Identity { account: ACCOUNT.into(), org: "acme".into(), env: "test".into(), name: "shop".into() };
    let hash = marks::hash("shop.example.com/*");
    let tags = format!("\"cfwd1-{}\",\"cfwd1-in-1111111111111111111111111111111a-{hash}\"", identity.id());
    let route = "[{\"id\":\"r\",\"pattern\":\"shop.example.com/*\",\"script\":\"shop\"}]";
    let of = |tags: &str, routes: &str| {
        let mut run = call(deployed(tags.to_owned(), routes.to_owned()));
        run.manifest.push_str("  workers_dev: true\n");
        run.outputs().expect("outputs").workers
    };
    let there = &of(&tags, route)["shop"];
    assert_eq!(
        (&there.route_urls[..], &there.urls[..]),
        (&["shop.example.com/*".into()][..], &["https://shop.example.com/".into()][..])
    );
    // The route was deleted by hand, or leads to another Worker.
    assert_eq!(of(&tags, "[]")["shop"].route_urls, [""; 0]);
    assert_eq!(of(&tags, &route.replace("\"shop\"", "\"other\""))["shop"].urls, [""; 0]);
    // Somebody else's Worker of that name.
    assert!(of("", route).is_empty());
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
fn looking_and_removing_need_no_values_of_variables() {
    let mut run = call(empty);
    run.manifest.push_str("  env: { variables: { GREETING: $variables-group/texts/greeting } }\n");
    assert_eq!(run.failed_plan().code, Code::MissingVariable);
    assert!(run.outputs().expect("outputs").workers.is_empty());
    let (sources, io) = run.given();
    let destroyed = run.clock.run(engine::destroy(&sources, &run.credentials, &run.options, &io));
    assert!(destroyed.is_ok(), "{destroyed:?}");
}

#[test]
fn what_is_missing_is_created_where_it_is_missing() {
    let missing = |base_url: &str, endpoint: &str| {
        let mut run = call(|seen| {
            let path = seen.url.split('?').next().unwrap_or_default();
            match path {
                path if path.ends_with(".js") => {
                    Reply::Answer(404, Vec::new(), b"<Error><Code>NoSuchBucket</Code></Error>".into())
                }
                path if path.ends_with("/namespaces") => ok("[]"),
                _ => empty(seen),
            }
        });
        run.credentials.base_url = Some(base_url.into());
        run.credentials.r2.as_mut().expect("R2").endpoint = Some(endpoint.into());
        let bucket = run.failed_plan().diagnostics[0].help.clone().expect("help");
        let mut run = Call {
            manifest: run.manifest.clone(),
            ..call(|seen| if seen.url.contains("/namespaces") { ok("[]") } else { empty(seen) })
        };
        run.credentials.base_url = Some(base_url.into());
        let reference = "$cloudflare-kv-namespace/visits/status.outputs.namespace_id";
        run.manifest.push_str(&format!("  kv_bindings: [{{ name: VISITS, field_path: {reference} }}]\n"));
        (bucket, run.failed_plan().diagnostics[0].help.clone().expect("help"))
    };
    let (bucket, namespace) = missing("https://api.example/client/v4", "https://s3.example");
    assert!(bucket.contains("npx wrangler r2 bucket create bundles"), "{bucket}");
    assert!(namespace.contains("a document of kind `CloudflareKvNamespace`"), "{namespace}");
    let (bucket, namespace) = missing("http://127.0.0.1:8787/client/v4", "http://127.0.0.1:8788");
    assert!(bucket.contains("/r2/buckets") && !bucket.contains("wrangler"), "{bucket}");
    assert!(namespace.contains("a document of kind `CloudflareKvNamespace`"), "{namespace}");
}

#[test]
fn an_unknown_account_has_no_zones_either() {
    let mut run = call(|seen| match seen.url.contains("/accounts/") {
        true => refused(404, 7003, "Could not route to /accounts/0123, perhaps your object identifier is invalid?"),
        false if seen.url.contains("/zones?") => ok("[]"),
        false => empty(seen),
    });
    run.manifest = MANIFEST.replace("    zone_id: 1111111111111111111111111111111a\n", "");
    let error = run.failed_plan();
    assert_eq!((error.exit_code, codes(&error.diagnostics)), (Exit::Failed, vec![Code::AccountNotFound]));
    assert_eq!(run.failed_checks(), ["account"]);
}

/// What was sent to write.
fn writes(run: &Call) -> Vec<String> {
    let seen = run.script.seen.borrow();
    let writes = seen.iter().filter(|seen| seen.method != "GET");
    writes.map(|seen| format!("{} {}", seen.method, seen.url)).collect()
}

#[test]
fn one_rule_for_consent_what_deletes_adopts_or_takes_needs_a_yes() {
    let record =
        "[{\"id\":\"r\",\"type\":\"A\",\"name\":\"shop.example.com\",\"content\":\"192.0.2.1\",\"proxied\":true}]";
    let occupied = move |seen: &Seen| if seen.url.contains("/dns_records?") { ok(record) } else { empty(seen) };
    let mut run = call(occupied);
    run.options.allow_deletes = false;
    run.options.adopt = vec!["record:shop.example.com".into()];
    let error = run.apply().expect_err("nobody said yes");
    assert_eq!((error.code, error.exit_code, writes(&run)), (Code::NeedsYes, Exit::Failed, Vec::new()));
    assert_eq!(error.message, "the plan adopts `record:shop.example.com`, and nobody said yes");
    run.options.allow_deletes = true;
    let applied = run.apply().expect("with a yes");
    assert_eq!(applied.plan.plan.needs_yes, [Address::record("shop.example.com")]);
    assert!(!writes(&run).is_empty());
    // Creates and updates go ahead without one.
    let mut run = call(empty);
    run.options.allow_deletes = false;
    run.apply().expect("nothing to say yes to");
}

#[test]
fn pruning_and_destroying_need_the_same_yes() {
    let identity = Identity { account: ACCOUNT.into(), org: "acme".into(), env: "test".into(), name: "shop".into() };
    let tags = format!(
        "\"cfwd1-{}\",\"cfwd1-in-1111111111111111111111111111111a-{}\"",
        identity.id(),
        marks::hash("old.example.com/*")
    );
    let route = "[{\"id\":\"r\",\"pattern\":\"old.example.com/*\",\"script\":\"shop\"}]";
    let mut run = call(deployed(tags, route.to_owned()));
    run.manifest = MANIFEST.split("  dns:").next().expect("a start").to_owned();
    run.options = Options { prune: true, ..Options::default() };
    let pruned = run.apply().expect_err("nobody said yes");
    assert_eq!((pruned.code, pruned.exit_code), (Code::NeedsYes, Exit::Failed));
    assert_eq!(pruned.message, "the plan deletes `route:old.example.com/*`, and nobody said yes");
    let (sources, io) = run.given();
    let destroyed = run.clock.run(engine::destroy(&sources, &run.credentials, &run.options, &io));
    let destroyed = destroyed.expect_err("nobody said yes");
    assert_eq!((destroyed.code, destroyed.exit_code), (Code::NeedsYes, Exit::Failed));
    assert_eq!(writes(&run), [""; 0]);
}

#[test]
fn a_plan_that_was_carried_out_may_be_applied_again() {
    let mut run = call(empty);
    run.manifest = MANIFEST.split("  dns:").next().expect("a start").to_owned();
    run.options.expect = Some("0000000000000000".into());
    // Something would be written, and it is not what was approved.
    let moved = run.apply().expect_err("another plan");
    assert_eq!((moved.exit_code, codes(&moved.diagnostics)), (Exit::Conflict, vec![Code::Unreached, Code::PlanMoved]));
    // Nothing is there any more: the destroy that was approved is done.
    let (sources, io) = run.given();
    let done = run.clock.run(engine::destroy(&sources, &run.credentials, &run.options, &io)).expect("nothing to do");
    assert!(done.plan.plan.destroys && done.plan.plan.is_no_op());
    assert_eq!(writes(&run), [""; 0]);
}

#[test]
fn a_finding_of_the_planner_names_its_place_in_its_own_one_of_several_manifests() {
    let run = call(empty);
    let document = |name: &str, host: &str| {
        MANIFEST
            .replace("name: shop,", &format!("name: {name},"))
            .replace("worker_name: shop", &format!("worker_name: {name}"))
            .replace("hostname: shop.example.com", &format!("hostname: {host}"))
    };
    let deep = "a.deep.example.com";
    let sources = [
        Source { name: "one.yaml".into(), text: document("one", "one.example.com") },
        Source {
            name: "two.yaml".into(),
            text: format!("{}---\n{}", document("two", "two.example.com"), document("three", deep)),
        },
    ];
    let (_, io) = run.given();
    let planned = run.clock.run(engine::plan(&sources, Some(&run.credentials), &run.options, &io)).expect("a plan");
    let finding =
        planned.plan.diagnostics.iter().find(|finding| finding.code == Code::DeepHostname).expect("a finding");
    let place = finding.place.as_ref().expect("a place");
    let line = sources[1].text.lines().position(|line| line.contains(deep)).expect("a line") + 1;
    assert_eq!((place.file.as_str(), place.line, place.column), ("two.yaml", line, 15));
    assert_eq!(finding.path(), Some("spec.dns.hostname"));
}

#[test]
fn a_failure_says_whether_anything_was_sent_before_it() {
    let mut bad = call(empty);
    bad.manifest = MANIFEST.replace("worker_name", "worker_nam");
    let mut unresolved = call(empty);
    unresolved.manifest.push_str(
        "  kv_bindings: [{ name: KV, field_path: $cloudflare-kv-namespace/none/status.outputs.namespace_id }]\n",
    );
    for (run, sent) in [(bad, false), (unresolved, true)] {
        let error = run.failed_plan();
        assert_eq!((error.exit_code, error.sent), (Exit::BadManifest, sent), "{}", error.message);
    }
}

#[test]
fn doctor_tells_a_zone_that_requests_do_not_pass() {
    let of = |more: &'static str| {
        let zone = ZONE.replace("\"status\"", &format!("{more},\"status\""));
        let run = call(move |seen| {
            if seen.url.contains("/zones/") && !seen.url.contains("/dns") && !seen.url.contains("/workers") {
                ok(&zone)
            } else {
                empty(seen)
            }
        });
        let checks = run.doctor().checks;
        checks.into_iter().find(|check| check.name.starts_with("zone ")).map(|check| (check.ok, check.detail))
    };
    let (paused_ok, paused) = of("\"paused\":true").expect("a check");
    assert!(paused_ok && paused.contains("paused: its records answer without Cloudflare"), "{paused}");
    let (partial_ok, partial) = of("\"type\":\"partial\"").expect("a check");
    assert!(partial_ok && partial.contains("partial: its names are served elsewhere"), "{partial}");
}

#[test]
fn a_host_that_is_delegated_is_refused_once() {
    let refused_with = |code: i64| {
        let run = call(move |seen| match (seen.method, seen.url.contains("/dns_records")) {
            ("POST", true) => refused(400, code, "NS records with that host already exist."),
            _ => empty(seen),
        });
        let error = run.apply().expect_err("refused");
        let posts = writes(&run).into_iter().filter(|write| write.starts_with("POST") && write.contains("dns_records"));
        (error.exit_code, posts.count())
    };
    assert_eq!(refused_with(81056), (Exit::Partial, 1));
    assert_eq!(refused_with(89018), (Exit::Partial, 1));
}

#[test]
fn a_token_that_nobody_knows_is_told_as_one_and_not_as_a_missing_permission() {
    let unknown = |seen: &Seen| match seen.url.contains("/tokens/verify") {
        true => refused(401, 1000, "Invalid API Token"),
        false if seen.url.starts_with("https://api.") => refused(403, 10000, "Authentication error"),
        false => empty(seen),
    };
    let failures = |run: &Call| {
        let (outputs, destroyed) = (run.outputs(), run.destroy());
        [run.failed_plan(), outputs.expect_err("a failure"), destroyed.expect_err("a failure")]
    };
    for error in failures(&call(unknown)) {
        assert_eq!((error.code, error.exit_code), (Code::CredentialsRefused, Exit::Permission), "{error:?}");
        assert_eq!(codes(&error.diagnostics), [Code::CredentialsRefused]);
    }
    let malformed = refused(400, 6003, "Invalid request headers");
    for error in failures(&call(move |_| malformed.clone())) {
        assert_eq!((error.code, error.exit_code), (Code::CredentialsRefused, Exit::Permission), "{error:?}");
    }
    let poor = |seen: &Seen| match seen.url.contains("/dns_records") {
        true => refused(403, 10000, "Authentication error"),
        false => empty(seen),
    };
    for error in failures(&call(poor)) {
        assert_eq!(error.code, Code::PermissionMissing);
    }
}

#[test]
fn an_api_address_without_its_path_and_one_far_from_r2_are_told_before_or_beside_what_they_cause() {
    let mut run = call(|seen| panic!("{} is sent", seen.url));
    run.credentials.base_url = Some("https://api.cloudflare.com".into());
    assert_eq!(run.failed_plan().code, Code::BaseUrlPath);
    let mut run = call(|_| refused(404, 7003, "Could not route to /zones"));
    run.credentials.base_url = Some("https://api.example".into());
    let error = run.failed_plan();
    assert_eq!(error.code, Code::AnswerMalformed);
    assert!(error.message.contains("does not end with `/client/v4`"), "{}", error.message);
    let mut run = call(empty);
    run.credentials.base_url = Some("http://127.0.0.1:1/client/v4".into());
    run.credentials.r2 = None;
    assert_eq!(codes(&run.failed_plan().diagnostics), [Code::R2ElsewhereThanApi]);
    assert!(run.script.seen.borrow().iter().all(|seen| !seen.url.contains("cloudflarestorage")));
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

#[test]
fn a_pin_is_rewritten_only_where_one_stands_in_the_file() {
    let pin = "0".repeat(64);
    let targets = |bundle: &str, set: &[(&str, &str)]| {
        let text = MANIFEST.replace("path: shop.js", &format!("path: shop.js{bundle}"));
        let set = set.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect();
        let options = Options { set, ..Options::default() };
        let targets = engine::bundle_targets(&[Source { name: "worker.yaml".into(), text }], &options);
        targets.expect("a target").remove(0).pin
    };
    let path = "spec.script_bundle.sha256";
    assert_eq!(targets(&format!(", sha256: '{pin}'"), &[]).as_deref(), Some(path));
    assert_eq!(targets(", sha256: ", &[]), None);
    assert_eq!(targets("", &[]), None);
    assert_eq!(targets("", &[(path, &pin)]), None);
}

/// Two documents whose bundles are too large to be at hand together; `again` answers for one that is asked for again.
fn two_large(again: impl Fn(&Seen) -> Reply + 'static) -> Call {
    let large = || vec![b' '; 5_100_000];
    let mut call = call(move |seen| match seen.method {
        "GET" if seen.url.contains(".js?") && seen.header("if-match").is_some() => again(seen),
        "GET" if seen.url.contains(".js?") => Reply::Answer(200, vec![("etag", "\"e\"".into())], large()),
        _ => empty(seen),
    });
    let document = |name: &str| MANIFEST.replace("shop", name).split("  dns:").next().unwrap_or_default().to_owned();
    call.manifest = format!("{}---\n{}", document("one"), document("two"));
    call
}

#[test]
fn a_bundle_that_is_replaced_before_its_upload_is_told_and_its_worker_left_alone() {
    let other = |etag: &str| Reply::Answer(200, vec![("etag", format!("\"{etag}\""))], b"export default {}".into());
    // Refused as asked; by a server that knows no condition; and by one whose ETag says nothing.
    for (name, reply) in [
        ("412", Reply::Answer(412, Vec::new(), Vec::new())),
        ("another ETag", other("f")),
        ("other bytes under the same ETag", other("e")),
    ] {
        let call = two_large(move |_| reply.clone());
        let error = call.apply().expect_err(name);
        assert!(error.diagnostics.iter().any(|finding| finding.code == Code::BundleChanged), "{name}: {error:?}");
        assert_eq!((error.exit_code, error.unknown.len()), (Exit::Conflict, 0), "{name}");
        assert!(!call.script.seen.borrow().iter().any(|seen| seen.method == "PUT"), "{name}");
    }
}

#[test]
fn large_bundles_are_read_again_for_their_upload_as_they_were_planned_with() {
    let call = two_large(|_| Reply::Answer(200, vec![("etag", "\"e\"".into())], vec![b' '; 5_100_000]));
    assert_eq!(call.apply().expect("applied").done.len(), 2);
    let seen = call.script.seen.borrow();
    let conditions: Vec<_> = seen.iter().filter_map(|seen| seen.header("if-match")).collect();
    assert_eq!(conditions, ["\"e\"", "\"e\""]);
}

#[test]
fn four_bundles_wait_unread_at_most() {
    let mut call = call(empty);
    let document = |name: usize| {
        MANIFEST.replace("shop", &format!("w{name}")).split("  dns:").next().unwrap_or_default().to_owned()
    };
    call.manifest = (0..6).map(document).collect::<Vec<_>>().join("---\n");
    call.plan().expect("a plan");
    assert_eq!(call.script.cancelled.get(), 2);
}
