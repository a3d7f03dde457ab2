//! Bundles: where they are named, and when they are read.

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::engine::{self, Options};
use cfworker_deploy::error::Exit;
use cfworker_deploy::manifest::Source;

use crate::wire::calls::{Call, MANIFEST, call, empty};
use crate::wire::{Reply, Seen};

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
