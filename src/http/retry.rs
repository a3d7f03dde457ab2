//! When a request is sent again, and how long to wait before.

use std::cell::Cell;

use super::{Answer, http_date};

/// Numbers of the retry policy. All times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Tries after unclear answers, within `patience` more.
    pub tries: u32,
    /// A request is given up this long after its first try; it outlasts Cloudflare's five-minute block.
    pub give_up_after: f64,
    /// First upper bound of a wait; doubles. Half of a wait is certain, half is chance.
    pub base: f64,
    /// The same after a 429 that did not say how long.
    pub throttled_base: f64,
    /// Largest bound of a wait after a 429.
    pub cap: f64,
    /// Largest bound of a wait after an unclear answer: the end of an outage is noticed soon.
    pub outage_cap: f64,
    /// An outage is waited for at least this long, however many tries that takes.
    pub patience: f64,
    /// A write that is under way when the run stops has so long to end.
    pub grace: f64,
    /// One try may take this long, plus a share for the bytes it carries.
    pub try_timeout: f64,
    /// Tries of a request whose precondition is on its way (a Worker that was just created).
    pub not_yet_tries: u32,
    /// First wait of those, doubling up to `not_yet_cap`.
    pub not_yet_base: f64,
    /// Largest wait of those.
    pub not_yet_cap: f64,
    /// Tokens that all retries of a run share: an outage costs seconds, not minutes.
    pub budget: u32,
    /// Tokens of an outage, however many requests it meets and however long it lasts.
    pub unclear_cost: u32,
    /// The same of a throttling.
    pub throttled_cost: u32,
    /// Largest body of an API answer, in bytes.
    pub body_limit: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 8,
            give_up_after: 360_000.0,
            base: 250.0,
            throttled_base: 1_000.0,
            cap: 30_000.0,
            outage_cap: 8_000.0,
            patience: 90_000.0,
            grace: 5_000.0,
            try_timeout: 60_000.0,
            not_yet_tries: 10,
            not_yet_base: 200.0,
            not_yet_cap: 2_000.0,
            budget: 500,
            unclear_cost: 14,
            throttled_cost: 5,
            body_limit: 10 * 1024 * 1024,
        }
    }
}

impl Policy {
    /// Wait before the next probe of an origin that failed so often in a row. Half of it is certain: a zero would only
    /// make it worse.
    pub(crate) fn outage_wait(&self, throttled: bool, failures: u32, random: f64) -> f64 {
        let (base, cap) = if throttled { (self.throttled_base, self.cap) } else { (self.base, self.outage_cap) };
        (0.5 + 0.5 * random) * doubled(base, failures.saturating_sub(1), cap)
    }

    /// Wait before the next look at something that is on its way.
    pub(crate) fn not_yet_wait(&self, looks: u32) -> f64 {
        doubled(self.not_yet_base, looks.saturating_sub(1), self.not_yet_cap)
    }

    /// Time for one try that carries `bytes`: slow lines (128 KiB a second) get what they need.
    pub(crate) fn timeout(&self, bytes: usize) -> f64 {
        self.try_timeout + bytes as f64 / 131.072
    }
}

fn doubled(base: f64, times: u32, cap: f64) -> f64 {
    (base * f64::from(2_u32.saturating_pow(times.min(20)))).min(cap)
}

/// Tokens that all retries of a run share.
pub(crate) struct Budget {
    tokens: Cell<u32>,
    size: u32,
}

impl Budget {
    pub(crate) fn new(size: u32) -> Self {
        Self { tokens: Cell::new(size), size }
    }

    /// Takes tokens for one retry, or refuses.
    pub(crate) fn take(&self, cost: u32) -> bool {
        match self.tokens.get().checked_sub(cost) {
            Some(left) => {
                self.tokens.set(left);
                true
            }
            None => false,
        }
    }

    /// A request that went well gives back what it took, at least one.
    pub(crate) fn give_back(&self, taken: u32) {
        self.tokens.set(self.tokens.get().saturating_add(taken.max(1)).min(self.size));
    }
}

/// Milliseconds that the `Retry-After` of an answer asks for: seconds, or an HTTP date. A date counts from the answer's
/// own `Date`, and from `wall_ms` only where it has none: this machine's clock may be wrong.
pub(crate) fn retry_after(answer: &Answer, wall_ms: f64) -> Option<f64> {
    let value = answer.header("retry-after")?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds * 1_000.0);
    }
    let said_at = answer.header("date").and_then(http_date).unwrap_or(wall_ms);
    http_date(value).map(|date_ms| (date_ms - said_at).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::{Budget, Policy, retry_after};
    use crate::http::{Answer, http_date};

    fn asked(value: &str, date: Option<&str>, wall_ms: f64) -> Option<f64> {
        let mut headers = vec![("retry-after".to_owned(), value.to_owned())];
        headers.extend(date.map(|date| ("date".to_owned(), date.to_owned())));
        retry_after(&Answer { status: 429, headers, body: Vec::new() }, wall_ms)
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = http_date("Wed, 21 Oct 2015 07:28:00 GMT").expect("a date");
        assert_eq!(now, 1_445_412_480_000.0);
        assert_eq!(asked("120", None, now), Some(120_000.0));
        assert_eq!(asked("Wed, 21 Oct 2015 07:29:30 GMT", None, now), Some(90_000.0));
        assert_eq!(asked("Wed, 21 Oct 2015 07:00:00 GMT", None, now), Some(0.0));
        for bad in ["", "soon", "-1", "NaN", "inf", "Wed, 99 Oct 2015 07:00:00 GMT"] {
            assert_eq!(asked(bad, None, now), None, "{bad}");
        }
    }

    #[test]
    fn a_date_in_retry_after_counts_from_the_answers_own_date_whatever_this_machines_clock_says() {
        let (said, until) = ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:20 GMT");
        for wall_ms in [0.0, 1_445_412_480_000.0, 4_000_000_000_000.0] {
            assert_eq!(asked(until, Some(said), wall_ms), Some(20_000.0));
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_half_of_each_is_certain() {
        let policy = Policy::default();
        let bounds: Vec<f64> = (1..=8).map(|failures| policy.outage_wait(false, failures, 1.0)).collect();
        assert_eq!(bounds, [250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 8_000.0, 8_000.0]);
        assert_eq!(policy.outage_wait(false, 5, 0.0), 2_000.0);
        assert_eq!(policy.outage_wait(true, 1, 0.0), 500.0);
        assert_eq!(policy.outage_wait(true, 9, 1.0), 30_000.0);
        assert_eq!(policy.not_yet_wait(1), 200.0);
        assert_eq!(policy.not_yet_wait(9), 2_000.0);
    }

    #[test]
    fn the_budget_refuses_when_empty_and_refills() {
        let budget = Budget::new(30);
        assert!(budget.take(14) && budget.take(14));
        assert!(!budget.take(14));
        budget.give_back(28);
        assert!(budget.take(14));
        budget.give_back(1_000);
        assert!(budget.take(30) && !budget.take(1));
    }
}
