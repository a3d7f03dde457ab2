//! What goes wrong between a deployer and the account, request by request.

use cfworker_deploy::http::TransportError;

use crate::account::{Call, Subject};
use crate::world::Reply;

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// No connection: it certainly did not arrive.
    Refused,
    /// The connection broke before it arrived.
    ResetBefore,
    /// It took effect, the answer was lost.
    LostAfter,
    /// It arrived twice.
    Doubled,
    /// It arrives when the caller has long given up.
    Late,
    /// It never arrives, and nobody says so.
    Silent,
    /// It took effect; the answer breaks off in the middle.
    Truncated,
    /// It took effect; a proxy answers with a page.
    Html,
    /// Nothing happened; the answer has status 200 and says neither yes nor why not.
    Unsuccessful,
    /// Throttled, once.
    Throttled,
    /// Throttled once, and told for how long.
    ThrottledFor,
    /// Throttled for five minutes, whatever is asked.
    Blocked,
    /// The other side failed, nothing happened.
    Failed,
    /// The other side is overloaded, nothing happened.
    Unavailable,
    /// It took effect, and the other side failed afterwards.
    FailedAfter,
    /// Not allowed, once.
    ForbiddenOnce,
    /// Not allowed, for the rest of the run.
    Forbidden,
    /// The other side fails for the rest of the run.
    Down,
    /// It takes seconds: others overtake it.
    Slow,
    /// From here on everything is overloaded, for as many seconds as the fault says.
    OutageBusy,
    /// From here on every connection breaks.
    OutageReset,
    /// From here on everything is throttled.
    OutageThrottled,
    /// From here on everything is throttled, and told to come back at once.
    OutageAtOnce,
    /// Somebody sets the deployer's clock; the request is well.
    ClockStep,
    /// Lists of this kind show what was there half a minute ago, whatever was written since; for the rest of the run.
    Stale,
    /// A deletion is accepted, and nothing happens.
    Undone,
    /// The process ends before it leaves.
    KilledBefore,
    /// The process ends when it has taken effect.
    KilledAfter,
}

impl Kind {
    /// What meets a single request, whatever it is about.
    pub const ALL: [Self; 26] = [
        Self::Refused,
        Self::ResetBefore,
        Self::LostAfter,
        Self::Doubled,
        Self::Late,
        Self::Silent,
        Self::Truncated,
        Self::Html,
        Self::Unsuccessful,
        Self::Throttled,
        Self::ThrottledFor,
        Self::Blocked,
        Self::Failed,
        Self::Unavailable,
        Self::FailedAfter,
        Self::ForbiddenOnce,
        Self::Forbidden,
        Self::Down,
        Self::Slow,
        Self::OutageBusy,
        Self::OutageReset,
        Self::OutageThrottled,
        Self::OutageAtOnce,
        Self::ClockStep,
        Self::KilledBefore,
        Self::KilledAfter,
    ];

    /// Whether the same run must get over it.
    pub fn heals(self) -> bool {
        !self.kills() && !matches!(self, Self::ForbiddenOnce | Self::Forbidden | Self::Down | Self::Stale)
    }

    /// Whether the process ends.
    pub fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }

    /// Whether it meets every request, whatever it is about, for some seconds.
    pub fn is_outage(self) -> bool {
        matches!(self, Self::OutageBusy | Self::OutageReset | Self::OutageThrottled | Self::OutageAtOnce)
    }

    /// Whether it is an outage in which everything is asked to come back later.
    pub fn throttles(self) -> bool {
        matches!(self, Self::OutageThrottled | Self::OutageAtOnce)
    }

    fn lasts(self) -> bool {
        self.is_outage() || matches!(self, Self::Forbidden | Self::Down | Self::Blocked | Self::Stale)
    }
}

/// One fault of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// What it waits for.
    pub on: Subject,
    /// Writes or reads.
    pub write: bool,
    /// Which of those, from 0.
    pub nth: u8,
    /// What happens to it.
    pub kind: Kind,
    /// How long an outage lasts, half a second with 0; how far a clock is set.
    pub seconds: u8,
}

