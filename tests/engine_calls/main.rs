//! Whole calls of the engine against a scripted account, on virtual time: what a failure says and what it is called.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

#[path = "../wire/mod.rs"]
mod wire;

mod account;
mod bundles;
mod consent;
mod findings;
mod outputs;
mod time;

use cfworker_deploy::diagnostic::{Code, Diagnostic};
use wire::calls::{Call, empty};
use wire::{Reply, Seen, ok};

/// The account of [`MANIFEST`](wire::calls::MANIFEST).
const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

/// Codes of findings, in their order.
fn codes(findings: &[Diagnostic]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

/// The field that a finding is about, and the line that it stands in.
fn at(finding: &Diagnostic) -> (Option<&str>, Option<usize>) {
    (finding.path(), finding.place.as_ref().map(|place| place.line))
}

/// What was sent to write.
fn writes(run: &Call) -> Vec<String> {
    let seen = run.script.seen.borrow();
    let writes = seen.iter().filter(|seen| seen.method != "GET");
    writes.map(|seen| format!("{} {}", seen.method, seen.url)).collect()
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
