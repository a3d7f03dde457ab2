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

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use account::{BASE_URL, Fleet, Live, S3_URL, TOKEN, VALUE, desired, sources};
use cfworker_deploy::diagnostic::Diagnostic;
use cfworker_deploy::engine::{self, Credentials, Io, Options, PlanResult, R2Credentials};
use cfworker_deploy::manifest::Source;
use cfworker_deploy::plan::Action;
use cfworker_deploy::secret::Secret;
use counting::{Taken, counted};
use wire::VirtualClock;

/// What a plan of many documents came to.
struct Planned {
    findings: Vec<Diagnostic>,
    steps: usize,
    creations: usize,
    noops: usize,
    /// How often each URL was asked for.
    asked: Vec<(String, u32)>,
    most_under_way: usize,
    taken: Taken,
}

/// How often memory is asked for by a plan of so many documents in accounts in which so many are deployed.
fn work(documents: usize, deployed: usize) -> u64 {
    let clock = VirtualClock::new();
    let fleet = Fleet::new(&desired(&sources(deployed)), Live::All, &clock);
    let (result, taken) = counted(|| plan(&sources(documents), &fleet, &clock));
    assert_eq!(result.plan.count(Action::NoOp), 3 * documents, "{:?}", result.plan.diagnostics);
    taken.allocations
}

static THOUSAND: LazyLock<Planned> = LazyLock::new(|| planned(1_000, Live::All));

fn planned(documents: usize, live: Live) -> Planned {
    let sources = sources(documents);
    let clock = VirtualClock::new();
    let fleet = Fleet::new(&desired(&sources), live, &clock);
    let (result, taken) = counted(|| plan(&sources, &fleet, &clock));
    Planned {
        steps: result.plan.steps.len(),
        creations: result.plan.count(Action::Create),
        noops: result.plan.count(Action::NoOp),
        findings: result.plan.diagnostics,
        asked: fleet.asked().map(|(url, asked)| (url.to_owned(), asked)).collect(),
        most_under_way: fleet.most_under_way.get(),
        taken,
    }
}

fn plan(sources: &[Source], fleet: &Rc<Fleet>, clock: &Rc<VirtualClock>) -> PlanResult {
    let credentials = Credentials {
        api_token: Some(Secret::new(TOKEN)),
        base_url: Some(BASE_URL.into()),
        r2: Some(R2Credentials {
            access_key_id: Some("id".into()),
            secret_access_key: Some(Secret::new("canary-key-of-a-fleet")),
            session_token: None,
            endpoint: Some(S3_URL.into()),
        }),
        secrets: BTreeMap::from([("FLEET_KEY".to_owned(), Secret::new(VALUE))]),
        ..Credentials::default()
    };
    let io = Io { transport: fleet.clone(), clock: clock.clone(), signal: None, events: Rc::new(|_| {}) };
    let planned = clock.run(engine::plan(sources, Some(&credentials), &Options::default(), &io));
    planned.unwrap_or_else(|error| panic!("{:?}", error.diagnostics))
}

#[test]
fn a_thousand_workers_cost_a_few_lists_an_account_or_zone_and_two_reads_each() {
    let Planned { findings, steps, noops, asked, .. } = &*THOUSAND;
    assert_eq!((*steps, *noops), (0, 3_000), "{findings:?}");
    let is_read = |(url, times): &&(String, u32)| !url.starts_with(S3_URL) && *times > 0;
    let reads: Vec<_> = asked.iter().filter(is_read).collect();
    assert!(reads.iter().all(|(_, times)| *times == 1), "{reads:?}");
    assert_eq!(reads.len(), 2 * 1_000 + 2 + 3 * 3, "scripts of two accounts, three zones, their routes and records");
}

#[test]
fn a_worker_that_somebody_else_changed_is_told_the_same_however_many_others_there_are() {
    let told = |documents: usize| {
        let Planned { findings, .. } = planned(documents, Live::FirstChangedOutside);
        findings.into_iter().map(|finding| (finding.code, finding.message)).collect::<Vec<_>>()
    };
    // Up to eight Workers are read in full; of more, those of which lists prove too little.
    let of_eight = told(8);
    assert_eq!(told(9), of_eight);
    let public = "also public at worker-0000.acme.workers.dev";
    assert!(of_eight.iter().any(|(_, message)| message == public), "{of_eight:?}");
}

#[test]
fn however_many_requests_a_round_has_few_are_under_way() {
    // Those of the API, and those of the bundles beside them.
    assert_eq!(THOUSAND.most_under_way, 2 * 24);
}

#[test]
fn what_a_run_holds_grows_with_its_documents_and_no_faster() {
    let (few, many) = (planned(250, Live::All).taken, THOUSAND.taken);
    for (what, few, many) in [("at most", few.peak, many.peak), ("in the end", few.retained, many.retained)] {
        assert!(many * 2 <= few * 9, "{what}: {few} bytes for 250 documents, {many} for 1,000");
    }
}

#[test]
fn the_work_of_a_plan_grows_with_its_documents_and_no_faster() {
    for live in [Live::Nothing, Live::All] {
        let (few, many) = (planned(20, live), planned(200, live));
        let counted = (many.creations, many.noops);
        assert_eq!(counted, if live == Live::All { (0, 600) } else { (600, 0) }, "{:?}", many.findings);
        let (few, many) = (few.taken.allocations, many.taken.allocations);
        assert!(many <= few * 12, "{live:?}: {few} allocations for 20 documents, {many} for 200");
    }
}

#[test]
fn a_list_is_gone_through_once_a_run_and_not_once_a_document() {
    // Enough of them for all records of a zone to be listed.
    let (few, many) = (60, 90);
    let for_thirty = |deployed: usize| work(many, deployed) - work(few, deployed);
    let (short, long) = (for_thirty(100), for_thirty(400));
    assert!(
        long <= short + short / 20,
        "30 more documents take {short} allocations of short lists, {long} of long ones"
    );
}
