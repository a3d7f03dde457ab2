//! Sends requests until they are answered: retries, pacing, time limits, the caller's signal.
//!
//! INVARIANT: a create is sent again only when its refusal is certain. After an unclear answer the
//! caller looks first.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_util::future::{Either, select};

use super::attempt::{Attempt, Attempts, Failure, Judge, Received, Verdict, receive, sendable, unsendable};
use super::pace::Pace;
use super::retry::{Budget, Policy, retry_after};
use super::watch::{Sent, Signal, Wait};
use super::{
    Again, Answer, Body, CallError, CallErrorKind, Clock, LocalFuture, Repeat, Request, Transport, TransportError,
};
use crate::guard::{self, Guard};

/// Sends requests; cheap to clone, clones share limits and budget.
#[derive(Clone)]
pub struct Client {
    shared: Rc<Shared>,
    name: Option<Rc<str>>,
    /// Requests that were sent again under this name.
    repeats: Rc<Cell<u32>>,
}

struct Shared {
    transport: Rc<dyn Transport>,
    clock: Rc<dyn Clock>,
    policy: Policy,
    budget: Budget,
    paces: RefCell<BTreeMap<String, Rc<Pace>>>,
    signal: Option<Rc<dyn Signal>>,
    on_wait: Option<Rc<dyn Fn(Wait)>>,
    sent: Cell<Sent>,
    /// The last failure, for a run whose time ends before it can be overcome.
    last: RefCell<Option<String>>,
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
            paces: RefCell::default(),
            signal,
            on_wait,
            sent: Cell::default(),
            last: RefCell::default(),
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

    /// Whether the caller wants to stop, or the run's time is over.
    pub fn is_aborted(&self) -> bool {
        self.shared.signal.as_ref().is_some_and(|signal| signal.is_aborted())
    }

    /// Why a run stops that stops now: as the caller wants, or because its time is over.
    pub fn stop(&self) -> CallErrorKind {
        match self.shared.signal.as_ref().and_then(|signal| signal.gave_up_after_ms()) {
            Some(after_ms) => CallErrorKind::GaveUp { after_ms, last: self.shared.last.borrow().clone() },
            None => CallErrorKind::Aborted,
        }
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
        self.within(timeout, true, opened.body.read(limit)).await
    }

    async fn run(&self, request: &Request, judge: Judge<'_>, lazily: bool) -> Result<Received, CallError> {
        let origin = sendable(request).map_err(|reason| unsendable(request, reason))?;
        let pace = self.pace(&origin);
        let mut state = Attempts::at(self.now());
        loop {
            let outstanding = pace.outstanding();
            self.turn(request, &pace, &state).await?;
            let sent_at = self.now();
            if state.tries == 0 {
                // Its turn may have come late: what counts is how long it has been tried.
                state.started = sent_at;
            }
            state.tries += 1;
            self.repeats.set(self.repeats.get() + u32::from(state.tries > 1));
            self.count(request);
            let attempt = self.attempt(request, judge, lazily).await;
            drop(outstanding);
            if let Some(answer) = attempt.answer() {
                pace.learn(answer, self.now());
            }
            match attempt {
                Attempt::Received(received, Verdict::Accepted) => {
                    pace.answered(sent_at);
                    self.shared.budget.give_back(state.taken);
                    return Ok(received);
                }
                failed => {
                    let wait = self.after_failure(request, &pace, &mut state, sent_at, failed)?;
                    self.wait(request, &wait.why, wait.milliseconds, &state).await?;
                }
            }
        }
    }

    /// Waits for this request's turn, or stops when the caller wants to.
    async fn turn(&self, request: &Request, pace: &Pace, state: &Attempts) -> Result<(), CallError> {
        let slot = pace.slot(self.now());
        self.wait(request, "keeping below the rate limit", slot, state).await?;
        loop {
            let pause = pace.pause(self.now());
            if pause <= 0.0 {
                return Ok(());
            }
            self.wait(request, THROTTLED, pause, state).await?;
        }
    }

    async fn attempt(&self, request: &Request, judge: Judge<'_>, lazily: bool) -> Attempt {
        let bytes = request.body.as_ref().map_or(0, |(_, bytes)| bytes.len());
        let limit = self.shared.policy.body_limit;
        let work = async {
            let response = self.shared.transport.send(request).await?;
            receive(response, lazily, limit).await
        };
        let work = Box::pin(work);
        match self.within(self.shared.policy.timeout(bytes), !request.method.writes(), work).await {
            Ok(received) if received.answer.body.len() > limit => Attempt::TooLarge(received.answer),
            Ok(received) => {
                let verdict = judge(&received.answer);
                Attempt::Received(received, verdict)
            }
            Err(error) => Attempt::Lost(error),
        }
    }

    /// Runs work for at most `timeout` milliseconds; reads also stop on the caller's signal.
    async fn within<T>(
        &self,
        timeout: f64,
        stoppable: bool,
        work: LocalFuture<'_, Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        let timer = self.shared.clock.sleep(timeout);
        let timed = async {
            match select(work, timer).await {
                Either::Left((result, _)) => result,
                Either::Right(((), _)) => Err(TransportError {
                    message: format!("nothing came within {} s", (timeout / 1_000.0).round()),
                    aborted: false,
                    may_have_arrived: true,
                }),
            }
        };
        let Some(signal) = self.shared.signal.as_ref().filter(|_| stoppable) else { return timed.await };
        match select(Box::pin(timed), signal.aborted()).await {
            Either::Left((result, _)) => result,
            Either::Right(((), _)) => {
                Err(TransportError { message: "stopped".into(), aborted: true, may_have_arrived: true })
            }
        }
    }

