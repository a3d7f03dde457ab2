//! What the account tells of a Worker's versions and deployments.

use std::rc::Rc;

use crate::cloudflare::deployments::{self, DeployedVersion, Deployment};
use crate::cloudflare::scripts;
use crate::cloudflare::versions::{self, Version};
use crate::cloudflare::{Read, ReadOf};
use crate::kinds::worker::live::Scripts;
use crate::refresh::Known;
use crate::resource::DesiredManifest;

/// So many versions are read by their ids, where the list shows no annotations.
const UNTOLD_VERSIONS: usize = 20;

/// Versions and deployments of one Worker.
pub(super) struct Timeline {
    /// Tags of the script.
    pub tags: Vec<String>,
    /// Those that can be deployed, newest first; then others that got requests.
    pub versions: Vec<Rc<Version>>,
    /// How many of those are deployable.
    deployable: usize,
    /// Newest first: the first one is live.
    pub deployments: Vec<Deployment>,
}

impl Timeline {
    /// Versions that can get requests, newest first.
    pub(super) fn deployable(&self) -> impl Iterator<Item = &Rc<Version>> {
        self.versions.iter().take(self.deployable)
    }

    /// What is known of a version.
    pub(super) fn version(&self, id: &str) -> Option<&Rc<Version>> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// Versions that get requests now, each with its share.
    pub(super) fn shares(&self) -> &[DeployedVersion] {
        self.deployments.first().map(|live| live.versions.as_slice()).unwrap_or_default()
    }
}

/// What is asked, as far as what is known tells what to ask: lists, then versions that they say too little of.
pub(super) fn reads(manifest: &DesiredManifest, known: &Known) -> Vec<Read> {
    let (account, name) = names(manifest);
    let lists = lists(account, name);
    let mut reads: Vec<Read> = vec![scripts::list(account).into(), lists.0.clone().into(), lists.1.clone().into()];
    let (Some(versions), Some(deployments)) = (known.get(&lists.0), known.get(&lists.1)) else { return reads };
    let untold = versions.items.iter().filter(|version| version.annotations.is_none()).take(UNTOLD_VERSIONS);
    let live = deployments.deployments.first().into_iter().flat_map(|live| &live.versions);
    let is_listed = |id: &str| versions.items.iter().any(|version| version.id == id);
    let unlisted = live.map(|share| &share.version_id).filter(|id| !is_listed(id));
    let by_id = untold.map(|version| &version.id).chain(unlisted);
    reads.extend(by_id.map(|id| versions::read(account, name, id).into()));
    reads
}

/// What those reads told; nothing where there is no such Worker.
pub(super) fn timeline(manifest: &DesiredManifest, known: &Known) -> Option<Timeline> {
    let (account, name) = names(manifest);
    let scripts = Scripts::of(account, known)?;
    let tags = scripts.named(name)?.tags.clone();
    let lists = lists(account, name);
    let listed = known.get(&lists.0);
    let deployments = known.get(&lists.1).map(|list| list.deployments.clone()).unwrap_or_default();
    let in_full = |id: &str| known.get(&versions::read(account, name, id));
    let listed = listed.iter().flat_map(|list| &list.items);
    let mut versions: Vec<Rc<Version>> =
        listed.map(|version| in_full(&version.id).unwrap_or_else(|| Rc::new(version.clone()))).collect();
    let deployable = versions.len();
    for share in deployments.iter().flat_map(|deployment| &deployment.versions) {
        if !versions.iter().any(|version| version.id == share.version_id) {
            versions.extend(in_full(&share.version_id));
        }
    }
    Some(Timeline { tags, versions, deployable, deployments })
}

fn names(manifest: &DesiredManifest) -> (&str, &str) {
    (&manifest.identity.account, &manifest.script.name)
}

fn lists(account: &str, name: &str) -> (ReadOf<versions::Versions>, ReadOf<deployments::Deployments>) {
    (versions::list(account, name), deployments::list(account, name))
}
