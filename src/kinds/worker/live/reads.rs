//! What is asked about a Worker: what its manifest names, where things of ours may lie that it no longer names, and what
//! the answers leave open.

use std::collections::BTreeSet;

use super::hosts::{Hosts, records_of};
use super::scripts::Scripts;
use super::versions::Versions;
use super::workers::Workers;
use crate::cloudflare::{
    Read, deployments, domains, durable_objects, queues, routes, schedules, scripts, subdomain, versions, workflows,
    zones,
};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, LiveScript};

/// How much is looked at.
pub(super) struct Extent<'a> {
    pub hosts: Hosts<'a>,
    /// Every Worker in full; otherwise only those that lists prove too little of.
    pub in_full: bool,
    /// Workers under an earlier name go, so they are looked at as well.
    pub removes: bool,
}

/// One Worker, and how much of it is looked at.
pub(super) struct Asking<'a> {
    pub manifest: &'a DesiredManifest,
    /// Zones of its hosts.
    pub zones: &'a [String],
    pub extent: &'a Extent<'a>,
}

impl Asking<'_> {
    /// All that is asked, as far as what is known tells what to ask.
    pub(super) fn all(&self, known: &Known) -> Vec<Read> {
        let mut reads = self.reads();
        if let Some(scripts) = Scripts::of(self.account(), known) {
            let workers = Workers::of(self.manifest, &scripts, known);
            reads.extend(self.traces(&workers));
            reads.extend(self.more(&workers, known));
        }
        reads
    }

    /// What every plan of the manifest looks at.
    fn reads(&self) -> Vec<Read> {
        let (account, script) = (self.account(), self.manifest.script.name.as_str());
        let states = self.manifest.script.workers_dev;
        let mut reads: Vec<Read> = vec![
            scripts::list(account).into(),
            deployments::list(account, script).into(),
            versions::list(account, script).into(),
        ];
        if self.extent.in_full {
            reads.extend(settings(self.manifest));
        } else if states.is_some() || self.manifest.routing.is_empty() {
            reads.push(subdomain::of_script(account, script).into());
        }
        if states.is_some_and(|wanted| wanted.enabled) {
            reads.push(subdomain::of_account(account).into());
        }
        if wants_queues(self.manifest) {
            reads.push(queues::list(account).into());
        }
        if self.manifest.schedules.as_ref().is_some_and(|crons| !crons.is_empty()) {
            reads.push(schedules::list(account, script).into());
        }
        let own = self.manifest.script.own_workflows();
        reads.extend(own.keys().map(|name| Read::from(workflows::read(account, name))));
        if states_classes(self.manifest) {
            reads.push(durable_objects::list(account).into());
        }
        if wants_domains(self.manifest) {
            reads.push(domains::list(account).into());
        }
        let (of_routing, of_domains) = self.zones_by_use();
        let of_routing: BTreeSet<&String> = of_routing.iter().collect();
        for zone in &of_routing {
            reads.push(zones::read(zone).into());
            reads.extend(self.zone_reads(zone));
        }
        // Routes do not decide who has a custom domain.
        for zone in of_domains.iter().collect::<BTreeSet<_>>().difference(&of_routing) {
            reads.push(zones::read(zone).into());
            reads.extend(self.record_reads(zone));
        }
        reads
    }

    /// Where things of ours may lie that the manifest no longer names, going by inventories.
    fn traces(&self, workers: &Workers) -> Vec<Read> {
        let account = self.account();
        let mut reads = Vec::new();
        let (of_routing, _) = self.zones_by_use();
        for other in workers.inventory_zones().iter().filter(|other| !of_routing.contains(other)) {
            reads.extend(self.zone_reads(other));
        }
        if workers.consume() {
            reads.push(queues::list(account).into());
        }
        if workers.answer_at_domains() {
            reads.push(domains::list(account).into());
        }
        let own = self.manifest.script.name.as_str();
        let scheduled = workers.scheduled(own);
        reads.extend(scheduled.map(|name| Read::from(schedules::list(account, name))));
        if self.extent.removes && workers.have_classes() {
            reads.push(durable_objects::list(account).into());
        }
        for renamed in workers.renamed.iter().filter(|_| self.extent.removes) {
            let script = renamed.name.as_str();
            reads.push(scripts::settings(account, script).into());
            reads.push(deployments::list(account, script).into());
            reads.push(versions::list(account, script).into());
        }
        reads
    }

    /// What the answers leave open.
    fn more(&self, workers: &Workers, known: &Known) -> Vec<Read> {
        let account = self.account();
        let mut reads: Vec<Read> = Vec::new();
        if workers.needs_settings {
            reads.extend(settings(self.manifest));
        }
        if let Some(script) = &workers.script {
            reads.extend(shown_address(account, script));
            let versions = Versions { account, name: &self.manifest.script.name, script };
            reads.extend(versions.unexplained(known));
            reads.extend(versions.before_edit(known));
        }
        for renamed in workers.renamed.iter().filter(|_| self.extent.removes) {
            reads.extend(Versions { account, name: &renamed.name, script: &renamed.live }.unexplained(known));
        }
        reads
    }

    /// The zones of the hosts that have routes, and those of custom domains.
    fn zones_by_use(&self) -> (&[String], &[String]) {
        self.zones.split_at_checked(self.manifest.routing.len()).unwrap_or_default()
    }

    fn account(&self) -> &str {
        &self.manifest.identity.account
    }

    /// Routes and records of one zone that can concern the manifest.
    fn zone_reads(&self, zone: &str) -> Vec<Read> {
        [routes::list(zone).into()].into_iter().chain(self.record_reads(zone)).collect()
    }

    fn record_reads(&self, zone: &str) -> impl Iterator<Item = Read> {
        records_of(self.manifest, self.zones, zone, &self.extent.hosts).into_iter().map(Read::from)
    }
}

/// What lists leave open of a Worker.
pub(super) fn settings(manifest: &DesiredManifest) -> [Read; 2] {
    let (account, script) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
    [scripts::settings(account, script).into(), subdomain::of_script(account, script).into()]
}

/// The account's part of the address on workers.dev, where the Worker has one.
pub(super) fn shown_address(account: &str, script: &LiveScript) -> Option<Read> {
    let is_on = script.workers_dev.is_some_and(|workers_dev| workers_dev.enabled);
    is_on.then(|| subdomain::of_account(account).into())
}

/// Whether it says something of its classes of Durable Objects, or is bound to one.
fn states_classes(manifest: &DesiredManifest) -> bool {
    let classes = &manifest.script.classes;
    classes.migrations.is_some() || classes.exports.is_some() || manifest.script.own_classes().next().is_some()
}

/// Whether it wants the messages of queues: who has them now stands in the list of queues.
pub(super) fn wants_queues(manifest: &DesiredManifest) -> bool {
    manifest.consumers.as_ref().is_some_and(|consumers| !consumers.is_empty())
}

/// Whether it wants custom domains: whose they are stands in the list of the account.
pub(super) fn wants_domains(manifest: &DesiredManifest) -> bool {
    manifest.domains.as_ref().is_some_and(|domains| !domains.is_empty())
}
