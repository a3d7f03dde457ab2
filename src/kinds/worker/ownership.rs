//! Whose a live Worker is, and whether the run may go on.

use serde_json::{Value, json};

use crate::model::Identity;
use crate::model::marks::{ScriptMarks, VersionMark};
use crate::resource::{LiveScript, LiveVersion};

/// Whose the Worker is and who made the version that gets requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ScriptOwner {
    /// There is no Worker, or one that never had a version.
    Absent,
    /// Ours, and what gets requests is an upload of ours.
    Clean {
        /// What that upload was.
        mark: VersionMark,
        /// False after a secret edit: nothing proves the values.
        secrets_proven: bool,
    },
    /// Ours by its tag, under somebody else's work.
    Outside(String),
    /// Nobody's mark.
    Foreign(String),
    /// Another identity's mark, by its id.
    Other(String),
}

/// Reads tags, deployment and versions together.
pub(super) fn script_owner(identity: &Identity, live: Option<&LiveScript>) -> ScriptOwner {
    let Some(live) = live else { return ScriptOwner::Absent };
    let ids = ScriptMarks::parse(&live.tags).ids;
    if let Some(other) = ids.iter().find(|id| **id != identity.id()) {
        return ScriptOwner::Other(other.clone());
    }
    if holds_nothing(live) {
        return ScriptOwner::Absent;
    }
    if !ids.contains(&identity.id()) {
        return ScriptOwner::Foreign(author_of_live(live));
    }
    live_work(live)
}

/// Whether an upload is a first deploy although a Worker of that name is known: Cloudflare says that it has no content,
/// or nothing at all is in it. Empty lists of deployments and versions alone are no proof.
fn holds_nothing(live: &LiveScript) -> bool {
    let bare = live.deployment.is_none() && live.versions.is_empty();
    let marks = ScriptMarks::parse(&live.tags);
    bare && (live.has_no_content || (marks == ScriptMarks::default() && live.bindings.is_empty()))
}

/// Who made what gets requests on a Worker with our tag.
fn live_work(live: &LiveScript) -> ScriptOwner {
    if live.is_split() {
        return ScriptOwner::Outside(format!(
            "requests are split between two versions, by {}",
            author_of_deployment(live)
        ));
    }
    let Some(version) = live.live_version() else {
        return ScriptOwner::Outside("the version that gets requests can't be read".into());
    };
    if was_rolled_back(live, version) {
        return ScriptOwner::Outside(format!(
            "rolled back to version {} of {} by {}",
            version.number,
            second(&version.created_on),
            author_of_deployment(live)
        ));
    }
    let Some((mark, secrets_proven)) = mark_of(live, version) else {
        return ScriptOwner::Outside(author_of_live(live));
    };
    ScriptOwner::Clean { mark, secrets_proven }
}

/// Our mark on what gets requests, and whether it proves the values of secrets: not after a secret edit.
fn mark_of(live: &LiveScript, version: &LiveVersion) -> Option<(VersionMark, bool)> {
    let edit = live.secret_edit.as_ref().filter(|edit| edit.only_secrets);
    if let Some(mark) = edit.and_then(|edit| VersionMark::parse(&edit.base_tag)) {
        return Some((mark, false));
    }
    let mark = VersionMark::parse(&version.tag).filter(|_| version.triggered_by != "secret")?;
    Some((mark, true))
}

/// Whether an upload of ours, or an edit of secrets, is newer than the live version: both go live at once, so
/// somebody went back by hand.
fn was_rolled_back(live: &LiveScript, version: &LiveVersion) -> bool {
    // A version that was uploaded without going live may wait for that.
    let waits = |other: &LiveVersion| other.triggered_by == "version_upload" && !live.deployed.contains(&other.id);
    let went_live = |other: &LiveVersion| {
        other.triggered_by == "secret" || (VersionMark::parse(&other.tag).is_some() && !waits(other))
    };
    live.versions.iter().any(|other| other.number > version.number && went_live(other))
}

pub(super) fn author_of_live(live: &LiveScript) -> String {
    match live.live_version() {
        Some(version) => format!(
            "version {} of {} by {}",
            version.number,
            second(&version.created_on),
            person(&version.author, &version.source)
        ),
        None => author_of_deployment(live),
    }
}

pub(super) fn author_of_deployment(live: &LiveScript) -> String {
    match &live.deployment {
        Some(deployment) => person(&deployment.author, &deployment.source),
        None => "somebody".into(),
    }
}

/// The version that gets requests, as data.
pub(super) fn live_facts(live: &LiveScript) -> Option<Value> {
    let LiveVersion { id, number, created_on, author, source, .. } = live.live_version()?;
    Some(json!({ "version": number, "id": id, "created_on": created_on, "author": author, "source": source }))
}

/// A time without its fractions of a second.
fn second(created_on: &str) -> String {
    match created_on.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => created_on.to_owned(),
    }
}

fn person(author: &str, source: &str) -> String {
    match (author.is_empty(), source.is_empty()) {
        (false, false) => format!("{author} through {source}"),
        (false, true) => author.to_owned(),
        (true, false) => source.to_owned(),
        (true, true) => "somebody".into(),
    }
}
