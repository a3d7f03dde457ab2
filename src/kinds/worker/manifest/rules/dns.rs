//! Hosts, zone, record and routes.

use crate::diagnostic::{Code, Diagnostic};
use crate::dns_name::a_labels;
use crate::kinds::worker::manifest::generations::spec_path;
use crate::kinds::worker::manifest::hosts::{self, MOST_HOSTS};
use crate::kinds::worker::manifest::lower::{patterns, record};
use crate::kinds::worker::manifest::pattern::Pattern;
use crate::kinds::worker::manifest::spec::{Dns, Record};
use crate::manifest::findings::Findings;
use crate::manifest::hostname::{hostname, is_within};
use crate::manifest::nearest::nearest;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::referring::ZONE_OF_HOSTS;
use crate::manifest::text::filled;
use crate::manifest::text_or_from::zone as zone_or_reference;
use crate::resource::{DesiredRecord, RecordContent};

use super::subject::Subject;

/// Hosts, zone, record and routes; a block that is off needs nothing else.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let path = spec_path().key("dns");
    let Some(dns) = subject.spec().and_then(|spec| spec.dns.as_ref()) else { return };
    let enabled = path.key("enabled");
    if dns.enabled.is_none() && !subject.is_broken(&enabled) {
        let finding = Diagnostic::warning(Code::NoEffect, "`dns` has no effect without `enabled: true`");
        findings.add(&path, finding.with_help("add `enabled: true`, or `enabled: false` to remove record and routes"));
    }
    if dns.enabled == Some(true) || subject.is_broken(&enabled) {
        enabled_block(subject, dns, &path, findings);
    }
}

fn enabled_block(subject: &Subject<'_>, dns: &Dns, path: &Path, findings: &mut Findings<'_>) {
    let of_zone = path.key("zone_id");
    if let Some(given) = &dns.zone_id
        && let Err((path, finding)) = zone_or_reference(given, &ZONE_OF_HOSTS, &of_zone)
        && !subject.is_told(&path, &finding)
    {
        findings.add(&path, finding);
    }
    let hosts = named_hosts(subject, dns, path, findings);
    if let Some(zone) = zone(dns, path, findings) {
        for (path, host) in &hosts {
            inside_zone(host, &zone, path, findings);
        }
    }
    let content = record_content(&hosts, dns, path, findings);
    routes(&hosts, content, dns, path, findings);
}

/// The usable hosts, each once.
fn named_hosts(subject: &Subject<'_>, dns: &Dns, path: &Path, findings: &mut Findings<'_>) -> Vec<(Path, String)> {
    let (one, list) = (path.key("hostname"), path.key("hostnames"));
    let stated = hosts::stated(dns, path);
    let is_broken = subject.is_broken(&one) || subject.is_broken(&list) || hosts::is_list(dns);
    if stated.is_empty() && !is_broken {
        let finding = Diagnostic::error(Code::MissingKey, format!("`{one}` is missing"));
        findings.add(&one, finding.with_help("`dns.enabled: true` needs the host that the Worker answers on"));
    }
    let usable = hosts::usable(dns, path);
    for (path, text) in &stated {
        match hostname(text) {
            Ok(host) => repeated(&host, path, &usable, findings),
            Err(finding) => findings.add(path, finding),
        }
    }
    if usable.len() > MOST_HOSTS {
        let message = format!("`hostnames` names {} hosts, and takes {MOST_HOSTS} at most", usable.len());
        let help = "a route pattern such as `*.example.com/*` takes many hosts at once; or give some to another Worker";
        findings.add(&list, Diagnostic::error(Code::Hostname, message).with_help(help));
    }
    beside_list(dns, path, &usable, findings);
    usable
}

/// A host that stands in the list twice has one record all the same.
fn repeated(host: &str, path: &Path, usable: &[(Path, String)], findings: &mut Findings<'_>) {
    let Some((first, _)) = usable.iter().find(|(first, known)| known == host && first != path) else { return };
    let finding = Diagnostic::warning(Code::NoEffect, format!("the host {} is named twice", quote(host)));
    let finding = finding.with_help("leave it out here: it has one record");
    findings.add(path, finding.and_at(findings.value_place(first), "the first one"));
}

/// `hostname` beside `hostnames` has to be one of them: which of the two is meant otherwise can't be known.
fn beside_list(dns: &Dns, path: &Path, usable: &[(Path, String)], findings: &mut Findings<'_>) {
    let Some(text) = filled(&dns.hostname).filter(|_| hosts::is_list(dns)) else { return };
    let (one, list) = (path.key("hostname"), path.key("hostnames"));
    match hostname(text) {
        Err(finding) => findings.add(&one, finding),
        Ok(host) if usable.iter().any(|(_, known)| *known == host) => {}
        Ok(host) => {
            let message = format!("`hostname` is {}, and `hostnames` does not name it", quote(&host));
            let finding = Diagnostic::error(Code::Conflicting, message);
            let finding = finding.with_help("add it to `hostnames`, or leave out `hostname`");
            findings.add(&one, finding.and_at(findings.value_place(&list), "the list"));
        }
    }
}

