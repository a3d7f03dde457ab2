//! Random stores: what documents say of them, what was there, what others do.

use crate::account::Subject;
use crate::case::{Act, Allow, Bind, Case, Deployer, Described, Dns, Past, Verb, Wanted};
use crate::documents::{D1, ROWS};
use crate::fault::{Fault, Kind};
use crate::generate::of_any_kind;
use crate::random::Random;

/// Documents of stores, and how the Worker is bound to stores; often none at all.
pub fn stores(random: &mut Random) -> ([Option<Described>; 4], [Bind; 4]) {
    let mut stores = [None; 4];
    let mut binds = [Bind::Without; 4];
    if random.percent(65) {
        if random.percent(30) {
            binds[0] = random.pick(&[Bind::Plain, Bind::Reference]);
        }
        return (stores, binds);
    }
    for (index, row) in ROWS.iter().enumerate() {
        if random.percent(50) {
            stores[index] = Some(described(random, index));
        }
        // What an id was before it was made is known to nobody.
        let plain = row.is_bound_by_name() || stores[index].is_none();
        binds[index] = match random.below(10) {
            0..=4 => Bind::Without,
            5 if plain => Bind::Plain,
            _ => Bind::Reference,
        };
    }
    (stores, binds)
}

/// Describes a store of most kinds, and binds the Worker to it.
pub fn some(wanted: &mut Wanted, random: &mut Random) {
    for index in 0..ROWS.len() {
        if random.percent(70) {
            wanted.stores[index] = Some(Described { name: 1, ..described(random, index) });
            wanted.binds[index] = Bind::Reference;
        }
    }
}

/// What a document says of a store of a kind.
pub fn described(random: &mut Random, index: usize) -> Described {
    let mut settings = [None; 4];
    for setting in settings.iter_mut().take(ROWS[index].settings.len()) {
        *setting = random.percent(40).then(|| random.below(3) as u8);
    }
    let files = (index == D1 && random.percent(70)).then(|| random.below(4) as u8);
    Described {
        name: u8::from(random.percent(75)),
        settings,
        files,
        in_r2: false,
        edited: random.percent(5),
        broken: random.percent(8),
    }
}

/// An earlier form of the documents.
pub fn earlier(random: &mut Random, wanted: &mut Wanted) {
    for (index, store) in wanted.stores.iter_mut().enumerate() {
        let Some(known) = store else { continue };
        match random.below(5) {
            0 => *store = None,
            1 => known.settings = described(random, index).settings,
            2 => known.files = known.files.map(|files| random.below(u64::from(files) + 1) as u8),
            _ => {}
        }
        if store.is_none() && wanted.binds[index] == Bind::Reference && random.percent(50) {
            wanted.binds[index] = Bind::Without;
        }
    }
}

/// What others do to stores, mostly to those that are described.
pub fn act(random: &mut Random, wanted: &Wanted) -> Act {
    let index = random.below(4) as usize;
    let kind = index as u8;
    let described = wanted.stores[index];
    // A store that is bound and not described stays: who took it away would be told by the upload alone.
    let name = if random.percent(85) { described.map_or(1, |described| described.name) } else { 1 };
    let settings = ROWS[index].settings.len() as u64;
    match random.below(6) {
        0 | 1 => Act::MakeStore(kind, name),
        2 => Act::DeleteStore(kind, name),
        3 => Act::Migrate(name),
        _ if settings == 0 => Act::MakeStore(kind, name),
        _ => Act::SetStore(kind, name, random.below(settings) as u8, random.below(3) as u8),
    }
}

/// How one store stands when the run begins, and what that asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    New,
    /// Ours, or somebody else's.
    Equal(bool),
    Different(bool),
    Gone(bool),
}

