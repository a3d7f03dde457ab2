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
    /// Workers whose migrations take classes from another one: its account and name, the class there, whose it will be.
    heirs: BTreeSet<(String, String, String, String)>,
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
        Self {
            owners: told.chain(own).collect(),
            workers: workers.collect(),
            called: called.collect(),
            heirs: desired.manifests.iter().flat_map(taken_by).collect(),
        }
    }

    /// Whether the run is about a Worker of that name, and it is there.
    pub(super) fn has_worker(&self, account: &str, name: &str) -> bool {
        self.workers.contains(&(account.to_owned(), name.to_owned()))
    }

    /// Whether another Worker of the run is bound to the one of that name.
    pub(super) fn is_called(&self, account: &str, name: &str) -> bool {
        self.called.contains(&(account.to_owned(), name.to_owned()))
    }

    /// The Workers of the run that take classes from the one of that name, each with the class.
    pub(super) fn heirs(&self, account: &str, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let heirs = self.heirs.iter().filter(move |(of, from, ..)| of == account && from == name);
        heirs.map(|(.., class, heir)| (class.as_str(), heir.as_str()))
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

/// The classes that a Worker takes from others. One that is bound to the other waits for it, and takes nothing before.
fn taken_by(manifest: &DesiredManifest) -> impl Iterator<Item = (String, String, String, String)> {
    let (account, script) = (&manifest.identity.account, &manifest.script);
    let steps = script.classes.migrations.iter().flatten().flat_map(|step| &step.transferred_classes);
    let waits = |other: &str| script.needs().any(|need| need.kind == Kind::Script && need.key == other);
    let taken = steps.filter(move |it| !waits(&it.from_script));
    taken.map(|it| (account.clone(), it.from_script.clone(), it.from.clone(), script.name.clone()))
}
