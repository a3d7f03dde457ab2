//! Two who deploy at the same time, and others who meddle meanwhile.

use cfworker_deploy::error::Exit;
use cfworker_deploy::model::marks;
use serde_json::Value;

use crate::account::{Account, Maker};
use crate::case::{Act, Allow, Case, Deployer};
use crate::consumer_truth::holds_queue;
use crate::goal::shape;
use crate::kinds;
use crate::named::Entry;
use crate::seen::Seen;
use crate::stage::{Ended, Failure, Play};
use crate::truth::{Truth, is_held};
use crate::verdict::Verdict;

/// Whoever writes tags so much later than another one has seen what that one wrote.
const LOOK_US: u64 = 1_000_000;

/// Plays a case with a rival or a meddler.
pub fn race(case: &Case) -> Result<Seen, Failure> {
    match case.rival {
        Some((rival, later)) => two(case, &rival, later),
        None => meddled(case),
    }
}

/// Two deployers: the end is that of one after the other, or one of them says that it is not.
fn two(case: &Case, rival: &Deployer, later: u16) -> Result<Seen, Failure> {
    let mut play = Play::start(case);
    let before = play.account();
    let mut seen = Seen::of(&before, &case.deployer);
    let ended = play.race([&case.deployer, rival], later);
    ended.iter().for_each(|ended| play.hides(ended));
    seen.told(&ended);
    let first = play.runs() - 2;
    for (run, ended) in ended.iter().enumerate() {
        let quiet = ended.exit() == Some(Exit::Done) && play.saw_another(first + run);
        play.must(!quiet, || "race: a run saw that another one deployed, and says nothing".into());
        let [attached, again] = play.named(first + run, |named| [named.unnamed.is_empty(), named.again.is_empty()]);
        let quiet = ended.exit() == Some(Exit::Done);
        play.must(!quiet || attached, || "race: a run saw that the marks forget what it attached".into());
        play.must(!quiet || again, || "race: a run saw what it took off the marks once more, and forgot it".into());
    }
    if ended.iter().all(|ended| ended.exit() == Some(Exit::Done)) {
        let lost = forgotten(&play.account());
        let apart = play.tagged_us(first).zip(play.tagged_us(first + 1)).map(|(one, other)| one.abs_diff(other));
        let one_saw_the_other = apart.is_some_and(|apart| apart > LOOK_US);
        play.must(lost.is_empty() || !one_saw_the_other, || {
            format!(
                "race: both end well, and nobody looks after {}",
                lost.iter().map(|(pattern, _)| pattern.as_str()).collect::<Vec<_>>().join(", ")
            )
        });
        for run in [first, first + 1] {
            let known = play.named(run, |named| lost.iter().any(|(_, entry)| named.news.contains(entry)));
            play.must(!known, || "race: a run saw what another one attached, and forgot it".into());
        }
        seen.forgotten += u32::from(!lost.is_empty());
        let after = shape(&play.account());
        let orders = [[&case.deployer, rival], [rival, &case.deployer]].map(|order| one_after_the_other(case, order));
        if !orders.contains(&after) {
            let known: Vec<_> = orders.iter().flat_map(parts).collect();
            let torn: Vec<_> = parts(&after).into_iter().filter(|part| !known.contains(part)).collect();
            seen.torn += u32::from(!torn.is_empty());
            seen.silent += u32::from(torn.is_empty());
        }
    }
    seen.kinds = kinds::counts(case, &play.world.watch.borrow(), first, true);
    // Whoever lost runs again: then all is as it wants.
    converges(&mut play, &case.deployer);
    play.end(seen)
}

/// Routes and consumers of runs that lead to a Worker whose inventory does not name them.
fn forgotten(account: &Account) -> Vec<(String, Entry)> {
    let mut lost = Vec::new();
    for zone in &account.zones {
        for route in zone.routes.iter().filter(|route| matches!(route.maker, Maker::Run(_))) {
            let script = route.script.as_ref().and_then(|script| account.scripts.get(script));
            if script.is_some_and(|script| !is_held(script, zone.id, &route.pattern)) {
                lost.push((route.pattern.clone(), (zone.id.to_owned(), marks::hash(&route.pattern))));
            }
        }
    }
    for consumer in account.consumers.iter().filter(|consumer| matches!(consumer.maker, Maker::Run(_))) {
        let script = consumer.script.as_ref().and_then(|script| account.scripts.get(script));
        let queue = account.queue_of(consumer).unwrap_or_default();
        if script.is_some_and(|script| !holds_queue(script, queue)) {
            lost.push((queue.to_owned(), (marks::QUEUES.to_owned(), marks::hash(queue))));
        }
    }
    lost
}

