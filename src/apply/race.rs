//! Whether somebody else deployed the same Worker at the same time.
//!
//! Cloudflare has no compare-and-set for a Worker: two runs can overwrite each other. What is to be had without a round
//! of its own is a look at the Worker's deployments beside the last write about it; after that write once more when it
//! had to be sent again. What takes effect between look and write stays unseen.

use std::collections::{BTreeMap, BTreeSet};

use super::{Ended, Finished, Run, Target};
use crate::cloudflare::deployments::{self, Deployment};
use crate::cloudflare::versions;
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::model::Address;
use crate::plan::{Plan, Step};
use crate::resource::Operation;

/// What was seen beside the last writes, by index of the manifest.
#[derive(Default)]
pub(super) struct Looks {
    found: BTreeMap<usize, Found>,
    /// Workers that were to be created, and were there already.
    taken: BTreeSet<usize>,
}

/// What a look brought.
#[derive(Clone)]
pub(super) enum Found {
    /// Deployments of now, newest first.
    Deployments(Vec<Deployment>),
    /// There is no such Worker.
    Gone,
    /// The look failed: it says nothing.
    Nothing,
}

impl Looks {
    /// Whether the last write about a Worker is to have a look beside it. That of a first deploy would be its thirteenth
    /// request: there the answer to the upload tells whether a look is worth while.
    pub(super) fn are_due(&self, run: &Run<'_>, step: &Step) -> bool {
        let there = run.live.manifests.get(step.manifest).is_some_and(|live| live.script.is_some());
        // Whoever deletes has looked already.
        let deletes = matches!(step.operation, Operation::DeleteScript { .. });
        !deletes && (there || self.taken.contains(&step.manifest))
    }

    /// Keeps what a step brought.
    pub(super) fn add(&mut self, manifest: usize, finished: &Finished) {
        if matches!(&finished.ended, Ended::Done(made) if made.found) {
            self.taken.insert(manifest);
        }
        if let Some(found) = &finished.found {
            self.found.insert(manifest, found.clone());
        }
    }

    /// What is to be said of all that was seen, when every write took effect.
    pub(super) async fn judge(
        mut self,
        run: &Run<'_>,
        plan: &Plan,
        versions: &BTreeMap<usize, String>,
    ) -> Vec<Diagnostic> {
        let mut raced = Vec::new();
        for (index, manifest) in run.desired.manifests.iter().enumerate() {
            let address = plan.names.told(index, &Address::script(&manifest.script.name));
            let client = run.client.named(&address.to_string());
            let target = Target::new(run, &client, index, manifest, self.taken.contains(&index));
            let found = match self.found.remove(&index) {
                Some(found) => found,
                // The upload was the last write, and only its answer said that a look is worth while.
                None if self.taken.contains(&index) => look(&target).await,
                None => continue,
            };
            let mut steps = plan.steps.iter().filter(|step| step.manifest == index);
            let did = Did {
                version: versions.get(&index).map(String::as_str),
                removed_secrets: steps.any(|step| matches!(step.operation, Operation::RemoveSecrets { .. })),
            };
            raced.extend(judge(&target, &did, &found).await);
        }
        raced
    }
}

/// What this run did that shows in the Worker's deployments.
#[derive(Default)]
pub(super) struct Did<'a> {
    /// The version that it uploaded.
    version: Option<&'a str>,
    removed_secrets: bool,
}

/// Looks at the Worker's deployments.
pub(super) async fn look(target: &Target<'_>) -> Found {
    match target.read(&deployments::list(target.account(), target.script())).await {
        Ok(list) => Found::Deployments(list.deployments),
        Err(error) if error.is_absent() => Found::Gone,
        Err(_) => Found::Nothing,
    }
}

/// What is to be said of a look.
pub(super) async fn judge(target: &Target<'_>, did: &Did<'_>, found: &Found) -> Option<Diagnostic> {
    if !guard::holds(Guard::RaceLook) {
        return None;
    }
    let planned = target.live.and_then(|live| live.deployment.as_ref()).map(|deployment| deployment.id.as_str());
    let found = match found {
        Found::Deployments(found) => found,
        Found::Gone => return planned.map(|_| gone(target)),
        Found::Nothing => return None,
    };
    let is_planned = |deployment: &Deployment| planned == Some(&deployment.id);
    let mut all_ours = !found.is_empty();
    for deployment in found.iter().take_while(|deployment| !is_planned(deployment)) {
        match whose(target, did, deployment).await {
            Whose::Ours => {}
            Whose::Secret | Whose::Unknown => all_ours = false,
            Whose::Other => return Some(overtaken(target, deployment)),
        }
    }
    (planned.is_some() && all_ours && !found.iter().any(is_planned)).then(|| gone(target))
}

enum Whose {
    Ours,
    /// Nobody's code: it goes on with the version before, other than a secret.
    Secret,
    Other,
    /// It can't be read.
    Unknown,
}

async fn whose(target: &Target<'_>, did: &Did<'_>, deployment: &Deployment) -> Whose {
    let [deployed] = deployment.versions.as_slice() else { return Whose::Other };
    if did.version == Some(&deployed.version_id) {
        return Whose::Ours;
    }
    let read = versions::read(target.account(), target.script(), &deployed.version_id);
    let Ok(version) = target.api.read(target.client, &read).await else { return Whose::Unknown };
    let message = version.annotation("workers/message");
    let trigger = version.annotation("workers/triggered_by");
    // That an edit of a secret says so is nowhere promised: one that says nothing may be ours.
    let says_nothing = trigger.is_none() && message.is_none();
    if trigger == Some("secret") || (says_nothing && did.removed_secrets) {
        Whose::Secret
    } else if message.is_some_and(|message| message.starts_with(target.signature)) {
        Whose::Ours
    } else {
        Whose::Other
    }
}

fn overtaken(target: &Target<'_>, live: &Deployment) -> Diagnostic {
    let who = live.author_email.as_deref().or(live.source.as_deref()).unwrap_or("somebody");
    raced(format!(
        "`{}` was deployed by {who} while this run was under way: our work came last or theirs did",
        target.script()
    ))
}

fn gone(target: &Target<'_>) -> Diagnostic {
    raced(format!("`{}` was deleted by somebody while this run was under way", target.script()))
}

/// Another run changed what this one keeps in the Worker's tags: both lists of routes are kept.
pub(super) fn tags_changed(target: &Target<'_>) -> Diagnostic {
    raced(format!("somebody else changed the marks of `{}` while this run was under way", target.script()))
}

/// Another run overwrote what this one keeps in the Worker's tags, and it could not be put back.
pub(super) fn tags_lost(target: &Target<'_>) -> Diagnostic {
    let message = format!(
        "somebody else overwrote the marks of `{}` while this run was under way: they no longer name all that leads to it",
        target.script()
    );
    Diagnostic::error(Code::Raced, message)
        .with_help("look with `cfworker-deploy plan`, which says how to take its routes and records back")
}

fn raced(message: String) -> Diagnostic {
    Diagnostic::error(Code::Raced, message)
        .with_help("look at what is live with `cfworker-deploy plan`, then apply again if it is not yours")
}
