//! Random consumers of queues: whose messages Workers get, how, and who had them before.

use crate::account::Subject;
use crate::case::{Act, Allow, By, Case, Consumes, Deployer, Dns, Lead, Past, Peer, Verb, Wanted};
use crate::documents::QUEUE;
use crate::fault::{Fault, Kind};
use crate::generate::of_any_kind;
use crate::generate_stores::described;
use crate::random::Random;

/// Adds consumers to some cases, now and in what went before.
pub fn add(case: &mut Case, random: &mut Random) {
    if !random.percent(10) {
        return;
    }
    let wanted = &mut case.deployer.wanted;
    give(wanted, random);
    let wanted = *wanted;
    for past in &mut case.past {
        if let Past::Applied(before) | Past::Broken(before, _) = past {
            earlier(before, &wanted, random);
        }
    }
    if random.percent(40) {
        case.past.push(Past::Done(act(&wanted, random)));
    }
}

fn give(wanted: &mut Wanted, random: &mut Random) {
    let mut consumes = [None; 2];
    for (queue, consumes) in consumes.iter_mut().enumerate() {
        *consumes = random.percent(60).then(|| one(queue, random));
    }
    wanted.consumes = Some(consumes);
    if random.percent(50) {
        wanted.stores[QUEUE] = Some(described(random, QUEUE));
    }
    if random.percent(25) {
        let consumes = Some(random.below(2) as u8);
        let peer = wanted.peers[0].unwrap_or(Peer { code: 0, calls: 0, refers: false, consumes });
        wanted.peers[0] = Some(Peer { consumes, ..peer });
        // A queue has one consumer.
        if let (Some(queue), true) = (consumes, random.percent(90)) {
            wanted.consumes.iter_mut().for_each(|consumes| consumes[usize::from(queue)] = None);
        }
    }
}

fn one(queue: usize, random: &mut Random) -> Consumes {
    let by = random.pick(&[By::Name, By::Name, By::Reference, By::Reference, By::Id]);
    Consumes {
        by: if queue > 0 && by == By::Id { By::Name } else { by },
        retries: random.percent(50).then(|| random.below(3) as u8),
        dead: random.percent(25),
    }
}

/// What an earlier manifest said of them.
fn earlier(before: &mut Wanted, wanted: &Wanted, random: &mut Random) {
    before.consumes = wanted.consumes;
    before.stores[QUEUE] = wanted.stores[QUEUE].or(before.stores[QUEUE]);
    before.peers[0] = wanted.peers[0];
    match random.below(8) {
        0 => before.consumes = None,
        1 => before.consumes = Some([None; 2]),
        2 | 3 => before.consumes = Some([0, 1].map(|queue| random.percent(60).then(|| one(queue, random)))),
        // The messages went to the other Worker.
        4 => {
            let calls = before.peers[0].map_or(0, |peer| peer.calls);
            before.peers[0] = Some(Peer { code: 0, calls, refers: false, consumes: Some(random.below(2) as u8) });
        }
        _ => {}
    }
    if let Some(queue) = before.peers[0].and_then(|peer| peer.consumes) {
        before.consumes.iter_mut().for_each(|consumes| consumes[usize::from(queue)] = None);
    }
}

/// What others do to them.
fn act(wanted: &Wanted, random: &mut Random) -> Act {
    let queue = random.below(2) as u8;
    random.pick(&[
        Act::Consume(queue, Lead::Theirs),
        Act::Consume(queue, Lead::Theirs),
        Act::Consume(queue, Lead::Worker(wanted.script)),
        Act::Consume(queue, Lead::Nowhere),
        Act::Unconsume(queue),
        Act::SetConsumer(queue),
        Act::SetConsumer(queue),
        Act::DeleteStore(QUEUE as u8, queue),
        Act::EraseTags(wanted.script),
    ])
}

/// Makes a case about one consumer in some state, and faults that meet what happens to it.
pub fn spotlight(case: &mut Case, random: &mut Random) {
    let queue = random.below(2) as usize;
    let wish = one(queue, random);
    let wish = Consumes { by: if wish.by == By::Id { By::Name } else { wish.by }, ..wish };
    let other = Consumes { retries: Some(wish.retries.map_or(2, |retries| (retries + 1) % 3)), ..wish };
    let alone = |wish: Option<Consumes>| {
        let mut consumes = [None; 2];
        consumes[queue] = wish;
        Some(consumes)
    };
    let mut wanted = Wanted { dns: Dns::Absent, consumes: alone(Some(wish)), ..case.deployer.wanted };
    wanted.peers[0].iter_mut().for_each(|peer| peer.consumes = None);
    // It is there, or its own document makes it.
    let made = crate::case::Described { name: queue as u8, ..crate::case::Described::PLAIN };
    wanted.stores[QUEUE] = Some(made).filter(|_| queue > 0 || random.percent(50));
    let before = |consumes| Wanted { consumes, ..wanted };
    let (mut verb, place) = (Verb::Apply, queue as u8);
    let (past, write) = match random.below(12) {
        0 => (vec![Past::Applied(before(alone(None)))], true),
        1 => (Vec::new(), true),
        2 | 3 => (vec![Past::Applied(before(alone(Some(other))))], true),
        4 | 10 => (vec![Past::Applied(wanted)], false),
        5 => {
            verb = Verb::Destroy;
            (vec![Past::Applied(wanted)], true)
        }
        6 => {
            let past = vec![Past::Applied(wanted)];
            wanted.consumes = alone(None);
            (past, true)
        }
        7 | 8 => {
            let lead = random.pick(&[Lead::Theirs, Lead::Nowhere]);
            (vec![Past::Applied(before(None)), Past::Done(Act::Consume(place, lead))], true)
        }
        _ => {
            wanted.consumes = alone(Some(Consumes { retries: Some(0), ..wish }));
            let ours = Act::Consume(place, Lead::Worker(wanted.script));
            (vec![Past::Applied(before(None)), Past::Done(ours)], true)
        }
    };
    case.past = past;
    case.deployer = Deployer { verb, wanted, allow: Allow::ALL };
    case.faults.clear();
    for nth in 0..random.pick(&[1, 1, 2]) {
        let on = if write { Subject::Consumer } else { Subject::Queue };
        case.faults.push(of_any_kind(Fault { on, write, nth, kind: Kind::Refused, seconds: 0 }, random));
    }
    if random.percent(10) {
        case.faults.push(Fault { on: Subject::Consumer, write: true, nth: 0, kind: Kind::Undone, seconds: 0 });
    }
}
