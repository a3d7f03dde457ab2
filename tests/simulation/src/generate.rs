//! Random cases. What is likely in life is likely here; what is rare and dangerous is made likely.

use crate::account::Subject;
use crate::case::{Act, Allow, Case, Deployer, Dns, Lead, Other, Past, Routing, Verb, Wanted};
use crate::fault::{Fault, Kind};
use crate::generate_wishes::{act, allow, earlier, past, switches, wanted};
use crate::random::Random;
use crate::{
    generate_consumers as consumers, generate_members as members, generate_references as references,
    generate_stores as stores,
};

/// A case without faults.
pub fn case(seed: u64) -> Case {
    let mut random = Random::new(seed);
    let wanted = wanted(&mut random, 0);
    let past = past(&mut random, &wanted);
    let verb = if random.percent(12) { Verb::Destroy } else { Verb::Apply };
    let deployer = Deployer { verb, wanted, allow: allow(&mut random) };
    let switches = switches(&mut random);
    let mut case = Case { seed, switches, past, deployer, rival: None, meanwhile: None, faults: Vec::new() };
    // What is drawn for them changes nothing else.
    members::add(&mut case, &mut Random::new(seed ^ 0x3e3b));
    consumers::add(&mut case, &mut Random::new(seed ^ 0xc045));
    references::add(&mut case, &mut Random::new(seed ^ 0x4ef5));
    case
}

/// A case with faults, two or three of them in most.
pub fn faulty(seed: u64) -> Case {
    let mut case = case(seed);
    let mut random = Random::new(seed ^ 0xfa17);
    if Random::new(seed ^ 0xc1c1e).percent(4) {
        members::spotlight(&mut case, &mut random);
        return case;
    }
    if Random::new(seed ^ 0xc0457).percent(9) {
        consumers::spotlight(&mut case, &mut random);
        return case;
    }
    if random.percent(42) {
        stores::spotlight(&mut case, &mut random);
        return case;
    }
    // A run that has to stop meets few of its faults: mostly let it go on.
    if random.percent(80) {
        case.deployer.allow = Allow { prune: case.deployer.allow.prune, ..Allow::ALL };
    }
    let count = random.pick(&[1, 2, 2, 2, 3, 3]);
    case.faults = (0..count).map(|_| fault(&mut random)).collect();
    if random.percent(10) {
        case.faults.push(undone(&mut random));
    }
    if random.percent(50) {
        let (on, write) = spotlight(&mut case, &mut random);
        case.deployer.allow = Allow { prune: case.deployer.allow.prune, ..Allow::ALL };
        case.faults[0] = of_any_kind(Fault { on, write, nth: 0, ..case.faults[0] }, &mut random);
    }
    case
}

/// A case whose lists don't show yet what runs of ours wrote within the last half minute.
pub fn stale(seed: u64) -> Case {
    let mut case = case(seed);
    let mut random = Random::new(seed ^ 0x57a1e);
    case.switches.quota_left = 0;
    case.deployer.allow = Allow { prune: case.deployer.allow.prune, ..Allow::ALL };
    let hides_stores = random.percent(30);
    if hides_stores {
        stores::some(&mut case.deployer.wanted, &mut random);
    }
    let wanted = case.deployer.wanted;
    let recent = |random: &mut Random| {
        let mut recent = earlier(random, &wanted);
        if random.percent(60) {
            let more = random.pick(&[0, 0, 0b010, 0b111]);
            recent.dns = Dns::On(Routing { host: random.below(3) as u8, more, ..Routing::PLAIN });
        }
        if random.percent(15) { Past::Broken(recent, random.below(5) as u8) } else { Past::Applied(recent) }
    };
    case.past = (0..random.pick(&[1, 1, 2, 2, 3])).map(|_| recent(&mut random)).collect();
    if random.percent(30) {
        case.deployer.wanted.dns = Dns::Off;
    }
    if hides_stores && random.percent(30) {
        case.past.push(Past::Done(stores::act(&mut random, &wanted)));
    }
    let stale = |on| Fault { on, write: false, nth: 0, kind: Kind::Stale, seconds: 0 };
    case.faults = match random.below(4) {
        0 => vec![stale(Subject::Route)],
        1 => vec![stale(Subject::Record)],
        _ => vec![stale(Subject::Route), stale(Subject::Record)],
    };
    if !hides_stores && case.deployer.wanted.consumptions().next().is_some() {
        case.faults.push(stale(Subject::Queue));
    }
    if hides_stores {
        case.faults.extend([Subject::Kv, Subject::Queue, Subject::D1].map(stale));
    }
    if random.percent(30) {
        case.faults.push(undone(&mut random));
    }
    case
}

/// A deletion that is accepted and not carried out.
fn undone(random: &mut Random) -> Fault {
    let on = random.pick(&[Subject::Route, Subject::Record]);
    Fault { on, write: true, nth: random.below(2) as u8, kind: Kind::Undone, seconds: 0 }
}

/// What would be met too rarely by chance; gives what its first fault is to meet: a write about a resource, or a read.
fn spotlight(case: &mut Case, random: &mut Random) -> (Subject, bool) {
    if random.percent(8) {
        // Nothing is to be done: what is looked at meets it.
        case.deployer.verb = Verb::Apply;
        case.past = vec![Past::Applied(case.deployer.wanted)];
        return (Subject::Script, false);
    }
    (changed(case, random), true)
}

