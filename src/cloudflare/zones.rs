//! Zones.

use serde::Deserialize;

use super::api::{Api, Endpoint, with_query};
use super::envelope::result;
use super::error::Family;
use super::host::read_host;
use super::page::{self, Page, Paged};
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET /zones/{zone}`.
///
/// <https://developers.cloudflare.com/api/resources/zones/methods/get/>
#[derive(Clone, Copy, Debug)]
pub struct ReadZone<'a> {
    /// Zone id.
    pub zone_id: &'a str,
}

/// `GET /zones`: zones of exactly this name in an account.
///
/// An empty list also comes when the token lacks `Zone Read`: absence is never proven by it.
///
/// <https://developers.cloudflare.com/api/resources/zones/methods/list/>
#[derive(Clone, Copy, Debug)]
pub struct ListZones<'a> {
    /// Exact name, such as `example.com`.
    pub name: &'a str,
    /// Account that owns it.
    pub account_id: &'a str,
    /// Page, from 1.
    pub page: u32,
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

impl Zone {
    /// Whether requests to it reach Cloudflare.
    pub fn is_active(&self) -> bool {
        self.status.as_deref() == Some("active")
    }
}

impl Endpoint for ReadZone<'_> {
    type Output = Zone;
    const FAMILY: Family = Family::Zones;
    const GRANT: Grant = permissions::ZONES;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["zones", self.zone_id])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

impl Endpoint for ListZones<'_> {
    type Output = Page<Zone>;
    const FAMILY: Family = Family::Zones;
    const GRANT: Grant = permissions::ZONES;

    fn request(&self, api: &Api) -> Request {
        let (page, per_page) = (self.page.max(1).to_string(), Self::PER_PAGE.to_string());
        let query = [("name", self.name), ("account.id", self.account_id), ("page", &page), ("per_page", &per_page)];
        with_query(api.request(Method::Get, &["zones"]), &query)
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        page::page(answer)
    }
}

impl Paged for ListZones<'_> {
    type Item = Zone;
    const PER_PAGE: u32 = 50;

    fn at_page(&self, page: u32) -> Self {
        Self { page, ..*self }
    }
}
