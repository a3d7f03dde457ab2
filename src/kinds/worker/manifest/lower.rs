//! Desired state out of a manifest: the only place that knows defaults.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::binding::{Binding, Input, PlainTextBinding, SecretTextBinding};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Syntax, given_for};
use crate::resource::{
    Bundle, DesiredManifest, DesiredRecord, DesiredRoute, DesiredScript, Drift, OwnCode, RecordContent, Routing, Wait,
    WorkersDev, ZoneRef,
};

use super::assets::Given;
use super::generations::{bundles, script_names, spec_path};
use super::pattern::Pattern;
use super::rules::subject::Subject;
use super::spec::{self, Dns, Spec, UsageModel, UsageModelName};
use super::{assets, build, classes, consumers, domains, env, hosts, kv, schedules, settings};
use crate::manifest::envelope::Envelope;
use crate::manifest::hostname::hostname;
use crate::manifest::kind::Claimed;
use crate::manifest::names;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::referring::{CONSUMED, WORKER, ZONE_OF_HOSTS};
use crate::manifest::schema::Metadata;
use crate::manifest::secret_source::secret_source;
use crate::manifest::text::filled;
use crate::manifest::text_or_from::zone as zone_or_reference;

/// Compatibility flags where the manifest names none, as the original system set them.
const DEFAULT_FLAGS: [&str; 1] = ["nodejs_compat"];

/// Two documents describe one Worker.
const DUPLICATE: (Code, &str) = (Code::DuplicateManifest, "remove or rename one of them");
/// Two documents claim one host.
const CLAIMED: (Code, &str) = (
    Code::ClaimedTwice,
    "give one of them another hostname, or `dns.record: existing` where the other one owns the record",
);

/// Two documents get the messages of one queue.
const SHARED: (Code, &str) = (Code::ClaimedTwice, "a queue has one consumer: give each Worker a queue of its own");

/// Annotations that say what to do about somebody else's work.
pub(super) const DRIFT_KEYS: [&str; 2] = ["drift", "cfworker-deploy/drift"];

/// The desired state of a document without errors.
///
/// Nothing when a rule let something pass that this can't take: a defect, which the caller tells.
pub(super) fn lower(subject: &Subject<'_>, document: usize) -> Option<DesiredManifest> {
    let spec = subject.spec()?;
    let metadata = subject.manifest.metadata.as_ref()?;
    let dns = spec.dns.as_ref();
    let enabled = dns.and_then(|dns| dns.enabled);
    Some(DesiredManifest {
        document,
        identity: envelope(subject).identity(subject.options)?,
        script: script(subject, spec)?,
        routing: match dns.filter(|_| enabled == Some(true)) {
            Some(dns) => routing(dns)?,
            None => Vec::new(),
        },
        routing_disabled: enabled == Some(false),
        consumers: match &spec.queue_consumers {
            Some(entries) => Some(consumers::lower(entries)?),
            None => None,
        },
        domains: match &spec.custom_domains {
            Some(_) => Some(domains::lower(spec)?),
            None => None,
        },
        schedules: spec.schedules.as_ref().map(schedules::lower),
        drift: drift(metadata),
        wait: spec.wait.as_ref().map(wait),
    })
}

/// What a document claims, however broken the rest of it is.
pub(super) fn claims(subject: &Subject<'_>) -> Vec<Claimed> {
    let Some(spec) = subject.spec() else { return Vec::new() };
    let Some(account) = envelope(subject).account(subject.options) else { return Vec::new() };
    let script = script_names(spec).into_iter().next();
    let named = subject.manifest.metadata.as_ref().is_some_and(|metadata| filled(&metadata.name).is_some());
    let name_path = match (&script, named) {
        (Some((path, _)), false) => path.clone(),
        _ => Path::default().key("metadata").key("name"),
    };
    let dns = spec.dns.as_ref().filter(|dns| dns.enabled == Some(true));
    let mut claims: Vec<Claimed> = Vec::new();
    if let Some((path, name)) = script {
        let message = format!("two documents deploy the script {}", quote(name));
        claims.push(claim(("script", &account, name), path, DUPLICATE, message));
    }
    if let Some(identity) = envelope(subject).identity(subject.options) {
        let message = format!("two documents have the identity {}", quote(&identity.label()));
        // Two of one script have one name as well, most often: that is told once.
        let beside = (!claims.is_empty()).then_some(0);
        let claim = claim(("identity", &account, &identity.id()), name_path, DUPLICATE, message);
        claims.push(Claimed { beside, ..claim });
    }
    claims.extend(claims_of_queues(spec, &account));
    claims.extend(claims_of_domains(spec));
    claims.extend(dns.into_iter().flat_map(|dns| claims_of_hosts(dns, claims.len())).collect::<Vec<_>>());
    claims
}

