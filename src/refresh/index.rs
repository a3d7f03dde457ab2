//! Lists that the manifests of a run share, each read into maps once: a manifest then takes what concerns it, however
//! long they are.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::known::Known;
use super::live;
use crate::cloudflare::ReadOf;
use crate::cloudflare::dns_records::Record;
use crate::cloudflare::routes::{self, Route, RouteList};
use crate::cloudflare::scripts::{self, Script};
use crate::model::marks::{self, CommentMark, ScriptMarks};
use crate::resource::{LiveRecord, LiveRoute};

/// Places in a list by what its entries are known by.
type Places = BTreeMap<String, Vec<usize>>;

/// The scripts of each account.
#[derive(Default)]
pub(super) struct Accounts(BTreeMap<String, Scripts>);

#[derive(Default)]
struct Scripts {
    list: Rc<Vec<Script>>,
    by_name: Places,
    by_identity: Places,
}

impl Accounts {
    pub(super) fn index<'a>(accounts: impl Iterator<Item = &'a str>, known: &Known) -> Self {
        let accounts: BTreeSet<&str> = accounts.collect();
        let scripts = accounts.into_iter().filter_map(|account| {
            let list = known.get(&scripts::list(account))?;
            Some((account.to_owned(), Scripts::index(list)))
        });
        Self(scripts.collect())
    }

    /// The script of a name, as its account lists it.
    pub(super) fn named(&self, account: &str, name: &str) -> Option<&Script> {
        let scripts = self.0.get(account)?;
        at(&scripts.list, scripts.by_name.get(name)).next()
    }

    /// Scripts that carry an identity.
    pub(super) fn of_identity(&self, account: &str, id: &str) -> impl Iterator<Item = &Script> {
        let scripts = self.0.get(account);
        scripts.into_iter().flat_map(|scripts| at(&scripts.list, scripts.by_identity.get(id)))
    }
}

impl Scripts {
    fn index(list: Rc<Vec<Script>>) -> Self {
        let (mut by_name, mut by_identity) = (Places::new(), Places::new());
        for (place, script) in list.iter().enumerate() {
            by_name.entry(script.id.clone()).or_default().push(place);
            for id in ScriptMarks::parse(&script.tags).ids {
                by_identity.entry(id).or_default().push(place);
            }
        }
        Self { list, by_name, by_identity }
    }
}

/// Routes and records of each zone, and which zones lead to the Workers of each account.
#[derive(Default)]
pub(super) struct Zones {
    routes: BTreeMap<String, Routes>,
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
    pub(super) fn index(
        of_accounts: &BTreeMap<String, BTreeSet<String>>,
        records: Vec<(String, ReadOf<Vec<Record>>)>,
        known: &Known,
    ) -> Self {
        let mut zones = Self::default();
        for zone in of_accounts.values().flatten() {
            if !zones.routes.contains_key(zone)
                && let Some(list) = known.get(&routes::list(zone))
            {
                zones.routes.insert(zone.clone(), Routes::index(list));
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
        let routes_here = places.into_iter().filter_map(|place| routes.list.routes.get(place)).map(live::route);
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

/// No script, however that is spelt, means that requests bypass Workers.
pub(super) fn leads_to(route: &Route) -> Option<&str> {
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
            self.list.push(live::record(record));
        }
    }
}

fn at<'a, T>(list: &'a [T], places: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a T> {
    places.into_iter().flatten().filter_map(|place| list.get(*place))
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
        let zones = Zones { routes: BTreeMap::from([("z".to_owned(), Routes::index(list))]), ..Zones::default() };
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
