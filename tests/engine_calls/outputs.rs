//! What is deployed, as outputs tell it.

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::engine;
use cfworker_deploy::model::{Identity, marks};

use serde_json::Value;

use crate::wire::calls::{Call, call, empty};
use crate::wire::{Reply, Seen, ok};
use crate::{ACCOUNT, deployed};

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
fn looking_and_removing_need_no_values_of_variables() {
    let mut run = call(empty);
    run.manifest.push_str("  env: { variables: { GREETING: $variables-group/texts/greeting } }\n");
    assert_eq!(run.failed_plan().code, Code::MissingVariable);
    assert!(run.outputs().expect("outputs").workers.is_empty());
    let (sources, io) = run.given();
    let destroyed = run.clock.run(engine::destroy(&sources, &run.credentials, &run.options, &io));
    assert!(destroyed.is_ok(), "{destroyed:?}");
}

/// A namespace called `cache` of an environment, and a Worker of the same one that refers to it.
fn of_environment(env: &str) -> String {
    format!(
        "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareKvNamespace
metadata: {{ name: cache, org: acme, env: {env} }}
spec: {{ account_id: {ACCOUNT}, namespace_name: cache-{env} }}
---
{}",
        worker(env)
    )
}

fn worker(env: &str) -> String {
    format!(
        "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: {{ name: shop, org: acme, env: {env} }}
spec:
  account_id: {ACCOUNT}
  worker_name: shop-{env}
  script_bundle: {{ bucket: bundles, path: shop.js }}
  env: {{ variables: {{ CACHE: $cloudflare-kv-namespace/cache/status.outputs.namespace_id }} }}
"
    )
}

/// An account in which the id of a namespace says of which environment it is.
fn namespaces(seen: &Seen) -> Reply {
    let body = seen.body.as_ref().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).unwrap_or_default();
    match (seen.method, seen.url.contains("/storage/kv/namespaces")) {
        ("GET", true) => ok("[]"),
        ("POST", true) => {
            let env = if body.contains("cache-live") { "live" } else { "test" };
            ok(&format!("{{\"id\":\"id-of-{env}\",\"title\":\"cache-{env}\"}}"))
        }
        _ => empty(seen),
    }
}

fn run(documents: [String; 2]) -> Call {
    Call { manifest: documents.join("---\n"), ..call(namespaces) }
}

#[test]
fn outputs_of_two_documents_of_one_name_in_two_environments_stand_beside_each_other_and_are_read_back_so() {
    let result = run(["test", "live"].map(of_environment)).apply().expect("applied");
    let names: Vec<&str> = result.outputs.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "CloudflareKvNamespace/acme/live/cache",
            "CloudflareKvNamespace/acme/test/cache",
            "CloudflareWorker/acme/live/shop",
            "CloudflareWorker/acme/test/shop",
        ]
    );
    let id = |env: &str| result.outputs[&format!("CloudflareKvNamespace/acme/{env}/cache")]["namespace_id"].clone();
    assert_eq!([id("live"), id("test")], ["id-of-live", "id-of-test"].map(Value::from));
    let mut second = run(["test", "live"].map(worker));
    second.options.outputs = result.outputs.clone();
    for change in &second.plan().expect("a plan").plan.changes {
        let field = change.fields.iter().find(|field| field.path == "variables.CACHE").expect("the variable");
        let env = change.address.to_string().replace("script:shop-", "");
        assert_eq!(field.new, format!("id-of-{env}"));
    }
}

#[test]
fn the_only_document_of_a_name_stands_under_kind_and_name_whatever_its_environment() {
    let outputs = Call { manifest: of_environment("live"), ..call(namespaces) }.apply().expect("applied").outputs;
    let names: Vec<&str> = outputs.keys().map(String::as_str).collect();
    assert_eq!(names, ["CloudflareKvNamespace/cache", "CloudflareWorker/shop"]);
}