/// Queues that stand by their names: a queue has one consumer.
fn claims_of_queues(spec: &Spec, account: &str) -> Vec<Claimed> {
    let entries = spec.queue_consumers.iter().flat_map(|list| list.each());
    let named = entries.filter_map(|(index, entry)| {
        let path = consumers::path(index).key("queue");
        match consumers::named(entry.queue.as_ref()?, &CONSUMED, &path).ok()??.named {
            Input::Value(name) => Some((path, name)),
            Input::Reference(_) | Input::Late(_) => None,
        }
    });
    let mut claims: Vec<Claimed> = Vec::new();
    for (path, name) in named {
        let what = (format!("consumer {account}"), name.clone());
        // Two entries of one document are told by its rules.
        if claims.iter().all(|claimed| claimed.what != what) {
            let message = format!("two documents consume the queue {}", quote(&name));
            claims.push(claim(("consumer", account, &name), path, SHARED, message));
        }
    }
    claims
}

/// Custom domains: each has a record, which no other document may have made.
fn claims_of_domains(spec: &Spec) -> Vec<Claimed> {
    let mut claims: Vec<Claimed> = Vec::new();
    for (path, host) in domains::hosts(spec) {
        let message = format!("two documents claim the host {}", quote(&host));
        let finding = Diagnostic::error(Code::ClaimedTwice, message).with_help("give one of them another host");
        let claim = Claimed::record(&host, path, finding);
        if claims.iter().all(|known| known.what != claim.what) {
            claims.push(claim);
        }
    }
    claims
}

/// Records and routes. The account makes no difference: a host lies in one zone, and a zone holds a pattern once.
fn claims_of_hosts(dns: &Dns, so_many: usize) -> Vec<Claimed> {
    let mut claims = Vec::new();
    let path = spec_path().key("dns");
    let hosts = hosts::usable(dns, &path);
    let is_managed = matches!(record(dns), Ok(DesiredRecord::Managed(_)));
    for (path, host) in hosts.iter().filter(|_| is_managed) {
        let message = format!("two documents claim the DNS record of {}", quote(host));
        let (code, way) = CLAIMED;
        claims.push(Claimed::record(host, path.clone(), Diagnostic::error(code, message).with_help(way)));
    }
    let patterns = patterns(dns, &path);
    // The default route stands where its host does, and goes its way.
    let default = hosts.iter().enumerate().filter(|_| patterns.is_empty());
    let default = default
        .map(|(index, (path, host))| (default_pattern(host), path.clone(), is_managed.then_some(so_many + index)));
    let stated = patterns.iter().filter_map(|(path, text)| Some((Pattern::parse(text).ok()?.text, path.clone(), None)));
    for (route, path, beside) in stated.chain(default) {
        let message = format!("two documents claim the route {}", quote(&route));
        claims.push(Claimed { beside, ..claim(("route", "", &route), path, DUPLICATE, message) });
    }
    claims
}

fn claim((what, account, name): (&str, &str, &str), path: Path, (code, way): (Code, &str), message: String) -> Claimed {
    let finding = Diagnostic::error(code, message).with_help(way);
    Claimed { what: (format!("{what} {account}"), name.to_owned()), path, finding, beside: None }
}

/// Who the document says that it is.
pub(super) fn envelope<'a>(subject: &'a Subject<'_>) -> Envelope<'a> {
    let spec = subject.spec();
    Envelope {
        metadata: subject.manifest.metadata.as_ref(),
        account_id: spec.and_then(|spec| filled(&spec.account_id)),
        name: spec.and_then(|spec| script_names(spec).first().map(|(_, name)| *name)),
    }
}

/// The files of static assets that were given for the document.
pub(super) fn given_assets<'a>(subject: &'a Subject<'_>) -> Option<&'a Given> {
    let who = envelope(subject).identity(subject.options)?;
    given_for(&subject.options.assets, WORKER, &who)
}

/// The pattern of a host where the `dns` block states none.
fn default_pattern(hostname: &str) -> String {
    format!("{hostname}/*")
}

