//! One manifest beside what the account has for it: what every part of this kind looks at.

use super::SecretFacts;
use super::domains::Domains;
use super::new_stores::NewStores;
use super::queues::Queues;
use super::releases::Releases;
use crate::binding::Binding;
use crate::kinds::labels::Labels;
use crate::model::marks::{self, CommentMark};
use crate::plan::PlanOptions;
use crate::resource::{
    DesiredDomain, DesiredManifest, LiveManifest, LiveRecord, LiveScript, LiveZone, LiveZoneContent, Routing,
};

/// Inputs of this kind for one manifest.
pub(super) struct Context<'a> {
    pub index: usize,
    pub desired: &'a DesiredManifest,
    pub live: &'a LiveManifest,
    /// Digest of the values at hand; absent offline.
    pub secrets: Option<&'a SecretFacts>,
    pub options: &'a PlanOptions,
    pub labels: &'a Labels,
    pub queues: &'a Queues<'a>,
    pub new_stores: &'a NewStores<'a>,
    pub releases: &'a Releases<'a>,
    pub domains: &'a Domains<'a>,
    /// When the custom domains of its account were read.
    pub domains_read_at: Option<u64>,
    /// When the queues of its account were read.
    pub queues_read_at: Option<u64>,
    /// Nothing is wanted any more.
    pub destroys: bool,
}

impl<'a> Context<'a> {
    /// Whether a record carries our mark, and no other product manages it.
    pub(super) fn owns(&self, record: &LiveRecord) -> bool {
        !record.read_only && marks::parse_comment(&record.comment) == CommentMark::Id(self.desired.identity.id())
    }

    /// The account of all that the manifest wants.
    pub(super) fn account(&self) -> &'a str {
        &self.desired.identity.account
    }

    /// When a place of the inventory was looked at, by Cloudflare's clock.
    pub(super) fn read_at(&self, place: &str) -> Option<u64> {
        match place {
            marks::QUEUES => self.queues_read_at,
            marks::DOMAINS => self.domains_read_at,
            marks::SCHEDULES => self.live.script.as_ref()?.schedules.as_ref()?.read_at,
            zone => self.zone(zone).read_at,
        }
    }

    /// Whether Workers of ours under an earlier name go.
    pub(super) fn deletes_renamed(&self) -> bool {
        self.destroys || self.options.prune
    }

    /// Names of the secrets that the manifest wants.
    pub(super) fn secret_names(&self) -> impl Iterator<Item = &str> {
        self.desired
            .script
            .bindings
            .iter()
            .filter(|binding| matches!(binding, Binding::SecretText(_)))
            .map(Binding::name)
    }

    /// Whether a version waits that gets no requests: settings then speak of that one.
    pub(super) fn newest_is_not_live(&self) -> bool {
        self.live.script.as_ref().is_some_and(newest_is_not_live)
    }

    /// The hosts, each with its zone; none while the zones are not known.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (&'a Routing, &'a LiveZone)> + use<'a> {
        self.desired.routing.iter().zip(&self.live.zones_of_hosts)
    }

    /// The custom domains, each with its zone; none while the zones are not known.
    pub(super) fn domains_in_zones(&self) -> impl Iterator<Item = (&'a DesiredDomain, &'a LiveZone)> + use<'a> {
        let zones = self.live.zones_of_hosts.iter().skip(self.desired.routing.len());
        self.desired.domains.iter().flatten().zip(zones)
    }

    /// What a zone holds.
    pub(super) fn zone(&self, id: &str) -> &'a LiveZoneContent {
        static EMPTY: LiveZoneContent = LiveZoneContent { records: Vec::new(), routes: Vec::new(), read_at: None };
        self.live.zones.get(id).unwrap_or(&EMPTY)
    }
}

/// Whether a version waits that gets no requests.
pub(super) fn newest_is_not_live(live: &LiveScript) -> bool {
    match (live.versions.first(), live.live_version()) {
        (Some(newest), Some(serving)) => newest.id != serving.id,
        _ => false,
    }
}
