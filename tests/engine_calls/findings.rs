//! What findings and failures say: where, of whom, and the way out.

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::engine;
use cfworker_deploy::error::Exit;
use cfworker_deploy::manifest::Source;
use cfworker_deploy::model::{Identity, marks};

use crate::wire::calls::{Call, MANIFEST, call, empty};
use crate::wire::{Reply, Seen, ok, refused};
use crate::{ACCOUNT, codes, deployed, writes};

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
