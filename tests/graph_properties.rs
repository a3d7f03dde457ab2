//! What holds for every run of Workers and stores, whatever refers to what and whatever is there already. Runs are made
//! by chance from a fixed seed; no two resources of one refer to each other in a circle (`plan_circles.rs` has those).

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cfworker_deploy::kinds;
use cfworker_deploy::manifest::{ReadOptions, Source};
use cfworker_deploy::model::marks::{ScriptMarks, VersionMark};
use cfworker_deploy::model::{Address, Kind, OutputSet};
use cfworker_deploy::plan::{Action, Change, Plan, PlanOptions};
use cfworker_deploy::refresh::Known;
use cfworker_deploy::resource::{
    DesiredState, LiveDeployment, LiveManifest, LiveScript, LiveState, LiveStore, LiveVersion, LiveZone,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
/// Names whose order is not that in which they refer to each other.
const WORKERS: [&str; 6] = ["m", "c", "x", "a", "t", "e"];

/// A kind of stores, as a document and as a binding.
struct StoreKind {
    kind: &'static str,
    name_key: &'static str,
    binding: &'static str,
}

const STORES: [StoreKind; 4] = [
    StoreKind { kind: "CloudflareKvNamespace", name_key: "namespace_name", binding: "kv_namespace" },
    StoreKind { kind: "CloudflareR2Bucket", name_key: "bucket_name", binding: "r2_bucket" },
    StoreKind { kind: "CloudflareD1Database", name_key: "database_name", binding: "d1" },
    StoreKind { kind: "CloudflareQueue", name_key: "queue_name", binding: "queue" },
];

/// A Worker: it calls those before it and uses stores.
#[derive(Clone, Debug)]
struct Worker {
    is_there: bool,
    has_host: bool,
    calls: Vec<bool>,
    uses: [bool; STORES.len()],
}

/// Everything of a run, and what of it is there.
#[derive(Clone, Debug)]
struct Run {
    workers: Vec<Worker>,
    /// A store of each kind: nothing, or whether it is there.
    stores: [Option<bool>; STORES.len()],
}

fn runs() -> impl Strategy<Value = Run> {
    let worker =
        (any::<bool>(), any::<bool>(), prop::collection::vec(any::<bool>(), WORKERS.len()), any::<[bool; 4]>())
            .prop_map(|(is_there, has_host, calls, uses)| Worker { is_there, has_host, calls, uses });
    (prop::collection::vec(worker, 1..=WORKERS.len()), any::<[Option<bool>; STORES.len()]>())
        .prop_map(|(workers, stores)| Run { workers, stores })
}

impl Run {
    /// The document of each Worker, then that of each store.
    fn documents(&self) -> Vec<String> {
        let workers = self.workers.iter().enumerate().map(|(at, worker)| self.worker(at, worker));
        workers.chain(self.stores.iter().zip(&STORES).filter_map(|(there, kind)| there.map(|_| store(kind)))).collect()
    }

    fn worker(&self, at: usize, worker: &Worker) -> String {
        let mut bindings = String::new();
        for called in worker.calls.iter().zip(&WORKERS[..at]).filter_map(|(calls, name)| calls.then_some(name)) {
            write!(bindings, "{{ name: {called}, type: service, service: {called} }}, ").expect("text");
        }
        for (kind, _) in self.used(worker) {
            let StoreKind { kind, binding, .. } = kind;
            let from = format!("{{ kind: {kind}, name: main }}");
            write!(bindings, "{{ name: {binding}, type: {binding}, value_from: {from} }}, ").expect("text");
        }
        let name = WORKERS[at];
        let dns = match worker.has_host {
            true => format!(", dns: {{ enabled: true, zone_id: {ACCOUNT}, hostname: {name}.example.com }}"),
            false => String::new(),
        };
        let bundle = "script_bundle: { bucket: bundles, path: all.js }";
        document("CloudflareWorker", name, &format!("worker_name: {name}, {bundle}, bindings: [{bindings}]{dns}"))
    }

    /// The stores that a Worker uses and the run describes, each with whether it is there.
    fn used(&self, worker: &Worker) -> impl Iterator<Item = (&'static StoreKind, bool)> {
        let uses = worker.uses;
        let each = STORES.iter().zip(self.stores).zip(uses);
        each.filter_map(|((kind, there), uses)| there.filter(|_| uses).map(|there| (kind, there)))
    }

    /// Plans it, its documents in the order of `keys`.
    fn plan(&self, keys: &[u32]) -> Plan {
        let mut documents: Vec<_> = self.documents().into_iter().enumerate().collect();
        documents.sort_by_key(|(at, _)| keys.get(*at).copied());
        let text: String = documents.into_iter().map(|(_, text)| text).collect();
        let read = kinds::read(&[Source { name: "all.yaml".into(), text }], &ReadOptions::default());
        let errors: Vec<_> = read.diagnostics.iter().filter(|finding| finding.is_error()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let mut desired = read.desired;
        let live = self.live(&desired);
        let open = kinds::resolve(&mut desired, &live, &OutputSet::new(), &Known::default());
        assert_eq!(open, []);
        kinds::plan(&desired, &live, &[], &PlanOptions::default())
    }

    fn live(&self, desired: &DesiredState) -> LiveState {
        let manifests = desired.manifests.iter().map(|manifest| {
            let at = WORKERS.iter().position(|name| *name == manifest.script.name).expect("a Worker");
            let zone = LiveZone { name: Some("example.com".into()), ..LiveZone::default() };
            let tags = ScriptMarks { ids: BTreeSet::from([manifest.identity.id()]), ..ScriptMarks::default() };
            let script = self.workers[at].is_there.then(|| LiveScript { tags: tags.tags(), ..ours() });
            LiveManifest { script, zones_of_hosts: vec![zone], ..LiveManifest::default() }
        });
        let stores = desired.stores.iter().map(|store| {
            let at = STORES.iter().position(|kind| kind.kind == store.kind).expect("a kind");
            self.stores[at].expect("described").then(|| LiveStore {
                id: "id".into(),
                settings: json!({}),
                used_by: None,
            })
        });
        LiveState { manifests: manifests.collect(), stores: stores.collect(), ..LiveState::default() }
    }
}

/// A Worker that we uploaded, with other code.
fn ours() -> LiveScript {
    let tag = VersionMark::of_nothing().to_string();
    LiveScript {
        deployment: Some(LiveDeployment { versions: vec![("v".into(), 100.0)], ..LiveDeployment::default() }),
        versions: vec![LiveVersion { id: "v".into(), number: 1, tag, ..LiveVersion::default() }],
        ..LiveScript::default()
    }
}

fn document(kind: &str, name: &str, spec: &str) -> String {
    let version = "cloudflare.project-planton.org/v1";
    let metadata = format!("{{ name: {name} }}");
    format!(
        "---\napiVersion: {version}\nkind: {kind}\nmetadata: {metadata}\nspec: {{ account_id: {ACCOUNT}, {spec} }}\n"
    )
}

fn store(StoreKind { kind, name_key, .. }: &StoreKind) -> String {
    document(kind, "main", &format!("{name_key}: main"))
}

/// The addresses that must be made before each change, directly or through others, and are made in this run.
fn made_before(plan: &Plan) -> BTreeMap<&Address, BTreeSet<&Address>> {
    let by_address: BTreeMap<&Address, &Change> = plan.changes.iter().map(|change| (&change.address, change)).collect();
    let creates = |address: &&Address| by_address.get(address).is_some_and(|change| change.action == Action::Create);
    by_address.iter().map(|(address, change)| (*address, change.needs.iter().filter(creates).collect())).collect()
}

/// All steps that a step waits for, directly or through others.
fn waited_for(plan: &Plan, of: usize) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    let mut next = vec![of];
    while let Some(step) = next.pop() {
        next.extend(plan.steps[step].after.iter().filter(|before| all.insert(**before)));
    }
    all
}

/// The resources whose outputs a write takes, each by its short address.
fn late_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let of = members.get("late").and_then(|late| late.get("of")).and_then(Value::as_str);
            found.extend(of.map(str::to_owned));
            members.values().for_each(|member| late_in(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| late_in(item, found)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_documents_makes_no_difference_to_a_plan(run in runs(), keys in prop::collection::vec(any::<u32>(), 10)) {
        let (one, other) = (run.plan(&[]), run.plan(&keys));
        prop_assert_eq!(&one.changes, &other.changes);
        let said = |plan: &Plan| plan.diagnostics.iter().map(|said| (said.message.clone(), said.about.clone())).collect::<Vec<_>>();
        prop_assert_eq!(said(&one), said(&other));
        let order = |plan: &Plan| plan.steps.iter().map(|step| (step.address.clone(), step.after.clone())).collect::<Vec<_>>();
        prop_assert_eq!(order(&one), order(&other));
    }

    #[test]
    fn a_write_waits_for_what_its_change_needs_and_is_made_in_the_run_and_for_nothing_else(run in runs()) {
        let plan = run.plan(&[]);
        let made = made_before(&plan);
        for (index, step) in plan.steps.iter().enumerate() {
            let needed = &made[&step.address];
            // Within a document the Worker comes first: its tags name what is attached to it.
            let of_others = step.after.iter().map(|before| &plan.steps[*before]).filter(|before| before.manifest != step.manifest);
            let of_others: BTreeSet<&Address> = of_others.map(|before| &before.address).collect();
            let all = waited_for(&plan, index);
            for address in needed {
                let steps = plan.steps.iter().enumerate().filter(|(_, other)| other.address == **address);
                prop_assert!(steps.clone().count() > 0 && steps.clone().all(|(other, _)| all.contains(&other)), "{} before {}", address, step.address);
            }
            prop_assert!(of_others.is_subset(needed), "{} waits for {:?} and needs {:?}", step.address, of_others, needed);
        }
    }

    #[test]
    fn a_write_that_takes_a_late_value_waits_for_the_write_that_makes_it(run in runs()) {
        let plan = run.plan(&[]);
        for (index, step) in plan.steps.iter().enumerate() {
            let mut late = BTreeSet::new();
            late_in(&json!(step.operation), &mut late);
            let all = waited_for(&plan, index);
            for of in &late {
                let is_made = all.iter().any(|before| plan.steps[*before].address.short().to_string() == *of);
                prop_assert!(is_made, "{} takes a value of {} and waits for {:?}", step.address, of, step.after);
            }
            let change = plan.changes.iter().find(|change| change.address == step.address).expect("its change");
            prop_assert_eq!(late.is_empty() || step.operation.part != "version", change.fields.iter().all(|field| !field.later), "{}", step.address);
        }
    }
}

/// However long a row of Workers is that call each other: where all of them are there nobody waits.
#[test]
fn a_changed_chain_of_five_workers_that_are_there_takes_one_round_of_writes() {
    let worker =
        |is_there: bool| Worker { is_there, has_host: false, calls: vec![true; WORKERS.len()], uses: [false; 4] };
    let chain = |is_there: bool| Run { workers: vec![worker(is_there); 5], stores: [None; 4] }.plan(&[]);
    let there = chain(true);
    assert_eq!(there.steps.len(), 5);
    assert!(there.steps.iter().all(|step| step.after.is_empty()), "{:?}", there.steps);
    let new = chain(false);
    let longest = (0..new.steps.len()).map(|step| waited_for(&new, step).len()).max();
    assert_eq!(longest, Some(4), "each one waits for all before it");
}

#[test]
fn what_nothing_orders_stands_in_the_order_of_addresses() {
    let worker = Worker { is_there: false, has_host: false, calls: vec![false; WORKERS.len()], uses: [false; 4] };
    let plan = Run { workers: vec![worker; WORKERS.len()], stores: [Some(false); 4] }.plan(&[]);
    let of_kind = |kind: Kind| plan.steps.iter().map(|step| &step.address).filter(move |address| address.kind == kind);
    for kind in Kind::ALL {
        assert!(of_kind(kind).is_sorted(), "{:?}", of_kind(kind).collect::<Vec<_>>());
    }
    assert_eq!(of_kind(Kind::Script).count(), WORKERS.len());
}
