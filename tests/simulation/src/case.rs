//! One case: what was there, what is wanted, what goes wrong. Its debug text is Rust source that makes it again.

use std::fmt;

use crate::account::Switches;
use crate::fault::Fault;

/// What a manifest wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    pub identity: u8,
    pub script: u8,
    pub code: u8,
    pub variables: [Option<u8>; 2],
    pub secrets: [Option<u8>; 2],
    /// Documents of stores in the same run, in the order of `documents::ROWS`.
    pub stores: [Option<Described>; 4],
    /// How the Worker is bound to stores, in the same order.
    pub binds: [Bind; 4],
    /// A variable that refers to a store, in the same order.
    pub tells: Option<Tells>,
    /// Other Workers of the run, in the order of `names::PEERS`.
    pub peers: [Option<Peer>; 2],
    /// Those of them that the Worker is bound to, as bits.
    pub calls: u8,
    /// It names them by references to their documents.
    pub refers: bool,
    /// Queues whose messages the Worker gets, in the order of `names::STORES`; nothing where no such block stands.
    pub consumes: Option<[Option<Consumes>; 2]>,
    pub dns: Dns,
    pub workers_dev: Option<bool>,
    pub observability: Option<bool>,
    pub logpush: Option<bool>,
    /// Whether a Worker of others gets its traces; nothing where no such block stands.
    pub tails: Option<bool>,
    pub date: Option<u8>,
    /// `drift: overwrite`.
    pub overwrite: bool,
}

/// Another Worker of the run: code, and whom it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peer {
    pub code: u8,
    /// Bits: the Worker itself, then `names::PEERS`.
    pub calls: u8,
    /// It names them by references to their documents.
    pub refers: bool,
    /// The queue whose messages it gets, of `names::STORES`.
    pub consumes: Option<u8>,
}

/// How a Worker gets the messages of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Consumes {
    pub by: By,
    pub retries: Option<u8>,
    /// Messages that failed go to the other queue.
    pub dead: bool,
}

/// How a manifest names a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    Name,
    /// The id of the one that others made.
    Id,
    Reference,
}

/// What a document says of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Described {
    /// Of `names::STORES`.
    pub name: u8,
    /// In the order of the kind's row.
    pub settings: [Option<u8>; 4],
    /// So many files of migrations, for a database.
    pub files: Option<u8>,
    /// They lie under a prefix in R2, not in a directory.
    pub in_r2: bool,
    /// The first file is another one than it was.
    pub edited: bool,
    /// The database refuses the last file.
    pub broken: bool,
}

/// A binding to a store: to the one that the run describes, else to the first one of `names::STORES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bind {
    Without,
    /// By its id, or its name.
    Plain,
    Reference,
    /// `$cloudflare-KIND/NAME/status.outputs.OUTPUT`.
    Written,
}

/// A variable that holds the id or the name of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tells {
    /// Of `documents::ROWS`.
    pub row: u8,
    /// As `Bind::Written` says it.
    pub by_text: bool,
}

/// The `dns` block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dns {
    Absent,
    Off,
    On(Routing),
}

/// Host, routes and record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Routing {
    pub host: u8,
    /// Bits over `names::HOSTS`: hosts beside that one.
    pub more: u8,
    /// Bits over `names::PATTERNS`; at least one.
    pub patterns: u8,
    pub record: Wish,
    pub zone: ZoneBy,
}

/// The record that a manifest wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    Usual,
    Ipv6,
    Existing,
}

/// How a manifest names its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ZoneBy {
    Id,
    Name,
    Host,
    /// The zone's id comes from its name, by `value_from` …
    ByReference,
    /// … or as `Bind::Written` says it.
    ByText,
}

/// What happened before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Past {
    /// A run to its end.
    Applied(Wanted),
    /// A run that was killed after so many writes.
    Broken(Wanted, u8),
    /// Somebody else did something.
    Done(Act),
}

