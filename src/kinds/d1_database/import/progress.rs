//! How far the import of a file came, by what was heard so far.

use serde_json::Value;

use crate::cloudflare::{Heard, Reply, Turn, d1};
use crate::diagnostic::plain;
use crate::http::CallError;

/// How often a file is sent after answers that left it open.
const TRIES: u32 = 5;
/// Before the second try; each further one waits twice as long.
const FIRST_REST_MS: u32 = 1_000;

/// What comes next.
#[derive(Debug)]
pub(super) enum Stage<'h> {
    /// What the database can be brought back to is asked for.
    AskBookmark,
    /// It is told.
    TellBookmark(&'h str),
    /// Some time passes before the file is sent again.
    RestBeforeTry(f64),
    /// The file is announced.
    Announce,
    /// It goes to the presigned address that its announcement gave.
    Upload { address: &'h str, filename: &'h str },
    /// The database is told that it is there.
    HandOver { filename: &'h str },
    /// The database works on it: some time passes.
    Wait { bookmark: Value },
    /// The database is asked how far it is.
    Poll { bookmark: Value },
    /// Whether the database remembers anything at all.
    LookForLedger,
    /// Whether it remembers the file.
    LookIntoLedger,
    /// That is all.
    Ended(Outcome<'h>),
}

/// How it ended.
#[derive(Debug)]
pub(super) enum Outcome<'h> {
    /// It was applied, by this run or by another one.
    Applied,
    Failed(Failure<'h>),
}

/// Why a try failed.
#[derive(Debug)]
pub(super) enum Failure<'h> {
    /// In the database's words.
    Refused(String),
    /// A request got no answer that could be used.
    Unclear(&'h CallError),
}

/// All that matters of what was heard.
#[derive(Debug)]
pub(super) struct Progress<'h> {
    pub stage: Stage<'h>,
    /// The database may work on the file: it did not say that it is through with it.
    pub may_run: bool,
    /// Why the last try failed.
    failure: Option<Failure<'h>>,
    tries: u32,
}

impl<'h> Progress<'h> {
    /// Goes through what was heard of the import of a file.
    pub(super) fn of(heard: &'h Heard, name: &str, tells_bookmark: bool) -> Self {
        let stage = if tells_bookmark { Stage::AskBookmark } else { Stage::Announce };
        let start = Self { stage, may_run: false, failure: None, tries: 0 };
        heard.turns().iter().fold(start, |progress, turn| progress.after(turn, name))
    }

    fn after(self, turn: &'h Turn, name: &str) -> Self {
        match turn {
            Turn::Paused => self.rested(),
            Turn::Told => Self { stage: Stage::Announce, ..self },
            Turn::Sent(Ok(answer)) => self.answered(answer),
            Turn::Sent(Err(error)) => self.unanswered(error),
            Turn::Replies(replies) => match replies.first() {
                Some((_, Ok(reply))) => self.shown(reply, name),
                // What was to tell how it stands could not be asked.
                Some((_, Err(error))) => self.ended(Outcome::Failed(Failure::Unclear(error))),
                None => self,
            },
        }
    }

    fn ended(self, outcome: Outcome<'h>) -> Self {
        Self { stage: Stage::Ended(outcome), ..self }
    }

    fn rested(self) -> Self {
        let stage = match self.stage {
            Stage::RestBeforeTry(_) => Stage::Announce,
            Stage::Wait { bookmark } => Stage::Poll { bookmark },
            other => other,
        };
        Self { stage, ..self }
    }

    fn answered(self, answer: &'h Value) -> Self {
        match self.stage {
            Stage::Announce => match (text(answer, "upload_url"), text(answer, "filename")) {
                (Some(address), Some(filename)) => Self { stage: Stage::Upload { address, filename }, ..self },
                // The database has the file already.
                _ => self.told(answer),
            },
            Stage::Upload { filename, .. } => Self { stage: Stage::HandOver { filename }, ..self },
            _ => self.told(answer),
        }
    }

    /// How the database says that it stands with the file.
    fn told(self, answer: &'h Value) -> Self {
        match (answer.get("success").and_then(Value::as_bool), text(answer, "status")) {
            (Some(true), Some("complete")) => self.ended(Outcome::Applied),
            (Some(true), Some("error")) | (Some(false), _) => {
                let failure = Some(Failure::Refused(reason(answer)));
                Self { stage: Stage::LookForLedger, may_run: false, failure, ..self }
            }
            _ => {
                let bookmark = answer.get("at_bookmark").cloned().unwrap_or_default();
                Self { stage: Stage::Wait { bookmark }, may_run: true, ..self }
            }
        }
    }

    /// It may have been applied all the same, by this try or by another run.
    fn unanswered(self, error: &'h CallError) -> Self {
        // An announcement starts a file that the database got from an earlier run.
        let starts = matches!(self.stage, Stage::Announce | Stage::HandOver { .. });
        let may_run = self.may_run || (starts && error.may_have_arrived);
        let failure = Some(Failure::Unclear(error));
        Self { stage: Stage::LookForLedger, may_run, failure, ..self }
    }

    fn shown(self, reply: &'h Reply, name: &str) -> Self {
        let shown = reply.json();
        match self.stage {
            Stage::AskBookmark => {
                let stage =
                    shown.and_then(|answer| text(answer, "bookmark")).map_or(Stage::Announce, Stage::TellBookmark);
                Self { stage, ..self }
            }
            Stage::LookForLedger if shown.is_some_and(|rows| d1::has(rows, d1::LEDGER)) => {
                Self { stage: Stage::LookIntoLedger, ..self }
            }
            Stage::LookIntoLedger if shown.is_some_and(|rows| d1::has(rows, name)) => self.ended(Outcome::Applied),
            _ => self.not_remembered(),
        }
    }

    fn not_remembered(mut self) -> Self {
        self.tries += 1;
        match self.failure.take() {
            Some(Failure::Unclear(error)) if may_be_sent_again(error) && self.tries < TRIES => {
                let rest = FIRST_REST_MS << (self.tries - 1);
                Self { stage: Stage::RestBeforeTry(rest.into()), ..self }
            }
            Some(failure) => self.ended(Outcome::Failed(failure)),
            None => self,
        }
    }
}

/// Whether the next try may end better.
fn may_be_sent_again(error: &CallError) -> bool {
    !error.is_aborted() && (error.may_have_arrived || error.is_absent())
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// Why an import failed, as the answer says it.
fn reason(answer: &Value) -> String {
    let errors = answer.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let all: Vec<&str> = errors.chain(text(answer, "error")).collect();
    if all.is_empty() { "no reason was given".into() } else { plain(&all.join("; "), 500) }
}
