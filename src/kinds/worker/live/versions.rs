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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use serde_json::json;

    use super::*;
    use crate::cloudflare::Reply;
    use crate::resource::{LiveDeployment, LiveVersion};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    fn listed(newest: u64) -> Known {
        let items: Vec<_> =
            (1..=newest).rev().map(|number| json!({ "id": format!("v{number}"), "number": number })).collect();
        let list: versions::Versions = serde_json::from_value(json!({ "items": items })).expect("a list");
        Known::of(vec![(versions::list(ACCOUNT, "shop").into(), Ok(Reply::Found(Rc::new(list))))])
    }

    /// The Worker, whose newest version was made by a secret edit; `told`: who made the others, as far as reads by id say.
    fn script(newest: u64, told: impl Fn(u64) -> &'static str) -> LiveScript {
        let version = |number: u64| LiveVersion {
            id: format!("v{number}"),
            number,
            tag: told(number).into(),
            triggered_by: if number == newest { "secret".into() } else { String::new() },
            ..LiveVersion::default()
        };
        LiveScript {
            deployment: Some(LiveDeployment {
                versions: vec![(format!("v{newest}"), 100.0)],
                ..LiveDeployment::default()
            }),
            versions: (1..=newest).rev().map(version).collect(),
            ..LiveScript::default()
        }
    }

    #[test]
    fn the_ten_versions_before_a_secret_edit_are_read_and_no_further_ones_whatever_they_tell() {
        let known = listed(30);
        let reads = |script: &LiveScript| Versions { account: ACCOUNT, name: "shop", script }.before_edit(&known);
        let wanted: Vec<Read> =
            (20..30).rev().map(|number| versions::read(ACCOUNT, "shop", &format!("v{number}")).into()).collect();
        assert_eq!(reads(&script(30, |_| "")), wanted);
        assert_eq!(reads(&script(30, |number| if number > 25 { "somebody's" } else { "" })), wanted);
    }

    #[test]
    fn a_live_version_that_the_list_tells_enough_of_is_not_read_by_its_id() {
        let known = listed(3);
        let reads = |script: &LiveScript| Versions { account: ACCOUNT, name: "shop", script }.unexplained(&known);
        let by_upload = |tag: &'static str| {
            let mut script = script(3, |_| tag);
            script.versions.iter_mut().for_each(|version| version.triggered_by = "upload".into());
            script
        };
        assert_eq!(reads(&by_upload("somebody's")), []);
        assert_eq!(reads(&by_upload("")), [versions::read(ACCOUNT, "shop", "v3").into()]);
    }
}
