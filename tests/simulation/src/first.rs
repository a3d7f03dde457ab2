//! The first case that fails, for `npm run lacking`: as soon as the engine lacks a check, some invariant must say so.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::suite::{FAULTS, PAIRS, RACES, STALE, Suite};

/// They take turns, so that whichever sees something first is soon heard.
const SUITES: [Suite; 4] = [PAIRS, FAULTS, RACES, STALE];

/// How a case failed.
pub struct First {
    /// Its place in the order of all cases.
    place: u64,
    suite: &'static str,
    seed: u64,
    broken: Vec<String>,
}

/// Plays so many cases until one fails. Of several at the same time it is the one that comes first in their order, so
/// that the answer is the same on each machine.
pub fn failure(cases: u64, threads: usize) -> Option<First> {
    let (next, end) = (AtomicU64::new(0), AtomicU64::new(cases));
    let first: Mutex<Option<First>> = Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= end.load(Ordering::Relaxed) {
                        break;
                    }
                    if let Some(failed) = play(place) {
                        end.fetch_min(place, Ordering::Relaxed);
                        let mut first = first.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                        if first.as_ref().is_none_or(|known| failed.place < known.place) {
                            *first = Some(failed);
                        }
                    }
                }
            });
        }
    });
    first.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn play(place: u64) -> Option<First> {
    let count = SUITES.len() as u64;
    let (suite, seed) = (SUITES[(place % count) as usize], place / count);
    let broken = suite.guarded(&(suite.generate)(seed)).err()?.broken;
    Some(First { place, suite: suite.name, seed, broken })
}

/// What `--first-failure` prints: one line of JSON.
pub fn told(cases: u64, first: Option<&First>) -> Value {
    let Some(First { place, suite, seed, broken }) = first else { return json!({ "cases": cases, "failed": null }) };
    json!({ "cases": place + 1, "failed": { "suite": suite, "seed": seed, "broken": broken } })
}
