//! How a run behaves towards the other side, whatever the account holds.

use std::collections::BTreeMap;

use crate::account::{Call, Family, Origin, Subject};
use crate::fault::{Fate, Kind};
use crate::world::Reply;

/// Tries of one request while the other side is down, however long they take …
const TRIES: usize = 8;
/// … and those that fit into the time that an outage is waited for: each wait is at least half of 250 ms, doubling up to 8 s.
const MOST_TRIES: usize = 30;
/// That time, in microseconds, with the longest wait of the request and of its origin behind it, and a try.
const LONGEST_TRYING_US: u64 = 115_000_000;
/// An outage is waited for at least so long, in microseconds; beyond it chance decides when the last look is.
const LEAST_PATIENCE_US: u64 = 75_000_000;
/// Whoever has heard of an outage leaves this much time between two requests, in microseconds …
const LEAST_BETWEEN_PROBES_US: u64 = 100_000;
/// … and everybody has heard of it so long after its first sign: what was on its way has been answered.
const HEARD_US: u64 = 1_000_000;

/// What one run did so far.
#[derive(Default)]
pub struct Conduct {
    /// Workers of the run: each reads its own bundle, also where it is that of another one.
    workers: usize,
    /// Creates whose answer was unclear, and that nobody looked after since.
    open: BTreeMap<String, bool>,
    /// How often a request was refused for lack of permission.
    forbidden: BTreeMap<String, usize>,
    /// Tries of a request while the other side was down, and when the first of them was.
    tries: BTreeMap<String, (usize, u64)>,
    /// When an outage began, and when the last request met it: each origin for itself.
    outages: BTreeMap<Origin, (u64, u64)>,
    /// Nothing is to be sent from … until.
    quiet: Option<(u64, u64)>,
}

impl Conduct {
    pub fn of(workers: usize) -> Self {
        Self { workers, ..Self::default() }
    }

    /// A request leaves; gives what is wrong with that.
    pub fn sent(&mut self, call: &Call, now_us: u64, fate: &Fate) -> Option<String> {
        let key = key(call);
        let target = call.target();
        let mut broken = None;
        if let Some((from, until)) = self.quiet
            && call.is_api()
            && (from..until).contains(&now_us)
        {
            broken = Some(format!("{target} does not wait as long as it was told to"));
        }
        let askers = self.askers(call);
        if self.forbidden.get(&key).is_some_and(|times| *times >= askers) {
            broken = Some(format!("{target} was forbidden and is asked again"));
        }
        if creates(call) && self.open.get(&key) == Some(&true) {
            broken = Some(format!("{target} is sent again without a look at what became of it"));
        }
        if !call.writes() {
            self.open.iter_mut().filter(|(key, _)| shows(call, key)).for_each(|(_, open)| *open = false);
        }
        let kind = fate.fault.map(|fault| fault.kind);
        match kind {
            Some(Kind::ThrottledFor) if call.is_api() => {
                // Until the answer is there for certain, others may be on their way.
                self.quiet = Some((now_us + 500_000, now_us + 30_000_000));
            }
            Some(Kind::Forbidden | Kind::ForbiddenOnce) => {
                *self.forbidden.entry(key.clone()).or_default() += 1;
            }
            _ => {}
        }
        if kind.is_some_and(is_unclear) && creates(call) {
            self.open.insert(key.clone(), true);
        }
        if kind == Some(Kind::Down) {
            let (tries, since) = self.tries.entry(key).or_insert((0, now_us));
            *tries += 1;
            let seconds = (now_us - *since) / 1_000_000;
            let is_long = now_us - *since > LONGEST_TRYING_US * askers as u64;
            if *tries > MOST_TRIES * askers || (is_long && *tries > TRIES * askers) {
                broken = Some(format!("{target} is tried {tries} times in {seconds} s"));
            }
        }
        if kind.is_some_and(|kind| kind.is_outage() || kind == Kind::Blocked) {
            let (since, last) = self.outages.entry(call.origin).or_insert((now_us, now_us));
            // One that lasted longer than anybody waits is given up: what is left of the run is tried once, at once.
            let is_waited_for = (HEARD_US..LEAST_PATIENCE_US).contains(&(now_us - *since));
            if is_waited_for && kind != Some(Kind::Blocked) && now_us - *last < LEAST_BETWEEN_PROBES_US {
                broken = Some(format!("{target} does not wait for the probe of an outage"));
            }
            *last = now_us;
        } else {
            self.outages.remove(&call.origin);
        }
        broken
    }

    /// How many in a run may ask for the same: the plan, and for a list each create that had no clear answer.
    fn askers(&self, call: &Call) -> usize {
        let lookers = self.open.keys().filter(|create| !call.writes() && shows(call, create)).count();
        let readers = if call.subject == Subject::Bundle { self.workers } else { 1 };
        readers + lookers
    }

    /// An answer comes from the account itself.
    pub fn answered(&mut self, call: &Call, reply: &Reply) -> Option<String> {
        let strange = matches!(reply.status, 400 | 404 | 403) && call.writes() && call.subject == Subject::Rest;
        strange.then(|| format!("{} was answered with {}", call.target(), reply.status))
    }
}

fn is_unclear(kind: Kind) -> bool {
    match kind {
        Kind::ResetBefore
        | Kind::LostAfter
        | Kind::Late
        | Kind::Silent
        | Kind::Truncated
        | Kind::Html
        | Kind::Unsuccessful
        | Kind::Failed
        | Kind::Unavailable
        | Kind::FailedAfter
        | Kind::OutageBusy
        | Kind::OutageReset
        | Kind::Down => true,
        Kind::Refused
        | Kind::Doubled
        | Kind::Throttled
        | Kind::ThrottledFor
        | Kind::Blocked
        | Kind::ForbiddenOnce
        | Kind::Forbidden
        | Kind::Slow
        | Kind::OutageThrottled
        | Kind::OutageAtOnce
        | Kind::ClockStep
        | Kind::Stale
        | Kind::Undone
        | Kind::KilledBefore
        | Kind::KilledAfter => false,
    }
}

/// A create that would make a second thing.
fn creates(call: &Call) -> bool {
    let is_one = matches!(call.subject, Subject::Record | Subject::Route | Subject::Consumer);
    call.method == "POST" && (is_one || makes_store(&call.path))
}

fn makes_store(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(path.as_slice(), ["accounts", _, rest @ ..] if Family::at(rest).is_some_and(|(_, rest)| rest.is_empty()))
}

/// The list that shows what a create made; a bucket is looked for by its name.
fn list(call: &Call) -> String {
    let path = match call.path.split_last() {
        Some((_, above)) if call.subject == Subject::Bucket && makes_store(above) => above,
        _ => &call.path,
    };
    format!("POST /{}?", path.join("/"))
}

/// Whether a read shows what a create made. The list of queues shows their consumers too.
fn shows(call: &Call, create: &str) -> bool {
    let of_consumer =
        create.strip_prefix(&format!("POST /{}/", call.path.join("/"))).and_then(|rest| rest.split_once("/consumers?"));
    create.starts_with(&list(call)) || (call.subject == Subject::Queue && of_consumer.is_some())
}

fn key(call: &Call) -> String {
    let query: Vec<String> = call
        .query
        .iter()
        .filter(|(name, _)| !name.starts_with("X-Amz"))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}?{} {}", call.target(), query.join("&"), String::from_utf8_lossy(&call.body))
}
