//! Who refers to a Worker: asked before a removal only.

use std::collections::BTreeSet;

use crate::cloudflare::Api;
use crate::cloudflare::workers::{ReadWorker, References};
use crate::http::{Client, join_all};
use crate::resource::{DesiredState, LiveState};

/// What refers to each manifest's Worker, in words. A look that fails finds nothing: Cloudflare itself refuses to
/// delete what is referred to.
pub async fn referrers(api: &Api, client: &Client, desired: &DesiredState) -> Vec<Vec<String>> {
    let workers = desired.manifests.iter().map(|manifest| (&manifest.identity.account, &manifest.script.name));
    join_all(workers.map(|(account, script)| of_worker(api, client, account, script))).await
}

/// The same for Workers under an earlier name, which the account had to tell first.
pub async fn add_referrers_of_renamed(api: &Api, client: &Client, desired: &DesiredState, live: &mut LiveState) {
    for (manifest, state) in desired.manifests.iter().zip(&mut live.manifests) {
        for renamed in &mut state.renamed {
            renamed.used_by = of_worker(api, client, &manifest.identity.account, &renamed.name).await;
        }
    }
}

async fn of_worker(api: &Api, client: &Client, account_id: &str, script: &str) -> Vec<String> {
    match api.call(client, &ReadWorker { account_id, script }).await {
        Ok(worker) => in_words(worker.references, script),
        Err(_) => Vec::new(),
    }
}

/// A Worker that refers to itself goes with itself.
fn in_words(references: References, script: &str) -> Vec<String> {
    let services = references.workers.into_iter().map(|worker| worker.name);
    let classes = references.durable_objects.into_iter().map(|class| class.worker_name);
    let workers: BTreeSet<String> = services.chain(classes).filter(|name| name != script).collect();
    let workers = workers.into_iter().map(|name| format!("the Worker `{name}` binds it"));
    let queues = references.queues.into_iter().map(|queue| format!("it consumes the queue `{}`", queue.queue_name));
    workers.chain(queues).collect()
}
