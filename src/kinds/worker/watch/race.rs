//! Whether somebody else deployed the same Worker at the same time.
//!
//! Cloudflare has no compare-and-set for a Worker: two runs can overwrite each other. What is to be had without a round
//! of its own is a look at the Worker's deployments beside the last write about it; after that write once more when it
//! had to be sent again. What takes effect between look and write stays unseen.

use std::rc::Rc;

use crate::cloudflare::deployments::{Deployment, Deployments};
use crate::cloudflare::{Heard, Read, versions};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::CallError;
use crate::kinds::worker::subject::Subject;
use crate::resource::{AtHand, Ended, Next};

/// What a look brought.
pub(super) enum Found {
    /// Deployments of now, newest first.
    Deployments(Rc<Deployments>),
    /// There is no such Worker.
    Gone,
    /// The look failed: it says nothing.
    Nothing,
}

impl Found {
    pub(super) fn of(answer: Result<Rc<Deployments>, &CallError>) -> Self {
        match answer {
            Ok(list) => Self::Deployments(list),
            Err(error) if error.is_absent() => Self::Gone,
            Err(_) => Self::Nothing,
        }
    }
}

/// What this run did that shows in the Worker's deployments.
#[derive(Default)]
pub(super) struct Did<'a> {
    /// The version that it uploaded.
    pub version: Option<&'a str>,
    pub removed_secrets: bool,
}

/// What is to be said of a look, or what has to be read first.
pub(super) enum Judged {
    Ask(Read),
    Said(Option<Diagnostic>),
}

/// Judges a look. `signature`: starts the message of every version that this run makes.
pub(super) fn judge(subject: &Subject, did: &Did<'_>, found: &Found, heard: &Heard, signature: &str) -> Judged {
    let planned = subject.deployment.as_ref();
    let found = match found {
        Found::Deployments(found) => &found.deployments,
        Found::Gone => return Judged::Said(planned.map(|_| gone(subject))),
        Found::Nothing => return Judged::Said(None),
    };
    let is_planned = |deployment: &Deployment| planned == Some(&deployment.id);
    let mut all_ours = !found.is_empty();
    for deployment in found.iter().take_while(|deployment| !is_planned(deployment)) {
        match whose(subject, did, deployment, heard, signature) {
            Whose::Ours => {}
            Whose::Secret | Whose::Unknown => all_ours = false,
            Whose::Other => return Judged::Said(Some(deployed(subject, deployment))),
            Whose::Unread(read) => return Judged::Ask(read),
        }
    }
    let was_made_anew = planned.is_some() && all_ours && !found.iter().any(is_planned);
    Judged::Said(was_made_anew.then(|| gone(subject)))
}

/// Before a Worker that goes is written: whether somebody deployed it since the plan, or what has to be read first.
pub(in super::super) fn overtaken(subject: &Subject, heard: &Heard, at_hand: AtHand<'_>) -> Result<(), Next> {
    let read = subject.deployments();
    let found = match heard.get(&read) {
        None => return Err(Next::Read(vec![read.into()])),
        Some(answer) => Found::of(answer),
    };
    if !matches!(found, Found::Deployments(_)) {
        return Ok(());
    }
    match judge(subject, &Did::default(), &found, heard, at_hand.signature) {
        Judged::Ask(read) => Err(Next::Read(vec![read])),
        Judged::Said(Some(raced)) => Err(Next::End(Ended::refused(raced))),
        Judged::Said(None) => Ok(()),
    }
}

enum Whose {
    Ours,
    /// Nobody's code: it goes on with the version before, other than a secret.
    Secret,
    Other,
    /// It can't be read.
    Unknown,
    /// It was not read yet.
    Unread(Read),
}

fn whose(subject: &Subject, did: &Did<'_>, deployment: &Deployment, heard: &Heard, signature: &str) -> Whose {
    if did.version.is_some_and(|ours| deployment.versions.iter().any(|deployed| deployed.version_id == ours)) {
        return Whose::Ours;
    }
    let [deployed] = deployment.versions.as_slice() else { return Whose::Other };
    let read = versions::read(&subject.account, &subject.script, &deployed.version_id);
    let version = match heard.get(&read) {
        None => return Whose::Unread(read.into()),
        Some(Err(_)) => return Whose::Unknown,
        Some(Ok(version)) => version,
    };
    // An upload whose answer was lost is told from another run's by nothing else: the mark says which code is in it, and a
    // run that uploads the same code may have written other tags, by which a route would be forgotten.
    let message = version.annotation("workers/message");
    let trigger = version.annotation("workers/triggered_by");
    // That an edit of a secret says so is nowhere promised: one that says nothing may be ours.
    let says_nothing = trigger.is_none() && message.is_none();
    if trigger == Some("secret") || (says_nothing && did.removed_secrets) {
        Whose::Secret
    } else if message.is_some_and(|message| message.starts_with(signature)) {
        Whose::Ours
    } else {
        Whose::Other
    }
}

/// Somebody else's deployment, beside ours.
pub(in super::super) fn deployed(subject: &Subject, live: &Deployment) -> Diagnostic {
    let who = live.author_email.as_deref().or(live.source.as_deref()).unwrap_or("somebody");
    raced(format!(
        "`{}` was deployed by {who} while this run was under way: our work came last or theirs did",
        subject.script
    ))
}

/// The Worker that the plan saw is not there any more.
pub(in super::super) fn gone(subject: &Subject) -> Diagnostic {
    raced(format!("`{}` was deleted by somebody while this run was under way", subject.script))
}

/// Another run changed what this one keeps in the Worker's tags: both lists of routes are kept.
pub(in super::super) fn tags_changed(subject: &Subject) -> Diagnostic {
    raced(format!("somebody else changed the marks of `{}` while this run was under way", subject.script))
}

/// Another run overwrote what this one keeps in the Worker's tags, and it could not be put back.
pub(super) fn tags_lost(subject: &Subject) -> Diagnostic {
    let message = format!(
        "somebody else overwrote the marks of `{}` while this run was under way: they no longer name all that leads to it",
        subject.script
    );
    Diagnostic::error(Code::Raced, message)
        .with_help("look with `cfworker-deploy plan`, which says how to take its routes and records back")
}

fn raced(message: String) -> Diagnostic {
    Diagnostic::error(Code::Raced, message)
        .with_help("look at what is live with `cfworker-deploy plan`, then apply again if it is not yours")
}
