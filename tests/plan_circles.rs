//! Workers that are bound to each other in every way that there is among a few of them: each plan has an order, in which
//! Cloudflare takes every write, and no more writes than it needs.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cfworker_deploy::kinds;
use cfworker_deploy::manifest::{ReadOptions, Source};
use cfworker_deploy::model::marks::{self, ScriptMarks, VersionMark};
use cfworker_deploy::model::{Kind, OutputSet};
use cfworker_deploy::plan::{Plan, PlanOptions};
use cfworker_deploy::refresh::Known;
use cfworker_deploy::resource::{
    DesiredManifest, DesiredState, LiveBinding, LiveDeployment, LiveManifest, LiveScript, LiveState, LiveVersion,
    LiveZone, Operation, User,
};
use serde_json::{Value, json};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Which Worker is bound to which, by their places in `NAMES`.
#[derive(Clone)]
struct Bound {
    workers: usize,
    pairs: BTreeSet<(usize, usize)>,
}

impl Bound {
    /// Every way in which so many Workers can be bound to each other.
    fn all(workers: usize) -> impl Iterator<Item = Self> {
        let pairs = (0..workers).flat_map(move |from| (0..workers).map(move |to| (from, to)));
        let pairs: Vec<_> = pairs.filter(|(from, to)| from != to).collect();
        (0..1_u32 << pairs.len()).map(move |which| {
            let chosen = pairs.iter().enumerate().filter(|(at, _)| which & (1 << at) != 0);
            Self { workers, pairs: chosen.map(|(_, pair)| *pair).collect() }
        })
    }

    fn of(&self, worker: usize) -> impl Iterator<Item = usize> {
        self.pairs.iter().filter(move |(from, _)| *from == worker).map(|(_, to)| *to)
    }

    /// All that a Worker calls, directly or through others.
    fn reached(&self, worker: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut next = vec![worker];
        while let Some(worker) = next.pop() {
            next.extend(self.of(worker).filter(|to| reached.insert(*to)));
        }
        reached
    }

    /// How many Workers have to go so that the others are in no circle: found by trying all.
    fn fewest(&self) -> usize {
        let sets = (0..1_u32 << self.workers)
            .map(|which| (0..self.workers).filter(|worker| which & (1 << worker) != 0).collect::<BTreeSet<usize>>());
        let free = sets.filter(|gone| {
            let rest = self.pairs.iter().filter(|(from, to)| !gone.contains(from) && !gone.contains(to));
            let rest = Self { workers: self.workers, pairs: rest.copied().collect() };
            (0..self.workers).all(|worker| !rest.reached(worker).contains(&worker))
        });
        free.map(|gone| gone.len()).min().expect("all of them")
    }

