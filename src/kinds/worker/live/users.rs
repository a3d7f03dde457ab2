//! Who refers to a Worker: asked before a removal only. A look that fails finds nothing: Cloudflare itself refuses to delete
//! what is referred to.

use std::collections::BTreeSet;

use crate::cloudflare::Read;
use crate::cloudflare::workers::{self, References};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, DesiredState, LiveState, User};

/// What tells who refers to each Worker of a run.
pub fn user_reads(desired: &DesiredState) -> Vec<Read> {
    let read = |manifest: &DesiredManifest| workers::read(&manifest.identity.account, &manifest.script.name).into();
    desired.manifests.iter().map(read).collect()
}

/// Puts in what that told.
pub fn add_users(desired: &DesiredState, known: &Known, live: &mut LiveState) {
    for (manifest, state) in desired.manifests.iter().zip(&mut live.manifests) {
        state.used_by.extend(users(&manifest.identity.account, &manifest.script.name, known));
    }
}

/// The same for Workers under an earlier name, which the account had to tell first.
pub fn user_reads_of_renamed(desired: &DesiredState, live: &LiveState) -> Vec<Read> {
    let both = desired.manifests.iter().zip(&live.manifests);
    let reads = both.flat_map(|(manifest, state)| {
        let account = manifest.identity.account.as_str();
        state.renamed.iter().map(move |renamed| workers::read(account, &renamed.name).into())
    });
    reads.collect()
}

/// Puts in what that told.
pub fn add_users_of_renamed(desired: &DesiredState, known: &Known, live: &mut LiveState) {
    for (manifest, state) in desired.manifests.iter().zip(&mut live.manifests) {
        for renamed in &mut state.renamed {
            renamed.used_by.extend(users(&manifest.identity.account, &renamed.name, known));
        }
    }
}

fn users(account: &str, script: &str, known: &Known) -> Vec<User> {
    let worker = known.get(&workers::read(account, script));
    worker.map(|worker| users_in(&worker.references, script)).unwrap_or_default()
}

/// A Worker that refers to itself goes with itself.
fn users_in(references: &References, script: &str) -> Vec<User> {
    let services = references.workers.iter().map(|worker| &worker.name);
    let classes = references.durable_objects.iter().map(|class| &class.worker_name);
    let workers: BTreeSet<&String> = services.chain(classes).filter(|name| *name != script).collect();
    let workers = workers.into_iter().map(|name| User::Worker(name.clone()));
    let queues = references.queues.iter().map(|queue| User::Queue(queue.queue_name.clone()));
    let domains = references.domains.iter().map(|domain| User::Domain(domain.hostname.clone()));
    workers.chain(queues).chain(domains).collect()
}
