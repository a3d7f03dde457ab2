//! The change of the DNS record.

use super::claim::{Claim, Permit};
use super::sketch::Context;
use super::step::{Operation, RecordWrite};
use super::{Action, Change, Reason};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::model::marks::{self, CommentMark};
use crate::model::{Address, Field};
use crate::resource::{DesiredRecord, LiveRecord, RecordContent};

/// What has to happen to the record of the hostname.
#[derive(Debug)]
pub(super) struct RecordPlan {
    /// Nothing for `record: existing`: only the route is ours.
    pub change: Option<Change>,
    pub operation: Option<Operation>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Whose a live record is.
enum Owner {
    Ours,
    /// The original system's record: ours for adoption.
    Original,
    Foreign,
    Other(String),
}

pub(super) fn plan(context: &Context<'_>) -> Option<RecordPlan> {
    let (routing, zone) = context.routing()?;
    let here: Vec<&LiveRecord> = context
        .zone(zone)
        .records
        .iter()
        .filter(|record| record.name == routing.hostname && record.addresses())
        .collect();
    Some(match &routing.record {
        DesiredRecord::Existing => existing(&routing.hostname, &here),
        DesiredRecord::Managed(content) => managed(context, zone, &routing.hostname, content, &here),
    })
}

/// Somebody else's record must be there and proxied.
fn existing(hostname: &str, here: &[&LiveRecord]) -> RecordPlan {
    let problem = if here.is_empty() {
        Some("there is no A, AAAA or CNAME record for it")
    } else if here.iter().any(|record| !record.proxied) {
        Some("its record is not proxied")
    } else {
        None
    };
    let diagnostics = problem
        .map(|problem| {
            Diagnostic::error(
                Code::ExistingRecordMissing,
                format!("`{hostname}` should have a proxied record, but {problem}"),
            )
            .with_help("create or proxy the record, or leave out `dns.record`")
            .about(Address::record(hostname))
        })
        .into_iter()
        .collect();
    RecordPlan { change: None, operation: None, diagnostics }
}

fn managed(
    context: &Context<'_>,
    zone: &str,
    hostname: &str,
    content: &RecordContent,
    here: &[&LiveRecord],
) -> RecordPlan {
    let address = Address::record(hostname);
    let write = RecordWrite {
        zone: zone.to_owned(),
        name: hostname.to_owned(),
        content: content.clone(),
        comment: marks::comment(&context.desired.identity),
    };
    let mut change = Change::unchanged(address.clone(), vec![Address::script(&context.desired.script.name)]);
    let delegated = delegated(context, zone, hostname);
    let ours = chosen(context, zone, hostname, content);
    let Some(live) = ours.or_else(|| here.first().copied()) else {
        change.action = Action::Create;
        change.reason = Reason::NotFound;
        change.fields = created(content);
        return RecordPlan {
            change: Some(change),
            operation: Some(Operation::CreateRecord(write)),
            diagnostics: delegated.into_iter().collect(),
        };
    };
    let mut diagnostics = Vec::new();
    if live.read_only && guard::holds(Guard::ReadOnlyRecord) {
        let message = format!("`{hostname}` is a custom domain or another Cloudflare product's host");
        diagnostics.push(
            Diagnostic::error(Code::CustomDomain, message)
                .with_help("remove the custom domain first, or choose another hostname")
                .about(address.clone()),
        );
    } else if ours.is_none() && here.len() > 1 && guard::holds(Guard::ManyRecords) {
        let message = format!("`{hostname}` has {} records and none is ours", here.len());
        diagnostics.push(
            Diagnostic::error(Code::ManyRecords, message)
                .with_help("leave one of them, or set `dns.record: existing`")
                .about(address.clone()),
        );
    }
    change.fields = live.differs(content, &write.comment);
    diagnostics.extend(delegated.filter(|_| !change.fields.is_empty()));
    if !change.fields.is_empty() && here.iter().any(|other| other.id != live.id && stands_in_the_way(other, content)) {
        let message =
            format!("`{hostname}` has another record beside ours that can't stand beside {}", content.content);
        diagnostics.push(
            Diagnostic::error(Code::ManyRecords, message)
                .with_help("remove the record that is not ours")
                .about(address.clone()),
        );
    }
    diagnostics.extend(settle_owner(context, live, &mut change));
    let operation = (change.action != Action::NoOp).then(|| Operation::UpdateRecord { id: live.id.clone(), write });
    RecordPlan { change: Some(change), operation, diagnostics }
}

/// A host with NS records belongs to another zone: Cloudflare takes no address beside them. At the zone's own name they
/// exclude nothing; whoever may not read that name is told by Cloudflare.
fn delegated(context: &Context<'_>, zone: &str, hostname: &str) -> Option<Diagnostic> {
    let is_apex = context.live.zone.as_ref().and_then(|zone| zone.is_apex(hostname)).unwrap_or(true);
    let is_delegation = |record: &&LiveRecord| record.record_type == "NS" && record.name == hostname;
    let server = context.zone(zone).records.iter().find(is_delegation).filter(|_| !is_apex)?;
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
    let ours: Vec<_> = here.filter(|record| matches!(owner(context, record), Owner::Ours)).collect();
    let fits = ours.iter().find(|record| record.differs(content, &comment).is_empty());
    fits.or(ours.first()).copied()
}

/// Cloudflare takes no two equal records, and nothing beside a CNAME.
fn stands_in_the_way(other: &LiveRecord, wanted: &RecordContent) -> bool {
    let equal = other.record_type == wanted.record_type && other.has_content(&wanted.content);
    equal || other.record_type == "CNAME" || wanted.record_type == "CNAME"
}

/// Sets action and reason by owner; gives the conflict where the run may not go on.
fn settle_owner(context: &Context<'_>, live: &LiveRecord, change: &mut Change) -> Option<Diagnostic> {
    // A record that serves the Worker already differs in the comment only: that much may be adopted without a name.
    let equal = change.fields.iter().all(|field| field.path == "comment");
    let before = serde_json::json!({
        "type": live.record_type, "content": live.content, "proxied": live.proxied, "ttl": live.ttl,
        "comment": live.comment,
    });
    let proxied = if live.proxied { "proxied" } else { "not proxied" };
    let shown = format!("{} {} ({proxied})", live.record_type, live.content);
    let claim = match owner(context, live) {
        Owner::Ours => {
            if !change.fields.is_empty() {
                change.action = Action::Update;
                change.reason = if live.proxied { Reason::Differs } else { Reason::NotProxied };
            }
            return None;
        }
        Owner::Original => {
            change.action = Action::Adopt;
            change.from = Some("the original system".into());
            change.reason = Reason::OriginalSystem;
            change.before = Some(before);
            return None;
        }
        Owner::Foreign => Claim {
            code: Code::ForeignRecord,
            permit: Permit::Adopt,
            reason: Reason::NotMarked,
            message: format!("a record for `{}` exists and is not ours: {shown}", live.name),
            keep: "`dns.record: existing` keeps the record and adds the route alone; or choose another hostname".into(),
            from: shown.clone(),
            loses: (!equal).then_some(shown),
            before: Some(before),
        },
        Owner::Other(id) => {
            let from = context.labels.owner(&id);
            Claim {
                code: Code::OtherIdentityRecord,
                permit: Permit::Take,
                reason: Reason::OtherIdentity,
                message: format!("the record of `{}` belongs to {from}", live.name),
                keep: "choose another hostname, or remove it from that manifest first".into(),
                from,
                loses: Some(shown),
                before: Some(before),
            }
        }
    };
    let allowed = match claim.permit {
        Permit::Adopt => context.options.adopts(&change.address, equal),
        Permit::Take => context.options.takes(&change.address),
    };
    claim.settle(change, allowed)
}

fn owner(context: &Context<'_>, record: &LiveRecord) -> Owner {
    match marks::parse_comment(&record.comment) {
        _ if !guard::holds(Guard::RecordMark) => Owner::Ours,
        CommentMark::Id(id) if id == context.desired.identity.id() => Owner::Ours,
        CommentMark::Id(id) => Owner::Other(id),
        CommentMark::Original => Owner::Original,
        CommentMark::Foreign => Owner::Foreign,
    }
}

fn created(content: &RecordContent) -> Vec<Field> {
    vec![
        Field::new("type", serde_json::Value::Null, content.record_type.as_str()),
        Field::new("content", serde_json::Value::Null, content.content.as_str()),
        Field::new("proxied", serde_json::Value::Null, true),
    ]
}