fn zone(dns: &Dns, path: &Path, findings: &mut Findings<'_>) -> Option<String> {
    let text = filled(&dns.zone)?;
    let usable = hostname(text).ok().filter(|zone| !zone.starts_with('*'));
    if usable.is_none() {
        let finding = Diagnostic::error(Code::Hostname, format!("{} is not a usable zone name", quote(text)));
        findings
            .add(&path.key("zone"), finding.with_help("the domain as the dashboard lists it, such as `example.com`"));
    }
    usable
}

fn inside_zone(host: &str, zone: &str, path: &Path, findings: &mut Findings<'_>) {
    if is_within(host, zone) {
        return;
    }
    let message = format!("hostname {} is not inside the zone {}", quote(host), quote(zone));
    let help = match meant(host, zone) {
        Some(meant) => format!("did you mean {}?", quote(&meant)),
        None => "`zone` can be left out; the zone is then found from the hostname".to_owned(),
    };
    findings.add(path, Diagnostic::error(Code::HostOutsideZone, message).with_help(help));
}

/// The host inside the zone, when its end is nearly the zone's name.
fn meant(host: &str, zone: &str) -> Option<String> {
    let labels: Vec<&str> = host.split('.').collect();
    let front = labels.len().checked_sub(zone.split('.').count())?;
    let (front, end) = labels.split_at_checked(front)?;
    let near = nearest(&end.join("."), [zone])?;
    Some(front.iter().copied().chain([near]).collect::<Vec<_>>().join("."))
}

/// The content that requests reach which no route takes, when it is the placeholder.
fn record_content(
    hosts: &[(Path, String)],
    dns: &Dns,
    path: &Path,
    findings: &mut Findings<'_>,
) -> Option<RecordContent> {
    match record(dns) {
        Ok(DesiredRecord::Managed(content)) => {
            // Both are in one spelling by now.
            if content.record_type == "CNAME" && hosts.iter().any(|(_, host)| *host == content.content) {
                let message = format!("the record of {} leads to itself", quote(&content.content));
                let help = "name the host that serves the rest, or leave out `record`";
                let finding = Diagnostic::error(Code::Record, message).with_help(help);
                findings.add(&path.key("record").key("content"), finding);
            }
            Some(content)
        }
        Ok(DesiredRecord::Existing) => None,
        Err(finding) => {
            let unreadable = matches!(&dns.record, Some(Record::Content(content)) if content.content.is_none() || content.record_type.is_none());
            if !unreadable {
                findings.add(&path.key("record").key("content"), finding);
            }
            None
        }
    }
}

fn routes(
    hosts: &[(Path, String)],
    content: Option<RecordContent>,
    dns: &Dns,
    path: &Path,
    findings: &mut Findings<'_>,
) {
    let given = patterns(dns, path);
    let read = given.iter().filter_map(|(path, text)| match Pattern::parse(text) {
        Ok(pattern) => {
            root_only(&pattern, path, findings);
            inside(&pattern, hosts, dns, path, findings).then_some(pattern)
        }
        Err(finding) => {
            findings.add(path, finding);
            None
        }
    });
    let read: Vec<Pattern> = read.collect();
    let all_sound = !read.is_empty() && read.len() == given.len();
    let leads_nowhere = content.is_some_and(|content| content == RecordContent::default());
    for (path, host) in hosts.iter().filter(|_| all_sound && leads_nowhere) {
        if !read.iter().any(|pattern| pattern.covers(host)) {
            let message = format!("no pattern takes every request to {}", quote(host));
            let help =
                format!("the rest reaches nobody: add {}, or a `record` that leads to a server", all_pages(host));
            findings.add(path, Diagnostic::warning(Code::Uncovered, message).with_help(help));
        }
    }
}

/// Whether the pattern can lie in the zone of a host; told when it can't.
fn inside(pattern: &Pattern, hosts: &[(Path, String)], dns: &Dns, path: &Path, findings: &mut Findings<'_>) -> bool {
    let zone = filled(&dns.zone).and_then(a_labels);
    let inside = match &zone {
        Some(zone) => pattern.lies_within(zone),
        None => hosts.is_empty() || hosts.iter().any(|(_, host)| pattern.may_share_zone(host)),
    };
    if !inside {
        let of_whom = if hosts.len() > 1 { "the zones of the hosts" } else { "the zone of the hostname" };
        let message = format!("the pattern {} lies outside {of_whom}", quote(&pattern.text));
        let help = match hosts.first() {
            Some((_, host)) => format!("as {}", all_pages(host)),
            None => "name a host of the zone".to_owned(),
        };
        findings.add(path, Diagnostic::error(Code::PatternOutsideHost, message).with_help(help));
    }
    inside
}

fn root_only(pattern: &Pattern, path: &Path, findings: &mut Findings<'_>) {
    if pattern.path.is_empty() {
        let message = format!("the pattern {} matches the root page only", quote(&pattern.text));
        let help = format!("write {} for all pages", all_pages(&pattern.text));
        findings.add(path, Diagnostic::warning(Code::RoutePattern, message).with_help(help));
    }
}

fn all_pages(host: &str) -> String {
    quote(&format!("{host}/*"))
}
