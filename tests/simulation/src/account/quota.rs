//! The quota of requests: counted, told with every answer, and enforced.

use super::Account;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quota {
    pub(super) used: u64,
    pub(super) renewed_at_us: u64,
    pub(super) blocked_until_us: u64,
}

/// Requests in five minutes.
pub(super) const QUOTA: u64 = 1_200;
const WINDOW_US: u64 = 300_000_000;

impl Account {
    pub(super) fn count(&mut self, now_us: u64) -> (Vec<(String, String)>, bool) {
        let quota = &mut self.quota;
        if quota.renewed_at_us == 0 {
            quota.renewed_at_us = now_us + WINDOW_US;
        }
        if now_us >= quota.renewed_at_us {
            *quota = Quota { used: 0, renewed_at_us: now_us + WINDOW_US, blocked_until_us: quota.blocked_until_us };
        }
        if now_us >= quota.blocked_until_us {
            quota.used += 1;
            if quota.used > QUOTA {
                quota.blocked_until_us = now_us + WINDOW_US;
            }
        }
        let blocked = now_us < quota.blocked_until_us;
        let reset = (quota.renewed_at_us - now_us).div_ceil(1_000_000);
        let left = QUOTA.saturating_sub(quota.used);
        let mut headers = vec![
            ("ratelimit".to_owned(), format!("\"default\";r={left};t={reset}")),
            ("ratelimit-policy".to_owned(), format!("\"default\";q={QUOTA};w=300")),
        ];
        if blocked {
            let seconds = (quota.blocked_until_us - now_us).div_ceil(1_000_000);
            headers.push(("retry-after".to_owned(), seconds.to_string()));
        }
        (headers, blocked)
    }

    /// Whether the quota was ever overrun.
    pub fn was_blocked(&self) -> bool {
        self.quota.blocked_until_us > 0
    }

    /// What was left of the quota before is of no concern to what is measured now.
    pub fn renew_quota(&mut self) {
        let used = if self.switches.quota_left == 0 { 0 } else { QUOTA - u64::from(self.switches.quota_left) };
        self.quota = Quota { used, ..Quota::default() };
    }
}
