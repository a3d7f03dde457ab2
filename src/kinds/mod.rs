//! Kinds of documents: what each one wants, beside what the account has for it.
//!
//! INVARIANT: the order of the files makes no difference.

mod d1_database;
mod documents;
#[cfg(test)]
mod editor_schema;
mod failures;
mod findable;
mod found;
mod inquiry;
mod kv_namespace;
mod labels;
mod list;
mod queue;
mod r2_bucket;
mod references;
mod store;
mod stores;
pub mod worker;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cloudflare::permissions::Grant;
use crate::diagnostic::Diagnostic;
use crate::manifest::written::{self, Written};
use crate::manifest::{self, Finding, Look, ReadOptions, Source};
use crate::model::{Address, OutputSet};
use crate::plan::{self, Plan, PlanOptions};
use crate::refresh::Known;
use crate::resource::{DesiredState, DesiredStore, LiveState, LiveStore};

pub use failures::{Failure, failures};
use findable::Findable;
pub use inquiry::{Inquiry, in_empty_account, incomplete};
use labels::Labels;
use list::DIALECTS;
use list::store_of;
pub use list::{DOCUMENTS, names};
pub use store::FilesInR2;
use worker::{Goal, SecretFacts};

/// Reads the manifests of a run.
pub fn read(sources: &[Source], options: &ReadOptions) -> manifest::Read {
    manifest::read(&DOCUMENTS, &DIALECTS, sources, options)
}

/// Manifests that say what configurations of other tools say.
pub(crate) fn written(sources: &[Source], options: &ReadOptions) -> Vec<Written> {
    written::written(&DOCUMENTS, &DIALECTS, sources, options)
}

/// Findings of manifests as text, each with the lines that it is about.
pub fn draw(sources: &[Source], findings: &[Finding], look: Look) -> Vec<String> {
    manifest::draw_in(&DIALECTS, sources, findings, look)
}

/// Plans a run. `secrets` has one entry a Worker: the digest of the values at hand.
pub fn plan(desired: &DesiredState, live: &LiveState, secrets: &[Option<SecretFacts>], options: &PlanOptions) -> Plan {
    let labels = Labels::of(desired, live);
    let mut documents = stores::all(desired, live);
    documents.extend(worker::all(desired, live, secrets, options, &labels));
    plan::plan(documents, options, false)
}

/// Plans the removal of everything that the manifests' identities own. Stores stay, unless they are named.
pub fn destroy(desired: &DesiredState, live: &LiveState, options: &PlanOptions) -> Plan {
    let labels = Labels::of(desired, live);
    let mut documents = worker::all_gone(desired, live, options, &labels);
    documents.extend(stores::all_gone(desired, live, options));
    plan::plan(documents, options, true)
}

/// Plans that versions which are there get all requests. `bound`: the answers about what they are bound to.
pub fn redeploy(desired: &DesiredState, goal: &Goal, known: &Known, bound: &Known, options: &PlanOptions) -> Plan {
    plan::plan(worker::redeploy(desired, goal, known, bound), options, false)
}

/// The address of a document's store, with the account that it is in.
pub fn address_of_store(store: &DesiredStore) -> Address {
    stores::address(store)
}

/// Puts values where references stand. One that stays open is a finding that names its field.
pub fn resolve(
    desired: &mut DesiredState,
    live: &LiveState,
    outputs: &OutputSet,
    known: &Known,
) -> Vec<(usize, Diagnostic)> {
    references::resolve(desired, live, outputs, known)
}

/// Notes which of the stores that Workers leave are gone. Only once references are resolved it is known what they leave.
pub fn add_gone_stores(desired: &DesiredState, live: &mut LiveState, known: &Known) {
    worker::add_gone_stores(desired, live, |new, before| stores::is_gone(new, before, known));
}

/// The permissions to look for what is referred to by name.
pub fn grants_of_references(desired: &DesiredState) -> impl Iterator<Item = Grant> + '_ {
    references::open(desired).filter_map(|(_, reference)| Some(Findable::of(&reference.kind)?.grant()))
}

/// Documents whose files were not given.
pub fn unread(desired: &DesiredState) -> Vec<(usize, Diagnostic)> {
    let unread = |store: &DesiredStore| Some((store.document, store_of(store.kind)?.unread(store)?));
    let of_workers =
        desired.manifests.iter().filter_map(|worker| Some((worker.document, worker::manifest::unread(worker)?)));
    of_workers.chain(desired.stores.iter().filter_map(unread)).collect()
}

/// The directory of files that the document of a store refers to.
pub fn directory(store: &DesiredStore) -> Option<&str> {
    store_of(store.kind)?.directory(store)
}

/// Documents whose files lie in R2 and were not given: index among the stores, account, and where they lie.
pub fn files_in_r2(desired: &DesiredState) -> impl Iterator<Item = (usize, &str, FilesInR2)> {
    let of = |(index, store): (usize, &'_ DesiredStore)| Some((index, store_of(store.kind)?.files_in_r2(store)?));
    let all = desired.stores.iter().enumerate().filter_map(of);
    all.filter_map(|(index, files)| Some((index, desired.stores.get(index)?.identity.account.as_str(), files)))
}

/// Gives documents the texts of their files, by file name; tells what is wrong with them.
pub fn give_files(
    desired: &mut DesiredState,
    files: Vec<(usize, BTreeMap<String, String>)>,
) -> Vec<(usize, Diagnostic)> {
    let mut findings = Vec::new();
    for (index, texts) in files {
        let Some(store) = desired.stores.get_mut(index) else { continue };
        let Some(kind) = store_of(store.kind) else { continue };
        let document = store.document;
        findings.extend(kind.give_files(store, &texts).into_iter().map(|finding| (document, finding)));
    }
    findings
}

/// The permissions that the stores of a run need.
pub fn grants(desired: &DesiredState) -> impl Iterator<Item = Grant> + '_ {
    desired.stores.iter().filter_map(|store| Some(store_of(store.kind)?.grant()))
}

/// Outputs of a store: of one that was there, or of what this run made.
pub fn outputs(
    store: &DesiredStore,
    live: Option<&LiveStore>,
    made: &BTreeMap<String, String>,
) -> BTreeMap<String, Value> {
    live.map_or_else(|| stores::outputs_of_made(store, made), |live| stores::outputs(store, live))
}
