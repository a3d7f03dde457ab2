//! A scripted other side and a virtual clock for the tests of the wire.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod calls;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use cfworker_deploy::http::{
    Body, Client, Clock, LocalFuture, Policy, Request, Response, Signal, Transport, TransportError, Wait,
};

/// What the other side does with one request.
#[derive(Clone)]
pub enum Reply {
    /// Answers.
    Answer(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Breaks off; whether the request may have arrived.
    Lost(bool),
    /// Breaks off, and the runtime says why.
    Says(String),
    /// Sends a head, then breaks off.
    CutOff(u16),
    /// Never answers.
    Silence,
    /// Answers after so many milliseconds.
    Late(f64, Box<Reply>),
}

pub fn json(status: u16, body: &str) -> Reply {
    Reply::Answer(status, vec![("cf-ray", "ray-1".into())], body.as_bytes().to_vec())
}

pub fn ok(result: &str) -> Reply {
    json(200, &format!("{{\"success\":true,\"errors\":[],\"messages\":[],\"result\":{result}}}"))
}

pub fn refused(status: u16, code: i64, message: &str) -> Reply {
    let body =
        format!("{{\"success\":false,\"errors\":[{{\"code\":{code},\"message\":\"{message}\"}}],\"result\":null}}");
    json(status, &body)
}

pub fn with_header(reply: Reply, name: &'static str, value: &str) -> Reply {
    match reply {
        Reply::Answer(status, mut headers, body) => {
            headers.push((name, value.to_owned()));
            Reply::Answer(status, headers, body)
        }
        other => other,
    }
}

/// One request as it was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Option<(String, Vec<u8>)>,
    pub at_ms: f64,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Answers from a list, then as told for ever.
pub struct Script {
    clock: Rc<VirtualClock>,
    replies: RefCell<VecDeque<Reply>>,
    rule: Box<dyn Fn(&Seen) -> Reply>,
    pub seen: RefCell<Vec<Seen>>,
    pub cancelled: Rc<Cell<u32>>,
}

impl Script {
    pub fn new(clock: &Rc<VirtualClock>, replies: Vec<Reply>, rule: impl Fn(&Seen) -> Reply + 'static) -> Rc<Self> {
        Rc::new(Self {
            clock: clock.clone(),
            replies: RefCell::new(replies.into()),
            rule: Box::new(rule),
            seen: RefCell::default(),
            cancelled: Rc::default(),
        })
    }

    pub fn count(&self) -> usize {
        self.seen.borrow().len()
    }
}

impl Transport for Script {
    fn send<'a>(&'a self, request: &'a Request) -> LocalFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let headers = request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.reveal().to_owned()));
            let seen = Seen {
                method: request.method.as_str(),
                url: request.url.clone(),
                headers: headers.collect(),
                body: request.body.as_ref().map(|(kind, bytes)| (kind.clone(), bytes.to_vec())),
                at_ms: self.clock.now.get(),
            };
            self.seen.borrow_mut().push(seen.clone());
            let next = self.replies.borrow_mut().pop_front();
            let mut reply = next.unwrap_or_else(|| (self.rule)(&seen));
            while let Reply::Late(milliseconds, inner) = reply {
                self.clock.sleep(milliseconds).await;
                reply = *inner;
            }
            match reply {
                Reply::Answer(status, headers, body) => Ok(self.response(status, headers, Some(body))),
                Reply::CutOff(status) => Ok(self.response(status, Vec::new(), None)),
                Reply::Lost(may_have_arrived) => Err(lost(may_have_arrived)),
                Reply::Says(message) => Err(TransportError { message, ..lost(true) }),
                Reply::Silence | Reply::Late(..) => std::future::pending().await,
            }
        })
    }
}

impl Script {
    fn response(&self, status: u16, headers: Vec<(&str, String)>, bytes: Option<Vec<u8>>) -> Response {
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Response { status, headers, body: Box::new(Bytes { bytes, cancelled: self.cancelled.clone() }) }
    }
}

fn lost(may_have_arrived: bool) -> TransportError {
    TransportError { message: "connection reset".into(), may_have_arrived, ..TransportError::default() }
}

struct Bytes {
    bytes: Option<Vec<u8>>,
    cancelled: Rc<Cell<u32>>,
}

