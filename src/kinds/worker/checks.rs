//! What can be seen to go wrong, beyond single fields.

use std::collections::BTreeSet;

use super::context::Context;
use super::ownership::{ScriptOwner, author_of_live, script_owner};
use super::rebound;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Address;
use crate::model::marks::ScriptMarks;
use crate::resource::{LiveZone, Routing};

/// A host, and the field that names it.
#[derive(Clone, Copy)]
struct Named<'a> {
    hostname: &'a str,
    field: &'a str,
}

pub(super) fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut told = BTreeSet::new();
    for (routing, zone) in context.hosts() {
        let host = Named { hostname: &routing.hostname, field: &routing.field };
        findings.extend(host_outside_zone(host, zone));
        findings.extend(patterns_outside_zone(routing, zone));
        findings.extend(of_zone(context, host, zone, told.insert(&zone.id)));
        findings.extend(certificate(host, zone));
    }
    for (domain, zone) in context.domains_in_zones() {
        let host = Named { hostname: &domain.hostname, field: &domain.field };
        findings.extend(host_outside_zone(host, zone));
        findings.extend(of_zone(context, host, zone, told.insert(&zone.id)));
    }
    findings.extend(newer_marks(context));
    findings.extend(also_public(context));
    findings.extend(unreached(context));
    findings.extend(rebound::check(context));
    findings.extend(secrets_edited(context));
    if context.newest_is_not_live() {
        let message = format!("`{}` has a version that gets no requests yet", context.desired.script.name);
        findings.push(
            Diagnostic::warning(Code::UndeployedVersion, message)
                .with_help("the values shown as live are those of that version")
                .about(Address::script(&context.desired.script.name)),
        );
    }
    findings
}

/// Marks that only a newer version understands: what it keeps track of would be lost.
pub(super) fn newer_marks(context: &Context<'_>) -> Vec<Diagnostic> {
    let name = context.desired.script.name.as_str();
    let own = context.live.script.iter().map(|live| (name, live));
    let renamed = context.live.renamed.iter().map(|renamed| (renamed.name.as_str(), &renamed.live));
    let mut findings = Vec::new();
    for (name, live) in own.chain(renamed) {
        let newer: Vec<String> = ScriptMarks::parse(&live.tags).newer.iter().map(|tag| format!("`{tag}`")).collect();
        if !newer.is_empty() {
            let message = format!("`{name}` carries marks that this version can't read: {}", newer.join(", "));
            findings.push(
                Diagnostic::error(Code::NewerMarks, message)
                    .with_help("update cfworker-deploy: a newer version of it deployed this Worker")
                    .about(Address::script(name)),
            );
        }
    }
    findings
}

/// What the zone of a host is like. `is_first`: what concerns all hosts of a zone alike is said with the first of them.
fn of_zone(context: &Context<'_>, host: Named<'_>, zone: &LiveZone, is_first: bool) -> Vec<Diagnostic> {
    let mut findings = if is_first { unusable(context, host, zone) } else { Vec::new() };
    findings.extend(partial(host, zone));
    findings.extend(not_active(host, zone).filter(|_| is_first));
    findings
}

fn patterns_outside_zone(routing: &Routing, zone: &LiveZone) -> impl Iterator<Item = Diagnostic> {
    let routes = routing.routes.iter().filter(|route| !zone.holds(host_of(&route.pattern)));
    routes.map(|route| outside(zone, format!("the route pattern `{}`", route.pattern)).on("spec.dns.route_pattern"))
}

fn host_outside_zone(host: Named<'_>, zone: &LiveZone) -> Option<Diagnostic> {
    let is_outside = !zone.holds(host.hostname);
    is_outside.then(|| outside(zone, format!("the hostname `{}`", host.hostname)).on(host.field))
}

fn outside(zone: &LiveZone, what: String) -> Diagnostic {
    let name = zone.name.as_deref().unwrap_or_default();
    Diagnostic::error(Code::PatternOutsideZone, format!("{what} lies outside the zone `{name}`"))
        .with_help("correct the name, or leave out `zone_id` so that the zone is found from the hostname")
}

fn unusable(context: &Context<'_>, host: Named<'_>, zone: &LiveZone) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let account = &context.desired.identity.account;
    if let Some(owner) = zone.account.as_ref().filter(|owner| *owner != account) {
        let message = format!("the zone of `{}` is in account {owner}, the Worker in {account}", host.hostname);
        findings.push(
            Diagnostic::error(Code::AccountMismatch, message)
                .with_help("correct `account_id` or the zone")
                .on("spec.account_id"),
        );
    }
    if zone.paused {
        let message = format!("the zone of `{}` is paused: its records answer without Cloudflare", host.hostname);
        let help = "no request reaches a Worker until the zone is resumed in the dashboard";
        findings.push(Diagnostic::warning(Code::ZonePaused, message).with_help(help).on(host.field));
    }
    findings
}

