//! Deletes a Worker, never forced, and never what somebody deployed since the plan. Its inventory goes with it, so what
//! that names and no list showed is looked for once more.

use serde_json::{Value, json};

use crate::cloudflare::{Heard, Turn, scripts};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::{CallError, Meaning};
use crate::kinds::worker::attached::Place;
use crate::kinds::worker::subject::Subject;
use crate::kinds::worker::watch::overtaken;
use crate::model::marks::Inventory;
use crate::resource::{AtHand, Ended, Next, Procedure};

/// Longer than a list was ever seen to lag behind a write, in milliseconds.
const LISTS_CATCH_UP_MS: f64 = 35_000.0;

/// A Worker that is to go.
#[derive(Debug)]
pub(in super::super) struct Deleting {
    pub subject: Subject,
    /// Entries of its inventory that no list shows: looked for once more when lists have had time to catch up.
    pub unseen: Inventory,
    /// Starts the comment of its records.
    pub comment_prefix: String,
    /// Who deploys it is looked at: not where it only keeps an earlier name.
    pub is_judged: bool,
}

impl Procedure for Deleting {
    fn shown(&self) -> Value {
        match self.unseen.is_empty() {
            true => json!({ "name": self.subject.script }),
            false => json!({ "name": self.subject.script, "unseen": self.unseen }),
        }
    }

    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        match self.checked(heard, at_hand) {
            Ok(()) => self.deleted(heard),
            Err(next) => next,
        }
    }
}

impl Deleting {
    fn checked(&self, heard: &Heard, at_hand: AtHand<'_>) -> Result<(), Next> {
        if !self.unseen.is_empty() {
            self.look_again(heard)?;
        }
        if self.is_judged { overtaken(&self.subject, heard, at_hand) } else { Ok(()) }
    }

    /// Whether what no list showed is there, when the lists have had time to catch up with every write before this run.
    fn look_again(&self, heard: &Heard) -> Result<(), Next> {
        if !heard.turns().iter().any(|turn| matches!(turn, Turn::Paused)) {
            let why = "its marks name something that no list shows yet";
            return Err(Next::Pause { why: Some(why), milliseconds: LISTS_CATCH_UP_MS });
        }
        for (id, hashes) in &self.unseen {
            let Subject { account, script, .. } = &self.subject;
            let place = Place { id, account, script, prefix: &self.comment_prefix, routes: true, records: true };
            let reads = place.unheard(heard);
            if !reads.is_empty() {
                return Err(Next::Read(reads));
            }
            let found = place.found(heard).map_err(|error| Next::End(Ended::from(error)))?;
            if let Some(there) = found.into_iter().find(|there| hashes.contains(&there.hash)) {
                let message = format!("{} was not listed when the plan was made, and is there", there.address);
                let finding = Diagnostic::error(Code::Unseen, message).about(there.address);
                let finding = finding.with_help("run the same command again: it is removed then");
                return Err(Next::End(Ended::refused(finding)));
            }
        }
        Ok(())
    }

    fn deleted(&self, heard: &Heard) -> Next {
        match heard.sent() {
            None => Next::Send(Box::new(scripts::delete(&self.subject.account, &self.subject.script))),
            Some(Ok(_)) => Next::End(Ended::done()),
            // Gone already is as good.
            Some(Err(error)) if error.is_absent() => Next::End(Ended::done()),
            Some(Err(error)) => Next::End(self.refused(error)),
        }
    }

    fn refused(&self, error: &CallError) -> Ended {
        if error.meaning() != Some(Meaning::Conflict) {
            return Ended::from(error);
        }
        let message = format!("`{}` is still used: {error}", self.subject.script);
        let finding = Diagnostic::error(Code::ServiceReferences, message);
        Ended::refused(finding.with_help("remove what refers to it first"))
    }
}
