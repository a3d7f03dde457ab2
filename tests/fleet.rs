//! A thousand Workers in two accounts and three zones: what a run asks, and what it holds and does for each of them.

#![allow(
    unsafe_code,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping; an allocator that counts is unsafe by its interface"
)]

#[path = "fleet/account.rs"]
mod account;
#[path = "fleet/counting.rs"]
mod counting;
mod wire;

use std::rc::Rc;

use account::{BASE_URL, Fleet, S3_URL, TOKEN, desired, sources};
use cfworker_deploy::engine::{self, Credentials, Io, Options, PlanResult, R2Credentials};
use cfworker_deploy::manifest::Source;
use cfworker_deploy::plan::Action;
use cfworker_deploy::secret::Secret;
use counting::{Taken, counted};
use wire::VirtualClock;

/// Plans so many documents that are all deployed as they stand.
fn planned(documents: usize) -> (PlanResult, Rc<Fleet>, Taken) {
    let sources = sources(documents);
    let fleet = Fleet::deployed(&desired(&sources));
    let (result, taken) = counted(|| plan(&sources, &fleet));
    (result, fleet, taken)
}

fn plan(sources: &[Source], fleet: &Rc<Fleet>) -> PlanResult {
    let clock = VirtualClock::new();
    let credentials = Credentials {
        api_token: Some(Secret::new(TOKEN)),
        base_url: Some(BASE_URL.into()),
        r2: Some(R2Credentials {
            access_key_id: Some("id".into()),
            secret_access_key: Some(Secret::new("canary-key-of-a-fleet")),
            session_token: None,
            endpoint: Some(S3_URL.into()),
        }),
        ..Credentials::default()
    };
    let io = Io { transport: fleet.clone(), clock: clock.clone(), signal: None, events: Rc::new(|_| {}) };
    let planned = clock.run(engine::plan(sources, Some(&credentials), &Options::default(), &io));
    planned.unwrap_or_else(|error| panic!("{:?}", error.diagnostics))
}

#[test]
fn a_thousand_workers_cost_one_list_an_account_or_zone_and_five_reads_each() {
    let (result, fleet, _) = planned(1_000);
    assert_eq!((result.plan.steps.len(), result.plan.count(Action::NoOp)), (0, 3_000), "{:?}", result.plan.diagnostics);
    let of_bundles = |url: &str| url.starts_with(S3_URL);
    for (url, asked) in fleet.asked().filter(|(url, _)| !of_bundles(url)) {
        assert_eq!(asked, 1, "{url}");
    }
    let reads: u32 = fleet.asked().filter(|(url, _)| !of_bundles(url)).map(|(_, asked)| asked).sum();
    assert_eq!(reads, 5 * 1_000 + 2 + 2 * 3, "scripts of two accounts, three zones and their routes");
}

#[test]
fn what_a_run_holds_grows_with_its_documents_and_no_faster() {
    let (few, many) = (planned(250).2, planned(1_000).2);
    for (what, few, many) in [("at most", few.peak, many.peak), ("in the end", few.retained, many.retained)] {
        assert!(many * 2 <= few * 9, "{what}: {few} bytes for 250 documents, {many} for 1,000");
    }
}

#[test]
fn the_work_of_a_plan_grows_with_its_documents_and_no_faster() {
    let (few, many) = (planned(20).2.allocations, planned(200).2.allocations);
    assert!(many <= few * 12, "{few} allocations for 20 documents, {many} for 200");
}