fn not_active(host: Named<'_>, zone: &LiveZone) -> Option<Diagnostic> {
    let status = zone.status.as_ref().filter(|status| *status != "active")?;
    let message = format!("the zone of `{}` is {status}: the hostname answers once it is active", host.hostname);
    Some(Diagnostic::warning(Code::ZoneNotActive, message))
}

fn partial(host: Named<'_>, zone: &LiveZone) -> Option<Diagnostic> {
    zone.partial.then(|| {
        let name = host.hostname;
        let message = format!("the zone of `{name}` is partial: its names are served by another provider");
        let help = format!("let `{name}` lead to `{name}.cdn.cloudflare.net` there: only then do requests arrive");
        Diagnostic::warning(Code::ZonePartial, message).with_help(help).on(host.field)
    })
}

fn certificate(host: Named<'_>, zone: &LiveZone) -> Option<Diagnostic> {
    let rest = host.hostname.strip_suffix(zone.name.as_deref()?)?.trim_end_matches('.');
    rest.contains('.').then(|| {
        Diagnostic::warning(Code::DeepHostname, format!("Universal SSL does not cover `{}`", host.hostname))
            .with_help("order an advanced certificate for it, or use a hostname one level below the zone")
            .on(host.field)
    })
}

fn also_public(context: &Context<'_>) -> Option<Diagnostic> {
    let on = context.live.script.as_ref()?.workers_dev?.enabled;
    let has_hosts = context.desired.hosts().next().is_some();
    let undeclared = context.desired.script.workers_dev.is_none() && has_hosts;
    (on && undeclared).then(|| {
        let subdomain = context.live.account_subdomain.as_deref().unwrap_or("SUBDOMAIN");
        let message = format!("also public at {}.{subdomain}.workers.dev", context.desired.script.name);
        Diagnostic::warning(Code::AlsoPublic, message)
            .with_help("`workers_dev: false` switches it off")
            .on("spec.workers_dev")
    })
}

/// A Worker without any address, that no other one of the run calls either.
fn unreached(context: &Context<'_>) -> Option<Diagnostic> {
    let name = &context.desired.script.name;
    let live = context.live.script.as_ref().and_then(|live| live.workers_dev);
    let on = context.desired.script.workers_dev.or(live).is_some_and(|workers_dev| workers_dev.enabled);
    let routes = context.live.zones.values().flat_map(|zone| &zone.routes);
    let gone = context.desired.routing_disabled || context.options.prune;
    let leads = routes.filter(|route| route.script.as_ref() == Some(name)).count() > 0 && !gone;
    let consumes = context.desired.consumers.as_ref().is_some_and(|consumers| !consumers.is_empty());
    let called = context.labels.is_called(context.account(), name);
    let has_domain = match &context.desired.domains {
        Some(domains) => !domains.is_empty(),
        None => !context.domains.of_script(context.account(), name).is_empty() && !context.options.prune,
    };
    let is_scheduled = context.desired.schedules.as_ref().is_some_and(|schedules| !schedules.is_empty());
    (context.desired.routing.is_empty() && !on && !leads && !consumes && !is_scheduled && !has_domain && !called).then(
        || {
            Diagnostic::note(
                Code::Unreached,
                format!("nothing reaches `{name}`: it has no hostname, and workers.dev is off"),
            )
            .with_help(
                "name a host under `dns`, or set `workers_dev: true`; a Worker that only others call needs neither",
            )
            .about(Address::script(name))
        },
    )
}

/// Harmless, and still told: the values that the Worker reads may be others than the manifest's.
fn secrets_edited(context: &Context<'_>) -> Option<Diagnostic> {
    let live = context.live.script.as_ref()?;
    let owner = script_owner(&context.desired.identity, Some(live));
    matches!(owner, ScriptOwner::Clean { secrets_proven: false, .. }).then(|| {
        let message = format!(
            "secrets of `{}` were edited outside of an upload: {}",
            context.desired.script.name,
            author_of_live(live)
        );
        Diagnostic::note(Code::SecretsEdited, message)
            .with_help("they stay as they are until the next upload, which sets those of the manifest")
            .about(Address::script(&context.desired.script.name))
    })
}

/// Host and path of a pattern, without its scheme.
fn split(pattern: &str) -> (&str, &str) {
    let rest = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    match rest.find('/').and_then(|slash| rest.split_at_checked(slash)) {
        Some(parts) => parts,
        None => (rest, ""),
    }
}

/// The host of a pattern, its `*` included.
pub(super) fn host_of(pattern: &str) -> &str {
    split(pattern).0
}
