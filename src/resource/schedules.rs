//! Cron schedules: when Cloudflare calls a Worker by itself.
//!
//! <https://developers.cloudflare.com/workers/configuration/cron-triggers/>

use serde::{Deserialize, Serialize};

/// All schedules of a Worker as the account has them, whoever made them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveSchedules {
    /// What each says, in the order of the account.
    pub crons: Vec<String>,
    /// When Cloudflare answered, in seconds since the epoch by its own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<u64>,
}

impl LiveSchedules {
    /// How two schedules are compared: blanks make no difference, everything else does.
    pub fn canonical(cron: &str) -> String {
        cron.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::LiveSchedules;

    #[test]
    fn schedules_are_compared_without_regard_to_blanks() {
        assert_eq!(LiveSchedules::canonical(" */5  *\t* * * "), "*/5 * * * *");
        assert_ne!(LiveSchedules::canonical("0 0 * * SUN"), LiveSchedules::canonical("0 0 * * sun"));
    }
}
