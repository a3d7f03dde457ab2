//! The custom domains of the Worker.
//!
//! A custom domain carries no mark: it is ours when it leads to our Worker and stands in the inventory.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::context::Context;
use super::removal::Removal;
use super::writes::PuttingDomain;
use crate::cloudflare::domains;
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Field};
use crate::plan::{Action, Claim, Left, Owner, Permit, Phase, Reason, Sketch, decide};
use crate::resource::{DesiredDomain, LiveDomain, LiveRecord, LiveZone, Operation};

/// The custom domains that the manifest wants. `creates`: the Worker is made in this run.
pub(super) fn plan(context: &Context<'_>, marks: &ScriptMarks, creates: bool) -> Vec<Sketch> {
    context.domains_in_zones().map(|(wanted, zone)| one(context, marks, creates, wanted, zone)).collect()
}

/// The hosts that the manifest wants.
pub(super) fn wanted<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    context.desired.domains.iter().flatten().map(|domain| domain.hostname.as_str())
}

/// Those that are written, as an inventory has them.
pub(super) fn attached(sketches: &[Sketch]) -> Inventory {
    let written = sketches.iter().filter(|sketch| !sketch.writes.is_empty());
    let hashes: BTreeSet<String> = written.map(|sketch| marks::hash(&sketch.address.key)).collect();
    if hashes.is_empty() { Inventory::new() } else { Inventory::from([(marks::DOMAINS.to_owned(), hashes)]) }
}

fn one(context: &Context<'_>, marks: &ScriptMarks, is_new: bool, wanted: &DesiredDomain, zone: &LiveZone) -> Sketch {
    let (host, script) = (wanted.hostname.as_str(), context.desired.script.name.as_str());
    let live = context.domains.listed(context.account(), host);
    let records = in_the_way(context, zone, host, live);
    let address = Address::domain(host).of_zone(&zone.id);
    let mut sketch = Sketch::wanted(address.clone(), vec![Address::script(script)]);
    Field::push(&mut sketch.fields, "service", live.map(|live| live.service.as_str()), script);
    let (ours, theirs): (Vec<_>, Vec<_>) = records.iter().partition(|record| context.owns(record));
    for record in &records {
        sketch.fields.push(Field::new("record", shown(record), Value::Null));
    }
    sketch.owner = match live {
        Some(live) => owner(context, marks, host, live, sketch.fields.is_empty()),
        None if theirs.is_empty() => Owner::Absent,
        None => Owner::Claimed(of_record(host, &theirs)),
    };
    sketch.diagnostics.extend(theirs.iter().find(|record| record.read_only).map(|_| {
        let message = format!("`{host}` is the host of another Cloudflare product, such as an R2 bucket");
        let help = "take it away there first, or choose another host; lists can lag behind a change of the last minute";
        Diagnostic::error(Code::CustomDomain, message).with_help(help).about(address)
    }));
    if decide(&sketch, context.options).action != Action::NoOp && !sketch.fields.is_empty() {
        let putting = PuttingDomain {
            account: context.account().to_owned(),
            zone: zone.id.clone(),
            hostname: host.to_owned(),
            script: script.to_owned(),
            from: live.map(|live| (live.id.clone(), live.service.clone())),
            records: ours.into_iter().chain(theirs).map(|record| record.id.clone()).collect(),
            is_new,
        };
        sketch.write(Phase::Make, Operation::procedure("domain", putting));
    }
    sketch
}

/// Records of the host beside which no custom domain can stand: where there is one already, its own record is not among
/// them.
fn in_the_way<'a>(
    context: &Context<'a>,
    zone: &LiveZone,
    host: &str,
    live: Option<&LiveDomain>,
) -> Vec<&'a LiveRecord> {
    let records = context.zone(&zone.id).records.iter();
    let here = records.filter(|record| record.name == host && record.addresses());
    here.filter(|record| live.is_none() || !record.read_only).collect()
}

fn shown(record: &LiveRecord) -> String {
    format!("{} {}", record.record_type, record.content)
}

fn owner(context: &Context<'_>, marks: &ScriptMarks, host: &str, live: &LiveDomain, is_equal: bool) -> Owner {
    let (account, script) = (context.account(), context.desired.script.name.as_str());
    let service = live.service.as_str();
    if service == script && marks.domain(host) {
        return Owner::Ours((!is_equal).then_some(Reason::Differs));
    }
    let claim = |code, permit, reason, message: String, keep: &str, loses: Option<String>| {
        Owner::Claimed(Claim {
            code,
            permit: Some(permit),
            reason,
            from: service.to_owned(),
            message,
            keep: keep.into(),
            loses,
            before: Some(json!(live)),
            equal: is_equal,
            allowed: false,
        })
    };
    if service == script {
        let message = format!("`{host}` is a custom domain of `{script}`, and nothing shows that we made it");
        let keep = "leave it out: it stays as it is";
        return claim(Code::ForeignDomain, Permit::Adopt, Reason::NotMarked, message, keep, None);
    }
    if context.live.renamed.iter().any(|renamed| renamed.answers_at(service, host)) {
        return Owner::Released(Reason::RenamedFrom(service.to_owned()));
    }
    if context.domains.is_released(account, host, service) {
        return Owner::Released(Reason::GivenUpBy(service.to_owned()));
    }
    let message = format!("`{host}` is a custom domain of another Worker: `{service}`");
    let loses = Some(format!("requests to it no longer reach `{service}`"));
    claim(Code::TakenDomain, Permit::Take, Reason::OtherWorker, message, "choose another host", loses)
}

