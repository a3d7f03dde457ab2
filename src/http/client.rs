//! Sends requests until they are answered: retries, pacing, time limits, the caller's signal.
//!
//! INVARIANT: a create is sent again only when its refusal is certain. After an unclear answer the
//! caller looks first.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::attempt::{Attempt, Attempts, Judge, Received, Verdict, receive, sendable, unsendable};
use super::outage::{Outages, Probe, Turn};
use super::pace::Pace;
use super::retry::{Budget, Policy};
use super::troubles::Troubles;
use super::watch::{Sent, Signal, Wait};
use super::{Answer, Body, CallError, Clock, LocalFuture, Request, Transport, TransportError};

/// Sends requests; cheap to clone, clones share limits and budget.
#[derive(Clone)]
pub struct Client {
    pub(super) shared: Rc<Shared>,
    pub(super) name: Option<Rc<str>>,
    /// Requests that were sent again under this name.
    repeats: Rc<Cell<u32>>,
}

pub(super) struct Shared {
    pub(super) transport: Rc<dyn Transport>,
    pub(super) clock: Rc<dyn Clock>,
    pub(super) policy: Policy,
    pub(super) budget: Budget,
    gates: RefCell<BTreeMap<String, Rc<Gate>>>,
    pub(super) signal: Option<Rc<dyn Signal>>,
    pub(super) on_wait: Option<Rc<dyn Fn(Wait)>>,
    sent: Cell<Sent>,
    pub(super) troubles: Troubles,
}

/// What all requests to one origin pass.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) pace: Pace,
    pub(super) outages: Outages,
}

/// An accepted answer whose body waits to be read or cancelled.
pub struct Opened {
    /// Status and headers; its body is empty.
    pub head: Answer,
    body: Box<dyn Body>,
}

impl Client {
    /// A client with the usual numbers.
    pub fn new(transport: Rc<dyn Transport>, clock: Rc<dyn Clock>) -> Self {
        Self::with_policy(transport, clock, Policy::default(), None, None)
    }

    /// A client with other numbers, a signal to stop and someone who watches its waits.
    pub fn with_policy(
        transport: Rc<dyn Transport>,
        clock: Rc<dyn Clock>,
        policy: Policy,
        signal: Option<Rc<dyn Signal>>,
        on_wait: Option<Rc<dyn Fn(Wait)>>,
    ) -> Self {
        let shared = Shared {
            transport,
            clock,
            policy,
            budget: Budget::new(policy.budget),
            gates: RefCell::default(),
            signal,
            on_wait,
            sent: Cell::default(),
            troubles: Troubles::default(),
        };
        Self { shared: Rc::new(shared), name: None, repeats: Rc::default() }
    }