    /// Decides after a try that was not accepted: an error, or a wait before the next try.
    fn after_failure(
        &self,
        request: &Request,
        pace: &Pace,
        state: &mut Attempts,
        sent_at: f64,
        attempt: Attempt,
    ) -> Result<Pending, CallError> {
        let asked = attempt.answer().and_then(|answer| answer.header("retry-after"));
        let asked = asked.and_then(|value| retry_after(value, self.now())).filter(|_| guard::holds(Guard::RetryAfter));
        let mut failure = Failure::of(attempt);
        if failure.kind == CallErrorKind::Aborted {
            failure.kind = self.stop();
        } else {
            *self.shared.last.borrow_mut() = Some(format!("`{}`: {}", request.target(), failure.reason()));
        }
        let look_first = request.repeat == Repeat::LookFirst;
        state.arrived |= failure.may_have_arrived;
        let (policy, random) = (&self.shared.policy, self.shared.clock.random());
        let pending = match failure.again {
            Again::Never => None,
            Again::Throttled => {
                let (milliseconds, news) = pace.throttled(sent_at, self.now(), asked, policy, random);
                let affordable = !news || self.take(state, policy.throttled_cost);
                affordable.then(|| Pending { milliseconds, why: THROTTLED.into() })
            }
            Again::NotYet => {
                state.not_yet += 1;
                let milliseconds = asked.unwrap_or_else(|| policy.not_yet_wait(state.not_yet));
                (state.not_yet < policy.not_yet_tries)
                    .then(|| Pending { milliseconds, why: "what it needs is not visible yet".into() })
            }
            Again::Unclear if look_first && failure.may_have_arrived => None,
            Again::Unclear => {
                state.unclear += 1;
                let milliseconds = asked.unwrap_or_else(|| policy.unclear_wait(state.unclear, random));
                let limited = state.unclear >= policy.tries && guard::holds(Guard::RetryLimit);
                let affordable = !limited && self.take(state, policy.unclear_cost);
                affordable.then(|| Pending { milliseconds, why: failure.reason() })
            }
        };
        let in_time = |pending: &Pending| self.now() + pending.milliseconds - state.started <= policy.give_up_after;
        match pending.filter(in_time) {
            Some(pending) => Ok(pending),
            None => Err(state.failed(request, failure.into_kind(look_first))),
        }
    }

    fn take(&self, state: &mut Attempts, cost: u32) -> bool {
        let taken = self.shared.budget.take(cost);
        if taken {
            state.taken += cost;
        }
        taken
    }

    /// Waits as a part of the run: told to those who watch, and over at once when the caller wants to stop.
    ///
    /// # Errors
    /// [`CallError`] when the run stops.
    pub async fn pause(&self, target: &str, why: &str, milliseconds: f64) -> Result<(), CallError> {
        if let Some(on_wait) = &self.shared.on_wait {
            on_wait(Wait { target: target.to_owned(), why: why.to_owned(), seconds: milliseconds / 1_000.0 });
        }
        let timer = self.shared.clock.sleep(milliseconds);
        match &self.shared.signal {
            Some(signal) => drop(select(timer, signal.aborted()).await),
            None => timer.await,
        }
        if self.is_aborted() {
            let kind = self.stop();
            return Err(CallError { target: target.to_owned(), tries: 0, may_have_arrived: false, kind });
        }
        Ok(())
    }

    /// Waits, tells who watches, and stops when the caller wants to.
    async fn wait(&self, request: &Request, why: &str, milliseconds: f64, state: &Attempts) -> Result<(), CallError> {
        if milliseconds > 0.0 && !self.is_aborted() {
            self.tell(request, why, milliseconds);
            let timer = self.shared.clock.sleep(milliseconds);
            match &self.shared.signal {
                Some(signal) => drop(select(timer, signal.aborted()).await),
                None => timer.await,
            }
        }
        if self.is_aborted() {
            return Err(state.failed(request, self.stop()));
        }
        Ok(())
    }

    fn tell(&self, request: &Request, why: &str, milliseconds: f64) {
        if let Some(on_wait) = self.shared.on_wait.as_ref().filter(|_| milliseconds >= 1_000.0) {
            let target = self.name.as_deref().map_or_else(|| request.target(), str::to_owned);
            on_wait(Wait { target, why: why.to_owned(), seconds: milliseconds / 1_000.0 });
        }
    }

    fn pace(&self, origin: &str) -> Rc<Pace> {
        let mut paces = self.shared.paces.borrow_mut();
        paces.entry(origin.to_owned()).or_insert_with(|| Rc::new(Pace::new())).clone()
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

    fn now(&self) -> f64 {
        self.shared.clock.now_ms()
    }
}

const THROTTLED: &str = "throttled by the other side";

impl Opened {
    /// Tells the other side that the rest is not wanted.
    pub fn cancel(self) {
        self.body.cancel();
    }
}

struct Pending {
    milliseconds: f64,
    why: String,
}

struct NoBody;

impl Body for NoBody {
    fn read(self: Box<Self>, _limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn cancel(self: Box<Self>) {}
}
