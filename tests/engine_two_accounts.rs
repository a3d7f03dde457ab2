//! Runs that deploy the same names to two accounts: every string that a run says names one resource alone.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects by stopping")]

mod wire;

use std::collections::BTreeSet;

use cfworker_deploy::apply::Event;
use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::error::Exit;
use wire::calls::{Call, call, empty};
use wire::{Reply, Seen, json, ok};

const HERE: &str = "0123456789abcdef0123456789abcdef";
const THERE: &str = "fedcba9876543210fedcba9876543210";

fn documents(account: &str) -> String {
    format!(
        "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {{ name: shop, org: acme, env: test }}
spec:
  account_id: {account}
  worker_name: shop
  script_bundle: {{ bucket: bundles, path: shop.js }}
  env: {{ variables: {{ NAMESPACE: $cloudflare-kv-namespace/sessions/status.outputs.namespace_id }} }}
  kv_bindings: [{{ name: SESSIONS, value_from: {{ name: sessions }} }}]
---
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareKvNamespace
metadata: {{ name: sessions, org: acme, env: test }}
spec: {{ account_id: {account}, namespace_name: sessions }}
"
    )
}

/// Two accounts with nothing in them; the id of a namespace is that of its account.
fn two(seen: &Seen) -> Reply {
    let account = if seen.url.contains(HERE) { HERE } else { THERE };
    match (seen.method, seen.url.contains("/storage/kv/namespaces")) {
        ("GET", true) => ok("[]"),
        ("POST", true) => ok(&format!("{{\"id\":\"{account}\",\"title\":\"sessions\"}}")),
        _ => empty(seen),
    }
}

fn run(rule: impl Fn(&Seen) -> Reply + 'static) -> Call {
    Call { manifest: format!("{}---\n{}", documents(HERE), documents(THERE)), ..call(rule) }
}

/// The addresses of a run over both accounts.
fn all() -> BTreeSet<String> {
    let of = |account| [format!("kv:account/{account}/sessions"), format!("script:account/{account}/shop")];
    [HERE, THERE].into_iter().flat_map(of).collect()
}

#[test]
fn plan_events_and_result_say_the_same_strings() {
    let run = run(two);
    let result = run.apply().expect("applied");
    let plan = &result.plan.plan;
    let changes: BTreeSet<String> = plan.changes.iter().map(|change| change.address.to_string()).collect();
    let done: BTreeSet<String> = result.done.iter().map(ToString::to_string).collect();
    let needs = plan.changes.iter().flat_map(|change| change.needs.iter().map(ToString::to_string));
    assert_eq!((&changes, &done), (&all(), &all()));
    assert!(needs.collect::<BTreeSet<_>>().is_subset(&all()));
    let told = run.told.borrow();
    let started = told.iter().filter_map(|event| match event {
        Event::Start { address } => Some(address.to_string()),
        _ => None,
    });
    let ended = told.iter().filter_map(|event| match event {
        Event::Done { address, .. } => Some(address.to_string()),
        _ => None,
    });
    assert_eq!((started.collect::<BTreeSet<_>>(), ended.collect::<BTreeSet<_>>()), (all(), all()));
}

#[test]
fn each_worker_gets_the_id_that_was_made_in_its_own_account() {
    let run = run(two);
    run.apply().expect("applied");
    let seen = run.script.seen.borrow();
    let uploads: Vec<&Seen> = seen.iter().filter(|seen| seen.method == "PUT").collect();
    assert_eq!(uploads.len(), 2);
    for upload in uploads {
        let own = if upload.url.contains(HERE) { HERE } else { THERE };
        let (_, body) = upload.body.as_ref().expect("a body");
        let body = String::from_utf8_lossy(body);
        assert!(body.contains(&format!("\"namespace_id\":\"{own}\"")), "{body}");
        assert!(body.contains(&format!("\"text\":\"{own}\"")), "{body}");
    }
}

#[test]
fn what_failed_is_told_of_the_account_in_which_it_failed() {
    let error = run(|seen| match seen.method {
        "PUT" if seen.url.contains(THERE) => json(400, "no"),
        _ => two(seen),
    })
    .apply()
    .expect_err("a failure");
    assert_eq!(error.exit_code, Exit::Partial);
    assert_eq!(error.not_done, [format!("script:account/{THERE}/shop")]);
    assert!(error.done.contains(&format!("script:account/{HERE}/shop")));
}

#[test]
fn data_of_one_account_is_deleted_by_its_own_address_and_never_by_the_short_one() {
    let there = |seen: &Seen| match (seen.method, seen.url.contains("/storage/kv/namespaces")) {
        ("GET", true) => ok("[{\"id\":\"1\",\"title\":\"sessions\"}]"),
        _ => empty(seen),
    };
    let stores = |account: &str| documents(account).split("---\n").last().unwrap_or_default().to_owned();
    let destroy = |address: &str| {
        let mut run = call(there);
        run.manifest = format!("{}---\n{}", stores(HERE), stores(THERE));
        run.options.delete_data = vec![address.into()];
        let result = run.destroy();
        let seen = run.script.seen.borrow();
        let deleted = seen.iter().filter(|seen| seen.method == "DELETE").map(|seen| seen.url.clone());
        (result, deleted.collect::<Vec<_>>())
    };
    let (result, deleted) = destroy("kv:sessions");
    let error = result.expect_err("a refusal");
    assert_eq!((error.exit_code, error.code, deleted.len()), (Exit::Usage, Code::UnclearAddress, 0));
    let (result, deleted) = destroy(&format!("kv:account/{THERE}/sessions"));
    let plan = result.expect("destroyed").plan.plan;
    assert!(matches!(deleted.as_slice(), [url] if url.contains(THERE)), "{deleted:?}");
    let kept: Vec<String> = plan.kept.iter().map(|left| left.address.to_string()).collect();
    assert_eq!(kept, [format!("kv:account/{HERE}/sessions")]);
}

#[test]
fn results_of_both_accounts_stand_beside_each_other_and_are_read_back_by_the_account_of_the_reader() {
    let first = run(two);
    let result = first.apply().expect("applied");
    let of = |account: &str| format!("CloudflareKvNamespace/account/{account}/sessions");
    for account in [HERE, THERE] {
        let outputs = result.outputs.get(&of(account)).expect("outputs");
        assert_eq!(outputs.get("namespace_id").and_then(serde_json::Value::as_str), Some(account));
        assert!(result.workers.contains_key(&format!("account/{account}/shop")), "{:?}", result.workers);
    }
    assert_eq!(result.outputs.len(), 4);
    let workers = |account: &str| documents(account).split("---\n").next().unwrap_or_default().to_owned();
    let mut second = run(two);
    second.manifest = format!("{}---\n{}", workers(HERE), workers(THERE));
    second.options.outputs = result.outputs;
    let plan = second.plan().expect("a plan").plan;
    for change in &plan.changes {
        let own = if change.address.to_string().contains(HERE) { HERE } else { THERE };
        let field = change.fields.iter().find(|field| field.path == "variables.NAMESPACE").expect("the variable");
        assert_eq!(field.new, own);
    }
}
