//! Worker routes of a zone.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/routes/>

use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Endpoint};
use super::envelope::{Done, result};
use super::error::Family;
use super::host::read_pattern;
use super::permissions::{self, Grant};
use super::read::{Accepted, FromResult, ReadOf};
use crate::http::{Answer, Method, Request};

/// `GET /zones/{zone}/workers/routes`: all of them, no pages.
pub fn list(zone_id: &str) -> ReadOf<RouteList> {
    let subject = format!("routes of zone {zone_id}");
    ReadOf::new((Family::Routes, permissions::ROUTES), &["zones", zone_id, "workers", "routes"], subject).or_absent()
}

/// `GET /zones/{zone}/workers/routes/{route}`: whether it is there, whatever a list says.
pub fn read(zone_id: &str, route_id: &str) -> ReadOf<Route> {
    let path = ["zones", zone_id, "workers", "routes", route_id];
    ReadOf::new((Family::Routes, permissions::ROUTES), &path, format!("route {route_id}")).or_absent()
}

/// `POST /zones/{zone}/workers/routes`. After an unclear answer or 10020, list before sending again.
#[derive(Clone, Copy, Debug)]
pub struct CreateRoute<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Pattern.
    pub pattern: &'a str,
    /// Script name; must have been uploaded before.
    pub script: &'a str,
}

/// `PUT /zones/{zone}/workers/routes/{route}`: points a route to a script.
#[derive(Clone, Copy, Debug)]
pub struct PutRoute<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Route id.
    pub route_id: &'a str,
    /// Pattern.
    pub pattern: &'a str,
    /// Script name.
    pub script: &'a str,
}

/// `DELETE /zones/{zone}/workers/routes/{route}`. Absent afterwards either way.
#[derive(Clone, Copy, Debug)]
pub struct DeleteRoute<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Route id.
    pub route_id: &'a str,
}

/// All routes of a zone, as they were when Cloudflare answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteList {
    /// In no certain order.
    pub routes: Vec<Route>,
    /// Seconds since the epoch by Cloudflare's clock; absent where the answer has no date that can be read.
    pub read_at: Option<u64>,
}

impl FromResult for RouteList {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        let read_at = accepted.answered_at;
        Ok(Self { routes: accepted.or_default()?, read_at })
    }
}

/// A route as it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Route {
    /// 32 lower-case hex digits.
    pub id: String,
    /// Pattern, its host as lower-case A-labels.
    #[serde(deserialize_with = "read_pattern")]
    pub pattern: String,
    /// Script that it points to; absent: requests bypass Workers.
    #[serde(default)]
    pub script: Option<String>,
}

impl FromResult for Route {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

/// What a write of a route says: its id, and nothing more for certain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WrittenRoute {
    /// 32 lower-case hex digits.
    pub id: String,
}

impl Endpoint for CreateRoute<'_> {
    type Output = WrittenRoute;
    const FAMILY: Family = Family::Routes;
    const GRANT: Grant = permissions::ROUTES;

    fn request(&self, api: &Api) -> Request {
        let body = json!({ "pattern": self.pattern, "script": self.script });
        api.json(Method::Post, &["zones", self.zone_id, "workers", "routes"], &body)
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

impl Endpoint for PutRoute<'_> {
    type Output = Done;
    const FAMILY: Family = Family::Routes;
    const GRANT: Grant = permissions::ROUTES;

    fn request(&self, api: &Api) -> Request {
        let body = json!({ "pattern": self.pattern, "script": self.script });
        api.json(Method::Put, &["zones", self.zone_id, "workers", "routes", self.route_id], &body)
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}

impl Endpoint for DeleteRoute<'_> {
    type Output = Done;
    const FAMILY: Family = Family::Routes;
    const GRANT: Grant = permissions::ROUTES;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Delete, &["zones", self.zone_id, "workers", "routes", self.route_id])
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}
