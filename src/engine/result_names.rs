//! The names under which results of a run stand: with the account where several accounts of the run have one of a name.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Identity;
use crate::resource::{DesiredManifest, DesiredState};

/// Which names several accounts of a run have.
pub(super) struct ResultNames(BTreeSet<(&'static str, String)>);

/// What scripts are told by, beside the kinds of documents.
const SCRIPT: &str = "script";
/// The kind of Workers, as outputs name it.
pub(super) const WORKER: &str = "CloudflareWorker";

impl ResultNames {
    /// Goes through all documents.
    pub(super) fn of(desired: &DesiredState) -> Self {
        let mut accounts: BTreeMap<(&'static str, &str), BTreeSet<&str>> = BTreeMap::new();
        let mut add = |kind, name, account| accounts.entry((kind, name)).or_default().extend([account]);
        for DesiredManifest { identity, script, .. } in &desired.manifests {
            add(SCRIPT, script.name.as_str(), identity.account.as_str());
            add(WORKER, identity.name.as_str(), identity.account.as_str());
        }
        for store in &desired.stores {
            add(store.kind, store.identity.name.as_str(), store.identity.account.as_str());
        }
        let several = accounts.into_iter().filter(|(_, accounts)| accounts.len() > 1);
        Self(several.map(|((kind, name), _)| (kind, name.to_owned())).collect())
    }

    /// The name of a Worker's script.
    pub(super) fn script(&self, manifest: &DesiredManifest) -> String {
        self.name(SCRIPT, &manifest.script.name, &manifest.identity.account)
    }

    /// `KIND/NAME` of a document.
    pub(super) fn document(&self, kind: &'static str, identity: &Identity) -> String {
        format!("{kind}/{}", self.name(kind, &identity.name, &identity.account))
    }

    fn name(&self, kind: &'static str, name: &str, account: &str) -> String {
        match self.0.contains(&(kind, name.to_owned())) {
            true => format!("account/{account}/{name}"),
            false => name.to_owned(),
        }
    }
}
