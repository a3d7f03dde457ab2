//! Time, network and the runs that share them: everything that happens, happens here, in an order that the seed gives.
//!
//! Time stands still while anybody works and jumps to the next happening when all wait. A request travels, arrives, is
//! handled by the account, and its answer travels back: between these, other requests have their turn.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use cfworker_deploy::http::{Body, Clock, LocalFuture, Request, Response, Transport, TransportError};

use crate::account::Call;
use crate::fault::{Fate, Faults};
use crate::random::Random;
use crate::watch::Watch;

/// Start of time: 2026-11-25, in microseconds since the Unix epoch.
const START_US: u64 = 1_795_564_800_000_000;
/// How long a request or an answer is under way at most, in microseconds.
const TRAVEL_US: u64 = 200_000;

/// What the account answers with.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

type Outcome = Result<Reply, TransportError>;

/// Where the answer to a request comes in.
#[derive(Default)]
struct Slot {
    outcome: Option<Outcome>,
    waker: Option<Waker>,
}

enum Happening {
    Wake(Waker),
    Arrival(Rc<Call>, Fate, Rc<RefCell<Slot>>),
    Answer(Outcome, Rc<RefCell<Slot>>),
}

/// One simulated world: an account, those who deploy to it, and time.
pub struct World {
    now_us: Cell<u64>,
    next: Cell<u64>,
    happenings: RefCell<BTreeMap<(u64, u64), Happening>>,
    random: RefCell<Random>,
    pub watch: RefCell<Watch>,
    pub faults: RefCell<Faults>,
    /// Without travel times: for what happened before.
    pub instant: Cell<bool>,
    /// The process ended.
    killed: Cell<bool>,
    /// By how much the deployers' clocks are wrong, in milliseconds: somebody sets them.
    step_ms: Cell<f64>,
}

impl World {
    pub fn new(seed: u64, watch: Watch) -> Rc<Self> {
        Rc::new(Self {
            now_us: Cell::new(START_US),
            next: Cell::new(0),
            happenings: RefCell::default(),
            random: RefCell::new(Random::new(seed)),
            watch: RefCell::new(watch),
            faults: RefCell::default(),
            instant: Cell::new(false),
            killed: Cell::new(false),
            step_ms: Cell::new(0.0),
        })
    }

    pub fn now_ms(&self) -> f64 {
        self.now_us.get() as f64 / 1_000.0
    }

    pub fn seconds(&self) -> u64 {
        (self.now_us.get() - START_US) / 1_000_000
    }

    /// Time passes, and nothing happens.
    pub fn pass(&self, microseconds: u64) {
        self.now_us.set(self.now_us.get() + microseconds);
    }

    pub fn now_us(&self) -> u64 {
        self.now_us.get()
    }

    /// Runs everybody to the end, then lets everything arrive that is still under way. A run that was killed gives
    /// nothing.
    pub fn run<T>(&self, runs: Vec<LocalFuture<'_, T>>) -> Vec<Option<T>> {
        self.killed.set(false);
        let mut runs: Vec<Running<'_, T>> = runs.into_iter().map(Running::new).collect();
        loop {
            let mut waits = false;
            for run in &mut runs {
                waits |= !run.poll();
            }
            if !waits || self.killed.get() {
                break;
            }
            assert!(self.step(), "everybody waits for something that never happens");
        }
        let done = runs.into_iter().map(|run| run.done).collect();
        self.settle();
        done
    }

    /// Requests that nobody waits for any longer arrive all the same.
    fn settle(&self) {
        loop {
            let next = self.happenings.borrow().iter().find_map(|(key, happening)| match happening {
                Happening::Arrival(..) => Some(*key),
                Happening::Wake(_) | Happening::Answer(..) => None,
            });
            let Some(key) = next else { break };
            let Some(happening) = self.happenings.borrow_mut().remove(&key) else { break };
            self.now_us.set(self.now_us.get().max(key.0));
            self.happen(happening);
        }
        self.happenings.borrow_mut().clear();
    }

    /// The next thing happens; false when there is none.
    fn step(&self) -> bool {
        let Some(((at, _), happening)) = self.happenings.borrow_mut().pop_first() else { return false };
        self.now_us.set(self.now_us.get().max(at));
        self.happen(happening);
        true
    }

    fn happen(&self, happening: Happening) {
        match happening {
            Happening::Wake(waker) => waker.wake(),
            Happening::Arrival(call, fate, slot) => self.arrive(&call, fate, slot),
            Happening::Answer(outcome, slot) => {
                let mut slot = slot.borrow_mut();
                slot.outcome = Some(outcome);
                if let Some(waker) = slot.waker.take() {
                    waker.wake();
                }
            }
        }
    }

