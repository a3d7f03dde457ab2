//! Who refers to a Worker: asked before a removal only.

use std::collections::{BTreeMap, BTreeSet};

use super::known::gather;
use crate::cloudflare::workers::{self, References, Worker};
use crate::cloudflare::{Api, Read, ReadOf, Reply};
use crate::http::{CallError, Client};
use crate::resource::{DesiredState, LiveState, User};

/// What refers to each manifest's Worker. A look that fails finds nothing: Cloudflare itself refuses to
/// delete what is referred to.
pub async fn referrers(api: &Api, client: &Client, desired: &DesiredState) -> Vec<Vec<User>> {
    let reads = desired.manifests.iter().map(|manifest| {
        let (account, script) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
        (script, workers::read(account, script))
    });
    users(api, client, reads.collect()).await
}

/// The same for Workers under an earlier name, which the account had to tell first.
pub async fn add_referrers_of_renamed(api: &Api, client: &Client, desired: &DesiredState, live: &mut LiveState) {
    let manifests = desired.manifests.iter().zip(&live.manifests);
    let reads = manifests.flat_map(|(manifest, state)| {
        let account = manifest.identity.account.as_str();
        state.renamed.iter().map(move |renamed| (renamed.name.clone(), workers::read(account, &renamed.name)))
    });
    let used_by = users(api, client, reads.collect()).await;
    let renamed = live.manifests.iter_mut().flat_map(|state| &mut state.renamed);
    for (renamed, used_by) in renamed.zip(used_by) {
        renamed.used_by = used_by;
    }
}

async fn users(api: &Api, client: &Client, reads: Vec<(impl AsRef<str>, ReadOf<Worker>)>) -> Vec<Vec<User>> {
    let asked = reads.iter().map(|(_, read)| read.as_ref().clone()).collect();
    let answers: BTreeMap<Read, Result<Reply, CallError>> = gather(api, client, asked).await.into_iter().collect();
    let users = reads.iter().map(|(script, read)| {
        let reply = answers.get(read.as_ref()).and_then(|answer| answer.as_ref().ok());
        let worker = reply.and_then(|reply| read.result(reply));
        worker.map(|worker| users_in(&worker.references, script.as_ref())).unwrap_or_default()
    });
    users.collect()
}

/// A Worker that refers to itself goes with itself.
fn users_in(references: &References, script: &str) -> Vec<User> {
    let services = references.workers.iter().map(|worker| &worker.name);
    let classes = references.durable_objects.iter().map(|class| &class.worker_name);
    let workers: BTreeSet<&String> = services.chain(classes).filter(|name| *name != script).collect();
    let workers = workers.into_iter().map(|name| User::Worker(name.clone()));
    let queues = references.queues.iter().map(|queue| User::Queue(queue.queue_name.clone()));
    workers.chain(queues).collect()
}
