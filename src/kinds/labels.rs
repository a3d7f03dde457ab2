//! What people call the identities that marks name by their ids alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Kind, marks};
use crate::resource::{DesiredManifest, DesiredState, LiveState};

/// Id → `org/env/name`, as far as the manifests of the run and the comments of records tell.
#[derive(Debug, Default)]
pub(super) struct Labels {
    owners: BTreeMap<String, String>,
    /// The Workers of the run that are there, by account and name.
    workers: BTreeSet<(String, String)>,
    /// Those that other Workers of the run are bound to, likewise.
    called: BTreeSet<(String, String)>,
}

impl Labels {
    pub(super) fn of(desired: &DesiredState, live: &LiveState) -> Self {
        let records = live.manifests.iter().flat_map(|state| state.zones.values()).flat_map(|zone| &zone.records);
        let told = records.filter_map(|record| marks::comment_owner(&record.comment));
        let told = told.map(|(id, label)| (id.to_owned(), label.to_owned()));
        let own = desired.manifests.iter().map(|manifest| (manifest.identity.id(), manifest.identity.label()));
        let both = desired.manifests.iter().zip(&live.manifests).filter(|(_, live)| live.script.is_some());
        let workers = both.map(|(wanted, _)| (wanted.identity.account.clone(), wanted.script.name.clone()));
        let called = desired.manifests.iter().flat_map(called_by);
        Self { owners: told.chain(own).collect(), workers: workers.collect(), called: called.collect() }
    }

    /// Whether the run is about a Worker of that name, and it is there.
    pub(super) fn has_worker(&self, account: &str, name: &str) -> bool {
        self.workers.contains(&(account.to_owned(), name.to_owned()))
    }

    /// Whether another Worker of the run is bound to the one of that name.
    pub(super) fn is_called(&self, account: &str, name: &str) -> bool {
        self.called.contains(&(account.to_owned(), name.to_owned()))
    }

    /// The owner in words: its label with the id beside it.
    pub(super) fn owner(&self, id: &str) -> String {
        match self.owners.get(id) {
            Some(label) => format!("`{label}` (id {id})"),
            None => format!("a manifest that is not part of this run (id {id})"),
        }
    }
}

/// The other Workers that one is bound to, by account and name.
fn called_by(manifest: &DesiredManifest) -> impl Iterator<Item = (String, String)> {
    let own = manifest.script.name.as_str();
    let others = manifest.script.needs().filter(move |address| address.kind == Kind::Script && address.key != own);
    others.map(|address| (manifest.identity.account.clone(), address.key.clone()))
}
