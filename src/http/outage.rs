//! An origin that does not answer, or wants to be asked less: who asks it again, when, and who waits meanwhile.
//!
//! However many requests an outage meets, it is one outage: one request at a time is sent as a probe, the others stand
//! in line until a probe is answered. The one who has waited longest is the next probe, so that a request that fails
//! for a reason of its own does not keep the others.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use futures_channel::oneshot;

use super::CallErrorKind;
use super::retry::Policy;

/// What is known about the outages of one origin.
#[derive(Default)]
pub(super) struct Outages {
    now: RefCell<Option<Outage>>,
    /// Tickets of those who wait, the next probe first.
    line: RefCell<VecDeque<u64>>,
    tickets: Cell<u64>,
    /// Those who hear when anything changes.
    listeners: RefCell<Vec<oneshot::Sender<()>>>,
}

/// A stretch of time in which an origin gave no usable answer.
struct Outage {
    /// When its first sign came.
    since: f64,
    /// Signs of it so far: its first failure, and each probe that failed.
    failures: u32,
    /// No probe goes out before.
    next_at: f64,
    /// A probe is on its way.
    probing: bool,
    /// What the last failure was.
    cause: Cause,
    /// It is not waited for any longer: requests with a ticket below this one fail with its cause.
    given_up_below: Option<u64>,
    /// The other side said how long to stay away: until then every request fails with its cause.
    closed_until: f64,
}

/// What a failure says about its origin.
#[derive(Clone)]
pub(super) struct Cause {
    /// Why requests wait, for those who watch.
    pub(super) why: String,
    /// What a request fails with that waits in vain.
    pub(super) kind: CallErrorKind,
    /// The origin answers, and wants fewer requests.
    pub(super) throttled: bool,
    /// Milliseconds that it asks to be left alone.
    pub(super) asked: Option<f64>,
}

/// What a failure changes for its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// An outage begins with it.
    Begins,
    /// An outage goes on.
    GoesOn,
    /// The outage is not waited for any longer.
    Ends,
}

/// A place in the line of those who want to send.
pub(super) struct Place<'a> {
    outages: &'a Outages,
    ticket: u64,
}

/// A probe on its way. Dropped before its answer, the next in line is one.
pub(super) struct Probe<'a>(&'a Outages);

impl Drop for Probe<'_> {
    fn drop(&mut self) {
        if let Some(outage) = self.0.now.borrow_mut().as_mut() {
            outage.probing = false;
        }
        self.0.tell();
    }
}

/// What somebody in line does next.
pub(super) enum Turn<'a> {
    /// Send: there is no outage.
    Free,
    /// Send: the answer tells whether the outage is over.
    Probe(Probe<'a>),
    /// Wait so many milliseconds at the most, then ask again; for this reason.
    Wait(f64, String),
    /// Wait until something changes, about so many milliseconds.
    Behind(f64, String),
    /// It would be in vain.
    Hopeless(Box<CallErrorKind>),
}

/// How long an outage is waited for.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) policy: Policy,
    /// When the run's time is over.
    pub(super) run_ends_at: Option<f64>,
}

impl Outages {
    /// Takes the last place in line.
    pub(super) fn line_up(&self) -> Place<'_> {
        let ticket = self.tickets.get();
        self.tickets.set(ticket + 1);
        self.line.borrow_mut().push_back(ticket);
        Place { outages: self, ticket }
    }

    /// Resolves at the next change.
    pub(super) fn changed(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.listeners.borrow_mut().push(sender);
        receiver
    }

    /// A request failed in a way that speaks of its origin.
    pub(super) fn failed(&self, probe: bool, now: f64, random: f64, cause: Cause, limits: Limits) -> Effect {
        let mut current = self.now.borrow_mut();
        let effect = match current.as_mut() {
            Some(outage) if !probe => {
                // It was sent before anybody knew: one and the same outage. Whoever asks for the longest wait is heard.
                if cause.asked > outage.cause.asked {
                    outage.next_at = outage.next_at.max(now + cause.asked.unwrap_or_default());
                    outage.cause = cause;
                }
                Effect::GoesOn
            }
            Some(outage) => {
                outage.failures += 1;
                // Somebody may have been told meanwhile to stay away for longer: that still counts.
                if outage.next_at <= now {
                    outage.cause = cause;
                }
                Effect::GoesOn
            }
            None => {
                *current = Some(Outage {
                    since: now,
                    failures: 1,
                    next_at: now,
                    probing: false,
                    cause,
                    given_up_below: None,
                    closed_until: 0.0,
                });
                Effect::Begins
            }
        };
        let Some(outage) = current.as_mut() else { return effect };
        if outage.next_at <= now && (probe || effect == Effect::Begins) {
            outage.next_at = now + outage.wait(random, &limits.policy);
        }
        let given_up = outage.given_up_below.is_some() || outage.is_beyond(now, limits);
        if given_up {
            outage.give_up(now, self.tickets.get());
        }
        drop(current);
        self.tell();
        if given_up { Effect::Ends } else { effect }
    }

    /// A probe was answered in a way that speaks of no outage. Where an older request was told meanwhile to come back
    /// later, that still counts.
    pub(super) fn end(&self, now: f64) {
        self.now.borrow_mut().take_if(|outage| outage.next_at <= now);
        self.tell();
    }

    fn tell(&self) {
        for listener in self.listeners.take() {
            // Whoever gave up waiting hears nothing.
            let _ = listener.send(());
        }
    }
}

impl Outage {
    /// Milliseconds until the next probe: never less than the back-off, whatever the other side says.
    fn wait(&self, random: f64, policy: &Policy) -> f64 {
        let own = policy.outage_wait(self.cause.throttled, self.failures, random);
        // The ten per cent spread those who were told the same.
        self.cause.asked.map_or(own, |asked| own.max(asked * (1.0 + 0.1 * random)))
    }

    /// Whether its next probe would come too late to be worth waiting for.
    fn is_beyond(&self, now: f64, limits: Limits) -> bool {
        let Limits { policy, run_ends_at } = limits;
        let patience = match self.failures >= policy.tries && !self.cause.throttled {
            true => policy.patience,
            false => policy.give_up_after,
        };
        let is_too_late_for_run =
            self.cause.asked.is_some_and(|asked| run_ends_at.is_some_and(|end| now + asked >= end));
        self.next_at - self.since > patience || is_too_late_for_run
    }

    /// Whoever waits fails. Whoever comes later may try at once, unless the other side said when.
    fn give_up(&mut self, now: f64, next_ticket: u64) {
        self.given_up_below = Some(next_ticket);
        match self.cause.asked {
            Some(_) => self.closed_until = self.next_at,
            None => self.next_at = now,
        }
    }
}

impl<'a> Place<'a> {
    /// What to do now.
    pub(super) fn turn(&self, now: f64) -> Turn<'a> {
        let mut current = self.outages.now.borrow_mut();
        let Some(outage) = current.as_mut() else { return Turn::Free };
        let left = (outage.next_at - now).max(0.0);
        if outage.given_up_below.is_some_and(|below| self.ticket < below) || now < outage.closed_until {
            return Turn::Hopeless(Box::new(outage.cause.kind.clone()));
        }
        let is_next = self.outages.line.borrow().front() == Some(&self.ticket);
        if outage.probing || !is_next {
            return Turn::Behind(left, outage.cause.why.clone());
        }
        if left > 0.0 {
            return Turn::Wait(left, outage.cause.why.clone());
        }
        outage.probing = true;
        Turn::Probe(Probe(self.outages))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.outages.line.borrow_mut().retain(|ticket| *ticket != self.ticket);
        self.outages.tell();
    }
}
