//! What a run may do: with a yes, and to an approved plan.

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::engine::{self, Options};
use cfworker_deploy::error::Exit;
use cfworker_deploy::model::{Address, Identity, marks};

use crate::wire::calls::{MANIFEST, call, empty};
use crate::wire::{Seen, ok};
use crate::{ACCOUNT, codes, deployed, writes};

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
