//! What is ours and no longer wanted: deleted when the manifest says so, kept as an orphan otherwise.

use super::context::Context;
use super::removal::Removal;
use super::{consumer, domain, record, schedules};
use crate::cloudflare::{dns_records, routes};
use crate::model::marks::{self, ScriptMarks};
use crate::model::{Address, Field};
use crate::resource::{DesiredRecord, LiveRecord, LiveZone, Operation, Routing};

/// What calls the Worker by itself first, then routes, then records: requests must not reach a route without a record in
/// between.
pub(super) fn find(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Removal> {
    let mut removals = schedules::removals(context, marks);
    removals.extend(consumers(context, marks));
    removals.extend(domain::removals(context, marks));
    removals.extend(routes(context, marks));
    removals.extend(records(context));
    removals
}

/// Queues in the Worker's inventory, and in that of a Worker which the manifest renamed.
fn consumers(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Removal> {
    let mut removals = consumers_of(context, &context.desired.script.name, marks, context.destroys);
    for renamed in &context.live.renamed {
        let marks = ScriptMarks::parse(&renamed.live.tags);
        removals.extend(consumers_of(context, &renamed.name, &marks, context.deletes_renamed()));
    }
    removals
}

/// `goes`: the Worker is deleted, and with it go messages of others that the caller gave up.
fn consumers_of(context: &Context<'_>, script: &str, marks: &ScriptMarks, goes: bool) -> Vec<Removal> {
    let wanted: Vec<String> = consumer::wanted(context).collect();
    let mut removals = Vec::new();
    for (queue, live) in context.queues.consumed_by(context.account(), script) {
        let address = consumer::address(context, queue);
        let held = marks.consumes(queue) || (goes && context.options.takes(&address));
        let stays = wanted.iter().any(|wanted| wanted == queue)
            || context.queues.is_wanted_by_another(context.account(), queue, &context.desired.script.name);
        let listed = context.queues.listed(context.account(), queue).filter(|_| held && !stays);
        removals.extend(listed.map(|listed| Removal {
            address,
            zone: marks::QUEUES.to_owned(),
            id: live.id.clone(),
            operation: consumer::delete(context, &listed.id.as_str().into(), live),
            hashes: vec![marks::hash(queue)],
            script: Some(script.to_owned()),
            field: Field::new("script", script, serde_json::Value::Null),
            loses: None,
        }));
    }
    removals
}

/// Queues and custom domains of the Worker's inventory that another Worker of the run takes over.
pub(super) fn given_up(context: &Context<'_>, script: &str, marks: &ScriptMarks) -> Vec<Address> {
    let own = &context.desired.script.name;
    let consumed = context.queues.consumed_by(context.account(), script).iter().map(|(queue, _)| *queue);
    let goes = consumed.filter(|queue| {
        marks.consumes(queue)
            && !consumer::wanted(context).any(|wanted| wanted == *queue)
            && context.queues.is_wanted_by_another(context.account(), queue, own)
    });
    let queues = goes.map(|queue| consumer::address(context, queue));
    queues.chain(domain::given_up(context, script, marks)).collect()
}

/// Routes in the Worker's inventory, and in that of a Worker which the manifest renamed.
fn routes(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Removal> {
    let mut removals = routes_to(context, &context.desired.script.name, marks, context.destroys);
    for renamed in &context.live.renamed {
        let marks = ScriptMarks::parse(&renamed.live.tags);
        removals.extend(routes_to(context, &renamed.name, &marks, context.deletes_renamed()));
    }
    removals
}

/// `goes`: the Worker is deleted, and with it go routes of others that the caller gave up.
fn routes_to(context: &Context<'_>, script: &str, marks: &ScriptMarks, goes: bool) -> Vec<Removal> {
    let mut removals = Vec::new();
    for (zone, content) in &context.live.zones {
        for route in content.routes.iter().filter(|route| route.script.as_deref() == Some(script)) {
            let given_up = goes && context.options.takes(&Address::route(&route.pattern).of_zone(zone));
            let held = marks.holds(zone, &route.pattern) || given_up;
            if held && !wants_route(context, zone, &route.pattern) {
                removals.push(Removal {
                    address: Address::route(&route.pattern).of_zone(zone),
                    zone: zone.clone(),
                    id: route.id.clone(),
                    operation: Operation::call("route", routes::delete(zone, &route.id)),
                    hashes: vec![marks::hash(&route.pattern)],
                    script: Some(script.to_owned()),
                    field: Field::new("script", script, serde_json::Value::Null),
                    loses: None,
                });
            }
        }
    }
    removals
}

fn wants_route(context: &Context<'_>, zone: &str, pattern: &str) -> bool {
    let wants = |(host, of_host): (&Routing, &LiveZone)| {
        of_host.id == zone && host.routes.iter().any(|route| route.pattern == pattern)
    };
    context.hosts().any(wants)
}

fn records(context: &Context<'_>) -> Vec<Removal> {
    let mut removals = Vec::new();
    for (zone, content) in &context.live.zones {
        for record in content.records.iter().filter(|record| context.owns(record)) {
            // What stands where a custom domain is to be goes right before that.
            let is_in_the_way = record.addresses() && domain::wanted(context).any(|host| host == record.name);
            if !is_in_the_way && !wants_record(context, zone, record) {
                removals.push(Removal {
                    address: Address::record(&record.name).of_zone(zone),
                    zone: zone.clone(),
                    id: record.id.clone(),
                    operation: Operation::call("record", dns_records::delete(zone, &record.id)),
                    hashes: vec![marks::record_hash(&record.name)],
                    script: None,
                    field: Field::new("content", record.content.as_str(), serde_json::Value::Null),
                    loses: None,
                });
            }
        }
    }
    removals
}

/// A record of ours stays wanted for its host, also after a change to `record: existing`; a second one does not.
fn wants_record(context: &Context<'_>, zone: &str, record: &LiveRecord) -> bool {
    let mut hosts = context.hosts();
    let Some((host, _)) = hosts.find(|(host, of_host)| of_host.id == zone && host.hostname == record.name) else {
        return false;
    };
    match &host.record {
        DesiredRecord::Managed(content) if record.addresses() => {
            let chosen = record::chosen(context, zone, &host.hostname, content);
            chosen.is_none_or(|chosen| chosen.id == record.id)
        }
        DesiredRecord::Managed(_) | DesiredRecord::Existing => true,
    }
}
