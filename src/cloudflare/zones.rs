//! Zones.

use serde::Deserialize;

use super::accepted::{Accepted, FromResult};
use super::error::Family;
use super::host::read_host;
use super::permissions;
use super::read::ReadOf;

/// `GET /zones/{zone}`. Every token that may deploy may read a zone by its id, except some narrow ones: for those,
/// Cloudflare checks names.
///
/// <https://developers.cloudflare.com/api/resources/zones/methods/get/>
pub fn read(zone_id: &str) -> ReadOf<Zone> {
    ReadOf::new((Family::Zones, permissions::ZONES), &["zones", zone_id], format!("zone {zone_id}"))
        .or_absent()
        .or_hidden()
}

/// `GET /zones`: zones of exactly this name (such as `example.com`) in an account.
///
/// An empty list also comes when the token lacks `Zone Read`: absence is never proven by it.
///
/// <https://developers.cloudflare.com/api/resources/zones/methods/list/>
pub fn named(name: &str, account_id: &str) -> ReadOf<Vec<Zone>> {
    ReadOf::new((Family::Zones, permissions::ZONES), &["zones"], "zones".into())
        .with("name", name)
        .with("account.id", account_id)
        .in_pages_of(50)
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Zone {
    /// 32 lower-case hex digits.
    pub id: String,
    /// Such as `example.com`, as lower-case A-labels.
    #[serde(deserialize_with = "read_host")]
    pub name: String,
    /// `active`, `pending`, `initializing`, `moved`.
    #[serde(default)]
    pub status: Option<String>,
    /// Whether Cloudflare only answers DNS and proxies nothing.
    #[serde(default)]
    pub paused: Option<bool>,
    /// `full`, `partial`, `secondary`, `internal`.
    #[serde(default, rename = "type")]
    pub zone_type: Option<String>,
    /// Who owns it.
    #[serde(default)]
    pub account: Option<ZoneAccount>,
}

/// Owner of a zone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ZoneAccount {
    /// Account id.
    #[serde(default)]
    pub id: Option<String>,
}

impl FromResult for Zone {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

impl Zone {
    /// Whether requests to it reach Cloudflare.
    pub fn is_active(&self) -> bool {
        self.status.as_deref() == Some("active")
    }
}
