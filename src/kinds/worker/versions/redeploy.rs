//! `rollback` and `promote`: a version that is there gets all requests, as a plan.

use std::rc::Rc;

use serde_json::json;

use super::choice::{Goal, choose, is_ours};
use super::compare::Comparison;
use super::gone;
use super::timeline::{self, Timeline, timeline};
use crate::cloudflare::versions::{self, Version};
use crate::cloudflare::{Read, deployments::DeployedVersion};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::subject::{Subject, part};
use crate::kinds::worker::writes::{Deploying, Share};
use crate::model::Address;
use crate::model::marks::ScriptMarks;
use crate::plan::{Claim, Left, Owner, Permit, Phase, PlannedManifest, Reason, Sketch, Sketches};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, DesiredState, Operation};

/// Parts of a Worker that no version holds.
const UNVERSIONED: [&str; 4] = [
    "routes, records and custom domains",
    "queue consumers and cron schedules",
    "logs, Logpush, tail consumers and tags",
    "workers.dev",
];

/// What is asked: versions and deployments, then the version that is meant and the one that gets requests.
pub fn redeploy_reads(desired: &DesiredState, goal: &Goal, known: &Known) -> Vec<Read> {
    desired.manifests.iter().flat_map(|manifest| reads(manifest, goal, known)).collect()
}

fn reads(manifest: &DesiredManifest, goal: &Goal, known: &Known) -> Vec<Read> {
    let mut reads = timeline::reads(manifest, known);
    let Some(moving) = Moving::of(manifest, goal, known) else { return reads };
    let (account, name) = (manifest.identity.account.as_str(), manifest.script.name.as_str());
    let by_id = |version: &Version| versions::read(account, name, &version.id).into();
    reads.extend(moving.leaving.iter().chain([&moving.target]).map(|version| by_id(version)));
    reads
}

/// What is asked about things that the versions are bound to, by looks that may fail.
pub fn bound_reads(desired: &DesiredState, goal: &Goal, known: &Known) -> Vec<Read> {
    let of = |manifest: &DesiredManifest| {
        let moving = Moving::of(manifest, goal, known)?;
        Some(gone::reads(&manifest.identity.account, &moving.target))
    };
    desired.manifests.iter().filter_map(of).flatten().collect()
}

/// Whether there is a version that fits the goal.
pub fn can_go_back(manifest: &DesiredManifest, goal: &Goal, known: &Known) -> bool {
    Moving::of(manifest, goal, known).is_some()
}

/// What a goal comes to for each Worker. `bound`: the answers about what versions are bound to.
pub(in crate::kinds) fn redeploy(desired: &DesiredState, goal: &Goal, known: &Known, bound: &Known) -> Vec<Sketches> {
    let workers = desired.manifests.iter().enumerate();
    workers.map(|(index, manifest)| of_worker(index, manifest, goal, known, bound)).collect()
}

/// A version that is to get all requests, and those that get them now.
struct Moving {
    timeline: Timeline,
    target: Rc<Version>,
    /// Versions that get requests now and are not meant, newest first.
    leaving: Vec<Rc<Version>>,
}

impl Moving {
    fn of(manifest: &DesiredManifest, goal: &Goal, known: &Known) -> Option<Self> {
        let timeline = timeline(manifest, known)?;
        let target = choose(&timeline, goal, &manifest.script.name).ok()?;
        let mut leaving: Vec<Rc<Version>> =
            timeline.shares().iter().filter_map(|share| timeline.version(&share.version_id)).cloned().collect();
        leaving.retain(|version| version.id != target.id);
        leaving.sort_by_key(|version| std::cmp::Reverse(version.number));
        Some(Self { timeline, target, leaving })
    }

    fn is_done(&self) -> bool {
        matches!(self.timeline.shares(), [DeployedVersion { version_id, .. }] if *version_id == self.target.id)
    }

    /// Whether the version that is meant got requests before, and gets none any more: somebody went back.
    fn was_left(&self) -> bool {
        let is_target = |share: &DeployedVersion| share.version_id == self.target.id;
        let mut earlier = self.timeline.deployments.iter().skip(1);
        !self.timeline.shares().iter().any(is_target) && earlier.any(|it| it.versions.iter().any(is_target))
    }
}

fn of_worker(index: usize, manifest: &DesiredManifest, goal: &Goal, known: &Known, bound: &Known) -> Sketches {
    let address = Address::script(&manifest.script.name).of_account(&manifest.identity.account);
    let mut sketches = Sketches::new(index, planned(manifest));
    let moving = match refusal(manifest, goal, known) {
        Some(finding) => {
            sketches.before.push(finding.about(address));
            return sketches;
        }
        None => Moving::of(manifest, goal, known),
    };
    let Some(moving) = moving else { return sketches };
    let mut sketch = Sketch::wanted(address.clone(), Vec::new());
    if !moving.is_done() {
        fill(&mut sketch, &moving, manifest, goal, bound);
        let left =
            |path: &str| Left { address: address.clone(), path: Some(path.to_owned()), reason: Reason::NotVersioned };
        sketches.kept = UNVERSIONED.into_iter().map(left).collect();
    }
    sketches.resources.push(sketch);
    sketches
}

fn planned(manifest: &DesiredManifest) -> PlannedManifest {
    let DesiredManifest { identity, script, .. } = manifest;
    PlannedManifest {
        id: identity.id(),
        label: identity.label(),
        account: identity.account.clone(),
        address: Address::script(&script.name),
        script: Some(script.name.clone()),
        zone: None,
        bundle: None,
    }
}

