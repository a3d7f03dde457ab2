//! Keeping below Cloudflare's rate limits instead of running into them.
//!
//! <https://developers.cloudflare.com/fundamentals/api/reference/limits/>

use std::cell::Cell;

use super::Answer;

/// The quota below this share of its size is spread over the time until it is renewed.
const LOW: f64 = 0.1;
/// Cloudflare's quota where an answer does not state it: 1,200 requests in five minutes.
const DEFAULT_QUOTA: f64 = 1_200.0;
/// A burst of this many requests goes out unhindered …
const BURST: f64 = 100.0;
/// … then one in this many milliseconds: an address may send 200 a second.
const SPACING_MS: f64 = 1_000.0 / 150.0;
/// Answers that tell when the quota is renewed, in whole seconds, mean the same time within this many milliseconds.
const SAME_WINDOW_MS: f64 = 1_500.0;

/// What is known about the limits of one origin.
#[derive(Default)]
pub(crate) struct Pace {
    quota: Cell<Option<Quota>>,
    /// Next slot while the quota is low.
    next_slot: Cell<f64>,
    /// When the burst allowance would be full again.
    burst_full_at: Cell<f64>,
    /// Requests that took a slot and have no answer yet.
    outstanding: Cell<u32>,
}

/// A request from its slot to its answer.
pub(crate) struct Outstanding<'a>(&'a Cell<u32>);

impl Drop for Outstanding<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Quota {
    remaining: f64,
    size: f64,
    renewed_at: f64,
}

impl Quota {
    /// What is left by an answer, beside what was known: until it is renewed a quota only shrinks, and an answer that
    /// another one overtook says what was left before.
    fn after(self, known: Option<Self>, now: f64) -> Self {
        let is_same = |known: &Self| {
            known.size == self.size
                && known.renewed_at > now
                && (known.renewed_at - self.renewed_at).abs() < SAME_WINDOW_MS
        };
        match known.filter(is_same) {
            Some(known) => Self { remaining: self.remaining.min(known.remaining), ..known },
            None => self,
        }
    }
}

impl Pace {
    /// Counts a request until it is dropped: what an answer says to be left does not know of those on their way.
    pub(crate) fn outstanding(&self) -> Outstanding<'_> {
        self.outstanding.set(self.outstanding.get().saturating_add(1));
        Outstanding(&self.outstanding)
    }

    /// Takes the next free slot and says in how many milliseconds it comes.
    pub(crate) fn slot(&self, now: f64) -> f64 {
        self.quota_slot(now).max(self.burst_slot(now))
    }

    fn burst_slot(&self, now: f64) -> f64 {
        let full_at = self.burst_full_at.get().max(now) + SPACING_MS;
        self.burst_full_at.set(full_at);
        (full_at - now - BURST * SPACING_MS).max(0.0)
    }

    fn quota_slot(&self, now: f64) -> f64 {
        let Some(mut quota) = self.quota.get() else { return 0.0 };
        if now >= quota.renewed_at {
            self.quota.set(None);
            return 0.0;
        }
        let left = quota.remaining;
        quota.remaining = (left - 1.0).max(0.0);
        self.quota.set(Some(quota));
        if left >= quota.size * LOW {
            return 0.0;
        }
        let slot = self.next_slot.get().max(now);
        let slot = if left < 1.0 { slot.max(quota.renewed_at) } else { slot };
        let gap = (quota.renewed_at - slot).max(0.0) / left.max(1.0);
        self.next_slot.set(slot + gap);
        slot - now
    }

    /// Reads `Ratelimit` and `Ratelimit-Policy` of an answer; the tightest quota counts.
    pub(crate) fn learn(&self, answer: &Answer, now: f64) {
        let Some(limits) = answer.header("ratelimit") else { return };
        let policies = answer.header("ratelimit-policy").unwrap_or_default();
        let tightest = items(limits)
            .filter_map(|item| {
                let size = items(policies)
                    .find(|policy| policy.name == item.name)
                    .and_then(|policy| policy.number("q"))
                    .unwrap_or(DEFAULT_QUOTA);
                let renewed_at = now + item.number("t")?.min(3_600.0) * 1_000.0;
                let remaining = (item.number("r")? - f64::from(self.outstanding.get())).max(0.0);
                Some(Quota { remaining, size: size.max(1.0), renewed_at })
            })
            .min_by(|a, b| (a.remaining / a.size).total_cmp(&(b.remaining / b.size)));
        if let Some(told) = tightest {
            self.quota.set(Some(told.after(self.quota.get(), now)));
        }
    }
}

