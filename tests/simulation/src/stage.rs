//! The world of a case, the runs that are made in it, and what was found wrong with it.

use std::cell::Cell;
use std::rc::Rc;

use cfworker_deploy::apply::Event;
use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::engine::{self, Io};
use cfworker_deploy::error::{Error, Exit};
use cfworker_deploy::http::LocalFuture;
use cfworker_deploy::plan::Action;

use crate::account::Account;
use crate::case::{Allow, Case, Deployer, Past, Verb};
use crate::fault::{Fault, Faults, Kind};
use crate::named::Named;
use crate::watch::Watch;
use crate::world::{Wire, World};
use crate::{goal, seen::Seen};

thread_local! {
    /// Whether calls are written down: only of cases that failed, which are then played once more.
    static TRACING: Cell<bool> = const { Cell::new(false) };
}

/// Does some work with all calls written down.
pub fn tracing<T>(work: impl FnOnce() -> T) -> T {
    TRACING.set(true);
    let result = work();
    TRACING.set(false);
    result
}

/// What is wrong with a case, in one line each, with the calls that led there.
#[derive(Clone, Debug)]
pub struct Failure {
    pub broken: Vec<String>,
    pub trace: Vec<String>,
}

/// How a run ended.
pub enum Ended {
    Done(Box<engine::ApplyResult>),
    Failed(Box<Error>),
    Killed,
}

impl Ended {
    pub fn exit(&self) -> Option<Exit> {
        match self {
            Self::Done(result) => Some(result.exit_code),
            Self::Failed(error) => Some(error.exit_code),
            Self::Killed => None,
        }
    }

    /// Whether a finding of this code is among what it tells.
    pub fn tells(&self, code: Code) -> bool {
        let findings = match self {
            Self::Done(result) => &result.diagnostics,
            Self::Failed(error) => &error.diagnostics,
            Self::Killed => return false,
        };
        findings.iter().any(|finding| finding.code == code)
    }

    /// How it ended, for people.
    pub fn told(&self) -> String {
        match self {
            Self::Done(_) => "ends well".into(),
            Self::Failed(error) => format!("ends with {:?}: {}", error.exit_code, error.message),
            Self::Killed => "was killed".into(),
        }
    }
}

/// A world, and what was found wrong with it so far.
pub struct Play {
    pub world: Rc<World>,
    broken: Vec<String>,
}

impl Play {
    /// The world as a case says it was.
    pub fn start(case: &Case) -> Self {
        let mut account = Account::new(case.switches);
        account.furnish();
        account.note(0);
        let mut watch = Watch::new(account);
        watch.tracing = TRACING.get();
        let play = Self { world: World::new(case.seed, watch), broken: Vec::new() };
        play.world.instant.set(true);
        for past in &case.past {
            match past {
                Past::Done(act) => play.world.watch.borrow_mut().account.act(*act),
                Past::Applied(wanted) => play.before(*wanted, &[]),
                Past::Broken(wanted, writes) => play.before(*wanted, &cuts(*writes)),
            }
            play.world.watch.borrow_mut().account.note(play.world.now_us());
            if is_blind(case) {
                play.world.pass(7_000_000);
            }
        }
        play.world.instant.set(false);
        let mut watch = play.world.watch.borrow_mut();
        // What went before is checked by cases of its own.
        watch.violations.clear();
        watch.met.clear();
        watch.account.renew_quota();
        watch.account.scripts.values_mut().for_each(crate::account::Script::settle);
        drop(watch);
        play
    }

    /// A run of earlier days.
    fn before(&self, wanted: crate::case::Wanted, faults: &[Fault]) {
        let deployer = Deployer { verb: Verb::Apply, wanted, allow: Allow::ALL };
        self.run(&deployer, faults);
    }

    /// Runs a deployer; faults meet it.
    pub fn run(&self, deployer: &Deployer, faults: &[Fault]) -> Ended {
        self.run_beside(deployer, faults, true)
    }

