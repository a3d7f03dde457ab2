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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::cloudflare::routes::RouteList;
    use crate::cloudflare::{Reply, Turn};

    /// What a look comes to where a list shows one route, which leads to this Worker by its id.
    fn look(pattern: &str, script: &str) -> Sighting {
        let search = SearchRoute { zone: "z".into(), pattern: "shop.example.com/*".into(), script: "shop".into() };
        let route = Route { id: "r".into(), pattern: pattern.into(), script: Some(script.into()) };
        let list = RouteList { routes: vec![Route { script: None, ..route.clone() }], read_at: None };
        let mut heard = Heard::default();
        assert!(matches!(search.next(&heard), Sighting::Ask(read) if read == routes::list("z").into()));
        heard.add(Turn::Replies(vec![(routes::list("z").into(), Ok(Reply::Found(Rc::new(list))))]));
        if let Sighting::Ask(read) = search.next(&heard) {
            heard.add(Turn::Replies(vec![(read, Ok(Reply::Found(Rc::new(route))))]));
        }
        search.next(&heard)
    }

    #[test]
    fn a_route_that_was_created_is_told_by_its_id_and_not_by_a_list_that_lags_behind() {
        assert!(matches!(look("SHOP.example.com/*", "shop"), Sighting::There(_)));
        assert!(matches!(look("other.example.com/*", "shop"), Sighting::Absent));
    }

    #[test]
    fn a_route_that_somebody_else_created_meanwhile_is_theirs_and_says_how_to_take_it() {
        let Sighting::Taken(finding) = look("shop.example.com/*", "theirs") else { panic!("theirs") };
        let message = "somebody else created the route `shop.example.com/*` meanwhile: it leads to `theirs`";
        assert_eq!((finding.code, finding.message.as_str()), (Code::TakenRoute, message));
        assert_eq!(finding.resolve, WayOut::taking(&Address::route("shop.example.com/*")));
    }
}