/// A case in which a resource is written to; gives which one.
fn changed(case: &mut Case, random: &mut Random) -> Subject {
    let wanted = case.deployer.wanted;
    let managed = Wanted { dns: Dns::On(Routing { host: random.below(3) as u8, ..Routing::PLAIN }), ..wanted };
    match random.below(13) {
        0 => {
            case.deployer.verb = Verb::Destroy;
            case.past = vec![Past::Applied(wanted), Past::Done(Act::Deploy(wanted.script))];
            Subject::Script
        }
        1 => {
            case.deployer.verb = Verb::Destroy;
            case.past = vec![Past::Done(Act::MakeScript(wanted.script))];
            Subject::Script
        }
        2 => {
            case.deployer.verb = Verb::Destroy;
            case.past = vec![Past::Applied(Wanted { identity: 1, ..wanted })];
            Subject::Script
        }
        3 => {
            case.deployer = Deployer { verb: Verb::Apply, wanted: managed, ..case.deployer };
            let host = managed.routing().map_or(0, |routing| routing.host);
            case.past = vec![Past::Done(Act::MakeRecord(host, Other::Original))];
            Subject::Record
        }
        4 => {
            case.deployer = Deployer { verb: Verb::Apply, wanted: managed, ..case.deployer };
            case.past = vec![Past::Applied(Wanted { script: 1 - managed.script.min(1), ..managed })];
            Subject::Route
        }
        5 => {
            case.deployer = Deployer { verb: Verb::Apply, wanted: managed, ..case.deployer };
            let host = managed.routing().map_or(0, |routing| routing.host);
            case.past = vec![
                Past::Done(Act::MakeRoute(host, 0, Lead::Theirs)),
                Past::Applied(Wanted { dns: Dns::Absent, ..managed }),
            ];
            Subject::Route
        }
        6 => {
            case.deployer = Deployer { verb: Verb::Apply, wanted: managed, ..case.deployer };
            let host = managed.routing().map_or(0, |routing| routing.host);
            let act = random.pick(&[Act::Unproxy(host), Act::ChangeContent(host)]);
            case.past = vec![Past::Applied(managed), Past::Done(act)];
            Subject::Record
        }
        7 => {
            case.deployer = Deployer { verb: Verb::Apply, wanted: managed, ..case.deployer };
            let host = managed.routing().map_or(0, |routing| routing.host);
            case.past = vec![Past::Done(Act::MakeRecord(host, random.pick(&[Other::Different, Other::Cname])))];
            Subject::Record
        }
        8 => {
            case.deployer.verb = Verb::Apply;
            case.past = vec![Past::Done(Act::MakeScript(wanted.script))];
            Subject::Script
        }
        9 => {
            case.deployer.verb = Verb::Apply;
            case.past = vec![Past::Applied(wanted), Past::Done(Act::Deploy(wanted.script))];
            Subject::Script
        }
        10 => {
            case.deployer.verb = Verb::Apply;
            case.past = vec![Past::Applied(Wanted { identity: 1, ..wanted })];
            Subject::Script
        }
        11 => {
            case.deployer = Deployer { verb: Verb::Apply, wanted: managed, ..case.deployer };
            case.past = vec![Past::Applied(Wanted { identity: 1, ..managed })];
            Subject::Record
        }
        _ => {
            case.deployer.verb = Verb::Destroy;
            case.past = vec![Past::Applied(wanted)];
            Subject::Script
        }
    }
}

fn fault(random: &mut Random) -> Fault {
    let write = random.percent(75);
    let on = if write {
        random.pick(&[
            Subject::Script,
            Subject::Script,
            Subject::Record,
            Subject::Record,
            Subject::Route,
            Subject::Route,
        ])
    } else {
        random.pick(&[
            Subject::Script,
            Subject::Record,
            Subject::Route,
            Subject::Script,
            Subject::Record,
            Subject::Route,
            Subject::Zone,
            Subject::Bundle,
            Subject::Rest,
        ])
    };
    let most = match (write, on) {
        (true, Subject::Script) => 3,
        (true, Subject::Record | Subject::Route) => 2,
        (false, Subject::Script) => 5,
        _ => 2,
    };
    let nth = if random.percent(60) { 0 } else { random.below(most) as u8 };
    of_any_kind(Fault { on, write, nth, kind: Kind::Refused, seconds: 0 }, random)
}

pub fn of_any_kind(fault: Fault, random: &mut Random) -> Fault {
    let kind = random.pick(&Kind::ALL);
    let seconds = if kind.is_outage() || kind == Kind::ClockStep { 1 + random.below(60) as u8 } else { 0 };
    Fault { kind, seconds, ..fault }
}

/// A case with a rival, or with somebody who meddles.
pub fn contested(seed: u64) -> Case {
    let mut case = case(seed);
    let mut random = Random::new(seed ^ 0x2ace);
    case.switches.quota_left = 0;
    case.deployer.allow = Allow { prune: case.deployer.allow.prune, ..Allow::ALL };
    if random.percent(20) {
        case.meanwhile = Some((random.below(14) as u8, act(&mut random, &case.deployer.wanted)));
        return case;
    }
    let identity = u8::from(random.percent(20));
    let wanted =
        Wanted { script: case.deployer.wanted.script, identity, ..earlier(&mut random, &case.deployer.wanted) };
    let mut wanted = wanted;
    if let (Dns::On(ours), Dns::On(theirs)) = (case.deployer.wanted.dns, &mut wanted.dns) {
        // Two first deploys that want two types of record for one host make both: nothing in the API forbids it.
        theirs.record = ours.record;
    }
    let verb = if random.percent(10) { Verb::Destroy } else { Verb::Apply };
    let allow = if random.percent(70) { Allow::ALL } else { allow(&mut random) };
    case.rival = Some((Deployer { verb, wanted, allow }, random.below(1_200) as u16));
    case
}
