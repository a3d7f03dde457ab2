//! The table of kinds: in how many cases each kind of things met faults, lists that were out of date, outages, races and
//! drift, and still ended as it must.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::account::Subject;
use crate::case::{Act, Bind, Case, Past, Wanted, ZoneBy};
use crate::documents::ROWS;
use crate::fault::Kind;
use crate::members::in_circles;
use crate::names;
use crate::watch::Watch;

/// How often each cell must be hit.
pub const LEAST: u32 = 20;

/// What a run plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Planned {
    Worker,
    Kv,
    R2,
    D1,
    Queue,
    Consumer,
    /// Workers that are bound to each other.
    Circle,
    /// A field that names another resource.
    Reference,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    Fault,
    Stale,
    Outage,
    Race,
    Drift,
}

const PLANNED: [(Planned, &str); 8] = [
    (Planned::Worker, "Worker"),
    (Planned::Kv, "KV namespace"),
    (Planned::R2, "R2 bucket"),
    (Planned::D1, "D1 database"),
    (Planned::Queue, "queue"),
    (Planned::Consumer, "consumer of a queue"),
    (Planned::Circle, "Workers bound to each other"),
    (Planned::Reference, "reference"),
];
const MET: [(Met, &str); 5] = [
    (Met::Fault, "faults"),
    (Met::Stale, "stale lists"),
    (Met::Outage, "outages"),
    (Met::Race, "races"),
    (Met::Drift, "drift"),
];

/// Cases by what they planned and what that met.
pub type Counts = BTreeMap<(Planned, Met), u32>;

/// What one case of a run came to. `races`: another run, or somebody else, changed things meanwhile.
pub fn counts(case: &Case, watch: &Watch, run: usize, races: bool) -> Counts {
    let planned = planned(case, watch, run);
    let mut met: BTreeSet<(Planned, Met)> = BTreeSet::new();
    for (by, fate, _, on, address) in watch.met.iter().filter(|(by, ..)| *by == run) {
        debug_assert_eq!(*by, run);
        let Some(kind) = fate.fault.map(|fault| fault.kind) else { continue };
        let way = match kind {
            Kind::Stale => continue,
            kind if kind.is_outage() || matches!(kind, Kind::Blocked | Kind::Down) => Met::Outage,
            _ => Met::Fault,
        };
        met.extend(about(&case.deployer.wanted, *on, address.as_deref()).into_iter().map(|what| (what, way)));
    }
    let all = |way: Met| planned.iter().map(move |what| (*what, way));
    if watch.stale_lists > 0 {
        met.extend(all(Met::Stale));
    }
    if races {
        met.extend(all(Met::Race));
    }
    let acts = case.past.iter().filter_map(|past| if let Past::Done(act) = past { Some(act) } else { None });
    for act in acts {
        let touched = touched(&case.deployer.wanted, act);
        met.extend(touched.into_iter().map(|what| (what, Met::Drift)));
    }
    let counted = met.into_iter().filter(|(what, _)| planned.contains(what));
    counted.map(|cell| (cell, 1)).collect()
}

/// What the plan of a run was about, as it told it; a run that a fault ended before would have told that of the next one.
fn planned(case: &Case, watch: &Watch, run: usize) -> BTreeSet<Planned> {
    let told = |run: usize| watch.facts.get(run).filter(|facts| facts.planned);
    let Some(facts) = told(run).or_else(|| told(run + 1)) else { return BTreeSet::new() };
    let words = facts.announced.keys().filter_map(|address| address.split(':').next());
    let mut planned: BTreeSet<Planned> = words.filter_map(by_word).collect();
    let wanted = &case.deployer.wanted;
    let has = |script: &&str| facts.announced.contains_key(&format!("script:{script}"));
    if in_circles(wanted).iter().any(has) {
        planned.insert(Planned::Circle);
    }
    if planned.contains(&Planned::Worker) && refers(wanted) {
        planned.insert(Planned::Reference);
    }
    planned
}

fn by_word(word: &str) -> Option<Planned> {
    Some(match word {
        "script" => Planned::Worker,
        "kv" => Planned::Kv,
        "bucket" => Planned::R2,
        "d1" => Planned::D1,
        "queue" => Planned::Queue,
        "consumer" => Planned::Consumer,
        _ => return None,
    })
}

