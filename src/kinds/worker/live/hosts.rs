//! Zones of the hosts of a run, and which lists of records are read for them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cloudflare::ReadOf;
use crate::cloudflare::dns_records::{self, Record, RecordFilter};
use crate::model::marks::comment_prefix;
use crate::resource::DesiredManifest;

/// So many hosts of a zone are asked for one by one; for more, all records of the zone are listed.
const ONE_BY_ONE: usize = 8;

/// Zone ids by index of the manifest, one for each of its hosts.
pub type ZoneIds = BTreeMap<usize, Vec<String>>;

/// Zones of all hosts of a run.
pub(super) struct Hosts<'a> {
    ids: &'a ZoneIds,
    /// Zones with so many hosts that all their records are listed.
    crowded: BTreeSet<&'a str>,
}

impl<'a> Hosts<'a> {
    pub(super) fn of(ids: &'a ZoneIds) -> Self {
        let mut hosts: BTreeMap<&str, usize> = BTreeMap::new();
        for zone in ids.values().flatten() {
            *hosts.entry(zone).or_default() += 1;
        }
        Self {
            ids,
            crowded: hosts.into_iter().filter(|(_, hosts)| *hosts > ONE_BY_ONE).map(|(zone, _)| zone).collect(),
        }
    }

    /// The zones of a manifest's hosts.
    pub(super) fn of_manifest(&self, index: usize) -> &'a [String] {
        self.ids.get(&index).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Records of the manifest's hosts in a zone, and those that carry its mark; `zones` are those of the hosts. A filter
/// takes one host, so each one after the first has a list of its own.
pub(super) fn records_of(
    manifest: &DesiredManifest,
    zones: &[String],
    zone: &str,
    hosts: &Hosts<'_>,
) -> Vec<ReadOf<Vec<Record>>> {
    if hosts.crowded.contains(zone) {
        return vec![dns_records::list(zone, RecordFilter::All)];
    }
    let prefix = comment_prefix(&manifest.identity);
    let hosts = manifest.hosts().zip(zones).filter(|(_, of_host)| *of_host == zone);
    let mut hosts = hosts.map(|(host, _)| host.hostname);
    let marked = match hosts.next().or_else(|| Some(manifest.hosts().next()?.hostname)) {
        Some(name) => RecordFilter::NameOrComment { name, prefix: &prefix },
        None => RecordFilter::CommentPrefix(&prefix),
    };
    let filters = [marked].into_iter().chain(hosts.map(RecordFilter::Name));
    filters.map(|filter| dns_records::list(zone, filter)).collect()
}