impl Fault {
    /// By how many seconds it makes an outage longer that it follows at once.
    pub fn prolongs_s(&self) -> u32 {
        match self.kind {
            kind if kind.is_outage() => u32::from(self.seconds),
            Kind::Late | Kind::Silent => 61,
            Kind::Blocked => 300,
            Kind::ThrottledFor => 34,
            Kind::ClockStep | Kind::Slow | Kind::Doubled => 0,
            _ => 2,
        }
    }

    /// How long it lasts, in microseconds.
    fn length_us(&self) -> u64 {
        match self.kind {
            kind if kind.is_outage() && self.seconds == 0 => HALF_A_SECOND_US,
            kind if kind.is_outage() => u64::from(self.seconds) * 1_000_000,
            _ => BLOCK_US,
        }
    }

    /// How far a clock is set by it, in milliseconds: forwards or back, by up to two days.
    pub fn step_ms(&self) -> f64 {
        if self.kind != Kind::ClockStep { 0.0 } else { (f64::from(self.seconds) - 30.0) * 6_000_000.0 }
    }
}

/// The faults of a run, and how far they have come.
#[derive(Default)]
pub struct Faults {
    /// The run that they meet.
    run: usize,
    waiting: Vec<(Fault, u8)>,
    lasting: Vec<(Fault, u64)>,
}

const BLOCK_US: u64 = 300_000_000;
const HALF_A_SECOND_US: u64 = 500_000;
/// How far a list lags behind at most.
pub const LAG_US: u64 = 30_000_000;

impl Faults {
    pub fn new(run: usize, faults: &[Fault]) -> Self {
        Self { run, waiting: faults.iter().map(|fault| (*fault, 0)).collect(), lasting: Vec::new() }
    }

    /// What becomes of this request.
    pub fn meet(&mut self, call: &Call, now_us: u64) -> Fate {
        if call.run != self.run {
            return Fate::default();
        }
        for (fault, since) in &self.lasting {
            let over = now_us >= since + fault.length_us();
            let meets = match fault.kind {
                Kind::Blocked => !over && call.is_api(),
                kind if kind.is_outage() => !over,
                _ => fault.on == call.subject && fault.write == call.writes(),
            };
            if meets {
                return Fate { fault: Some(*fault), left_us: (since + BLOCK_US).saturating_sub(now_us) };
            }
        }
        let mut hit = None;
        for (index, (fault, seen)) in self.waiting.iter_mut().enumerate() {
            let fits = fault.kind != Kind::Undone || call.method == "DELETE";
            if fault.on == call.subject && fault.write == call.writes() && fits {
                if *seen == fault.nth && hit.is_none() {
                    hit = Some(index);
                }
                *seen += 1;
            }
        }
        let Some(index) = hit else { return Fate::default() };
        let (fault, _) = self.waiting.remove(index);
        if fault.kind.lasts() {
            self.lasting.push((fault, now_us));
        }
        Fate { fault: Some(fault), left_us: BLOCK_US }
    }
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fate {
    pub fault: Option<Fault>,
    left_us: u64,
}

impl Fate {
    fn kind(&self) -> Option<Kind> {
        self.fault.map(|fault| fault.kind)
    }

    /// Whether the process ends with it.
    pub fn kills(&self) -> bool {
        self.kind().is_some_and(Kind::kills)
    }

    /// The end of a request that never arrives.
    pub fn before_arrival(&self) -> Option<Result<Reply, TransportError>> {
        match self.kind()? {
            Kind::Refused => Some(Err(broken("connection refused", false))),
            Kind::ResetBefore | Kind::OutageReset => Some(Err(broken("connection reset", true))),
            _ => None,
        }
    }

    /// How much longer it is under way.
    pub fn delay_us(&self) -> u64 {
        match self.kind() {
            Some(Kind::Late) => 75_000_000,
            Some(Kind::Slow) => 7_000_000,
            _ => 0,
        }
    }