    /// The same, `alone` or while others change things.
    pub fn run_beside(&self, deployer: &Deployer, faults: &[Fault], alone: bool) -> Ended {
        *self.world.faults.borrow_mut() = Faults::new(self.runs(), faults);
        self.world.watch.borrow_mut().blind = faults.iter().any(|fault| fault.kind == Kind::Stale);
        let run = self.one(*deployer, alone, 0);
        self.world.watch.borrow_mut().blind = false;
        let ended = self.world.run(vec![run]).pop().flatten().unwrap_or(Ended::Killed);
        *self.world.faults.borrow_mut() = Faults::default();
        ended
    }

    /// Runs two at the same time, the second one so many milliseconds later.
    pub fn race(&self, deployers: [&Deployer; 2], later: u16) -> [Ended; 2] {
        let runs = vec![self.one(*deployers[0], false, 0), self.one(*deployers[1], false, later)];
        let mut ended = self.world.run(runs).into_iter().map(|ended| ended.unwrap_or(Ended::Killed));
        let mut next = || ended.next().unwrap_or(Ended::Killed);
        [next(), next()]
    }

    fn one(&self, deployer: Deployer, alone: bool, later: u16) -> LocalFuture<'static, Ended> {
        let run = self.world.watch.borrow_mut().begin(deployer, false, alone);
        let io = self.io(run);
        Box::pin(async move {
            if later > 0 {
                io.clock.sleep(f64::from(later)).await;
            }
            let Deployer { verb, wanted, allow } = deployer;
            let (sources, credentials, options) = (wanted.sources(run), wanted.credentials(), wanted.options(&allow));
            let result = match verb {
                Verb::Apply => engine::apply(&sources, &credentials, &options, &io).await,
                Verb::Destroy => engine::destroy(&sources, &credentials, &options, &io).await,
            };
            match result {
                Ok(result) => Ended::Done(Box::new(result)),
                Err(error) => Ended::Failed(Box::new(error)),
            }
        })
    }

    fn io(&self, run: usize) -> Io {
        let wire = Rc::new(Wire { world: self.world.clone(), run });
        let world = self.world.clone();
        let events = move |event: Event| world.watch.borrow_mut().event(run, &event);
        Io { transport: wire.clone(), clock: wire, signal: None, events: Rc::new(events) }
    }

    /// The order of the files makes no difference.
    pub fn plans_alike(&mut self, deployer: &Deployer) {
        let [one, other] = [self.plan(deployer), self.plan(deployer)].map(|plan| match plan {
            Ok(plan) => serde_json::to_string(&(plan.fingerprint, plan.plan)).unwrap_or_default(),
            Err(error) => error.message.clone(),
        });
        self.must(one == other, || {
            format!("order: the same files in another order are planned as\n  {one}\n  {other}")
        });
    }

    /// A plan: it may look, nothing else.
    fn plan(&self, deployer: &Deployer) -> Result<engine::PlanResult, Box<Error>> {
        let run = self.world.watch.borrow_mut().begin(*deployer, true, true);
        let (io, wanted, allow) = (self.io(run), deployer.wanted, deployer.allow);
        let planned: LocalFuture<'_, _> = Box::pin(async move {
            let (sources, credentials, options) = (wanted.sources(run), wanted.credentials(), wanted.options(&allow));
            engine::plan(&sources, Some(&credentials), &options, &io).await
        });
        let planned = self.world.run(vec![planned]).pop().flatten();
        planned.unwrap_or_else(|| unreachable!("nobody kills a plan")).map_err(Box::new)
    }

    pub fn must(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(what());
        }
    }

    pub fn account(&self) -> Account {
        self.world.watch.borrow().account.clone()
    }

    /// Writes and changes of the run of this number.
    pub fn effects(&self, run: usize) -> (u32, u32) {
        let watch = self.world.watch.borrow();
        (watch.facts[run].writes, watch.facts[run].effects)
    }

    /// Whether a run read that somebody else deployed after its plan.
    pub fn saw_another(&self, run: usize) -> bool {
        let watch = self.world.watch.borrow();
        !watch.facts[run].others.is_subset(&watch.facts[run].own)
    }

    /// When a run last wrote tags, if all of them by themselves: an upload writes them too, and has no look before it.
    pub fn tagged_us(&self, run: usize) -> Option<u64> {
        let watch = self.world.watch.borrow();
        watch.facts[run].tagged_us.filter(|_| watch.facts[run].own.is_empty())
    }

    /// What a run knew of routes that the tags do not name.
    pub fn named<T>(&self, run: usize, ask: impl FnOnce(&Named) -> T) -> T {
        ask(&self.world.watch.borrow().facts[run].named)
    }

    pub fn runs(&self) -> usize {
        self.world.watch.borrow().facts.len()
    }

    /// All that is wrong.
    pub fn end(mut self, seen: Seen) -> Result<Seen, Failure> {
        let mut watch = self.world.watch.borrow_mut();
        self.broken.splice(0..0, watch.violations.drain(..));
        if self.broken.is_empty() {
            return Ok(seen);
        }
        let trace = watch.trace.drain(..).collect();
        drop(watch);
        Err(Failure { broken: self.broken, trace })
    }

    /// No secret in what a caller gets to see.
    pub fn hides(&mut self, ended: &Ended) {
        let text = match ended {
            Ended::Done(result) => serde_json::to_string(result).unwrap_or_default() + &format!("{result:?}"),
            Ended::Failed(error) => serde_json::to_string(error).unwrap_or_default() + &format!("{error:?}"),
            Ended::Killed => return,
        };
        self.world.watch.borrow_mut().must_hide(&text, "a result");
    }

    /// What follows when a run has done all that it was asked for: nothing is left to do, and that is seen: by the
    /// same run again, and by a plan.
    pub fn settled(&mut self, before: &Account, deployer: &Deployer, plans: bool) {
        let misses = goal::misses(before, &self.account(), deployer);
        self.must(misses.is_empty(), || format!("goal: {}", misses.join("; ")));
        if plans && deployer.verb == Verb::Apply {
            match self.plan(deployer) {
                Ok(plan) => {
                    let open: Vec<_> =
                        plan.plan.changes.iter().filter(|change| change.action != Action::NoOp).collect();
                    self.must(open.is_empty() && plan.plan.is_no_op(), || format!("the plan after it: {open:?}"));
                }
                Err(error) => self.must(false, || format!("the plan after it: {}", error.message)),
            }
        }
        let run = self.runs();
        let again = self.run(deployer, &[]);
        let (writes, _) = self.effects(run);
        self.must(writes == 0, || format!("the same again writes {writes} times"));
        self.must(again.exit() == Some(Exit::Done), || format!("the same again {}", again.told()));
    }
}

/// Ends the process at the write of this number, whatever it is about.
fn cuts(writes: u8) -> Vec<Fault> {
    use crate::account::Subject;
    // The writes of a run are about its Worker, its record and its routes, in this order.
    let (on, nth) = match writes {
        0 => (Subject::Script, 0),
        1 => (Subject::Record, 0),
        2 => (Subject::Route, 0),
        3 => (Subject::Route, 1),
        5 => (Subject::Kv, 0),
        6 => (Subject::Queue, 0),
        7 => (Subject::Bucket, 0),
        8 => (Subject::Bucket, 1),
        9 => (Subject::D1, 0),
        10 => (Subject::D1, 1),
        11 => (Subject::D1, 2),
        12 => (Subject::D1, 3),
        _ => (Subject::Script, 1),
    };
    vec![Fault { on, write: true, nth, kind: Kind::KilledAfter, seconds: 0 }]
}

/// Whether lists lag behind in this case.
pub fn is_blind(case: &Case) -> bool {
    case.faults.iter().any(|fault| fault.kind == Kind::Stale)
}