/// A host that has records of somebody else's: Cloudflare makes no custom domain beside them.
fn of_record(host: &str, theirs: &[&&LiveRecord]) -> Claim {
    let records: Vec<String> = theirs.iter().map(|record| shown(record)).collect();
    let records = records.join(", ");
    Claim {
        code: Code::TakenDomain,
        permit: Some(Permit::Take),
        reason: Reason::NotMarked,
        from: records.clone(),
        message: format!("`{host}` has a DNS record of somebody else's: {records}"),
        keep: "choose another host, or keep the record and add a route with `dns.record: existing`".into(),
        loses: Some(records.clone()),
        before: Some(json!({ "records": records })),
        equal: false,
        allowed: false,
    }
}

/// Hosts in the Worker's inventory that nobody wants, and in that of a Worker which the manifest renamed.
pub(super) fn removals(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Removal> {
    let mut removals = removals_of(context, &context.desired.script.name, marks, context.destroys);
    for renamed in &context.live.renamed {
        let marks = ScriptMarks::parse(&renamed.live.tags);
        removals.extend(removals_of(context, &renamed.name, &marks, context.deletes_renamed()));
    }
    removals
}

/// `goes`: the Worker is deleted, and with it go hosts of others that the caller gave up.
fn removals_of(context: &Context<'_>, script: &str, marks: &ScriptMarks, goes: bool) -> Vec<Removal> {
    let mut removals = Vec::new();
    for (host, live) in context.domains.of_script(context.account(), script) {
        let address = Address::domain(host).of_zone(&live.zone);
        let held = marks.domain(host) || (goes && context.options.takes(&address));
        let stays = wanted(context).any(|wanted| wanted == *host)
            || context.domains.is_wanted_by_another(context.account(), host, &context.desired.script.name);
        if held && !stays {
            removals.push(Removal {
                zone: marks::DOMAINS.to_owned(),
                id: live.id.clone(),
                operation: Operation::call("domain", domains::delete(context.account(), &live.id)),
                hashes: vec![marks::hash(host)],
                script: Some(script.to_owned()),
                field: Field::new("service", script, Value::Null),
                loses: Some(falls_silent(host).about(address.clone())),
                address,
            });
        }
    }
    removals
}

/// What is lost with a custom domain.
fn falls_silent(host: &str) -> Diagnostic {
    let message = format!("`{host}` stops answering: its DNS record and its certificate go with the custom domain");
    Diagnostic::note(Code::DomainGoes, message).with_help("a new certificate takes some minutes if the host comes back")
}

/// Hosts of the Worker's inventory at which another Worker of the run is to answer.
pub(super) fn given_up(context: &Context<'_>, script: &str, marks: &ScriptMarks) -> Vec<Address> {
    let own = &context.desired.script.name;
    let hosts = context.domains.of_script(context.account(), script).iter();
    let goes = hosts.filter(|(host, _)| {
        marks.domain(host)
            && !wanted(context).any(|wanted| wanted == *host)
            && context.domains.is_wanted_by_another(context.account(), host, own)
    });
    goes.map(|(host, live)| Address::domain(host).of_zone(&live.zone)).collect()
}

/// Hosts that lead to our Worker and that we did not give it: named, never touched.
pub(super) fn unmanaged(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Left> {
    let foreign = foreign_to(context, &context.desired.script.name, marks).into_iter();
    let left = foreign.filter(|address| !(context.destroys && context.options.takes(address)));
    left.map(|address| Left { address, path: None, reason: Reason::LeadsHere }).collect()
}

/// Hosts of a Worker of ours that stand neither in its inventory nor in the manifest.
fn foreign_to(context: &Context<'_>, script: &str, marks: &ScriptMarks) -> Vec<Address> {
    let hosts = context.domains.of_script(context.account(), script).iter();
    let foreign = hosts.filter(|(host, _)| !marks.domain(host) && !wanted(context).any(|wanted| wanted == *host));
    foreign.map(|(host, live)| Address::domain(host).of_zone(&live.zone)).collect()
}

/// What keeps a Worker from being deleted: hosts that others gave it would go with it. `told`: those that the account names
/// where nobody asked for a list.
pub(super) fn held<'a>(
    context: &Context<'_>,
    script: &str,
    marks: &ScriptMarks,
    told: impl Iterator<Item = &'a str>,
) -> Vec<Diagnostic> {
    let mut addresses = foreign_to(context, script, marks);
    let is_listed = |host: &str| context.domains.listed(context.account(), host).is_some();
    addresses.extend(told.filter(|host| !is_listed(host) && !marks.domain(host)).map(Address::domain));
    let held = addresses.into_iter().filter(|address| !context.options.takes(address));
    held.map(|address| {
        let message = format!(
            "the custom domain `{}` leads to `{script}` and would go with it: somebody else made it",
            address.key
        );
        let help = "give the host to another Worker, or delete it where it was made";
        let mut finding = Diagnostic::error(Code::ForeignDomain, message).with_help(help);
        finding.resolve = WayOut::taking(&address);
        finding.loses = Some("the custom domain, with its record and certificate".into());
        finding.about(address)
    })
    .collect()
}
