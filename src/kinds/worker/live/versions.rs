//! Versions that must be read by their ids, because the list says too little of them.

use crate::cloudflare::{Read, versions};
use crate::refresh::Known;
use crate::resource::LiveScript;

use super::script::is_upload_of_ours;

/// So many versions on either side of the live one are read by id, where the list shows no annotations.
const UNTOLD_VERSIONS: usize = 10;

/// Versions of a Worker, as far as they are known.
pub(super) struct Versions<'a> {
    pub account: &'a str,
    pub name: &'a str,
    pub script: &'a LiveScript,
}

impl Versions<'_> {
    /// A live one that the list lacks or shows without annotations, and, beside a secret edit, our last upload to compare
    /// it with. Newer ones where the list says nothing about them.
    pub(super) fn unexplained(&self, known: &Known) -> Vec<Read> {
        let deployment = self.script.deployment.as_ref();
        let Some([(live, _)]) = deployment.map(|deployment| deployment.versions.as_slice()) else {
            return Vec::new();
        };
        let listed = self.script.live_version();
        let marked = listed.is_some_and(|version| !version.tag.is_empty() && version.triggered_by != "secret");
        if marked {
            return Vec::new();
        }
        let number = listed.map_or(u64::MAX, |version| version.number);
        let mut before = self.script.versions.iter().filter(|version| version.number < number);
        let ours = before.find(|version| is_upload_of_ours(version)).map(|version| version.id.clone());
        // Newer ones of ours tell a rollback.
        let newer = self.untold(known, |other| other > number);
        self.by_id([live.clone()].into_iter().chain(ours).chain(newer))
    }

    /// What stood before a secret edit, when the list does not tell: the versions before it.
    pub(super) fn before_edit(&self, known: &Known) -> Vec<Read> {
        let Some(live) = self.script.live_version().filter(|live| live.triggered_by == "secret") else {
            return Vec::new();
        };
        let mut before = self.script.versions.iter().filter(|version| version.number < live.number);
        if before.any(is_upload_of_ours) {
            return Vec::new();
        }
        self.by_id(self.untold(known, |other| other < live.number))
    }

    /// Versions of which the list does not say who made them: the same ones, whatever reads by id told since.
    fn untold(&self, known: &Known, is_meant: impl Fn(u64) -> bool) -> Vec<String> {
        let Some(list) = known.get(&versions::list(self.account, self.name)) else { return Vec::new() };
        let says = |version: &versions::Version, name: &str| version.annotation(name).is_some_and(|it| !it.is_empty());
        let is_untold = |version: &&versions::Version| {
            is_meant(version.number.unwrap_or_default())
                && !says(version, "workers/tag")
                && !says(version, "workers/triggered_by")
        };
        list.items.iter().filter(is_untold).take(UNTOLD_VERSIONS).map(|version| version.id.clone()).collect()
    }

    fn by_id(&self, ids: impl IntoIterator<Item = String>) -> Vec<Read> {
        ids.into_iter().map(|id| versions::read(self.account, self.name, &id).into()).collect()
    }
}
