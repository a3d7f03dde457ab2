//! Worker routes of a zone.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/routes/>

use serde::Deserialize;
use serde_json::json;

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::error::Family;
use super::host::read_pattern;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

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
///
/// The script must have been uploaded before.
pub fn create(zone_id: &str, pattern: &str, script: &str) -> Call {
    let body = json!({ "pattern": pattern, "script": script });
    Call { body, ..call(Method::Post, &["zones", zone_id, "workers", "routes"]) }.answered_by::<WrittenRoute>()
}

/// `PUT /zones/{zone}/workers/routes/{route}`: points a route to a script.
pub fn put(zone_id: &str, route_id: &str, pattern: &str, script: &str) -> Call {
    let body = json!({ "pattern": pattern, "script": script });
    Call { body, ..call(Method::Put, &["zones", zone_id, "workers", "routes", route_id]) }
}

/// `DELETE /zones/{zone}/workers/routes/{route}`. Absent afterwards either way.
pub fn delete(zone_id: &str, route_id: &str) -> Call {
    let until_gone = Some(read(zone_id, route_id).into());
    Call { until_gone, ..call(Method::Delete, &["zones", zone_id, "workers", "routes", route_id]) }
}

fn call(method: Method, path: &[&str]) -> Call {
    Call::new((Family::Routes, permissions::ROUTES), method, path)
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

impl FromResult for WrittenRoute {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}
