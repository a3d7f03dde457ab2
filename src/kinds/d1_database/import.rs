//! A file of SQL that is applied to a database: announced by its MD5, uploaded, run, and watched until it ended.
//!
//! The file remembers itself in its first statements, so it is applied whole or not at all, and never twice: after an
//! unclear answer the database is asked what it remembers, and the file is sent again.
//!
//! <https://developers.cloudflare.com/d1/best-practices/import-export-data/>

mod progress;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use crate::cloudflare::{Call, Heard, Segment, d1};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http::CallError;
use crate::model::Address;
use crate::resource::{AtHand, Ended, Next, Procedure};

use progress::{Failure, Outcome, Progress, Stage};

/// Between two looks at an import that runs.
const POLL_MS: f64 = 500.0;

/// The import of one file, all of it or nothing.
#[derive(Debug, Serialize)]
pub(super) struct Import {
    /// Account of the database.
    pub account: String,
    /// The database's id.
    pub database: Segment,
    /// Name of the file, by which the database remembers it.
    pub name: String,
    /// SHA-256 of what is in it.
    pub sha256: String,
    /// What is in it.
    #[serde(skip)]
    pub sql: String,
    /// What the database can be brought back to is told before.
    pub tells_bookmark: bool,
}

impl Procedure for Import {
    fn shown(&self) -> Value {
        json!(self)
    }

    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        let late = match &self.database {
            Segment::Text(id) => Some(id.clone()),
            Segment::Late(output) => (at_hand.late)(output),
        };
        let Some(database) = late else {
            return Next::End(Ended::refused(Diagnostic::error(Code::Internal, "the id of a database is not known")));
        };
        let Progress { stage, may_run, .. } = Progress::of(heard, &self.name, self.tells_bookmark);
        let send = |call: Call| Next::Send(Box::new(call));
        let import = |body: Value| send(d1::import(&self.account, &database, body));
        match stage {
            Stage::AskBookmark => Next::Read(vec![d1::bookmark(&self.account, &database).into()]),
            Stage::TellBookmark(bookmark) => Next::Tell(Box::new(told(bookmark, at_hand.address))),
            Stage::RestBeforeTry(milliseconds) => Next::Pause { why: None, milliseconds },
            Stage::Announce => import(json!({ "action": "init", "etag": d1::etag(&self.file()) })),
            Stage::Upload { address, .. } => send(d1::upload(address, self.file())),
            Stage::HandOver { filename } => {
                import(json!({ "action": "ingest", "etag": d1::etag(&self.file()), "filename": filename }))
            }
            Stage::Wait { .. } => Next::Pause { why: None, milliseconds: POLL_MS },
            Stage::Poll { bookmark } => import(json!({ "action": "poll", "current_bookmark": bookmark })),
            Stage::LookForLedger => Next::Read(vec![d1::tables(&self.account, &database).into()]),
            Stage::LookIntoLedger => Next::Read(vec![d1::applied(&self.account, &database, false).into()]),
            Stage::Ended(outcome) => Next::End(self.ended(outcome, may_run)),
        }
    }
}

impl Import {
    /// What is uploaded: the file, with what remembers it.
    fn file(&self) -> Bytes {
        Bytes::from(d1::file(&self.name, &self.sha256, &self.sql))
    }

    /// `may_run`: the database may work on the file.
    fn ended(&self, outcome: Outcome<'_>, may_run: bool) -> Ended {
        let unclear = |error: &CallError| Ended::Failed {
            finding: Box::new(error.diagnostic()),
            unknown: error.may_have_arrived || may_run,
            aborted: error.is_aborted(),
        };
        match outcome {
            Outcome::Applied => Ended::done(),
            Outcome::Failed(Failure::Refused(reason)) => Ended::refused(refused(&self.name, &reason)),
            Outcome::Failed(Failure::Unclear(error)) => unclear(error),
        }
    }
}

/// What the database can be brought back to, should the files be a mistake.
fn told(bookmark: &str, database: &Address) -> Diagnostic {
    let bookmark = plain(bookmark, 200);
    let message = format!("before its migrations, `{database}` stood at the bookmark {bookmark}");
    let help =
        format!("Time Travel brings it back: wrangler d1 time-travel restore {} --bookmark {bookmark}", database.key);
    Diagnostic::note(Code::Bookmark, message).with_help(help).about(database.clone())
}

fn refused(name: &str, reason: &str) -> Diagnostic {
    let finding = Diagnostic::error(Code::MigrationFailed, format!("`{name}` was not applied: {reason}"));
    finding.with_help("nothing of the file was kept; correct it and run the same command again")
}