    /// How far the answer of a list lags behind.
    pub fn lag_us(&self, call: &Call) -> u64 {
        let lists = ["dns_records", "routes", "namespaces", "queues", "database"];
        let is_list = call.method == "GET" && call.path.last().is_some_and(|last| lists.contains(&last.as_str()));
        if self.kind() == Some(Kind::Stale) && is_list { LAG_US } else { 0 }
    }

    /// It arrived: what the account does, and what the caller hears of it; nothing when it hears nothing.
    pub fn meet(&self, call: &Call, mut handle: impl FnMut() -> Reply) -> Option<Result<Reply, TransportError>> {
        let Some(kind) = self.kind() else { return Some(Ok(handle())) };
        Some(match kind {
            Kind::Silent | Kind::KilledBefore => return None,
            Kind::KilledAfter => {
                handle();
                return None;
            }
            Kind::Late => {
                handle();
                return None;
            }
            Kind::LostAfter => {
                handle();
                Err(broken("connection reset", true))
            }
            Kind::Doubled => {
                let first = handle();
                handle();
                Ok(first)
            }
            Kind::Truncated => {
                let mut reply = handle();
                if !call.is_api() {
                    // Its length is told: the reader sees that something is missing.
                    reply.headers.push(("content-length".into(), reply.body.len().to_string()));
                }
                reply.body.truncate(reply.body.len() / 2);
                Ok(reply)
            }
            Kind::Html => {
                handle();
                let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
                let status = if call.is_api() { 200 } else { 502 };
                Ok(Reply { status, headers, body: b"<html>please come back</html>".to_vec() })
            }
            Kind::Unsuccessful if !call.is_api() => Ok(said(500, 10013, "internal error")),
            Kind::Unsuccessful => Ok(Reply {
                status: 200,
                headers: Vec::new(),
                body: br#"{"success":false,"errors":[],"messages":[],"result":null}"#.to_vec(),
            }),
            Kind::Throttled | Kind::OutageThrottled => Ok(said(429, 971, "please wait")),
            Kind::OutageAtOnce => Ok(with_header(said(429, 971, "please wait"), "retry-after", "0")),
            Kind::ThrottledFor => Ok(with_header(said(429, 971, "please wait"), "retry-after", "30")),
            Kind::Blocked => {
                let seconds = self.left_us.div_ceil(1_000_000).max(1);
                Ok(with_header(said(429, 971, "please wait"), "retry-after", &seconds.to_string()))
            }
            Kind::Failed => Ok(said(500, 10013, "an unknown error has occurred")),
            Kind::Unavailable | Kind::Down | Kind::OutageBusy => Ok(said(503, 0, "service unavailable")),
            Kind::FailedAfter => {
                handle();
                Ok(said(500, 10002, "an internal error has occurred"))
            }
            Kind::ForbiddenOnce | Kind::Forbidden => Ok(said(403, 10000, "Authentication error")),
            Kind::Undone => {
                let body = r#"{"success":true,"errors":[],"messages":[],"result":{"id":"gone"}}"#;
                Ok(Reply { status: 200, headers: Vec::new(), body: body.into() })
            }
            Kind::Stale | Kind::Slow | Kind::Refused | Kind::ResetBefore | Kind::OutageReset | Kind::ClockStep => {
                Ok(handle())
            }
        })
    }
}

fn broken(message: &str, may_have_arrived: bool) -> TransportError {
    TransportError { message: message.into(), may_have_arrived, ..TransportError::default() }
}

fn said(status: u16, code: i64, message: &str) -> Reply {
    let body = format!(r#"{{"success":false,"errors":[{{"code":{code},"message":"{message}"}}],"result":null}}"#);
    Reply { status, headers: Vec::new(), body: body.into_bytes() }
}

fn with_header(mut reply: Reply, name: &str, value: &str) -> Reply {
    reply.headers.push((name.into(), value.into()));
    reply
}