/// Why there is nothing to plan: no such Worker, one of others, no such version.
fn refusal(manifest: &DesiredManifest, goal: &Goal, known: &Known) -> Option<Diagnostic> {
    let name = &manifest.script.name;
    let Some(timeline) = timeline(manifest, known) else {
        let message = format!("there is no Worker `{name}`");
        return Some(Diagnostic::error(Code::NoSuchVersion, message).with_help("deploy it first"));
    };
    let (ids, own) = (ScriptMarks::parse(&timeline.tags).ids, manifest.identity.id());
    if let Some(other) = ids.iter().find(|id| **id != own) {
        let message = format!("the Worker `{name}` belongs to another manifest (id {other})");
        return Some(
            Diagnostic::error(Code::OtherIdentityScript, message).with_help("name the manifest that it is of"),
        );
    }
    if !ids.contains(&own) {
        let message = format!("the Worker `{name}` carries no mark of ours");
        return Some(Diagnostic::error(Code::ForeignScript, message).with_help("adopt it first, by an apply"));
    }
    choose(&timeline, goal, name).err()
}

fn fill(sketch: &mut Sketch, moving: &Moving, manifest: &DesiredManifest, goal: &Goal, bound: &Known) {
    let DesiredManifest { identity, script, .. } = manifest;
    let (reason, word) = match goal {
        Goal::Back(_) => (Reason::RolledBack, "went back to"),
        Goal::On => (Reason::Promoted, "promoted"),
    };
    sketch.reverts = matches!(goal, Goal::Back(_));
    sketch.owner = owner(moving, goal, &script.name, reason);
    let comparison = moving.leaving.first().map(|live| Comparison { live, target: &moving.target });
    sketch.fields = comparison.as_ref().map(Comparison::fields).unwrap_or_default();
    sketch.diagnostics = risks(moving, comparison.as_ref(), &identity.account, &script.name, bound);
    let force = moving.leaving.iter().any(|live| Comparison { live, target: &moving.target }.secrets_differ());
    let subject = Subject {
        account: identity.account.clone(),
        script: script.name.clone(),
        deployment: moving.timeline.deployments.first().map(|deployment| deployment.id.clone()),
        is_new: false,
    };
    let shares = vec![Share::Of(moving.target.id.clone(), 100.0)];
    let message = format!("{word} version {}", named(&moving.target));
    let deploying = Deploying { subject, shares, force, message };
    sketch.write(Phase::Make, Operation::procedure(part::DEPLOYMENT, deploying));
}

/// Work of others is left only where that is allowed; so is going on to what somebody went back from.
fn owner(moving: &Moving, goal: &Goal, name: &str, reason: Reason) -> Owner {
    let is_theirs =
        |version: &&Rc<Version>| !is_ours(version) && version.annotation("workers/triggered_by") != Some("secret");
    let theirs = moving.leaving.iter().find(is_theirs);
    let left = moving.leaving.first().filter(|_| *goal == Goal::On && moving.was_left());
    let Some(version) = theirs.or(left) else { return Owner::Ours(Some(reason)) };
    let who = who(version);
    let message = match theirs {
        Some(_) => format!("the live Worker `{name}` was changed outside: {who}"),
        None => format!("somebody went back from version {} of `{name}`", named(&moving.target)),
    };
    Owner::Claimed(Claim {
        code: Code::ChangedOutside,
        permit: Some(Permit::Take),
        reason: Reason::ChangedOutside,
        from: who.clone(),
        message,
        keep: "leave it as it is".into(),
        loses: Some(format!("what is live: {who}")),
        before: Some(json!({ "version": version.number, "id": version.id })),
        equal: false,
        allowed: false,
    })
}

fn who(version: &Version) -> String {
    let metadata = &version.metadata;
    let who = metadata.author_email.as_deref().or(metadata.source.as_deref()).unwrap_or("somebody");
    format!("version {} by {who}", named(version))
}

/// Its number where it has one.
fn named(version: &Version) -> String {
    version.number.map_or_else(|| version.id.clone(), |number| number.to_string())
}

/// What going to a version does beside what its fields show.
fn risks(
    moving: &Moving,
    comparison: Option<&Comparison<'_>>,
    account: &str,
    name: &str,
    bound: &Known,
) -> Vec<Diagnostic> {
    let number = named(&moving.target);
    let mut risks = Vec::new();
    if moving.leaving.iter().any(|live| Comparison { live, target: &moving.target }.migrates()) {
        let message =
            format!("Durable Objects of `{name}` were migrated between version {number} and the one that is live");
        let help = "Cloudflare does not take migrations back: change the bundle to what you want, and apply it";
        risks.push(Diagnostic::error(Code::MigratedSince, message).with_help(help));
    }
    let secrets = comparison.map(Comparison::own_secrets).unwrap_or_default();
    if !secrets.is_empty() {
        let names: Vec<String> = secrets.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("version {number} of `{name}` brings its own values of {} back", names.join(", "));
        let help = "a version keeps the secrets that it was made with: where they were changed since, perhaps because they leaked, apply again instead";
        risks.push(Diagnostic::warning(Code::SecretsOfVersion, message).with_help(help));
    }
    for path in gone::gone(account, &moving.target, bound) {
        let message = format!("`{path}` of version {number} of `{name}` leads to something that is gone");
        let help = "the version will not find it: nothing but the binding comes back";
        risks.push(Diagnostic::warning(Code::BoundToNothing, message).with_help(help));
    }
    risks
}
