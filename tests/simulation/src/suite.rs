//! Many cases on all cores.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::case::Case;
use crate::seen::Seen;
use crate::shrink::{as_test, shrink};
use crate::stage::{Failure, tracing};
use crate::{generate, play, race};

/// Failures that are kept of one suite; the rest is only counted.
const KEPT: usize = 3;

/// A kind of case, and how it is played.
#[derive(Clone, Copy)]
pub struct Suite {
    /// For people, and for `holds` in a pasted test.
    pub name: &'static str,
    pub generate: fn(u64) -> Case,
    pub play: fn(&Case) -> Result<Seen, Failure>,
    /// Its function, as a pasted test names it.
    pub function: &'static str,
}

pub const PAIRS: Suite = Suite { name: "pairs", generate: generate::case, play: play::play, function: "play::play" };
pub const FAULTS: Suite =
    Suite { name: "faults", generate: generate::faulty, play: play::play, function: "play::play" };
pub const RACES: Suite =
    Suite { name: "races", generate: generate::contested, play: race::race, function: "race::race" };

pub const STALE: Suite = Suite { name: "stale", generate: generate::stale, play: play::play, function: "play::play" };

/// What many cases came to.
#[derive(Default)]
pub struct Tally {
    pub seen: Seen,
    pub cases: u64,
    pub failed: u64,
    pub failures: Vec<(Case, Failure)>,
    pub seconds: f64,
}

impl Suite {
    /// Plays the cases of these seeds on so many threads.
    pub fn run(&self, seeds: Range<u64>, threads: usize) -> Tally {
        let started = Instant::now();
        let tally = Mutex::new(Tally::default());
        let next = AtomicU64::new(seeds.start);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| self.work(&next, seeds.end, &tally));
            }
        });
        let mut tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        tally.seconds = started.elapsed().as_secs_f64();
        tally
    }

    fn work(&self, next: &AtomicU64, end: u64, tally: &Mutex<Tally>) {
        let mut own = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                break;
            }
            let case = (self.generate)(seed);
            own.cases += 1;
            match self.guarded(&case) {
                Ok(seen) => own.seen.add(seen),
                Err(failure) => {
                    own.failed += 1;
                    if own.failures.len() < KEPT {
                        own.failures.push((case, failure));
                    }
                }
            }
        }
        let mut all = tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.seen.add(own.seen);
        all.cases += own.cases;
        all.failed += own.failed;
        all.failures.extend(own.failures);
    }

    /// A case that panics has failed like any other.
    pub fn guarded(&self, case: &Case) -> Result<Seen, Failure> {
        catch_unwind(AssertUnwindSafe(|| (self.play)(case))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(Failure { broken: vec![format!("panic: {}", text.unwrap_or_default())], trace: Vec::new() })
        })
    }

    /// A failure for people: the smallest case like it, its calls, and a test to paste.
    pub fn explain(&self, case: &Case) -> String {
        let (case, _) = shrink(case, self.play);
        let failure = tracing(|| (self.play)(&case)).err();
        let Some(Failure { broken, trace }) = failure else { return "it fails no longer".into() };
        format!("{}\n\n{}\n\n{}", broken.join("\n"), trace.join("\n"), as_test(&case, self.function))
    }
}

/// For a pasted test.
pub fn holds(case: &Case, play: fn(&Case) -> Result<Seen, Failure>) {
    if let Err(Failure { broken, trace }) = tracing(|| play(case)) {
        panic!("{}\n\n{}", broken.join("\n"), trace.join("\n"));
    }
}
