//! Worker routes.
//!
//! <https://developers.cloudflare.com/workers/configuration/routing/routes/>

use serde::{Deserialize, Serialize};

/// A route that the manifest wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredRoute {
    /// Pattern with a lower-case A-label host and the path as written.
    pub pattern: String,
}

/// A route as the zone has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveRoute {
    /// Route id.
    pub id: String,
    /// Pattern as the zone holds it.
    pub pattern: String,
    /// Script that it leads to; absent = Workers are bypassed.
    pub script: Option<String>,
}

impl LiveRoute {
    /// Whether it is the route of this pattern: hosts have no case, paths do.
    pub fn matches(&self, pattern: &str) -> bool {
        Self::canonical(&self.pattern) == Self::canonical(pattern)
    }

    /// The pattern with its host in lower case: what all spellings of one route have in common.
    pub fn canonical(pattern: &str) -> String {
        let start = pattern.find("://").map_or(0, |scheme| scheme + 3);
        let slash = pattern.get(start..).and_then(|rest| rest.find('/')).map_or(pattern.len(), |slash| start + slash);
        let (host, path) = pattern.split_at_checked(slash).unwrap_or((pattern, ""));
        format!("{}{path}", host.to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_no_case_and_paths_do() {
        let route = LiveRoute { id: "1".into(), pattern: "HTTPS://Api.Example.com/V1/*".into(), script: None };
        assert!(route.matches("https://api.example.com/V1/*"));
        assert!(!route.matches("https://api.example.com/v1/*"));
    }
}
