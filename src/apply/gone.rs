//! What is deleted must be gone: an accepted deletion is no proof, and neither is one list.

use futures_util::future::join;

use super::{Ended, Target, done, ended, failed};
use crate::cloudflare::dns_records::{self, Record, RecordFilter};
use crate::cloudflare::queues::{self, Consumer, Queue};
use crate::cloudflare::routes::{self, Route};
use crate::cloudflare::{Endpoint, FromResult, ReadOf};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::http::CallError;
use crate::model::Address;
use crate::model::marks::{self, Inventory};

/// How often a deletion is tried that Cloudflare accepts and does not carry out.
const TRIES: u32 = 6;

/// Longer than a list was ever seen to lag behind a write, in milliseconds.
const LISTS_CATCH_UP_MS: f64 = 35_000.0;

/// Deletes something, and again while a read by its id still shows it.
pub(super) async fn delete<D: Endpoint, R: FromResult>(target: &Target<'_>, delete: &D, read: &ReadOf<R>) -> Ended {
    for try_number in 0..TRIES {
        if try_number > 0 {
            target.client.rest(f64::from(250 << try_number)).await;
            if target.client.is_aborted() {
                return unproven(&stopped(target, delete));
            }
        }
        match target.api.call(target.client, delete).await {
            Ok(_) => {}
            Err(error) if error.is_absent() && guard::holds(Guard::AbsentIsDone) => return done(),
            Err(error) => return ended(&error),
        }
        if !guard::holds(Guard::GoneById) {
            return done();
        }
        match target.api.read(target.client, read).await {
            Ok(_) => {}
            Err(error) if error.is_absent() => return done(),
            // The deletion was accepted: whether it took effect is what this read was to tell.
            Err(error) => return unproven(&error),
        }
    }
    let message = format!("the deletion was accepted, and it is still there: {}", delete.request(target.api).target());
    failed(Diagnostic::error(Code::StillThere, message).with_help("run the same command again later"), false)
}

/// The run ends between two tries.
fn stopped<D: Endpoint>(target: &Target<'_>, delete: &D) -> CallError {
    let asked = delete.request(target.api).target();
    CallError { target: asked, tries: 0, may_have_arrived: true, kind: target.client.stop() }
}

fn unproven(error: &CallError) -> Ended {
    Ended::Failed { finding: Box::new(error.diagnostic()), unknown: true, aborted: error.is_aborted() }
}

/// Looks for entries of a Worker's inventory that no list showed, when the lists have had time to catch up with every
/// write before this run. Nothing when none of them is there.
pub(super) async fn look_again(target: &Target<'_>, script: &str, unseen: &Inventory) -> Option<Ended> {
    let why = "its marks name something that no list shows yet";
    if let Err(error) = target.client.pause(&Address::script(script).to_string(), why, LISTS_CATCH_UP_MS).await {
        return Some(ended(&error));
    }
    for (zone, hashes) in unseen {
        let found = match find(target, zone, script, [true, true]).await {
            Ok(found) => found,
            Err(error) => return Some(ended(&error)),
        };
        if let Some(There { address, .. }) = found.iter().find(|there| hashes.contains(&there.hash)) {
            let message = format!("{address} was not listed when the plan was made, and is there");
            let finding = Diagnostic::error(Code::Unseen, message).about(address.clone());
            return Some(failed(finding.with_help("run the same command again: it is removed then"), false));
        }
    }
    None
}

/// A route, record or consumer that a list shows.
pub(super) struct There {
    pub address: Address,
    pub id: String,
    /// As in an inventory.
    pub hash: String,
}

/// Routes to a Worker and records of its identity in a zone: the one, the other, or both; or, where the place is that of
/// queues, those whose messages it gets.
pub(super) async fn find(
    target: &Target<'_>,
    zone: &str,
    script: &str,
    [routes, records]: [bool; 2],
) -> Result<Vec<There>, CallError> {
    if zone == marks::QUEUES {
        return consumed_by(target, script).await;
    }
    let routes = async { if routes { routes_to(target, zone, script).await } else { Ok(Vec::new()) } };
    let records = async { if records { records_of(target, zone).await } else { Ok(Vec::new()) } };
    let (routes, records) = join(routes, records).await;
    let mut found = routes?;
    found.extend(records?);
    Ok(found)
}

/// Queues whose messages a Worker gets.
async fn consumed_by(target: &Target<'_>, script: &str) -> Result<Vec<There>, CallError> {
    let queues = target.api.read(target.client, &queues::list(target.account())).await?.entries;
    let consumers = queues.iter().filter_map(Queue::of).filter_map(|Queue { name, consumers, .. }| {
        let Consumer { id, .. } = consumers.into_iter().find(|consumer| consumer.worker() == Some(script))?;
        Some(There { address: Address::consumer(&name), hash: marks::hash(&name), id })
    });
    Ok(consumers.collect())
}

async fn routes_to(target: &Target<'_>, zone: &str, script: &str) -> Result<Vec<There>, CallError> {
    let routes = target.api.read(target.client, &routes::list(zone)).await?.routes;
    let leads_here = |route: &Route| route.script.as_deref() == Some(script);
    let entry =
        |Route { id, pattern, .. }| There { address: Address::route(&pattern), hash: marks::hash(&pattern), id };
    Ok(routes.into_iter().filter(leads_here).map(entry).collect())
}

async fn records_of(target: &Target<'_>, zone: &str) -> Result<Vec<There>, CallError> {
    let prefix = marks::comment_prefix(&target.manifest.identity);
    let list = dns_records::list(zone, RecordFilter::CommentPrefix(&prefix));
    let records = target.api.read(target.client, &list).await?;
    let entry =
        |Record { id, name, .. }| There { address: Address::record(&name), hash: marks::record_hash(&name), id };
    Ok(records.into_iter().map(entry).collect())
}
