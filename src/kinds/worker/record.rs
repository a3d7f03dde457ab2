//! The DNS record of each of the Worker's hosts.

use super::context::Context;
use super::writes::RecordWrite;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::{self, CommentMark, Inventory};
use crate::model::{Address, Field};
use crate::plan::{Action, Claim, Owner, Permit, Phase, Reason, Sketch, decide};
use crate::resource::{DesiredRecord, LiveRecord, LiveZone, Operation, RecordContent};

/// What has to happen to the records of the hosts.
#[derive(Debug, Default)]
pub(super) struct RecordPlan {
    /// One a host; none for `record: existing`: only the routes are ours.
    pub sketches: Vec<Sketch>,
    /// What is to be said where nothing is ours.
    pub diagnostics: Vec<Diagnostic>,
    /// Those that are written, as an inventory has them.
    pub attached: Inventory,
}

pub(super) fn plan(context: &Context<'_>) -> RecordPlan {
    let mut plan = RecordPlan::default();
    for (host, zone) in context.hosts() {
        let records = context.zone(&zone.id).records.iter();
        let here: Vec<&LiveRecord> =
            records.filter(|record| record.name == host.hostname && record.addresses()).collect();
        match &host.record {
            DesiredRecord::Existing => plan.diagnostics.extend(existing(&host.hostname, &here)),
            DesiredRecord::Managed(content) => {
                let sketch = managed(context, zone, &host.hostname, content, &here);
                if !sketch.writes.is_empty() {
                    let hash = marks::record_hash(&host.hostname);
                    plan.attached.entry(zone.id.clone()).or_default().insert(hash);
                }
                plan.sketches.push(sketch);
            }
        }
    }
    plan
}

/// Somebody else's record must be there and proxied.
fn existing(hostname: &str, here: &[&LiveRecord]) -> Option<Diagnostic> {
    let problem = if here.is_empty() {
        "there is no A, AAAA or CNAME record for it"
    } else if here.iter().any(|record| !record.proxied) {
        "its record is not proxied"
    } else {
        return None;
    };
    let message = format!("`{hostname}` should have a proxied record, but {problem}");
    Some(
        Diagnostic::error(Code::ExistingRecordMissing, message)
            .with_help("create or proxy the record, or leave out `dns.record`")
            .about(Address::record(hostname)),
    )
}

fn managed(
    context: &Context<'_>,
    zone: &LiveZone,
    hostname: &str,
    content: &RecordContent,
    here: &[&LiveRecord],
) -> Sketch {
    let write = RecordWrite {
        zone: zone.id.clone(),
        name: hostname.to_owned(),
        content: content.clone(),
        comment: marks::comment(&context.desired.identity),
    };
    let needs = vec![Address::script(&context.desired.script.name)];
    let mut sketch = Sketch::wanted(Address::record(hostname).of_zone(&zone.id), needs);
    let delegated = delegated(context, zone, hostname);
    let ours = chosen(context, &zone.id, hostname, content);
    let Some(live) = ours.or_else(|| here.first().copied()) else {
        sketch.owner = Owner::Absent;
        sketch.fields = created(content);
        sketch.write(Phase::Make, Operation::call("record", write.create()));
        sketch.diagnostics.extend(delegated);
        return sketch;
    };
    sketch.fields = live.differs(content, &write.comment);
    sketch.diagnostics.extend(in_the_way(hostname, content, here, live, ours.is_some(), !sketch.fields.is_empty()));
    sketch.diagnostics.extend(delegated.filter(|_| !sketch.fields.is_empty()));
    sketch.owner = owner(context, live, &sketch.fields);
    if decide(&sketch, context.options).action != Action::NoOp {
        sketch.write(Phase::Make, Operation::call("record", write.update(&live.id)));
    }
    sketch
}

/// Records that can't be changed, or beside which ours can't stand.
fn in_the_way(
    hostname: &str,
    content: &RecordContent,
    here: &[&LiveRecord],
    live: &LiveRecord,
    is_ours: bool,
    changes: bool,
) -> Vec<Diagnostic> {
    let finding =
        |code, message: String, help| Diagnostic::error(code, message).with_help(help).about(Address::record(hostname));
    let mut findings = Vec::new();
    if live.read_only {
        let message = format!("`{hostname}` is a custom domain or another Cloudflare product's host");
        let help = "remove the custom domain first, or choose another hostname";
        findings.push(finding(Code::CustomDomain, message, help));
    } else if !is_ours && here.len() > 1 {
        let message = format!("`{hostname}` has {} records and none is ours", here.len());
        findings.push(finding(Code::ManyRecords, message, "leave one of them, or set `dns.record: existing`"));
    }
    if changes && here.iter().any(|other| other.id != live.id && stands_in_the_way(other, content)) {
        let message =
            format!("`{hostname}` has another record beside ours that can't stand beside {}", content.content);
        findings.push(finding(Code::ManyRecords, message, "remove the record that is not ours"));
    }
    findings
}

