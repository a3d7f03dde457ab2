//! The first case that fails, for `npm run lacking`: as soon as the engine lacks a check, some invariant must say so.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::suite::{FAULTS, PAIRS, RACES, STALE, Suite};

/// They take turns, so that whichever sees something first is soon heard.
const SUITES: [Suite; 4] = [PAIRS, FAULTS, RACES, STALE];

/// Plays the cases of these places until one fails, and tells it as JSON: its place, which case it is, and what it broke.
pub fn failure(places: Range<u64>, threads: usize) -> Value {
    first(places, threads, play).map_or(Value::Null, |(_, failed)| failed)
}

fn play(place: u64) -> Option<Value> {
    let count = SUITES.len() as u64;
    let (suite, seed) = (SUITES[(place % count) as usize], place / count);
    let failure = suite.guarded(&(suite.generate)(seed)).err()?;
    Some(json!({ "place": place, "suite": suite.name, "seed": seed, "broken": failure.broken }))
}

/// Of several failures at the same time it is that of the lowest place: the answer is the same on each machine.
fn first<T: Send>(places: Range<u64>, threads: usize, play: impl Fn(u64) -> Option<T> + Sync) -> Option<(u64, T)> {
    let (next, end) = (AtomicU64::new(places.start), AtomicU64::new(places.end));
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= end.load(Ordering::Relaxed) {
                break;
            }
            if let Some(failure) = play(place) {
                end.fetch_min(place, Ordering::Relaxed);
                failures.lock().unwrap_or_else(PoisonError::into_inner).push((place, failure));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    failures.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().min_by_key(|(place, _)| *place)
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn of_two_failures_at_once_that_of_the_lower_place_is_told() {
        let both = Barrier::new(2);
        let first = first(0..100, 2, |place| {
            if place == 6 || place == 7 {
                both.wait();
            }
            (place >= 6).then_some(place)
        });
        assert_eq!(first, Some((6, 6)));
    }

    #[test]
    fn only_the_cases_of_the_places_are_played() {
        assert_eq!(first(3..6, 2, |place| (!(3..6).contains(&place)).then_some(())), None);
        assert_eq!(first(3..6, 2, Some), Some((3, 3)));
    }

    #[test]
    fn where_nothing_fails_there_is_nothing_to_tell() {
        assert_eq!(failure(0..8, 2), Value::Null);
    }
}
