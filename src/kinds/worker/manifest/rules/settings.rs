//! Settings: where the Worker runs, who gets its traces, by which tags it is found.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::generations::spec_path;
use crate::kinds::worker::manifest::settings::{Entry, named, streamed_to, tailed_by};
use crate::kinds::worker::manifest::spec::Spec;
use crate::kinds::worker::manifest::spec::settings::{Observability, Placement, Target};
use crate::manifest::findings::Findings;
use crate::manifest::hostname::hostname;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::schema::{Items, TextOrFrom};
use crate::model::marks;
use crate::setting::Setting;

use super::subject::Subject;

/// Tags that a Worker holds; some of them are ours.
const MOST_TAGS: usize = 10;
/// Bytes of a tag.
const TAG_BYTES: usize = 1_024;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    if let Some(Observability::Settings(settings)) = &spec.observability {
        let path = spec_path().key("observability");
        let logs = settings.logs.as_ref().and_then(|logs| logs.destinations.as_ref());
        let traces = settings.traces.as_ref().and_then(|traces| traces.destinations.as_ref());
        destinations(logs, &path.key("logs").key("destinations"), findings);
        destinations(traces, &path.key("traces").key("destinations"), findings);
    }
    if let Some(stated) = &spec.placement {
        placement(stated, &spec_path().key("placement"), findings);
    }
    tails(subject, Setting::TailConsumers, tailed_by(spec).unwrap_or_default(), findings);
    tails(subject, Setting::StreamingTailConsumers, streamed_to(spec).unwrap_or_default(), findings);
    tags(spec, findings);
}

fn fault(message: String, help: &'static str) -> Diagnostic {
    Diagnostic::error(Code::Setting, message).with_help(help)
}

fn destinations(names: Option<&Items<String>>, path: &Path, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.into_iter().flat_map(Items::each) {
        if name.is_empty() {
            let help = "write the name of a destination of the account, or leave the entry out";
            findings.add(&path.index(index), fault(format!("`{}` names no destination", path.index(index)), help));
        } else if !seen.insert(name) {
            let message = format!("the destination {} is named twice", quote(name));
            findings.add(&path.index(index), fault(message, "remove one of them"));
        }
    }
}

fn placement(stated: &Placement, path: &Path, findings: &mut Findings<'_>) {
    let Placement { mode, region, hostname, host, target } = stated;
    let beside = Target { region: region.clone(), hostname: hostname.clone(), host: host.clone() };
    let named = place(&beside, path, findings);
    let listed: Vec<(usize, &Target)> = target.iter().flat_map(Items::each).collect();
    for (index, target) in &listed {
        let path = path.key("target").index(*index);
        if place(target, &path, findings) != 1 {
            let message = format!("`{path}` does not say one place");
            findings.add(&path, fault(message, "give one of `region`, `hostname` and `host`"));
        }
    }
    if target.is_some() && (listed.len() != 1 || mode.as_deref() != Some("targeted")) {
        let help = "write `mode: targeted` with a list of one, or the place itself, as `region: aws:us-east-1`";
        findings.add(&path.key("target"), fault("`target` takes one place".into(), help));
        return;
    }
    let places = named + listed.len();
    let (fits, help) = match mode.as_deref() {
        Some("smart" | "off") => (places == 0, "leave the place out, or the mode"),
        _ => (places == 1, "give `mode: smart`, or one of `region`, `hostname` and `host`"),
    };
    if !fits {
        findings.add(path, fault(format!("`{path}` does not say one place"), help));
    }
}

/// How many places are named; what is wrong with one is told.
fn place(target: &Target, path: &Path, findings: &mut Findings<'_>) -> usize {
    if let Some(region) = target.region.as_deref().filter(|region| !is_region(region)) {
        let message = format!("{} is not a region of a cloud", quote(region));
        findings.add(&path.key("region"), fault(message, "write the cloud and its region, such as `aws:us-east-1`"));
    }
    if let Some(Err(finding)) = target.hostname.as_deref().map(hostname) {
        findings.add(&path.key("hostname"), finding);
    }
    if let Some(host) = target.host.as_deref().filter(|host| !is_host_and_port(host)) {
        let message = format!("{} is not a host and a port", quote(host));
        findings.add(&path.key("host"), fault(message, "write both, such as `db.example.com:5432`"));
    }
    [&target.region, &target.hostname, &target.host].into_iter().filter(|given| given.is_some()).count()
}

fn is_region(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.split_once(':').is_some_and(|(cloud, region)| is_word(cloud) && is_word(region))
}

fn is_host_and_port(text: &str) -> bool {
    let is_host = |host: &str| !host.is_empty() && !host.contains(['/', '@', ' ']);
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    text.rsplit_once(':').is_some_and(|(host, port)| is_host(host) && is_port(port))
}

fn tails(subject: &Subject<'_>, setting: Setting, entries: Vec<Entry<'_>>, findings: &mut Findings<'_>) {
    let mut seen = BTreeSet::new();
    for (path, service, more) in entries {
        let path = path.key("service");
        let Some(service) = service else { continue };
        if matches!(service, TextOrFrom::Text(text) if text.is_empty()) {
            findings
                .add(&path, fault(format!("`{path}` names no Worker"), "write its name, or `{value_from: {name: …}}`"));
        }
        match named(setting, service, &path) {
            Ok(Some(named)) => {
                let namespace = more.get("namespace").cloned().unwrap_or_default().to_string();
                if !seen.insert((named, namespace)) {
                    findings.add(&path, fault("two entries name one Worker".into(), "keep one of them"));
                }
            }
            Ok(None) => {}
            Err((path, _)) if subject.is_broken(&path) => {}
            Err((path, finding)) => findings.add(&path, finding),
        }
    }
}

fn tags(spec: &Spec, findings: &mut Findings<'_>) {
    let path = spec_path().key("tags");
    let mut seen = BTreeSet::new();
    for (index, tag) in spec.tags.iter().flat_map(Items::each) {
        let (message, help) = if tag.is_empty() {
            ("a tag is empty".to_owned(), "leave it out")
        } else if tag.contains([',', '&']) || tag.contains(char::is_control) {
            (format!("the tag {} holds `,`, `&` or a control character", quote(tag)), "Cloudflare takes none of them")
        } else if tag.len() > TAG_BYTES {
            (format!("a tag has {} bytes", tag.len()), "at most 1,024")
        } else if tag.starts_with(marks::PREFIX) {
            (
                format!("the tag {} would be taken for a mark", quote(tag)),
                "tags that start with `cfwd1-` are ours: use another word",
            )
        } else if !seen.insert(tag) {
            (format!("the tag {} is given twice", quote(tag)), "remove one of them")
        } else {
            continue;
        };
        findings.add(&path.index(index), fault(message, help));
    }
    if seen.len() >= MOST_TAGS {
        let message = format!("{} tags beside those that we keep in the Worker", seen.len());
        findings.add(&path, fault(message, "a Worker holds ten, of which at least one is ours"));
    }
}
