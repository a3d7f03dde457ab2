//! Which version is to get all requests.

use std::rc::Rc;

use super::timeline::Timeline;
use crate::cloudflare::deployments::Deployment;
use crate::cloudflare::versions::Version;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::marks::VersionMark;

/// Fewest digits of an id that name a version, as the address of its preview has them.
const FEWEST_DIGITS: usize = 8;

/// What somebody wants a Worker to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// An earlier version, as it was typed; nothing: the one that was live before this one.
    Back(Option<String>),
    /// The newest version that we uploaded.
    On,
}

/// Finds the version.
///
/// # Errors
/// There is none that fits, or more than one.
pub(super) fn choose(timeline: &Timeline, goal: &Goal, name: &str) -> Result<Rc<Version>, Diagnostic> {
    match goal {
        Goal::Back(Some(typed)) => named(timeline, typed, name),
        Goal::Back(None) => before_this_one(timeline)
            .ok_or_else(|| nothing(format!("no version of `{name}` was live before the one that is"))),
        Goal::On => newest_of_ours(timeline).ok_or_else(|| nothing(format!("no version of `{name}` carries our mark"))),
    }
}

/// By its number, its id, or the start of its id.
fn named(timeline: &Timeline, typed: &str, name: &str) -> Result<Rc<Version>, Diagnostic> {
    let shown = plain(typed, 100);
    let number: Option<u64> = typed.parse().ok();
    let is_start = typed.len() >= FEWEST_DIGITS && typed.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_meant = |version: &&Rc<Version>| {
        (number.is_some() && version.number == number)
            || (is_start && version.id.starts_with(&typed.to_ascii_lowercase()))
    };
    let mut found = timeline.deployable().filter(is_meant);
    match (found.next(), found.next()) {
        (Some(version), None) => Ok(version.clone()),
        (Some(_), Some(_)) => {
            let message = format!("`{shown}` stands for several versions of `{name}`");
            Err(Diagnostic::error(Code::NoSuchVersion, message).with_help("name it by its whole id"))
        }
        (None, _) => Err(nothing(format!("`{shown}` names none of the newest hundred versions of `{name}`"))),
    }
}

/// The version that got all requests before the newest of those that get them now did for the first time: a second look
/// never comes back to what was left.
fn before_this_one(timeline: &Timeline) -> Option<Rc<Version>> {
    let live = timeline.deployments.first()?;
    let number = |id: &str| timeline.version(id).and_then(|version| version.number);
    let this = live.versions.iter().max_by_key(|share| number(&share.version_id))?;
    let has_it = |deployment: &Deployment| deployment.versions.iter().any(|share| share.version_id == this.version_id);
    let first = timeline.deployments.iter().rposition(has_it)?;
    let whole =
        timeline.deployments.iter().skip(first + 1).filter_map(|deployment| match deployment.versions.as_slice() {
            [share] => Some(share.version_id.as_str()),
            _ => None,
        });
    let deployable = |id: &str| timeline.deployable().find(|version| version.id == id).cloned();
    whole.filter_map(deployable).next()
}

fn newest_of_ours(timeline: &Timeline) -> Option<Rc<Version>> {
    timeline.deployable().find(|version| is_ours(version)).cloned()
}

/// Whether we uploaded it, whole: one that another was to follow is no manifest's.
pub(super) fn is_ours(version: &Version) -> bool {
    mark_of(version).is_some_and(|mark| !mark.is_unfinished())
}

/// Our mark on a version. One that an edit of secrets made proves nothing.
pub(super) fn mark_of(version: &Version) -> Option<VersionMark> {
    let is_edit = version.annotation("workers/triggered_by") == Some("secret");
    version.annotation("workers/tag").and_then(VersionMark::parse).filter(|_| !is_edit)
}

fn nothing(message: String) -> Diagnostic {
    Diagnostic::error(Code::NoSuchVersion, message).with_help("`cfworker-deploy history` lists the versions")
}
