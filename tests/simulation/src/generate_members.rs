//! Random Workers beside the one that a case is about: bound to it, to each other, in circles.

use crate::account::Subject;
use crate::case::{Act, Allow, Case, Deployer, Dns, Past, Peer, Routing, Verb, Wanted};
use crate::fault::{Fault, Kind};
use crate::generate::of_any_kind;
use crate::names::FIRST_PEER;
use crate::random::Random;

/// Whom the Worker and the others are bound to, as bits: those of the Worker, and of each other one that is there.
type Calls = (u8, [Option<u8>; 2]);

/// Two that are bound to each other, three in a ring, two beside the Worker.
const CIRCLES: [Calls; 4] = [
    (0b01, [Some(0b001), None]),
    (0b01, [Some(0b100), Some(0b001)]),
    (0b01, [Some(0b100), Some(0b010)]),
    (0b11, [Some(0b101), Some(0b011)]),
];
/// One is bound to another one.
const ROWS: [Calls; 3] = [(0b01, [Some(0), None]), (0, [Some(0b001), None]), (0b01, [Some(0b100), Some(0)])];

/// Adds other Workers to some cases, now and in what went before.
pub fn add(case: &mut Case, random: &mut Random) {
    if !random.percent(10) {
        return;
    }
    let wanted = &mut case.deployer.wanted;
    let calls = if random.percent(75) { random.pick(&CIRCLES) } else { random.pick(&ROWS) };
    give(wanted, calls, random);
    let wanted = *wanted;
    for past in &mut case.past {
        if let Past::Applied(before) | Past::Broken(before, _) = past {
            earlier(before, &wanted, random);
        }
    }
    if random.percent(30) {
        case.past.push(Past::Done(act(&wanted, random)));
    }
    if random.percent(25) {
        case.deployer.verb = Verb::Destroy;
    }
}

fn give(wanted: &mut Wanted, (calls, peers): Calls, random: &mut Random) {
    wanted.calls = calls;
    wanted.refers = random.percent(40);
    for (peer, calls) in wanted.peers.iter_mut().zip(peers) {
        *peer =
            calls.map(|calls| Peer { code: random.below(3) as u8, calls, refers: random.percent(40), consumes: None });
    }
}

/// What an earlier manifest said of them.
fn earlier(before: &mut Wanted, wanted: &Wanted, random: &mut Random) {
    (before.peers, before.calls, before.refers) = (wanted.peers, wanted.calls, wanted.refers);
    let other = random.below(2) as usize;
    match random.below(9) {
        0 => (before.peers, before.calls) = ([None; 2], 0),
        1 => before.calls = random.below(4) as u8,
        2 => before.peers[other] = None,
        3 => before.peers.iter_mut().flatten().for_each(|peer| peer.calls = random.below(8) as u8),
        4 => before.peers.iter_mut().flatten().for_each(|peer| peer.code = random.below(3) as u8),
        _ => {}
    }
}

/// What others do to them.
fn act(wanted: &Wanted, random: &mut Random) -> Act {
    let peer = FIRST_PEER + random.below(2) as u8;
    random.pick(&[
        Act::MakeScript(peer),
        Act::DeleteScript(peer),
        Act::Deploy(peer),
        Act::Save(peer),
        Act::RollBack(peer),
        Act::Split(peer),
        Act::AddSecret(peer),
        Act::EraseTags(peer),
        Act::AddTag(peer),
        Act::Call(peer),
        Act::Call(wanted.script),
        Act::Call(wanted.script),
        Act::DeleteScript(wanted.script),
    ])
}

/// Makes a case about a circle that is made, changed or taken down, and faults that meet its writes.
pub fn spotlight(case: &mut Case, random: &mut Random) {
    let wanted = &mut case.deployer.wanted;
    let calls = random.pick(&CIRCLES);
    give(wanted, calls, random);
    if random.percent(60) {
        wanted.dns = Dns::On(Routing { host: random.below(3) as u8, ..Routing::PLAIN });
    }
    let (wanted, mut before) = (*wanted, *wanted);
    let verb = if random.percent(50) { Verb::Destroy } else { Verb::Apply };
    case.past = match verb {
        Verb::Destroy => vec![Past::Applied(wanted)],
        Verb::Apply if random.percent(60) => Vec::new(),
        Verb::Apply => {
            earlier(&mut before, &wanted, random);
            vec![Past::Applied(before)]
        }
    };
    case.deployer = Deployer { verb, allow: Allow { data: case.deployer.allow.data, ..Allow::ALL }, ..case.deployer };
    case.faults.clear();
    for _ in 0..random.pick(&[1, 1, 2]) {
        let write = random.percent(85);
        let nth = random.below(if write { 6 } else { 10 }) as u8;
        case.faults
            .push(of_any_kind(Fault { on: Subject::Script, write, nth, kind: Kind::Refused, seconds: 0 }, random));
    }
}
