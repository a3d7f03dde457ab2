//! Routes and records of the zones of a run, each list read into maps once: a manifest then takes what concerns it,
//! however long they are.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::cloudflare::dns_records::Record;
use crate::cloudflare::routes::{self, Route, RouteList};
use crate::cloudflare::{ReadOf, host};
use crate::model::marks::{self, CommentMark};
use crate::refresh::Known;
use crate::resource::{LiveRecord, LiveRoute};

/// Places in a list by what its entries are known by.
type Places = BTreeMap<String, Vec<usize>>;

/// Routes and records of each zone, and which zones lead to the Workers of each account.
#[derive(Default)]
pub(super) struct Zones {
    routes: BTreeMap<String, Rc<Routes>>,
    records: BTreeMap<String, Records>,
    /// Account → script → zones with a route to it.
    leading: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

#[derive(Default)]
struct Routes {
    list: Rc<RouteList>,
    by_pattern: Places,
    by_script: Places,
}

#[derive(Default)]
struct Records {
    list: Vec<LiveRecord>,
    ids: BTreeSet<String>,
    by_host: Places,
    by_identity: Places,
}

impl Zones {
    /// `of_accounts`: the zones that the manifests of an account look at. A Worker of the same name in another account
    /// is another one.
    pub(super) fn of(
        of_accounts: &BTreeMap<String, BTreeSet<String>>,
        records: Vec<(String, ReadOf<Vec<Record>>)>,
        known: &Known,
    ) -> Self {
        let mut zones = Self::default();
        for zone in of_accounts.values().flatten() {
            if let Some(routes) = Routes::of(zone, known) {
                zones.routes.insert(zone.clone(), routes);
            }
        }
        for (account, looked_at) in of_accounts {
            let leading = zones.leading.entry(account.clone()).or_default();
            for zone in looked_at {
                for script in zones.routes.get(zone).iter().flat_map(|routes| routes.by_script.keys()) {
                    leading.entry(script.clone()).or_default().insert(zone.clone());
                }
            }
        }
        for (zone, read) in records {
            if let Some(list) = known.get(&read) {
                zones.records.entry(zone).or_default().add(&list);
            }
        }
        zones
    }

    /// Zones with a route to a Worker.
    pub(super) fn leading_to(&self, account: &str, script: &str) -> impl Iterator<Item = &String> {
        self.leading.get(account).and_then(|scripts| scripts.get(script)).into_iter().flatten()
    }

    /// Routes of a zone with one of the patterns or to one of the scripts, in the order of the list, and when that was
    /// read; nothing when it was not.
    pub(super) fn routes<'a>(
        &self,
        zone: &str,
        patterns: impl Iterator<Item = &'a str>,
        scripts: impl Iterator<Item = &'a str>,
    ) -> Option<(Vec<LiveRoute>, Option<u64>)> {
        let routes = self.routes.get(zone)?;
        let patterns = patterns.filter_map(|pattern| routes.by_pattern.get(&LiveRoute::canonical(pattern)));
        let scripts = scripts.filter_map(|script| routes.by_script.get(script));
        let places: BTreeSet<usize> = patterns.chain(scripts).flatten().copied().collect();
        let routes_here = places.into_iter().filter_map(|place| routes.list.routes.get(place)).map(route);
        Some((routes_here.collect(), routes.list.read_at))
    }

    /// Records of a zone for some hosts or with the mark of an identity, in the order of the lists; nothing when none
    /// of them was read.
    pub(super) fn records<'a>(
        &self,
        zone: &str,
        hosts: impl Iterator<Item = &'a str>,
        id: &str,
    ) -> Option<Vec<LiveRecord>> {
        let records = self.records.get(zone)?;
        let by_host = hosts.filter_map(|host| records.by_host.get(host));
        let places: BTreeSet<usize> = by_host.chain(records.by_identity.get(id)).flatten().copied().collect();
        Some(places.into_iter().filter_map(|place| records.list.get(place)).cloned().collect())
    }
}

impl Routes {
    /// Those of a zone; nothing where they were not listed.
    fn of(zone: &str, known: &Known) -> Option<Rc<Self>> {
        let read = routes::list(zone);
        known.index(read.as_ref(), "pattern and script", |reply| Self::index(read.result(reply).unwrap_or_default()))
    }

