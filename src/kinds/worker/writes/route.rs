//! Whether a route is there that this run creates.

use crate::cloudflare::routes::{self, Route};
use crate::cloudflare::{Heard, Search, Sighting};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::Address;
use crate::resource::LiveRoute;

/// A route of this run.
#[derive(Debug)]
pub(in super::super) struct SearchRoute {
    pub zone: String,
    pub pattern: String,
    pub script: String,
}

impl Search for SearchRoute {
    fn next(&self, heard: &Heard) -> Sighting {
        let list = routes::list(&self.zone);
        let listed = match heard.get(&list) {
            None => return Sighting::Ask(list.into()),
            Some(Err(_)) => return Sighting::Unclear,
            Some(Ok(listed)) => listed,
        };
        let is_it = |route: &&Route| LiveRoute::canonical(&route.pattern) == LiveRoute::canonical(&self.pattern);
        let Some(listed) = listed.routes.iter().find(is_it) else { return Sighting::Absent };
        // The list may lag behind: where the route leads now is told by its id.
        let by_id = routes::read(&self.zone, &listed.id);
        match heard.get(&by_id) {
            None => Sighting::Ask(by_id.into()),
            Some(Err(error)) if error.is_absent() => Sighting::Absent,
            Some(Err(_)) => Sighting::Unclear,
            Some(Ok(route)) if route.script.as_ref() == Some(&self.script) => Sighting::There(serde_json::Value::Null),
            Some(Ok(route)) => Sighting::Taken(Box::new(self.appeared(&route))),
        }
    }
}

impl SearchRoute {
    fn appeared(&self, route: &Route) -> Diagnostic {
        let owner = route.script.as_deref().unwrap_or("no Worker");
        let message = format!("somebody else created the route `{}` meanwhile: it leads to `{owner}`", self.pattern);
        let mut finding = Diagnostic::error(Code::TakenRoute, message);
        finding.resolve = WayOut::taking(&Address::route(&self.pattern));
        finding
    }
}
