//! Zones: looked up, never changed.
//!
//! <https://developers.cloudflare.com/api/resources/zones/>

use serde::{Deserialize, Serialize};

use crate::binding::Reference;

/// How the manifest names its zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneRef {
    /// `zone_id`, 32 lower-case hex digits.
    Id(String),
    /// `zone_id` by a reference: given as an output, or the zone that has the name.
    Referred(Reference),
    /// `zone: example.com`.
    Name(String),
    /// Not named: the longest active zone that the hostname lies in.
    OfHostname,
}

/// A zone as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveZone {
    /// Zone id.
    pub id: String,
    /// Domain name; absent when the token may not read the zone by its id.
    pub name: Option<String>,
    /// `active`, `pending`, …; absent likewise.
    pub status: Option<String>,
    /// Account that holds it; absent likewise.
    pub account: Option<String>,
    /// Its records answer without Cloudflare.
    pub paused: bool,
    /// Its names are served elsewhere, and only some lead to Cloudflare (a CNAME setup).
    pub partial: bool,
}

impl LiveZone {
    /// Whether it is the zone's own name: records there answer for the zone as well.
    pub fn is_apex(&self, host: &str) -> Option<bool> {
        self.name.as_ref().map(|name| name == host)
    }

    /// Whether a host or a pattern's host lies in the zone; unknown names are left to Cloudflare.
    pub fn holds(&self, host: &str) -> bool {
        let Some(name) = &self.name else { return true };
        let host = host.trim_start_matches('*').trim_start_matches('.');
        host.is_empty() || host == name || host.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::LiveZone;

    #[test]
    fn hosts_are_inside_by_label() {
        let zone = LiveZone { id: "1".into(), name: Some("example.com".into()), ..LiveZone::default() };
        assert!(zone.holds("example.com") && zone.holds("a.b.example.com") && zone.holds("*.example.com"));
        assert!(!zone.holds("myexample.com") && !zone.holds("example.com.evil.net"));
    }
}
