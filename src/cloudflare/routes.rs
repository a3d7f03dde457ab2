//! Worker routes of a zone.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/routes/>

use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Endpoint};
use super::envelope::{Done, result, result_or_default};
use super::error::Family;
use super::host::read_pattern;
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET /zones/{zone}/workers/routes`: all of them, no pages.
#[derive(Clone, Copy, Debug)]
pub struct ListRoutes<'a> {
    /// Zone id.
    pub zone_id: &'a str,
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

/// `GET /zones/{zone}/workers/routes/{route}`: whether it is there, whatever a list says.
#[derive(Clone, Copy, Debug)]
pub struct ReadRoute<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Route id.
    pub route_id: &'a str,
}

/// All routes of a zone, as they were when Cloudflare answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteList {
    /// In no certain order.
    pub routes: Vec<Route>,
    /// Seconds since the epoch by Cloudflare's clock; absent where the answer has no date that can be read.
    pub read_at: Option<u64>,
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

/// What a write of a route says: its id, and nothing more for certain.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WrittenRoute {
    /// 32 lower-case hex digits.
    pub id: String,
}

impl Endpoint for ListRoutes<'_> {
    type Output = RouteList;
    const FAMILY: Family = Family::Routes;
    const GRANT: Grant = permissions::ROUTES;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["zones", self.zone_id, "workers", "routes"])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        Ok(RouteList { routes: result_or_default(answer)?, read_at: answer.date() })
    }
}

impl Endpoint for ReadRoute<'_> {
    type Output = Route;
    const FAMILY: Family = Family::Routes;
    const GRANT: Grant = permissions::ROUTES;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["zones", self.zone_id, "workers", "routes", self.route_id])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
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
