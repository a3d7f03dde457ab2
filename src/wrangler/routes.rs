//! Routes, custom domains and workers.dev, which depend on each other.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::tree::{Content, Entry, Node, Span};

use super::draft::Draft;
use super::environment::Environment;
use super::tree::{entry, items, list, mapping, member, plain, switch_of, text, text_of};

/// A route as wrangler reads it.
struct Route<'a> {
    pattern: &'a str,
    /// Where it stands.
    node: &'a Node,
    /// Where its pattern stands.
    at: Span,
    custom_domain: bool,
    zone_id: Option<&'a Node>,
    zone_name: Option<&'a Node>,
}

/// Reads all routes, and what wrangler takes from there being none.
pub(super) fn read(environment: &Environment<'_>, draft: &mut Draft<'_>) {
    let given = stated(environment);
    let routes = given.as_ref().map(|(entry, path)| routes_in(entry, path, draft)).unwrap_or_default();
    if let Some((given, _)) = &given {
        let (domains, routes): (Vec<Route<'_>>, Vec<Route<'_>>) =
            routes.into_iter().partition(|route| route.custom_domain);
        custom_domains(given.key.span, &domains, draft);
        dns(given.key.span, &routes, draft);
    }
    workers_dev(environment, given.as_ref().map(|(entry, _)| *entry), draft);
}

/// An environment that states either key inherits neither.
fn stated<'a>(environment: &Environment<'a>) -> Option<(&'a Entry, String)> {
    let own = ["routes", "route"].into_iter().find_map(|key| Some((key, environment.own(key)?)));
    match own {
        Some((key, entry)) => {
            let path = environment.named.map_or_else(|| key.to_owned(), |(name, _)| format!("env.{name}.{key}"));
            Some((entry, path))
        }
        None => {
            let inherited = ["routes", "route"].into_iter().find_map(|key| environment.get(key))?;
            Some((inherited.entry, inherited.path.clone()))
        }
    }
}

fn routes_in<'a>(given: &'a Entry, path: &str, draft: &mut Draft<'_>) -> Vec<Route<'a>> {
    let one = std::slice::from_ref(&given.value);
    let all = if matches!(given.value.content, Content::List(_)) { items(&given.value) } else { one };
    let read = all.iter().enumerate().filter_map(|(index, node)| match route(node) {
        Some(route) => Some(route),
        None => {
            let finding = Diagnostic::error(Code::WrongType, "a route is a pattern, or a mapping with `pattern`");
            draft.tell(node.span, &format!("{path}[{index}]"), finding);
            None
        }
    });
    read.collect()
}

fn route(node: &Node) -> Option<Route<'_>> {
    if let Some(pattern) = text_of(node) {
        return Some(Route { pattern, node, at: node.span, custom_domain: false, zone_id: None, zone_name: None });
    }
    let pattern = &member(node, "pattern")?.value;
    let value = |key| member(node, key).map(|entry| &entry.value);
    Some(Route {
        pattern: text_of(pattern)?,
        node,
        at: pattern.span,
        custom_domain: value("custom_domain").and_then(switch_of) == Some(true),
        zone_id: value("zone_id"),
        zone_name: value("zone_name"),
    })
}

fn custom_domains(key: Span, domains: &[Route<'_>], draft: &mut Draft<'_>) {
    for domain in domains {
        for switch in ["enabled", "previews_enabled"] {
            if let Some(entry) = member(domain.node, switch) {
                draft.lost(
                    entry,
                    &format!("routes.{switch}"),
                    "a custom domain serves the Worker, and no previews of it",
                );
            }
        }
        let host = text(domain.pattern, domain.at);
        let item = match domain.zone_id {
            Some(zone) => {
                let members = vec![entry("hostname", domain.at, host), entry("zone_id", zone.span, zone.clone())];
                mapping(members, domain.node.span)
            }
            None => host,
        };
        draft.push("custom_domains", key, item);
    }
}

/// wrangler makes no record: the one that a host needs must be there.
fn dns(key: Span, routes: &[Route<'_>], draft: &mut Draft<'_>) {
    let Some(first) = routes.first() else { return };
    draft.put(&["dns", "enabled"], key, plain("true", key));
    let mut hosts: Vec<(&str, Span)> = Vec::new();
    for route in routes {
        let host = host_of(route.pattern);
        if hosts.iter().all(|(known, _)| *known != host) {
            hosts.push((host, route.at));
        }
    }
    let hosts = hosts.into_iter().map(|(host, at)| text(host, at)).collect();
    draft.put(&["dns", "hostnames"], key, list(hosts, key));
    let patterns = routes.iter().map(|route| text(route.pattern, route.at)).collect();
    draft.put(&["dns", "route_patterns"], key, list(patterns, key));
    draft.put(&["dns", "record"], first.at, text("existing", first.at));
    zone(key, "zone_id", routes, |route| route.zone_id, draft);
    zone(key, "zone", routes, |route| route.zone_name, draft);
}

/// One zone of all routes; of several, each is found by its host.
fn zone<'a>(
    key: Span,
    name: &str,
    routes: &[Route<'a>],
    of: fn(&Route<'a>) -> Option<&'a Node>,
    draft: &mut Draft<'_>,
) {
    let mut zones = routes.iter().map(of);
    let Some(Some(first)) = zones.next() else { return };
    if zones.all(|zone| zone.and_then(text_of) == text_of(first)) {
        draft.put(&["dns", name], key, first.clone());
    }
}

/// The host of a pattern: without scheme and path, and without a wildcard that is no label.
fn host_of(pattern: &str) -> &str {
    let host = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    let host = host.split('/').next().unwrap_or_default();
    if host.starts_with("*.") { host } else { host.trim_start_matches('*') }
}

/// On where there are no routes, unless the configuration says otherwise.
fn workers_dev(environment: &Environment<'_>, routes: Option<&Entry>, draft: &mut Draft<'_>) {
    let switch = |key: &str| environment.get(key).map(|setting| setting.entry);
    let has_none = routes.is_none_or(|entry| matches!(&entry.value.content, Content::List(items) if items.is_empty()));
    let root = environment.root.span;
    let head = Span { end_line: root.line, end_column: root.column + 1, ..root };
    let enabled = match switch("workers_dev") {
        Some(entry) => (entry.key.span, entry.value.clone()),
        None => {
            let at = routes.map_or(head, |entry| entry.key.span);
            (at, plain(if has_none { "true" } else { "false" }, at))
        }
    };
    let (key, value) = enabled;
    match switch("preview_urls") {
        None => draft.put(&["workers_dev"], key, value),
        Some(previews) => {
            draft.put(&["workers_dev", "enabled"], key, value);
            draft.put(&["workers_dev", "previews_enabled"], previews.key.span, previews.value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn the_host_of_a_pattern_has_no_scheme_and_no_path() {
        for (pattern, host) in [
            ("example.com/*", "example.com"),
            ("https://a.example.com/x/*", "a.example.com"),
            ("*.example.com/*", "*.example.com"),
            ("*example.com/*", "example.com"),
            ("example.com", "example.com"),
        ] {
            assert_eq!(host_of(pattern), host);
        }
    }
}