/// What a request is about: a Worker, and the circle and the references in which it takes part.
fn about(wanted: &Wanted, on: Subject, address: Option<&str>) -> Vec<Planned> {
    let own = match on {
        Subject::Script => Planned::Worker,
        Subject::Kv => Planned::Kv,
        Subject::Bucket => Planned::R2,
        Subject::D1 => Planned::D1,
        Subject::Queue => Planned::Queue,
        Subject::Consumer => Planned::Consumer,
        Subject::Record | Subject::Route | Subject::Zone | Subject::Bundle | Subject::Rest => return Vec::new(),
    };
    let script = address.and_then(|address| address.strip_prefix("script:"));
    let is_bound = script.is_some_and(|script| in_circles(wanted).contains(&script));
    let is_referred =
        on == Subject::Script || ROWS.iter().enumerate().any(|(index, row)| row.of == on && names_row(wanted, index));
    let refers = is_referred && refers(wanted);
    [own].into_iter().chain(is_bound.then_some(Planned::Circle)).chain(refers.then_some(Planned::Reference)).collect()
}

/// Whether some field names another resource by a reference.
fn refers(wanted: &Wanted) -> bool {
    let zone = wanted.routing().is_some_and(|routing| matches!(routing.zone, ZoneBy::ByReference | ZoneBy::ByText));
    let by_label = wanted.peers.iter().flatten().any(|peer| peer.refers && peer.calls > 0);
    zone || by_label || (0..ROWS.len()).any(|index| names_row(wanted, index))
}

/// Whether the Worker names the store of a kind by a reference.
fn names_row(wanted: &Wanted, index: usize) -> bool {
    let told = wanted.tells.is_some_and(|tells| usize::from(tells.row) == index);
    told || matches!(wanted.binds[index], Bind::Reference | Bind::Written)
}

/// What somebody else's act is about.
fn touched(wanted: &Wanted, act: &Act) -> Vec<Planned> {
    match act {
        Act::MakeScript(script)
        | Act::DeleteScript(script)
        | Act::Deploy(script)
        | Act::Save(script)
        | Act::RollBack(script)
        | Act::Split(script)
        | Act::EditSecret(script)
        | Act::AddSecret(script)
        | Act::DropSecret(script)
        | Act::Call(script)
        | Act::EraseTags(script)
        | Act::AddTag(script)
        | Act::FlipWorkersDev(script)
        | Act::FlipObservability(script)
        | Act::FlipLogpush(script)
        | Act::DropTails(script) => {
            let name = names::script(*script);
            let is_ours = wanted.members().iter().any(|member| member.name == name);
            let in_circle = in_circles(wanted).contains(&name).then_some(Planned::Circle);
            is_ours.then_some(Planned::Worker).into_iter().chain(in_circle).collect()
        }
        Act::MakeStore(kind, name) | Act::DeleteStore(kind, name) | Act::SetStore(kind, name, ..) => {
            of_store(wanted, usize::from(*kind), *name)
        }
        Act::Fill(name) => of_store(wanted, 2, *name),
        Act::Migrate(name) => of_store(wanted, 3, *name),
        Act::Consume(..) | Act::Unconsume(_) | Act::SetConsumer(_) => vec![Planned::Consumer],
        Act::MakeRecord(..)
        | Act::DeleteRecords(_)
        | Act::Unproxy(_)
        | Act::ChangeContent(_)
        | Act::EraseComment(_)
        | Act::MakeRoute(..)
        | Act::PointRoutes(..)
        | Act::DeleteRoutes(_) => Vec::new(),
    }
}

/// A store that the run describes, or refers to.
fn of_store(wanted: &Wanted, row: usize, name: u8) -> Vec<Planned> {
    let meant = wanted.stores[row].map_or(0, |described| described.name);
    let own = wanted.stores[row].and_then(|_| by_word(ROWS[row].word));
    let referred = (names_row(wanted, row) && refers(wanted)).then_some(Planned::Reference);
    if meant == name { own.into_iter().chain(referred).collect() } else { Vec::new() }
}

/// The table, as docs/faults.md has it, and the cells that were hit too rarely.
pub fn table(counts: &Counts) -> (String, Vec<String>) {
    let (mut text, mut rare) = (String::from("| |"), Vec::new());
    MET.iter().for_each(|(_, name)| text += &format!(" {name} |"));
    text += "\n|";
    (0..=MET.len()).for_each(|_| text += " --- |");
    for (planned, name) in PLANNED {
        let _ = write!(text, "\n| {name} |");
        for (met, way) in MET {
            let count = counts.get(&(planned, met)).copied().unwrap_or_default();
            let _ = write!(text, " {count} |");
            if count < LEAST {
                rare.push(format!("{name}, {way}: {count}"));
            }
        }
    }
    (text, rare)
}