/// Makes a case about stores: each of them in some state, and faults that meet what happens to them.
pub fn spotlight(case: &mut Case, random: &mut Random) {
    let destroys = random.percent(40);
    let wanted = &mut case.deployer.wanted;
    if random.percent(80) {
        wanted.dns = Dns::Absent;
    }
    let mut before = *wanted;
    let (mut acts, mut about) = (Vec::new(), Vec::new());
    let mut data = [false; 4];
    for (index, deletes) in data.iter_mut().enumerate() {
        let standing = standing(random, index, destroys);
        (wanted.stores[index], before.stores[index]) = documents(random, index, standing);
        wanted.binds[index] = if random.percent(60) { Bind::Reference } else { Bind::Without };
        before.binds[index] = if before.stores[index].is_some() { wanted.binds[index] } else { Bind::Without };
        if let Some(described) = wanted.stores[index] {
            acts.extend(others(index, standing, &described));
        }
        *deletes = matches!(standing, Standing::Gone(_));
        about.push((index, standing));
    }
    let verb = if destroys { Verb::Destroy } else { Verb::Apply };
    case.deployer = Deployer { verb, allow: Allow { data, ..Allow::ALL }, ..case.deployer };
    case.past = vec![Past::Applied(before)];
    case.past.extend(acts.into_iter().map(Past::Done));
    let count = random.pick(&[2, 2, 3]);
    case.faults.clear();
    for _ in 0..count {
        let (index, standing) = random.pick(&about);
        case.faults.push(fault(random, index, standing));
    }
}

fn standing(random: &mut Random, index: usize, destroys: bool) -> Standing {
    let ours = random.percent(50);
    match (destroys, random.below(3)) {
        (true, 0 | 1) => Standing::Gone(ours),
        (true, _) => Standing::Equal(ours),
        (false, 0) => Standing::New,
        (false, 1) if !ROWS[index].settings.is_empty() => Standing::Different(ours),
        (false, _) => Standing::Equal(ours),
    }
}

/// The document of now, and that of the run before.
fn documents(random: &mut Random, index: usize, standing: Standing) -> (Option<Described>, Option<Described>) {
    let by_files = index == D1 && random.percent(60);
    let value = random.below(2) as u8;
    let mut now = Described::PLAIN;
    let mut then = now;
    match standing {
        Standing::New => {
            now.settings[0] = (index != 0 && random.percent(50)).then_some(value);
            now.files = by_files.then_some(2);
            return (Some(now), None);
        }
        Standing::Different(ours) if by_files => {
            now.files = Some(2);
            then.files = Some(u8::from(ours && random.percent(50)));
        }
        Standing::Different(_) => {
            now.settings[0] = Some(1);
            then.settings[0] = Some(0);
        }
        Standing::Equal(true) | Standing::Gone(true) => {
            now.files = by_files.then_some(2);
            then.files = now.files;
        }
        Standing::Equal(false) | Standing::Gone(false) => {}
    }
    let is_ours = matches!(standing, Standing::Equal(true) | Standing::Different(true) | Standing::Gone(true));
    (Some(now), is_ours.then_some(then))
}

/// What others did to a store that is theirs.
fn others(index: usize, standing: Standing, described: &Described) -> Vec<Act> {
    let kind = index as u8;
    match standing {
        Standing::Equal(false) | Standing::Different(false) | Standing::Gone(false) => {
            vec![Act::MakeStore(kind, described.name)]
        }
        Standing::New | Standing::Equal(true) | Standing::Different(true) | Standing::Gone(true) => Vec::new(),
    }
}

/// A fault that meets what happens to the store: its write, or a read where it stays as it is.
fn fault(random: &mut Random, index: usize, standing: Standing) -> Fault {
    let write = !matches!(standing, Standing::Equal(_));
    let most = match ROWS[index].of {
        Subject::D1 => 5,
        Subject::Bucket => 2,
        _ => 1,
    };
    let nth = if random.percent(60) { 0 } else { random.below(most) as u8 };
    of_any_kind(Fault { on: ROWS[index].of, write, nth, kind: Kind::Refused, seconds: 0 }, random)
}