/// What the same two leave behind when they take turns.
fn one_after_the_other(case: &Case, order: [&Deployer; 2]) -> Value {
    let play = Play::start(case);
    for deployer in order {
        play.run(deployer, &[]);
    }
    shape(&play.account())
}

/// The parts of an account that stand for themselves.
fn parts(shape: &Value) -> Vec<(String, Value)> {
    let mut parts = Vec::new();
    for script in shape["scripts"].as_array().into_iter().flatten() {
        parts.push((script["name"].to_string(), script["bindings"].clone()));
        parts.push((script["name"].to_string(), script["code"].clone()));
    }
    for store in shape["stores"].as_array().into_iter().flatten() {
        parts.push((store["name"].to_string(), store["ledger"].clone()));
        for (name, value) in store["settings"].as_object().into_iter().flatten() {
            parts.push((format!("{} {name}", store["name"]), value.clone()));
        }
    }
    let consumers = shape["consumers"].as_array().into_iter().flatten();
    parts.extend(consumers.map(|consumer| (consumer["name"].to_string(), consumer.clone())));
    for zone in shape["zones"].as_array().into_iter().flatten() {
        for kind in ["records", "routes"] {
            parts.extend(zone[kind].as_array().into_iter().flatten().map(|part| (kind.to_owned(), part.clone())));
        }
    }
    parts
}

pub fn converges(play: &mut Play, deployer: &Deployer) {
    let deployer = Deployer { allow: Allow::ALL, ..*deployer };
    let before = play.account();
    let verdict = Truth::of(&before, &deployer).verdict();
    let run = play.runs();
    let ended = play.run(&deployer, &[]);
    match verdict {
        Verdict::Refused(reasons) => {
            let stopped = play.effects(run).0 == 0 && ended.exit() != Some(Exit::Done);
            play.must(stopped, || format!("{} although it must stop: {}", ended.told(), reasons.join("; ")));
        }
        Verdict::Stuck => play.must(ended.exit() != Some(Exit::Done), || "ends well although a file is refused".into()),
        Verdict::InUse => play.must(ended.exit() != Some(Exit::Done), || "ends well although something stays".into()),
        Verdict::Maybe if ended.exit() != Some(Exit::Done) => {}
        Verdict::Maybe | Verdict::Goes => {
            play.must(ended.exit() == Some(Exit::Done), || format!("the next run {}", ended.told()));
            play.settled(&before, &deployer, false);
        }
    }
}

/// One deployer while others change something: nothing of theirs is lost, and the next run does what is left.
fn meddled(case: &Case) -> Result<Seen, Failure> {
    let mut play = Play::start(case);
    let before: Account = play.account();
    let mut seen = Seen::of(&before, &case.deployer);
    {
        let mut watch = play.world.watch.borrow_mut();
        let calls = watch.calls;
        // Tags erased half-way through take away what tells whose the secrets were: the invariants can't judge the rest.
        let act = case.meanwhile.filter(|(_, act)| !matches!(act, Act::EraseTags(_)));
        watch.meanwhile = act.map(|(after, act)| (calls + u32::from(after), act));
    }
    let run = play.runs();
    let ended = play.run_beside(&case.deployer, &[], false);
    play.hides(&ended);
    seen.told(&[ended]);
    seen.kinds = kinds::counts(case, &play.world.watch.borrow(), run, true);
    play.world.watch.borrow_mut().meanwhile = None;
    converges(&mut play, &case.deployer);
    play.end(seen)
}

impl Seen {
    fn told(&mut self, ended: &[Ended]) {
        let raced = |ended: &&Ended| matches!(ended.exit(), Some(Exit::Conflict | Exit::Partial));
        self.losers += ended.iter().filter(raced).count() as u32;
    }
}
