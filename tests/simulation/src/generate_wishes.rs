//! Random wishes: what a manifest wants, what it wanted before, what a run may do, what others do.

use crate::account::Switches;
use crate::case::{Act, Allow, Dns, Lead, Other, Past, Routing, Wanted, Wish, ZoneBy};
use crate::generate_stores as stores;
use crate::random::Random;

pub fn switches(random: &mut Random) -> Switches {
    Switches {
        empty_keep_keeps: random.percent(50),
        bare_routes: random.percent(30),
        late: random.pick(&[0, 0, 0, 1, 2]),
        quota_left: random.pick(&[0, 0, 0, 0, 0, 0, 0, 12, 40]),
        slow_imports: random.percent(50),
    }
}

pub fn allow(random: &mut Random) -> Allow {
    let mut bits = |share| [random.percent(share), random.percent(share), random.percent(share)];
    let (adopt, take) = (bits(50), bits(50));
    let all = random.percent(40);
    // Whoever trusts what is found of routes trusts what is found of queues.
    let with_consumers = |[script, record, routes]: [bool; 3]| [script, record, routes, routes];
    Allow {
        adopt: if all { [true; 4] } else { with_consumers(adopt) },
        take: if all { [true; 4] } else { with_consumers(take) },
        adopt_equal: random.percent(15),
        prune: random.percent(25),
        deletes: random.percent(75),
        data: [0; 4].map(|_: u8| random.percent(30)),
        expects_other: random.percent(3),
    }
}

/// What a manifest may want.
pub fn wanted(random: &mut Random, identity: u8) -> Wanted {
    let value = |random: &mut Random, share| random.percent(share).then(|| random.below(3) as u8);
    let (stores, binds) = stores::stores(random);
    Wanted {
        identity,
        script: u8::from(random.percent(25)),
        code: random.below(3) as u8,
        variables: [value(random, 50), value(random, 25)],
        secrets: [value(random, 50), value(random, 25)],
        stores,
        binds,
        tells: None,
        peers: [None; 2],
        calls: 0,
        refers: false,
        consumes: None,
        dns: dns(random),
        workers_dev: random.percent(25).then(|| random.percent(50)),
        observability: random.percent(25).then(|| random.percent(50)),
        logpush: random.percent(20).then(|| random.percent(70)),
        tails: random.percent(25).then(|| random.percent(75)),
        date: random.percent(30).then(|| random.below(2) as u8),
        overwrite: random.percent(8),
    }
}

fn dns(random: &mut Random) -> Dns {
    match random.below(10) {
        0 => Dns::Absent,
        1 => Dns::Off,
        _ => Dns::On(Routing {
            host: random.pick(&[0, 0, 0, 1, 2]),
            more: random.pick(&[0, 0, 0, 0, 0, 0, 0b001, 0b010, 0b100, 0b111]),
            patterns: random.pick(&[1, 1, 1, 3, 2, 5, 7]),
            record: random.pick(&[Wish::Usual, Wish::Usual, Wish::Usual, Wish::Ipv6, Wish::Existing]),
            zone: random.pick(&[ZoneBy::Id, ZoneBy::Id, ZoneBy::Name, ZoneBy::Host]),
        }),
    }
}

/// An earlier form of a manifest: the same but for one or two things.
pub fn earlier(random: &mut Random, wanted: &Wanted) -> Wanted {
    let mut earlier = *wanted;
    for _ in 0..random.below(3) {
        let other = self::wanted(random, wanted.identity);
        match random.below(9) {
            0 => earlier.code = other.code,
            1 => earlier.variables = other.variables,
            2 | 3 => earlier.secrets = other.secrets,
            4 => earlier.dns = other.dns,
            5 => {
                if let Dns::On(routing) = &mut earlier.dns {
                    routing.more ^= random.pick(&[0b001, 0b010, 0b100, 0b110]);
                }
            }
            6 => earlier.script = other.script,
            7 => earlier.binds[0] = if earlier.stores[0].is_none() { other.binds[0] } else { earlier.binds[0] },
            _ => {
                earlier.workers_dev = other.workers_dev;
                (earlier.logpush, earlier.tails) = (other.logpush, other.tails);
                earlier.date = other.date;
            }
        }
    }
    stores::earlier(random, &mut earlier);
    earlier
}

pub fn past(random: &mut Random, wanted: &Wanted) -> Vec<Past> {
    let mut past = Vec::new();
    match random.below(10) {
        // Nothing of ours yet, perhaps something of others in the way.
        0 | 1 => {}
        2 => past.push(Past::Broken(earlier(random, wanted), random.below(5) as u8)),
        3 => past.push(Past::Applied(Wanted { identity: 1, ..earlier(random, wanted) })),
        4 => {
            past.push(Past::Applied(earlier(random, wanted)));
            past.push(Past::Broken(earlier(random, wanted), random.below(5) as u8));
        }
        _ => past.push(Past::Applied(earlier(random, wanted))),
    }
    // A rollback and a split need two versions.
    if random.percent(15) && !past.is_empty() {
        past.push(Past::Applied(Wanted { code: random.below(3) as u8, ..earlier(random, wanted) }));
    }
    if random.percent(4) {
        // Their code under an edit of a secret looks harmless.
        past.extend([Past::Done(Act::Deploy(wanted.script)), Past::Done(Act::AddSecret(wanted.script))]);
    }
    for _ in 0..random.pick(&[0, 0, 1, 1, 1, 2, 3]) {
        past.push(Past::Done(act(random, wanted)));
    }
    past
}

/// What others do, mostly where it matters.
pub fn act(random: &mut Random, wanted: &Wanted) -> Act {
    if wanted.stores.iter().any(Option::is_some) && random.percent(40) {
        return stores::act(random, wanted);
    }
    let script = if random.percent(85) { wanted.script } else { random.below(2) as u8 };
    let hosts = wanted.hosts();
    let near = if hosts.is_empty() { 0 } else { random.pick(&hosts) };
    let host = if random.percent(85) { near } else { random.below(3) as u8 };
    let lead = random.pick(&[Lead::Theirs, Lead::Theirs, Lead::Worker(script), Lead::Nowhere]);
    let other = random.pick(&[
        Other::Different,
        Other::Different,
        Other::Equal,
        Other::Equal,
        Other::Unproxied,
        Other::Cname,
        Other::Original,
        Other::ReadOnly,
        Other::Text,
    ]);
    let pattern = random.below(3) as u8;
    random.pick(&[
        Act::MakeScript(script),
        Act::MakeScript(script),
        Act::DeleteScript(script),
        Act::Deploy(script),
        Act::Save(script),
        Act::RollBack(script),
        Act::Split(script),
        Act::EditSecret(script),
        Act::AddSecret(script),
        Act::DropSecret(script),
        Act::EraseTags(script),
        Act::AddTag(script),
        Act::FlipWorkersDev(script),
        Act::FlipObservability(script),
        Act::FlipLogpush(script),
        Act::DropTails(script),
        Act::MakeRecord(host, other),
        Act::MakeRecord(host, other),
        Act::DeleteRecords(host),
        Act::Unproxy(host),
        Act::ChangeContent(host),
        Act::EraseComment(host),
        Act::MakeRoute(host, pattern, lead),
        Act::MakeRoute(host, 0, lead),
        Act::PointRoutes(host, lead),
        Act::DeleteRoutes(host),
    ])
}