    fn desired(&self, order: impl Iterator<Item = usize>) -> DesiredState {
        let mut text = String::new();
        for worker in order {
            let name = NAMES[worker];
            let bindings = self.of(worker).map(|to| {
                let to = NAMES[to];
                format!("{{ name: {to}, type: service, service: {to} }}")
            });
            let bindings = bindings.collect::<Vec<_>>().join(", ");
            let spec = format!(
                "{{ account_id: {ACCOUNT}, worker_name: {name}, script_bundle: {{ bucket: bundles, path: all.js }}, \
                 bindings: [{bindings}], dns: {{ enabled: true, zone_id: {ACCOUNT}, hostname: {name}.example.com }} }}"
            );
            let (version, kind) = ("cloudflare.project-planton.org/v1", "CloudflareWorker");
            writeln!(text, "---\napiVersion: {version}\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}")
                .expect("text");
        }
        let read = kinds::read(&[Source { name: "all.yaml".into(), text }], &ReadOptions::default());
        assert!(read.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", read.diagnostics);
        let mut desired = read.desired;
        let open = kinds::resolve(&mut desired, &LiveState::default(), &OutputSet::new(), &Known::default());
        assert_eq!(open, []);
        desired
    }

    /// What is there when all of it was deployed.
    fn live(&self, manifest: &DesiredManifest) -> LiveManifest {
        let worker = place(&manifest.script.name);
        let bindings = self.of(worker).map(|to| LiveBinding {
            name: NAMES[to].into(),
            type_name: "service".into(),
            fields: json!({ "service": NAMES[to] }),
        });
        let names = self.of(worker).map(|to| marks::hash(NAMES[to])).collect();
        let tags = ScriptMarks { ids: BTreeSet::from([manifest.identity.id()]), names, ..ScriptMarks::default() };
        let version =
            LiveVersion { id: "v".into(), number: 1, tag: VersionMark::of_nothing().to_string(), ..Default::default() };
        let users = self.pairs.iter().filter(|(_, to)| *to == worker);
        LiveManifest {
            script: Some(LiveScript {
                tags: tags.tags(),
                bindings: bindings.collect(),
                deployment: Some(LiveDeployment { versions: vec![("v".into(), 100.0)], ..Default::default() }),
                versions: vec![version],
                ..LiveScript::default()
            }),
            used_by: users.map(|(from, _)| User::Worker(NAMES[*from].into())).collect(),
            ..LiveManifest::default()
        }
    }

    fn created(&self, order: impl Iterator<Item = usize>) -> Plan {
        let desired = self.desired(order);
        let zone = LiveZone { name: Some("example.com".into()), ..LiveZone::default() };
        let empty = LiveManifest { zones_of_hosts: vec![zone], ..LiveManifest::default() };
        let live = LiveState { manifests: vec![empty; self.workers], ..LiveState::default() };
        kinds::plan(&desired, &live, &[], &PlanOptions::default())
    }

    fn destroyed(&self, order: impl Iterator<Item = usize>) -> Plan {
        let desired = self.desired(order);
        let live = LiveState {
            manifests: desired.manifests.iter().map(|manifest| self.live(manifest)).collect(),
            ..LiveState::default()
        };
        kinds::destroy(&desired, &live, &PlanOptions::default())
    }
}

fn place(name: &str) -> usize {
    NAMES.iter().position(|known| *known == name).expect("a Worker")
}

/// All that must have taken effect before each step; the steps have an order.
fn befores(plan: &Plan) -> Vec<BTreeSet<usize>> {
    let mut befores: Vec<Option<BTreeSet<usize>>> = vec![None; plan.steps.len()];
    while befores.iter().any(Option::is_none) {
        let open = befores.iter().filter(|known| known.is_none()).count();
        for (index, step) in plan.steps.iter().enumerate() {
            let known: Option<Vec<_>> = step.after.iter().map(|before| befores[*before].as_ref()).collect();
            let Some(known) = known else { continue };
            let all = known.into_iter().flatten().copied().chain(step.after.iter().copied()).collect();
            befores[index] = Some(all);
        }
        assert!(open > befores.iter().filter(|known| known.is_none()).count(), "no order: {:?}", plan.steps);
    }
    befores.into_iter().flatten().collect()
}

/// Worker, and what its uploads are bound to.
fn uploads(plan: &Plan) -> Vec<(usize, usize, Vec<usize>)> {
    let uploads = plan.steps.iter().enumerate().filter(|(_, step)| step.operation.part == "version");
    let bound = |upload: &Value| {
        let bindings = upload["bindings"].as_array().expect("bindings").iter();
        bindings.map(|binding| place(binding["name"].as_str().expect("a name"))).collect()
    };
    uploads.map(|(index, step)| (index, place(&step.address.key), bound(&shown(&step.operation)))).collect()
}

/// What a write says of itself.
fn shown(operation: &Operation) -> Value {
    json!(operation)["procedure"].take()
}

fn check_created(bound: &Bound) {
    let plan = bound.created(0..bound.workers);
    assert!(plan.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", plan.diagnostics);
    let befores = befores(&plan);
    let uploads = uploads(&plan);
    assert_eq!(uploads.len(), bound.workers + bound.fewest(), "{:?}", bound.pairs);
    for (index, worker, to) in &uploads {
        let earlier = |of: usize| uploads.iter().any(|(other, it, _)| *it == of && befores[*index].contains(other));
        assert!(to.iter().all(|to| earlier(*to)), "a binding to a Worker that is not there: {:?}", bound.pairs);
        let upload = shown(&plan.steps[*index].operation);
        assert_eq!(upload["creates"], !earlier(*worker));
        let is_whole = *to == bound.of(*worker).collect::<Vec<_>>();
        let mark = upload["mark"].as_str().and_then(VersionMark::parse).expect("a mark");
        assert_eq!(mark.is_unfinished(), !is_whole, "{:?}", bound.pairs);
    }
    for (index, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.address.kind == Kind::Record) {
        let worker = place(step.address.key.trim_end_matches(".example.com"));
        let mut called = bound.reached(worker);
        called.insert(worker);
        let due = uploads.iter().filter(|(_, it, _)| called.contains(it));
        assert!(due.clone().all(|(upload, ..)| befores[index].contains(upload)), "public too early: {:?}", bound.pairs);
    }
}

fn check_destroyed(bound: &Bound) {
    let plan = bound.destroyed(0..bound.workers);
    assert!(plan.diagnostics.iter().all(|finding| !finding.is_error()), "{:?}", plan.diagnostics);
    let befores = befores(&plan);
    assert_eq!(plan.steps.len(), bound.workers + bound.fewest(), "{:?}", bound.pairs);
    for (index, step) in plan.steps.iter().enumerate() {
        if step.operation.part != "script" {
            continue;
        }
        let deletion = shown(&step.operation);
        let name = deletion["name"].as_str().expect("a name");
        for (from, _) in bound.pairs.iter().filter(|(_, to)| NAMES[*to] == name) {
            let let_go = |step: &Operation| {
                let said = shown(step);
                let leaves = said["leaves"].as_array().is_some_and(|leaves| leaves.iter().any(|left| left == name));
                said["name"] == NAMES[*from] && (step.part == "script" || (step.part == "bindings" && leaves))
            };
            let is_free = befores[index].iter().any(|before| let_go(&plan.steps[*before].operation));
            assert!(is_free, "`{name}` is deleted while another one is bound to it: {:?}", bound.pairs);
        }
    }
}

#[test]
fn however_workers_are_bound_to_each_other_one_run_makes_them_whole_with_the_fewest_uploads() {
    (2..=3).flat_map(Bound::all).for_each(|bound| check_created(&bound));
    Bound::all(4).step_by(29).for_each(|bound| check_created(&bound));
}

#[test]
fn however_workers_are_bound_to_each_other_one_run_deletes_them_with_the_fewest_writes() {
    (2..=3).flat_map(Bound::all).for_each(|bound| check_destroyed(&bound));
    Bound::all(4).step_by(29).for_each(|bound| check_destroyed(&bound));
}

#[test]
fn the_order_of_documents_decides_nothing() {
    for bound in Bound::all(3).chain(Bound::all(4).step_by(37)) {
        let (one, other) = (bound.created(0..bound.workers), bound.created((0..bound.workers).rev()));
        assert_eq!(one.changes, other.changes, "{:?}", bound.pairs);
        let after = |plan: &Plan| plan.steps.iter().map(|step| step.after.clone()).collect::<Vec<_>>();
        assert_eq!(after(&one), after(&other), "{:?}", bound.pairs);
        let (one, other) = (bound.destroyed(0..bound.workers), bound.destroyed((0..bound.workers).rev()));
        assert_eq!((&one.changes, after(&one)), (&other.changes, after(&other)), "{:?}", bound.pairs);
    }
}
