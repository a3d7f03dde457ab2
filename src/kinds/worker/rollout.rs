//! A new version that gets a part of the requests, or none yet: what a percentage asks for beside what gets requests now.

use super::context::Context;
use super::ownership::ScriptOwner;
use super::secrets;
use super::subject::version_of;
use super::writes::Share;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::VersionMark;
use crate::model::{Field, Syntax};
use crate::resource::{LiveManifest, LiveScript, LiveState, LiveVersion};

/// A split between two versions that we uploaded.
pub(super) struct Split<'a> {
    pub newer: &'a LiveVersion,
    pub older: &'a LiveVersion,
    /// Per cent of requests that the newer one gets.
    pub percentage: f64,
}

/// What a run does to the shares.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rollout {
    /// Empty: the new version gets no requests yet.
    pub shares: Vec<Share>,
    /// What is said of it, for people.
    pub message: String,
}

/// The split that is on, if both versions carry our mark.
pub(super) fn split_of_ours(live: &LiveScript) -> Option<Split<'_>> {
    let [(one, share_of_one), (other, share_of_other)] = live.deployment.as_ref()?.versions.as_slice() else {
        return None;
    };
    let ours = |id: &str| live.versions.iter().find(|version| version.id == *id).filter(|it| mark_of(it).is_some());
    let (one, other) = (ours(one)?, ours(other)?);
    Some(match one.number > other.number {
        true => Split { newer: one, older: other, percentage: *share_of_one },
        false => Split { newer: other, older: one, percentage: *share_of_other },
    })
}

/// Whether a rollout of a run's Workers gives more to its new version than this.
pub fn is_beyond(live: &LiveState, percentage: f64) -> bool {
    live.manifests
        .iter()
        .filter_map(|state| split_of_ours(state.script.as_ref()?))
        .any(|split| split.percentage > percentage)
}

/// The new version of a rollout that is under way.
pub fn newer_of_split(live: &LiveManifest) -> Option<&str> {
    Some(split_of_ours(live.script.as_ref()?)?.newer.id.as_str())
}

/// Our mark on a version that an upload made whole.
fn mark_of(version: &LiveVersion) -> Option<VersionMark> {
    VersionMark::parse(&version.tag).filter(|mark| version.triggered_by != "secret" && !mark.is_unfinished())
}

impl Split<'_> {
    /// In words.
    pub(super) fn told(&self) -> String {
        shares_in_words(self.newer.number, self.older.number, self.percentage)
    }
}

fn shares_in_words(newer: u64, older: u64, percentage: f64) -> String {
    format!("{percentage} % go to version {newer}, the others to version {older}")
}

/// What a percentage comes to.
pub(super) enum Asked {
    /// There is nothing to go back to, so it goes live whole.
    Whole,
    /// It can't be had.
    Refused(Box<Diagnostic>),
    /// The shares are as they should be, and no version is to be uploaded.
    Nothing,
    /// A version that is there gets another share.
    Moves(Rollout, Field),
    /// A version is uploaded, then it gets its share.
    Uploads(Rollout, Field),
}

/// What a percentage asks for. `code`: digest of what the manifest wants; `migrates`: classes of Durable Objects as well.
pub(super) fn asked(
    context: &Context<'_>,
    owner: &ScriptOwner,
    (percentage, code): (f64, &str),
    migrates: bool,
) -> Asked {
    let name = &context.desired.script.name;
    let refused = |why: &str| Asked::Refused(Box::new(impossible(name, why)));
    let first = || if context.options.guarded { Asked::Whole } else { refused(FIRST) };
    let Some(live) = context.live.script.as_ref() else { return first() };
    if let Some(split) = split_of_ours(live) {
        return go_on(context, &split, (percentage, code));
    }
    match (owner, live.live_version()) {
        (ScriptOwner::Absent, _) => first(),
        _ if migrates => refused(MIGRATES),
        _ if context.desired.script.format == Some(Syntax::ServiceWorker) => refused(SERVICE_WORKER),
        (ScriptOwner::Clean { .. }, Some(old)) => begin(context, (live, old), (percentage, code)),
        // Somebody went back to it: to go on from there is asked for by the option that takes the Worker.
        (ScriptOwner::Outside(_), Some(old)) if mark_of(old).is_some() => {
            begin(context, (live, old), (percentage, code))
        }
        _ => refused(NOT_OURS),
    }
}

