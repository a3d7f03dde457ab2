//! A failing case, made as small as it stays failing, and printed as a test that can be pasted.

use crate::account::Switches;
use crate::case::{Allow, Bind, Case, Deployer, Described, Dns, Past, Routing, Verb, Wanted};
use crate::stage::Failure;

/// Things that are taken away from one case.
const MOST_STEPS: u32 = 60;

type Check = fn(&Case) -> Result<crate::seen::Seen, Failure>;

/// The smallest case found that fails in the same way.
pub fn shrink(case: &Case, check: Check) -> (Case, Failure) {
    let failure = |case: &Case| check(case).err();
    let Some(mut last) = failure(case) else {
        let broken = vec!["it does not fail twice".to_owned()];
        return (case.clone(), Failure { broken, trace: Vec::new() });
    };
    let mut smallest = case.clone();
    for _ in 0..MOST_STEPS {
        let next = smaller(&smallest).into_iter().find_map(|case| {
            let failure = failure(&case).filter(|failure| failure.kind() == last.kind())?;
            Some((case, failure))
        });
        let Some((case, failure)) = next else { break };
        (smallest, last) = (case, failure);
    }
    (smallest, last)
}

/// Cases with one thing less.
fn smaller(case: &Case) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut with = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        if smaller != *case {
            cases.push(smaller);
        }
    };
    for index in 0..case.faults.len() {
        with(&|case| {
            case.faults.remove(index);
        });
    }
    for index in 0..case.past.len() {
        with(&|case| {
            case.past.remove(index);
        });
    }
    with(&|case| case.rival = None);
    with(&|case| case.meanwhile = None);
    with(&|case| case.switches = Switches::default());
    with(&|case| case.deployer.allow = Allow::ALL);
    with(&|case| case.deployer.verb = Verb::Apply);
    for change in SIMPLER {
        with(&|case| change(&mut case.deployer.wanted));
        with(&|case| {
            if let Some((Deployer { wanted, .. }, _)) = &mut case.rival {
                change(wanted);
            }
        });
        for index in 0..case.past.len() {
            with(&|case| {
                if let Some(Past::Applied(wanted) | Past::Broken(wanted, _)) = case.past.get_mut(index) {
                    change(wanted);
                }
            });
        }
    }
    cases
}

const SIMPLER: [fn(&mut Wanted); 30] = [
    |wanted| wanted.tells = None,
    |wanted| wanted.stores.iter_mut().flatten().for_each(|store| store.in_r2 = false),
    |wanted| wanted.consumes = None,
    |wanted| wanted.consumes = Some([None; 2]),
    |wanted| wanted.peers.iter_mut().flatten().for_each(|peer| peer.consumes = None),
    |wanted| wanted.peers = [None; 2],
    |wanted| wanted.peers[1] = None,
    |wanted| (wanted.calls, wanted.refers) = (0, false),
    |wanted| wanted.peers.iter_mut().flatten().for_each(|peer| (peer.code, peer.refers) = (0, false)),
    |wanted| *wanted = Wanted { script: wanted.script, identity: wanted.identity, ..Wanted::PLAIN },
    |wanted| wanted.dns = Dns::Absent,
    |wanted| {
        if wanted.routing().is_some() {
            wanted.dns = Dns::On(Routing::PLAIN);
        }
    },
    |wanted| {
        if let Dns::On(routing) = &mut wanted.dns {
            routing.patterns = 1;
        }
    },
    |wanted| {
        if let Dns::On(routing) = &mut wanted.dns {
            routing.more = 0;
        }
    },
    |wanted| wanted.variables = [None; 2],
    |wanted| wanted.secrets = [None; 2],
    |wanted| wanted.binds = [Bind::Without; 4],
    |wanted| wanted.stores = [None; 4],
    |wanted| wanted.stores.iter_mut().flatten().for_each(|store| (store.edited, store.broken) = (false, false)),
    |wanted| wanted.stores[0] = None,
    |wanted| wanted.stores[1] = None,
    |wanted| wanted.stores[2] = None,
    |wanted| wanted.stores[3] = None,
    |wanted| {
        wanted
            .stores
            .iter_mut()
            .flatten()
            .for_each(|store| *store = Described { name: store.name, files: store.files, ..Described::PLAIN })
    },
    |wanted| wanted.workers_dev = None,
    |wanted| wanted.observability = None,
    |wanted| (wanted.logpush, wanted.tails) = (None, None),
    |wanted| wanted.date = None,
    |wanted| wanted.code = 0,
    |wanted| wanted.script = 0,
];

impl Failure {
    /// What it is, whatever the names in it.
    pub fn kind(&self) -> String {
        let first = self.broken.first().map_or("", String::as_str);
        first.split([':', '(', '`']).next().unwrap_or_default().chars().take(40).collect()
    }
}

/// Rust source of a test that plays the case: paste it into `tests/regressions.rs`.
pub fn as_test(case: &Case, check: &str) -> String {
    format!("#[test]\nfn seed_{}() {{\n    holds(&{case:?}, {check});\n}}\n", case.seed)
}