/// One item of a structured list header: `"default";r=50;t=30`.
struct Item<'a> {
    name: &'a str,
    parameters: &'a str,
}

impl Item<'_> {
    fn number(&self, key: &str) -> Option<f64> {
        let value = self.parameters.split(';').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            (name.trim() == key).then(|| value.trim())
        })?;
        value.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
    }
}

fn items(header: &str) -> impl Iterator<Item = Item<'_>> {
    header.split(',').map(|item| {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        Item { name: name.trim().trim_matches('"'), parameters }
    })
}

#[cfg(test)]
mod tests {
    use super::Pace;
    use crate::http::Answer;

    fn answer(limit: &str, policy: &str) -> Answer {
        let headers = vec![("ratelimit".into(), limit.into()), ("ratelimit-policy".into(), policy.into())];
        Answer { status: 200, headers, body: Vec::new() }
    }

    #[test]
    fn a_full_quota_costs_nothing() {
        let pace = Pace::default();
        pace.learn(&answer("\"default\";r=900;t=30", "\"default\";q=1200;w=300"), 0.0);
        assert_eq!((0..50).map(|_| pace.slot(0.0)).fold(0.0, f64::max), 0.0);
    }

    #[test]
    fn a_low_quota_is_spread_over_the_rest_of_the_window() {
        let pace = Pace::default();
        pace.learn(&answer("\"default\";r=4;t=20", "\"default\";q=100;w=60"), 1_000.0);
        let waits: Vec<f64> = (0..5).map(|_| pace.slot(1_000.0).round()).collect();
        assert_eq!(waits, [0.0, 5_000.0, 10_000.0, 15_000.0, 20_000.0]);
        assert_eq!(pace.slot(21_000.0), 0.0, "the quota is renewed");
    }

    #[test]
    fn requests_on_their_way_are_not_counted_twice() {
        let pace = Pace::default();
        let on_their_way = [pace.outstanding(), pace.outstanding()];
        pace.learn(&answer("\"default\";r=2;t=20", "\"default\";q=1200;w=300"), 0.0);
        assert_eq!(pace.slot(0.0), 20_000.0);
        drop(on_their_way);
        pace.learn(&answer("\"default\";r=2;t=20", "\"default\";q=1200;w=300"), 20_000.0);
        assert_eq!(pace.slot(20_000.0), 0.0);
    }

    #[test]
    fn an_answer_that_was_overtaken_gives_nothing_back() {
        let pace = Pace::default();
        pace.learn(&answer("\"default\";r=10;t=300", "\"default\";q=1200;w=300"), 0.0);
        pace.learn(&answer("\"default\";r=11;t=300", "\"default\";q=1200;w=300"), 100.0);
        let last = (0..10).map(|_| pace.slot(100.0)).fold(0.0, f64::max);
        assert!(last < 300_000.0, "ten are left, the last one in {last} ms");
        assert!(pace.slot(100.0) >= 299_900.0, "the eleventh waits until the quota is renewed");
        pace.learn(&answer("\"default\";r=1190;t=300", "\"default\";q=1200;w=300"), 5_000.0);
        assert_eq!(pace.slot(5_000.0), 0.0, "another window has a quota of its own");
    }

    #[test]
    fn the_tightest_of_several_quotas_counts_and_nonsense_is_ignored() {
        let pace = Pace::default();
        pace.learn(&answer("\"default\";r=1100;t=300, \"burst\";r=0;t=2", "\"burst\";q=100;w=60"), 0.0);
        assert_eq!(pace.slot(0.0), 2_000.0);
        let pace = Pace::default();
        for bad in ["", "default", "\"a\";r=x;t=1", "\"a\";r=-1;t=NaN", ";;;=,,"] {
            pace.learn(&answer(bad, bad), 0.0);
        }
        assert_eq!(pace.slot(0.0), 0.0);
    }

    #[test]
    fn a_long_burst_stays_below_the_limit_of_an_address() {
        let pace = Pace::default();
        let last = (0..400).map(|_| pace.slot(0.0)).fold(0.0, f64::max);
        assert!((1_900.0..2_100.0).contains(&last), "400 requests in {last} ms");
    }
}
