//! Custom domains: each host is one, stands there once, and has no record of its own under `dns`.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::domains::stated;
use crate::kinds::worker::manifest::generations::spec_path;
use crate::kinds::worker::manifest::hosts;
use crate::manifest::findings::Findings;
use crate::manifest::hostname::hostname;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::referring::ZONE_OF_DOMAIN;
use crate::manifest::text_or_from::zone as zone_or_reference;

use super::subject::Subject;

/// Custom domains of one Worker. Each takes an entry of the inventory, and a tag holds about a hundred.
const MOST_DOMAINS: usize = 100;

/// Each entry names one host, once.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    let dns = spec.dns.as_ref().filter(|dns| dns.enabled == Some(true));
    let of_dns = dns.map(|dns| hosts::usable(dns, &spec_path().key("dns"))).unwrap_or_default();
    let mut seen: BTreeMap<String, Path> = BTreeMap::new();
    for said in stated(spec) {
        if let Some((given, path)) = &said.zone_id
            && let Err((path, finding)) = zone_or_reference(given, &ZONE_OF_DOMAIN, path)
            && !subject.is_told(&path, &finding)
        {
            findings.add(&path, finding);
        }
        let Some(text) = said.hostname else {
            if !subject.is_broken(&said.path) {
                findings.add(
                    &said.path,
                    Diagnostic::error(Code::Hostname, "a custom domain needs a host")
                        .with_help("such as `api.example.com`"),
                );
            }
            continue;
        };
        match hostname(text) {
            Ok(host) => named(&host, &said.path, &of_dns, &mut seen, findings),
            Err(finding) => findings.add(&said.path, finding),
        }
    }
    if seen.len() > MOST_DOMAINS {
        let message = format!("`custom_domains` names {} hosts, and takes {MOST_DOMAINS} at most", seen.len());
        let finding = Diagnostic::error(Code::Hostname, message);
        let help = "a zone takes no more custom domains either; a route takes many hosts at once";
        findings.add(&spec_path().key("custom_domains"), finding.with_help(help));
    }
}

fn named(
    host: &str,
    path: &Path,
    of_dns: &[(Path, String)],
    seen: &mut BTreeMap<String, Path>,
    findings: &mut Findings<'_>,
) {
    if host.starts_with('*') {
        let finding = Diagnostic::error(Code::Hostname, format!("{} is no host of a custom domain", quote(host)));
        findings.add(path, finding.with_help("name each host, or use a route: `dns.route_pattern` takes wildcards"));
    }
    if let Some((other, _)) = of_dns.iter().find(|(_, known)| known == host) {
        let message = format!("{} is a custom domain, and a host under `dns` as well", quote(host));
        let help = "keep one of them: a custom domain brings its record and needs no route";
        let finding = Diagnostic::error(Code::Conflicting, message).with_help(help);
        findings.add(path, finding.and_at(findings.value_place(other), "the host under `dns`"));
    }
    if let Some(first) = seen.get(host) {
        let finding = Diagnostic::warning(Code::NoEffect, format!("the host {} is named twice", quote(host)));
        findings.add(path, finding.with_help("leave it out here").and_at(findings.value_place(first), "the first one"));
    } else {
        seen.insert(host.to_owned(), path.clone());
    }
}
