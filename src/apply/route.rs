//! Writes of routes: one at a time, by id; the call that replaces all routes of a Worker is never made.

use super::{Ended, Target, done, ended, failed, gone};
use crate::cloudflare::routes::{self, CreateRoute, DeleteRoute, PutRoute, Route};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::guard::{self, Guard};
use crate::http::{CallError, Meaning};
use crate::model::Address;
use crate::resource::LiveRoute;

/// How often a create is tried after answers that left it open: for half a minute, which is as long as a list lags.
const TRIES: u32 = 7;

/// Creates a route. After an unclear answer, and when Cloudflare says that it exists, the zone is asked first.
pub(super) async fn create(target: &Target<'_>, zone: &str, pattern: &str) -> Ended {
    let request = CreateRoute { zone_id: zone, pattern, script: target.script() };
    let mut last = None;
    for try_number in 0..TRIES {
        if try_number > 0 {
            target.client.rest(f64::from(250 << try_number)).await;
        }
        let error = match target.call(&request).await {
            Ok(_) => return done(),
            Err(error) => error,
        };
        if error.is_aborted()
            || !guard::holds(Guard::Relist)
            || !(error.may_have_arrived || error.meaning() == Some(Meaning::Conflict))
        {
            return ended(&error);
        }
        match find(target, zone, pattern).await {
            Ok(Some(route)) if route.script.as_deref() == Some(target.script()) => return done(),
            Ok(Some(route)) => return appeared(pattern, &route),
            Ok(None) => last = Some(error),
            Err(_) => return ended(&error),
        }
    }
    match last {
        Some(error) => ended(&error),
        None => failed(Diagnostic::error(Code::Internal, "a route was never asked for"), false),
    }
}

async fn find(target: &Target<'_>, zone: &str, pattern: &str) -> Result<Option<Route>, CallError> {
    let list = target.api.read(target.client, &routes::list(zone)).await?;
    let is_it = |route: &Route| {
        let live = LiveRoute { id: String::new(), pattern: route.pattern.clone(), script: None };
        live.matches(pattern)
    };
    let Some(listed) = list.routes.into_iter().find(is_it) else { return Ok(None) };
    // The list may lag behind: where the route leads now is told by its id.
    match target.api.read(target.client, &routes::read(zone, &listed.id)).await {
        Ok(route) => Ok(Some(route)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

fn appeared(pattern: &str, route: &Route) -> Ended {
    let owner = route.script.as_deref().unwrap_or("no Worker");
    let message = format!("somebody else created the route `{pattern}` meanwhile: it leads to `{owner}`");
    let mut finding = Diagnostic::error(Code::TakenRoute, message);
    finding.resolve = WayOut::taking(&Address::route(pattern));
    failed(finding, false)
}

/// Points a route to our Worker.
pub(super) async fn update(target: &Target<'_>, zone: &str, id: &str, pattern: &str) -> Ended {
    let request = PutRoute { zone_id: zone, route_id: id, pattern, script: target.script() };
    match target.call(&request).await {
        Ok(_) => done(),
        Err(error) => ended(&error),
    }
}

/// Deletes a route until it is gone by its id; gone already is as good.
pub(super) async fn delete(target: &Target<'_>, zone: &str, id: &str) -> Ended {
    let delete = DeleteRoute { zone_id: zone, route_id: id };
    gone::delete(target, &delete, &routes::read(zone, id)).await
}