/// The patterns that a `dns` block states, with their paths.
pub(super) fn patterns<'dns>(dns: &'dns Dns, path: &Path) -> Vec<(Path, &'dns str)> {
    let one = filled(&dns.route_pattern).map(|text| (path.key("route_pattern"), text));
    let list = dns.route_patterns.iter().flat_map(|list| list.each());
    let several = list.map(|(index, text)| (path.key("route_patterns").index(index), text.as_str()));
    one.into_iter().chain(several).collect()
}

/// The record that a `dns` block wants.
///
/// # Errors
/// A finding for a content that does not fit its type.
pub(super) fn record(dns: &Dns) -> Result<DesiredRecord, Diagnostic> {
    let content = match &dns.record {
        None => return Ok(DesiredRecord::Managed(RecordContent::default())),
        Some(spec::Record::Word(spec::RecordWord::Existing)) => return Ok(DesiredRecord::Existing),
        Some(spec::Record::Content(content)) => content,
    };
    let record_type = content.record_type.as_deref().unwrap_or_default();
    let text = content.content.as_deref().unwrap_or_default();
    let (canonical, due) = match record_type {
        "A" => (text.parse::<Ipv4Addr>().ok().map(|address| address.to_string()), "an IPv4 address"),
        "AAAA" => (text.parse::<Ipv6Addr>().ok().map(|address| address.to_string()), "an IPv6 address"),
        _ => (hostname(text).ok().filter(|host| !host.starts_with('*')), "a host"),
    };
    match canonical {
        Some(content) => Ok(DesiredRecord::Managed(RecordContent { record_type: record_type.to_owned(), content })),
        None => Err(Diagnostic::error(Code::Record, format!("{} is not the content of a record", quote(text)))
            .with_help(format!("a record of type `{record_type}` holds {due}"))),
    }
}

fn script(subject: &Subject<'_>, spec: &Spec) -> Option<DesiredScript> {
    let (_, name) = script_names(spec).into_iter().next()?;
    let flags = spec.compatibility_flags.as_ref().map(|flags| flags.each().map(|(_, flag)| flag.clone()).collect());
    Some(DesiredScript {
        name: names::script_name(name).ok()?,
        bundle: OwnCode {
            bundle: if bundles(spec).is_empty() { None } else { Some(bundle(spec)?) },
            build: build::lower(spec.build.as_ref()),
        },
        format: spec.script.as_ref().and_then(|script| format(filled(&script.format)?)),
        main_module: filled(&spec.main_module).map(str::to_owned),
        compatibility_date: filled(&spec.compatibility_date).map(str::to_owned),
        compatibility_flags: flags.unwrap_or_else(|| DEFAULT_FLAGS.map(str::to_owned).to_vec()),
        usage_model: spec.usage_model.as_ref().map(usage_model),
        bindings: bindings(subject, spec)?,
        assets: match &spec.assets {
            Some(stated) => Some(assets::lower(stated, given_assets(subject))?),
            None => None,
        },
        classes: classes::lower(spec),
        settings: settings::lower(spec)?,
        workers_dev: spec.workers_dev.as_ref().map(workers_dev),
    })
}

fn format(word: &str) -> Option<Syntax> {
    [Syntax::EsModule, Syntax::ServiceWorker].into_iter().find(|syntax| syntax.as_str() == word)
}

fn bundle(spec: &Spec) -> Option<Bundle> {
    let (_, bundle) = bundles(spec).into_iter().next()?;
    let sha256 = match filled(&bundle.sha256) {
        Some(pin) => Some(names::sha256(pin).ok()?),
        None => None,
    };
    Some(Bundle {
        bucket: names::bucket(filled(&bundle.bucket)?).ok()?,
        key: names::object_key(filled(&bundle.path)?).ok()?,
        sha256,
        jurisdiction: filled(&bundle.jurisdiction).map(str::to_owned),
    })
}