/// A host with NS records belongs to another zone: Cloudflare takes no address beside them. At the zone's own name they
/// exclude nothing; whoever may not read that name is told by Cloudflare.
fn delegated(context: &Context<'_>, zone: &LiveZone, hostname: &str) -> Option<Diagnostic> {
    let is_apex = zone.is_apex(hostname).unwrap_or(true);
    let is_delegation = |record: &&LiveRecord| record.record_type == "NS" && record.name == hostname;
    let server = context.zone(&zone.id).records.iter().find(is_delegation).filter(|_| !is_apex)?;
    let message =
        format!("`{hostname}` is delegated to `{}`: no record of ours can stand beside its NS", server.content);
    Some(
        Diagnostic::error(Code::Delegated, message)
            .with_help("choose another hostname, or remove the NS records if nothing is served there")
            .about(Address::record(hostname)),
    )
}

/// The record of ours for a host; of several (a run made one while the list did not show the other yet) the one that
/// fits.
pub(super) fn chosen<'a>(
    context: &Context<'a>,
    zone: &str,
    hostname: &str,
    content: &RecordContent,
) -> Option<&'a LiveRecord> {
    let comment = marks::comment(&context.desired.identity);
    let records = context.zone(zone).records.iter();
    let here = records.filter(|record| record.name == hostname && record.addresses());
    let ours: Vec<_> = here.filter(|record| is_ours(context, record)).collect();
    let fits = ours.iter().find(|record| record.differs(content, &comment).is_empty());
    fits.or(ours.first()).copied()
}

/// Cloudflare takes no two equal records, and nothing beside a CNAME.
fn stands_in_the_way(other: &LiveRecord, wanted: &RecordContent) -> bool {
    let equal = other.record_type == wanted.record_type && other.has_content(&wanted.content);
    equal || other.record_type == "CNAME" || wanted.record_type == "CNAME"
}

/// Whose a live record is.
fn owner(context: &Context<'_>, live: &LiveRecord, fields: &[Field]) -> Owner {
    // A record that serves the Worker already differs in the comment only: that much may be adopted without a name.
    let equal = fields.iter().all(|field| field.path == "comment");
    let proxied = if live.proxied { "proxied" } else { "not proxied" };
    let shown = format!("{} {} ({proxied})", live.record_type, live.content);
    let claim = Claim {
        code: Code::ForeignRecord,
        permit: Some(Permit::Adopt),
        reason: Reason::NotMarked,
        message: format!("a record for `{}` exists and is not ours: {shown}", live.name),
        keep: "`dns.record: existing` keeps the record and adds the route alone; or choose another hostname".into(),
        from: shown.clone(),
        loses: (!equal).then(|| shown.clone()),
        before: Some(serde_json::json!({
            "type": live.record_type, "content": live.content, "proxied": live.proxied, "ttl": live.ttl,
            "comment": live.comment,
        })),
        equal,
        allowed: false,
    };
    match marks::parse_comment(&live.comment) {
        _ if is_ours(context, live) => {
            let why = if live.proxied { Reason::Differs } else { Reason::NotProxied };
            Owner::Ours((!fields.is_empty()).then_some(why))
        }
        CommentMark::Id(id) => {
            let from = context.labels.owner(&id);
            Owner::Claimed(Claim {
                code: Code::OtherIdentityRecord,
                permit: Some(Permit::Take),
                reason: Reason::OtherIdentity,
                message: format!("the record of `{}` belongs to {from}", live.name),
                keep: "choose another hostname, or remove it from that manifest first".into(),
                from,
                loses: Some(shown),
                ..claim
            })
        }
        // What the original system made is ours for adoption.
        CommentMark::Original => Owner::Claimed(Claim {
            permit: None,
            reason: Reason::OriginalSystem,
            from: "the original system".into(),
            ..claim
        }),
        CommentMark::Foreign => Owner::Claimed(claim),
    }
}

fn is_ours(context: &Context<'_>, record: &LiveRecord) -> bool {
    marks::parse_comment(&record.comment) == CommentMark::Id(context.desired.identity.id())
}

fn created(content: &RecordContent) -> Vec<Field> {
    vec![
        Field::new("type", serde_json::Value::Null, content.record_type.as_str()),
        Field::new("content", serde_json::Value::Null, content.content.as_str()),
        Field::new("proxied", serde_json::Value::Null, true),
    ]
}