impl Body for Bytes {
    fn read(self: Box<Self>, limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        Box::pin(async move {
            let mut bytes = self.bytes.ok_or_else(|| lost(true))?;
            bytes.truncate(limit + 1);
            Ok(bytes)
        })
    }

    fn cancel(self: Box<Self>) {
        self.cancelled.set(self.cancelled.get() + 1);
    }
}

/// Time that passes only while everybody waits.
pub struct VirtualClock {
    now: Cell<f64>,
    /// Milliseconds by which somebody set the clock on the wall.
    pub step: Cell<f64>,
    timers: RefCell<Vec<f64>>,
    wakers: RefCell<Vec<Waker>>,
    random: f64,
}

impl VirtualClock {
    pub const START: f64 = 1_790_000_000_000.0;

    pub fn new() -> Rc<Self> {
        Self::with_random(0.5)
    }

    pub fn with_random(random: f64) -> Rc<Self> {
        Rc::new(Self {
            now: Cell::new(Self::START),
            step: Cell::default(),
            timers: RefCell::default(),
            wakers: RefCell::default(),
            random,
        })
    }

    pub fn elapsed(&self) -> f64 {
        self.now.get() - Self::START
    }

    /// Runs a future to its end, moving the time to the next timer whenever it waits.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(woken.clone());
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        for _ in 0..100_000 {
            woken.0.store(false, Ordering::Relaxed);
            if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                return value;
            }
            if woken.0.load(Ordering::Relaxed) {
                continue;
            }
            let now = self.now.get();
            self.timers.borrow_mut().retain(|due| *due > now);
            let next = self.timers.borrow().iter().copied().fold(f64::INFINITY, f64::min);
            assert!(next.is_finite(), "everybody waits and no timer runs");
            self.now.set(next);
            self.wakers.take().into_iter().for_each(Waker::wake);
        }
        panic!("it does not end");
    }
}

/// Whether anybody was woken: time stands still until they had their turn.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Timer<'a> {
    clock: &'a VirtualClock,
    due: f64,
}

impl Future for Timer<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now.get() >= self.due {
            return Poll::Ready(());
        }
        self.clock.wakers.borrow_mut().push(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        let mut timers = self.clock.timers.borrow_mut();
        if let Some(at) = timers.iter().position(|due| *due == self.due) {
            timers.swap_remove(at);
        }
    }
}

impl Clock for VirtualClock {
    fn wall_ms(&self) -> f64 {
        self.now.get() + self.step.get()
    }

    fn monotonic_ms(&self) -> f64 {
        self.now.get()
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'_, ()> {
        let due = self.now.get() + milliseconds;
        self.timers.borrow_mut().push(due);
        Box::pin(Timer { clock: self, due })
    }

    fn random(&self) -> f64 {
        self.random
    }
}

/// A signal that comes at a given time.
pub struct AbortAt {
    pub clock: Rc<VirtualClock>,
    pub due: f64,
}

impl Signal for AbortAt {
    fn is_aborted(&self) -> bool {
        self.clock.now.get() >= self.due
    }

    fn aborted(&self) -> LocalFuture<'_, ()> {
        self.clock.sleep(self.due - self.clock.now.get())
    }
}

/// A client over a script that records its waits.
pub struct Bench {
    pub clock: Rc<VirtualClock>,
    pub script: Rc<Script>,
    pub client: Client,
    pub waits: Rc<RefCell<Vec<Wait>>>,
}

pub fn bench(replies: Vec<Reply>, rule: impl Fn(&Seen) -> Reply + 'static) -> Bench {
    bench_with(VirtualClock::new(), replies, rule, Policy::default(), None)
}

pub fn bench_with(
    clock: Rc<VirtualClock>,
    replies: Vec<Reply>,
    rule: impl Fn(&Seen) -> Reply + 'static,
    policy: Policy,
    abort_at: Option<f64>,
) -> Bench {
    let script = Script::new(&clock, replies, rule);
    let waits: Rc<RefCell<Vec<Wait>>> = Rc::default();
    let sink = waits.clone();
    let signal = abort_at.map(|after| {
        let due = VirtualClock::START + after;
        Rc::new(AbortAt { clock: clock.clone(), due }) as Rc<dyn Signal>
    });
    let on_wait: Rc<dyn Fn(Wait)> = Rc::new(move |wait| sink.borrow_mut().push(wait));
    let client = Client::with_policy(script.clone(), clock.clone(), policy, signal, Some(on_wait));
    Bench { clock, script, client, waits }
}