fn bindings(subject: &Subject<'_>, spec: &Spec) -> Option<Vec<Binding>> {
    let env = spec.env.as_ref();
    let mut bindings = Vec::new();
    for (name, given) in env.and_then(|env| env.variables.as_ref()).into_iter().flatten() {
        let path = spec_path().key("env").key("variables").key(name);
        let text = env::variable(given, &path, subject.options).ok()?;
        bindings.push(Binding::PlainText(PlainTextBinding { name: name.clone(), text: text.into() }));
    }
    for (name, text) in env.and_then(|env| env.secrets.as_ref()).into_iter().flatten() {
        let source = secret_source(&text.0, &subject.options.allow_env).ok()?;
        bindings.push(Binding::SecretText(SecretTextBinding { name: name.clone(), source }));
    }
    for (index, entry) in spec.kv_bindings.iter().flat_map(|list| list.each()) {
        let path = spec_path().key("kv_bindings").index(index);
        bindings.push(Binding::Plain(kv::read(entry, &path).ok()?));
    }
    for (index, entry) in spec.bindings.iter().flat_map(|list| list.each()) {
        let path = spec_path().key("bindings").index(index);
        bindings.push(Binding::Plain(super::bindings::read(entry, &path).binding?));
    }
    bindings.extend(spec.assets.as_ref().and_then(assets::binding).map(Binding::Plain));
    bindings.sort_by(|left, right| left.name().cmp(right.name()));
    Some(bindings)
}

/// An entry a host. Stated patterns stand in place of the default ones of all hosts, each with the host whose zone it
/// lies in.
fn routing(dns: &Dns) -> Option<Vec<Routing>> {
    let path = spec_path().key("dns");
    let hosts = hosts::usable(dns, &path);
    let (zone, record) = (zone(dns)?, record(dns).ok()?);
    let routing = hosts.iter().map(|(path, host)| Routing {
        zone: zone.clone(),
        hostname: host.clone(),
        field: path.to_string(),
        record: record.clone(),
        routes: Vec::new(),
    });
    let mut routing: Vec<Routing> = routing.collect();
    let patterns = patterns(dns, &path);
    for (_, text) in &patterns {
        let pattern = Pattern::parse(text).ok()?;
        let of_host = routing.get_mut(hosts::nearest(&pattern, &hosts))?;
        let route = DesiredRoute { pattern: pattern.text };
        if !of_host.routes.contains(&route) {
            of_host.routes.push(route);
        }
    }
    for of_host in routing.iter_mut().filter(|_| patterns.is_empty()) {
        of_host.routes.push(DesiredRoute { pattern: default_pattern(&of_host.hostname) });
    }
    (!routing.is_empty()).then_some(routing)
}

fn zone(dns: &Dns) -> Option<ZoneRef> {
    let given = match &dns.zone_id {
        Some(given) => zone_or_reference(given, &ZONE_OF_HOSTS, &spec_path().key("dns").key("zone_id")).ok()?,
        None => None,
    };
    match (given, filled(&dns.zone)) {
        (Some(Input::Value(id)), _) => Some(ZoneRef::Id(id)),
        (Some(Input::Reference(reference)), _) => Some(ZoneRef::Referred(reference)),
        // No write of the run is known to make it while a manifest is read.
        (Some(Input::Late(_)), _) => None,
        (None, Some(name)) => hostname(name).ok().map(ZoneRef::Name),
        (None, None) => Some(ZoneRef::OfHostname),
    }
}

fn drift(metadata: &Metadata) -> Drift {
    let annotations = metadata.annotations.iter().flatten();
    let overwrite =
        annotations.into_iter().any(|(key, value)| DRIFT_KEYS.contains(&key.as_str()) && value == "overwrite");
    if overwrite { Drift::Overwrite } else { Drift::Stop }
}

fn wait(wait: &spec::Wait) -> Wait {
    Wait { path: filled(&wait.path).unwrap_or("/").to_owned(), header: filled(&wait.header).map(str::to_owned) }
}

fn usage_model(model: &UsageModel) -> String {
    match model {
        UsageModel::Name(UsageModelName::Bundled) | UsageModel::Number(0) => "bundled".into(),
        UsageModel::Name(UsageModelName::Unbound) | UsageModel::Number(1) => "unbound".into(),
        UsageModel::Name(UsageModelName::Standard) => "standard".into(),
        UsageModel::Number(other) => other.to_string(),
    }
}

/// Preview addresses follow the main one, as Cloudflare's own tools have it.
fn workers_dev(workers_dev: &spec::WorkersDev) -> WorkersDev {
    match workers_dev {
        spec::WorkersDev::Switch(enabled) => WorkersDev { enabled: *enabled, previews_enabled: *enabled },
        spec::WorkersDev::Settings(settings) => {
            let enabled = settings.enabled.unwrap_or_default();
            WorkersDev { enabled, previews_enabled: settings.previews_enabled.unwrap_or(enabled) }
        }
    }
}