    fn arrive(&self, call: &Call, fate: Fate, slot: Rc<RefCell<Slot>>) {
        self.killed.set(self.killed.get() || fate.kills());
        let lag_us = fate.lag_us(call);
        let outcome = fate.meet(call, || self.watch.borrow_mut().handle(call, self.now_us.get(), lag_us));
        if let Some(outcome) = outcome {
            self.after(self.travel(), Happening::Answer(outcome, slot));
        }
    }

    fn after(&self, microseconds: u64, happening: Happening) -> (u64, u64) {
        let key = (self.now_us.get() + microseconds, self.next.get());
        self.next.set(key.1 + 1);
        self.happenings.borrow_mut().insert(key, happening);
        key
    }

    fn travel(&self) -> u64 {
        if self.instant.get() { 0 } else { self.random.borrow_mut().below(TRAVEL_US) }
    }

    fn send(&self, call: Rc<Call>) -> Rc<RefCell<Slot>> {
        let slot: Rc<RefCell<Slot>> = Rc::default();
        let fate = self.faults.borrow_mut().meet(&call, self.now_us.get());
        self.step_ms.set(self.step_ms.get() + fate.fault.map_or(0.0, |fault| fault.step_ms()));
        self.watch.borrow_mut().sent(&call, self.now_us.get(), &fate);
        if let Some(outcome) = fate.before_arrival() {
            self.after(self.travel(), Happening::Answer(outcome, slot.clone()));
        } else {
            self.after(self.travel() + fate.delay_us(), Happening::Arrival(call, fate, slot.clone()));
        }
        slot
    }
}

/// Polls its future only when somebody woke it.
struct Running<'a, T> {
    future: LocalFuture<'a, T>,
    flag: Arc<Flag>,
    waker: Waker,
    done: Option<T>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl<'a, T> Running<'a, T> {
    fn new(future: LocalFuture<'a, T>) -> Self {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        Self { future, waker: Waker::from(flag.clone()), flag, done: None }
    }

    /// Whether it is done. Whoever is woken meanwhile has their turn before time goes on.
    fn poll(&mut self) -> bool {
        while self.done.is_none() && self.flag.0.swap(false, Ordering::Relaxed) {
            let mut context = Context::from_waker(&self.waker);
            if let Poll::Ready(value) = self.future.as_mut().poll(&mut context) {
                self.done = Some(value);
            }
        }
        self.done.is_some()
    }
}

/// One deployer's way out: all that the engine knows of the world.
pub struct Wire {
    pub world: Rc<World>,
    /// Which run it is: the account knows who asks.
    pub run: usize,
}

impl Transport for Wire {
    fn send<'a>(&'a self, request: &'a Request) -> LocalFuture<'a, Result<Response, TransportError>> {
        let call = Rc::new(Call::of(self.run, request));
        let slot = self.world.send(call);
        Box::pin(async move {
            let Reply { status, headers, body } = Answered { slot }.await?;
            Ok(Response { status, headers, body: Box::new(Bytes(body)) })
        })
    }
}

struct Answered {
    slot: Rc<RefCell<Slot>>,
}

impl Future for Answered {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut slot = self.slot.borrow_mut();
        match slot.outcome.take() {
            Some(outcome) => Poll::Ready(outcome),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

struct Bytes(Vec<u8>);

impl Body for Bytes {
    fn read(self: Box<Self>, limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        let mut bytes = self.0;
        bytes.truncate(limit + 1);
        Box::pin(async { Ok(bytes) })
    }

    fn cancel(self: Box<Self>) {}
}

impl Clock for Wire {
    fn wall_ms(&self) -> f64 {
        self.world.now_ms() + self.world.step_ms.get()
    }

    fn monotonic_ms(&self) -> f64 {
        self.world.now_ms()
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'_, ()> {
        let microseconds = (milliseconds.max(0.0) * 1_000.0).ceil() as u64;
        Box::pin(Timer { world: &self.world, due: self.world.now_us.get() + microseconds, key: None })
    }

    fn random(&self) -> f64 {
        self.world.random.borrow_mut().unit()
    }
}

struct Timer<'a> {
    world: &'a World,
    due: u64,
    key: Option<(u64, u64)>,
}

impl Future for Timer<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = self.world.now_us.get();
        if now >= self.due {
            return Poll::Ready(());
        }
        if let Some(key) = self.key.take() {
            self.world.happenings.borrow_mut().remove(&key);
        }
        self.key = Some(self.world.after(self.due - now, Happening::Wake(context.waker().clone())));
        Poll::Pending
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.world.happenings.borrow_mut().remove(&key);
        }
    }
}

/// The last calls of a world, for whoever has to understand a failure.
pub type Trace = VecDeque<String>;
