//! When a request is sent again, and how long to wait before.

use std::cell::Cell;

use super::http_date;

/// Numbers of the retry policy. All times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Tries of one request after unclear answers.
    pub tries: u32,
    /// A request is given up this long after its first try; it outlasts Cloudflare's five-minute block.
    pub give_up_after: f64,
    /// First upper bound of a wait; doubles, drawn from `0..bound` (full jitter).
    pub base: f64,
    /// The same after a 429 that did not say how long.
    pub throttled_base: f64,
    /// Largest bound of a wait.
    pub cap: f64,
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
    /// Tokens of a retry after an unclear answer.
    pub unclear_cost: u32,
    /// Tokens of one throttling, however many requests it met.
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
    /// Wait before try `tries + 1` after an unclear answer: full jitter.
    pub(crate) fn unclear_wait(&self, tries: u32, random: f64) -> f64 {
        random * doubled(self.base, tries.saturating_sub(1), self.cap)
    }

    /// Wait after the `level`-th throttling in a row. Half of it is certain: a zero would only make it worse.
    pub(crate) fn throttled_wait(&self, level: u32, random: f64) -> f64 {
        (0.5 + 0.5 * random) * doubled(self.throttled_base, level, self.cap)
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

/// Milliseconds that a `Retry-After` header asks for: seconds, or an HTTP date.
pub(crate) fn retry_after(value: &str, now_ms: f64) -> Option<f64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then_some(seconds * 1_000.0);
    }
    http_date(value).map(|date_ms| (date_ms - now_ms).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::{Budget, Policy, retry_after};
    use crate::http::http_date;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = http_date("Wed, 21 Oct 2015 07:28:00 GMT").expect("a date");
        assert_eq!(now, 1_445_412_480_000.0);
        assert_eq!(retry_after("120", now), Some(120_000.0));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:29:30 GMT", now), Some(90_000.0));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(0.0));
        for bad in ["", "soon", "-1", "NaN", "inf", "Wed, 99 Oct 2015 07:00:00 GMT"] {
            assert_eq!(retry_after(bad, now), None, "{bad}");
        }
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let policy = Policy::default();
        let bounds: Vec<f64> = (1..=9).map(|tries| policy.unclear_wait(tries, 1.0)).collect();
        assert_eq!(bounds, [250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0]);
        assert_eq!(policy.unclear_wait(5, 0.0), 0.0);
        assert_eq!(policy.throttled_wait(0, 0.0), 500.0);
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