    /// The same client, whose waits are told under this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { shared: self.shared.clone(), name: Some(name.into()), repeats: Rc::default() }
    }

    /// The clock, for those who sign with time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Whether a request under this name was sent more than once.
    pub fn repeated(&self) -> bool {
        self.repeats.get() > 0
    }

    /// What went out so far.
    pub fn sent(&self) -> Sent {
        self.shared.sent.get()
    }

    /// Sends a request and reads its answer, as often as it is worth.
    ///
    /// # Errors
    /// [`CallError`] when no try was accepted.
    pub async fn exchange(&self, request: &Request, judge: Judge<'_>) -> Result<Answer, CallError> {
        self.run(request, judge, false).await.map(|received| received.answer)
    }

    /// Sends a request and leaves the body of a 2xx answer unread; bodies of other answers are read to judge them.
    ///
    /// # Errors
    /// [`CallError`] when no try was accepted.
    pub async fn open(&self, request: &Request, judge: Judge<'_>) -> Result<Opened, CallError> {
        let received = self.run(request, judge, true).await?;
        Ok(Opened { head: received.answer, body: received.body.unwrap_or_else(|| Box::new(NoBody)) })
    }

    /// Reads an opened body: `Ok` with more than `limit` bytes when it is larger than that.
    ///
    /// # Errors
    /// [`TransportError`] when it broke off, took longer than a slow line needs, or the caller wants to stop.
    pub async fn read(&self, opened: Opened, limit: usize) -> Result<Vec<u8>, TransportError> {
        let expected = opened.head.header("content-length").and_then(|length| length.parse().ok());
        let timeout = self.shared.policy.timeout(expected.unwrap_or(limit).min(limit));
        self.within(timeout, false, opened.body.read(limit)).await
    }

    async fn run(&self, request: &Request, judge: Judge<'_>, lazily: bool) -> Result<Received, CallError> {
        let origin = sendable(request).map_err(|reason| unsendable(request, reason))?;
        let gate = self.gate(&origin);
        let mut state = Attempts::at(self.now());
        loop {
            let outstanding = gate.pace.outstanding();
            let probe = self.turn(request, &gate, &state).await?;
            if state.tries == 0 {
                // Its turn may have come late: what counts is how long it has been tried.
                state.started = self.now();
            }
            state.tries += 1;
            self.repeats.set(self.repeats.get() + u32::from(state.tries > 1));
            self.count(request);
            let under_way = self.shared.troubles.under_way(request);
            let attempt = self.attempt(request, judge, lazily).await;
            drop(outstanding);
            if let Some(answer) = attempt.answer() {
                gate.pace.learn(answer, self.now());
            }
            match attempt {
                Attempt::Received(received, Verdict::Accepted) => {
                    if probe.is_some() {
                        gate.outages.end(self.now());
                    }
                    self.shared.troubles.overcome(request);
                    self.shared.budget.give_back(state.taken);
                    return Ok(received);
                }
                failed => {
                    let pending = self.after_failure(request, (&gate, probe.is_some()), &mut state, failed)?;
                    drop((probe, under_way));
                    if let Some(Pending { milliseconds, why }) = pending {
                        self.wait(request, &why, milliseconds, None, &state).await?;
                    }
                }
            }
        }
    }

    /// Waits for this request's turn, or stops when the caller wants to.
    async fn turn<'g>(
        &self,
        request: &Request,
        gate: &'g Gate,
        state: &Attempts,
    ) -> Result<Option<Probe<'g>>, CallError> {
        let slot = gate.pace.slot(self.now());
        self.wait(request, "keeping below the rate limit", slot, None, state).await?;
        let place = gate.outages.line_up();
        loop {
            let (milliseconds, why, is_behind) = match place.turn(self.now()) {
                Turn::Free => return Ok(None),
                Turn::Probe(probe) => return Ok(Some(probe)),
                Turn::Hopeless(kind) => return Err(state.failed(request, *kind)),
                Turn::Wait(milliseconds, why) => (milliseconds, why, false),
                Turn::Behind(milliseconds, why) => (milliseconds, why, true),
            };
            let changed = gate.outages.changed();
            self.wait(request, &why, milliseconds, Some((changed, is_behind)), state).await?;
        }
    }

    async fn attempt(&self, request: &Request, judge: Judge<'_>, lazily: bool) -> Attempt {
        let bytes = request.body.as_ref().map_or(0, |(_, content)| content.size());
        let limit = self.shared.policy.body_limit;
        let work = async {
            let response = self.shared.transport.send(request).await?;
            receive(response, lazily, limit).await
        };
        let work = Box::pin(work);
        match self.within(self.shared.policy.timeout(bytes), request.method.writes(), work).await {
            Ok(received) if received.answer.body.len() > limit => Attempt::TooLarge(received.answer),
            Ok(received) => {
                let verdict = judge(&received.answer);
                Attempt::Received(received, verdict)
            }
            Err(error) => Attempt::Lost(error),
        }
    }

    fn gate(&self, origin: &str) -> Rc<Gate> {
        let mut gates = self.shared.gates.borrow_mut();
        gates.entry(origin.to_owned()).or_default().clone()
    }

    fn count(&self, request: &Request) {
        let mut sent = self.shared.sent.get();
        if request.method.writes() {
            sent.writes += 1;
        } else {
            sent.reads += 1;
        }
        self.shared.sent.set(sent);
    }

    pub(super) fn now(&self) -> f64 {
        self.shared.clock.monotonic_ms()
    }
}

impl Opened {
    /// Tells the other side that the rest is not wanted.
    pub fn cancel(self) {
        self.body.cancel();
    }
}

/// A wait before the next try that nobody else shares.
pub(super) struct Pending {
    pub(super) milliseconds: f64,
    pub(super) why: String,
}

struct NoBody;

impl Body for NoBody {
    fn read(self: Box<Self>, _limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn cancel(self: Box<Self>) {}
}
