//! The Workers that concern a manifest.

use std::collections::BTreeSet;

use super::script;
use super::scripts::Scripts;
use crate::binding::table::DURABLE_OBJECT;
use crate::model::marks::{self, ScriptMarks};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, LiveScript, RenamedScript, User};

/// The list of all Workers tells it without a look of its own.
fn traced(scripts: &Scripts, name: &str) -> Vec<User> {
    scripts.tailed_by(name).map(|other| User::Traced(other.to_owned())).collect()
}

/// The Workers of one manifest: that of its name, and those under an earlier one.
pub(super) struct Workers {
    pub script: Option<LiveScript>,
    pub renamed: Vec<RenamedScript>,
    /// Other Workers whose traces it gets.
    pub traced: Vec<User>,
    /// Lists tell too little of the Worker: its settings have to be read.
    pub needs_settings: bool,
}

impl Workers {
    /// Puts together what was read; what was not read is absent.
    pub(super) fn of(manifest: &DesiredManifest, scripts: &Scripts, known: &Known) -> Self {
        let (account, name) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
        let script = script::live(account, name, scripts, known);
        let id = manifest.identity.id();
        let others = scripts.of_identity(&id).filter(|listed| listed.id != name);
        let renamed = others.map(|listed| RenamedScript {
            name: listed.id.clone(),
            live: script::live(account, &listed.id, scripts, known).unwrap_or_default(),
            used_by: traced(scripts, &listed.id),
        });
        let is_told =
            script.as_ref().is_some_and(|script| !script.is_from_lists || script::is_plainly_ours(script, &id));
        Self { needs_settings: !is_told, traced: traced(scripts, name), script, renamed: renamed.collect() }
    }

    /// Zones in which they may have routes or records, going by their inventories.
    pub(super) fn inventory_zones(&self) -> BTreeSet<String> {
        self.places().filter(|place| marks::is_zone(place)).collect()
    }

    /// Whether they get the messages of queues, going by their inventories.
    pub(super) fn consume(&self) -> bool {
        self.places().any(|place| place == marks::QUEUES)
    }

    /// Whether they answer at custom domains, going by their inventories.
    pub(super) fn answer_at_domains(&self) -> bool {
        self.places().any(|place| place == marks::DOMAINS)
    }

    /// Those of them that have cron schedules of ours, going by their inventories.
    pub(super) fn scheduled<'a>(&'a self, own: &'a str) -> impl Iterator<Item = &'a str> {
        let own = self.script.iter().map(move |script| (own, &script.tags));
        let renamed = self.renamed.iter().map(|renamed| (renamed.name.as_str(), &renamed.live.tags));
        let are_scheduled = |tags: &[String]| ScriptMarks::parse(tags).inventory.contains_key(marks::SCHEDULES);
        own.chain(renamed).filter(move |(_, tags)| are_scheduled(tags)).map(|(name, _)| name)
    }

    /// Whether they may have classes of Durable Objects: migrations made them, or a binding leads to one.
    pub(super) fn have_classes(&self) -> bool {
        let all = self.script.iter().chain(self.renamed.iter().map(|renamed| &renamed.live));
        let mut all = all;
        all.any(|script| {
            script.migration_tag.is_some() || script.bindings.iter().any(|it| it.type_name == DURABLE_OBJECT)
        })
    }

    fn places(&self) -> impl Iterator<Item = String> {
        let own = self.script.iter().map(|script| &script.tags);
        let tags = own.chain(self.renamed.iter().map(|renamed| &renamed.live.tags));
        tags.flat_map(|tags| ScriptMarks::parse(tags).inventory.into_keys())
    }
}