const FIRST: &str = "it has no version yet that could get the other requests";
const NOT_OURS: &str = "what gets requests now is not what we deployed";
const MIGRATES: &str = "classes of its Durable Objects are migrated, which goes live whole";
const SERVICE_WORKER: &str = "versions of service-worker syntax go live whole";

/// What is said of a Worker whose code is of service-worker syntax.
pub fn needs_all_requests(name: &str) -> Diagnostic {
    impossible(name, SERVICE_WORKER)
}

/// Why a Worker can't be rolled out in parts.
pub(super) fn impossible(name: &str, why: &str) -> Diagnostic {
    let message = format!("`{name}` can't get a new version for a part of its requests: {why}");
    Diagnostic::error(Code::RolloutImpossible, message).with_help("apply it without a percentage")
}

/// One version of ours gets all requests, and the manifest wants another one.
fn begin(context: &Context<'_>, (live, old): (&LiveScript, &LiveVersion), (percentage, code): (f64, &str)) -> Asked {
    let is_waiting = |version: &&LiveVersion| {
        version.number > old.number && !live.deployed.contains(&version.id) && is_wanted(context, version, code)
    };
    let waiting = live.versions.iter().find(is_waiting);
    let message = in_words(waiting, percentage, old);
    let field = Field::new("requests", format!("all go to version {}", old.number), message.as_str());
    match waiting {
        Some(_) if percentage <= 0.0 => Asked::Nothing,
        Some(waiting) => {
            let shares = shares(Share::Of(waiting.id.clone(), percentage), percentage, old);
            Asked::Moves(Rollout { shares, message }, field)
        }
        None => {
            let new = version_of(&context.desired.identity.account, &context.desired.script.name);
            let shares = shares(Share::Late(new, percentage), percentage, old);
            Asked::Uploads(Rollout { shares, message }, field)
        }
    }
}

/// A rollout of ours is under way: one of what the manifest wants goes on, any other one is ended first.
fn go_on(context: &Context<'_>, split: &Split<'_>, (percentage, code): (f64, &str)) -> Asked {
    let Split { newer, older, percentage: now } = split;
    if !is_wanted(context, newer, code) || percentage <= 0.0 {
        let name = &context.desired.script.name;
        let message = format!("another rollout of `{name}` is under way: {}", split.told());
        return Asked::Refused(Box::new(Diagnostic::error(Code::RolloutUnderWay, message).with_help(ENDS_IT)));
    }
    if (percentage - now).abs() < SMALLEST {
        return Asked::Nothing;
    }
    let message = in_words(Some(newer), percentage, older);
    let field = Field::new("requests", split.told(), message.as_str());
    let shares = shares(Share::Of(newer.id.clone(), percentage), percentage, older);
    Asked::Moves(Rollout { shares, message }, field)
}

/// How a rollout ends.
pub(super) const ENDS_IT: &str = "`promote` gives all requests to the newer version, `rollback` to the older one, `apply --percentage` moves the shares";

/// Less than what Cloudflare tells apart.
const SMALLEST: f64 = 0.005;

/// Whether a version is what the manifest wants, its secrets included as far as their values are at hand.
fn is_wanted(context: &Context<'_>, version: &LiveVersion, code: &str) -> bool {
    mark_of(version).is_some_and(|mark| mark.code == code && secrets::reason_to_write(context, &mark, true).is_none())
}

/// The new version first.
fn shares(new: Share, percentage: f64, old: &LiveVersion) -> Vec<Share> {
    match percentage {
        none if none <= 0.0 => Vec::new(),
        all if all >= 100.0 => vec![new],
        // Hundredths, as Cloudflare takes them.
        part => vec![new, Share::Of(old.id.clone(), ((100.0 - part) * 100.0).round() / 100.0)],
    }
}

fn in_words(new: Option<&LiveVersion>, percentage: f64, older: &LiveVersion) -> String {
    let name = new.map_or_else(|| "the new version".to_owned(), |new| format!("version {}", new.number));
    match percentage {
        none if none <= 0.0 => format!("{name} waits, all go to version {}", older.number),
        all if all >= 100.0 => format!("all go to {name}"),
        part => format!("{part} % go to {name}, the others to version {}", older.number),
    }
}