/// What others do, behind our back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    MakeScript(u8),
    DeleteScript(u8),
    /// A version of theirs goes live.
    Deploy(u8),
    /// A version of theirs waits.
    Save(u8),
    RollBack(u8),
    Split(u8),
    /// Sets our first secret to another value.
    EditSecret(u8),
    AddSecret(u8),
    DropSecret(u8),
    /// Their Worker is bound to ours.
    Call(u8),
    EraseTags(u8),
    AddTag(u8),
    FlipWorkersDev(u8),
    FlipObservability(u8),
    FlipLogpush(u8),
    /// Nobody gets its traces any more.
    DropTails(u8),
    MakeRecord(u8, Other),
    DeleteRecords(u8),
    Unproxy(u8),
    ChangeContent(u8),
    EraseComment(u8),
    MakeRoute(u8, u8, Lead),
    PointRoutes(u8, Lead),
    DeleteRoutes(u8),
    /// Kind and name of a store.
    MakeStore(u8, u8),
    DeleteStore(u8, u8),
    /// Kind, name, which setting, its value.
    SetStore(u8, u8, u8, u8),
    /// A queue's messages go to somebody else, or are fetched by whoever asks.
    Consume(u8, Lead),
    /// Nobody gets a queue's messages any more.
    Unconsume(u8),
    /// Somebody changes how they are delivered.
    SetConsumer(u8),
    /// Somebody puts an object into the bucket of that name.
    Fill(u8),
    /// Wrangler applies the next file to the database of that name.
    Migrate(u8),
}

/// A record that others make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Other {
    /// Another content.
    Different,
    /// What ours would be, but for the comment.
    Equal,
    Unproxied,
    Cname,
    /// Made by the original system.
    Original,
    /// Of a custom domain.
    ReadOnly,
    Text,
}

/// Where a route of others leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lead {
    /// `theirs`.
    Theirs,
    /// A script that manifests use.
    Worker(u8),
    Nowhere,
}

/// What a run may do beyond its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allow {
    /// Named by `--adopt`: script, record, routes, consumers.
    pub adopt: [bool; 4],
    /// `--adopt '*'`.
    pub adopt_equal: bool,
    /// Named by `--take`: script, record, routes, consumers.
    pub take: [bool; 4],
    pub prune: bool,
    pub deletes: bool,
    /// Named by `--delete-data`: stores that the run describes, in the order of `documents::ROWS`.
    pub data: [bool; 4],
    /// The fingerprint that was approved is another one.
    pub expects_other: bool,
}

impl Allow {
    /// All that there is to allow.
    pub const ALL: Self = Self {
        adopt: [true; 4],
        adopt_equal: false,
        take: [true; 4],
        prune: false,
        deletes: true,
        data: [false; 4],
        expects_other: false,
    };
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    Apply,
    Destroy,
}

/// One deployer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deployer {
    pub verb: Verb,
    pub wanted: Wanted,
    pub allow: Allow,
}

/// One case.
#[derive(Clone, PartialEq)]
pub struct Case {
    /// Order of everything that happens at once, and jitter.
    pub seed: u64,
    pub switches: Switches,
    pub past: Vec<Past>,
    pub deployer: Deployer,
    /// Deploys at the same time, so many milliseconds later.
    pub rival: Option<(Deployer, u16)>,
    /// What others do while requests are under way: after so many calls.
    pub meanwhile: Option<(u8, Act)>,
    pub faults: Vec<Fault>,
}

impl fmt::Debug for Case {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, switches, past, deployer, rival, meanwhile, faults } = self;
        writeln!(formatter, "Case {{")?;
        writeln!(formatter, "    seed: {seed},\n    switches: {switches:?},")?;
        writeln!(formatter, "    past: vec!{past:?},\n    deployer: {deployer:?},\n    rival: {rival:?},")?;
        writeln!(formatter, "    meanwhile: {meanwhile:?},\n    faults: vec!{faults:?},\n}}")
    }
}

impl Wanted {
    /// The simplest one.
    pub const PLAIN: Self = Self {
        identity: 0,
        script: 0,
        code: 0,
        variables: [None; 2],
        secrets: [None; 2],
        stores: [None; 4],
        binds: [Bind::Without; 4],
        tells: None,
        peers: [None; 2],
        calls: 0,
        refers: false,
        consumes: None,
        dns: Dns::Absent,
        workers_dev: None,
        observability: None,
        logpush: None,
        tails: None,
        date: None,
        overwrite: false,
    };

    /// The hosts that a manifest names.
    pub fn hosts(&self) -> Vec<u8> {
        self.routing().map(Routing::hosts).unwrap_or_default()
    }

    /// Patterns of the routes that it wants, with their zones.
    pub fn patterns(&self) -> Vec<(usize, String)> {
        self.routing().map(Routing::names).unwrap_or_default()
    }

    pub fn routing(&self) -> Option<&Routing> {
        match &self.dns {
            Dns::On(routing) => Some(routing),
            Dns::Absent | Dns::Off => None,
        }
    }
}

impl Described {
    pub const PLAIN: Self =
        Self { name: 1, settings: [None; 4], files: None, in_r2: false, edited: false, broken: false };
}

impl Routing {
    pub const PLAIN: Self = Self { host: 0, more: 0, patterns: 1, record: Wish::Usual, zone: ZoneBy::Id };
}