    fn index(list: Rc<RouteList>) -> Self {
        let (mut by_pattern, mut by_script) = (Places::new(), Places::new());
        for (place, route) in list.routes.iter().enumerate() {
            by_pattern.entry(LiveRoute::canonical(&route.pattern)).or_default().push(place);
            if let Some(script) = leads_to(route) {
                by_script.entry(script.to_owned()).or_default().push(place);
            }
        }
        Self { list, by_pattern, by_script }
    }
}

fn record(live: &Record) -> LiveRecord {
    LiveRecord {
        id: live.id.clone(),
        name: live.name.clone(),
        record_type: live.record_type.clone(),
        content: match (live.record_type.as_str(), live.content.as_deref().unwrap_or_default()) {
            ("CNAME", content) => host::host(content),
            (_, content) => content.to_owned(),
        },
        proxied: live.proxied.unwrap_or_default(),
        ttl: live.ttl.unwrap_or(1),
        comment: live.comment.clone().unwrap_or_default(),
        read_only: live.is_read_only(),
    }
}

fn route(live: &Route) -> LiveRoute {
    LiveRoute { id: live.id.clone(), pattern: live.pattern.clone(), script: leads_to(live).map(str::to_owned) }
}

/// No script, however that is spelt, means that requests bypass Workers.
fn leads_to(route: &Route) -> Option<&str> {
    route.script.as_deref().filter(|name| !name.is_empty())
}

impl Records {
    /// A record that several lists show is one.
    fn add(&mut self, list: &[Record]) {
        for record in list {
            if !self.ids.insert(record.id.clone()) {
                continue;
            }
            let place = self.list.len();
            self.by_host.entry(record.name.clone()).or_default().push(place);
            if let CommentMark::Id(id) = marks::parse_comment(record.comment.as_deref().unwrap_or_default()) {
                self.by_identity.entry(id).or_default().push(place);
            }
            self.list.push(self::record(record));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(id: &str, pattern: &str, script: &str) -> Route {
        Route { id: id.into(), pattern: pattern.into(), script: Some(script.into()) }
    }

    fn ids(routes: Option<(Vec<LiveRoute>, Option<u64>)>) -> Vec<String> {
        routes.into_iter().flat_map(|(routes, _)| routes).map(|route| route.id).collect()
    }

    #[test]
    fn a_manifest_takes_the_routes_of_its_patterns_and_those_that_lead_to_its_workers() {
        let routes = vec![
            route("1", "A.example/*", "other"),
            route("2", "b.example/*", "shop"),
            route("3", "c.example/*", "other"),
            route("4", "d.example/*", ""),
        ];
        let list = Rc::new(RouteList { routes, read_at: Some(7) });
        let zones =
            Zones { routes: BTreeMap::from([("z".to_owned(), Rc::new(Routes::index(list)))]), ..Zones::default() };
        let take = |patterns: &[&str], scripts: &[&str]| {
            ids(zones.routes("z", patterns.iter().copied(), scripts.iter().copied()))
        };
        assert_eq!(take(&["a.example/*", "d.example/*"], &["shop"]), ["1", "2", "4"]);
        assert_eq!(take(&[], &["", "nobody"]), [""; 0]);
        assert_eq!(zones.routes("y", ["a.example/*"].into_iter(), [].into_iter()), None);
    }

    #[test]
    fn a_record_that_two_lists_show_is_one() {
        let record = |id: &str, name: &str, comment: &str| Record {
            id: id.into(),
            record_type: "A".into(),
            name: name.into(),
            content: Some("192.0.2.1".into()),
            ttl: None,
            proxied: None,
            comment: Some(comment.into()),
            meta: None,
        };
        let mut records = Records::default();
        records.add(&[record("1", "a.example", "cfwd1-0123456789abcdef a/b/c"), record("2", "b.example", "ours")]);
        records.add(&[record("2", "b.example", "ours"), record("3", "b.example", "theirs")]);
        let zones = Zones { records: BTreeMap::from([("z".to_owned(), records)]), ..Zones::default() };
        let take = |hosts: &[&str], id: &str| {
            let records = zones.records("z", hosts.iter().copied(), id).unwrap_or_default();
            records.into_iter().map(|record| record.id).collect::<Vec<_>>()
        };
        assert_eq!(take(&["b.example"], "0123456789abcdef"), ["1", "2", "3"]);
        assert_eq!(take(&[], "0123456789abcdef"), ["1"]);
        assert_eq!(take(&["a.example", "b.example"], "fedcba9876543210"), ["1", "2", "3"]);
        assert_eq!(take(&["c.example"], "fedcba9876543210"), [""; 0]);
    }
}
