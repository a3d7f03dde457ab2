//! How far the upload of a Worker's static assets came, by what was heard so far: they are announced, what is missing goes up
//! bucket by bucket, and the token for all of them goes into the upload of the script.

use std::collections::VecDeque;

use serde_json::Value;

use crate::assets::AssetFiles;
use crate::cloudflare::assets::{self, Sent, Session};
use crate::cloudflare::{Call, Heard, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::CallError;
use crate::resource::Ended;
use crate::secret::Secret;

/// How often files are announced: a session lasts an hour, and what was sent in one is not missing in the next.
const MOST_SESSIONS: u32 = 5;

/// What comes next.
#[derive(Debug)]
pub(super) enum Stage<'h> {
    /// The files are announced.
    Announce,
    /// Those of the first bucket are sent, with the token of their session.
    Send(Secret),
    /// The account has all of them: this token goes into the upload of the script.
    Complete(Secret),
    /// The script was uploaded with this token, or refused.
    Uploaded(&'h Result<Value, CallError>, Secret),
    /// A request failed for good.
    Failed(&'h CallError),
    /// What was answered makes no sense.
    Senseless(&'static str),
}

/// All that matters of what was heard.
#[derive(Debug)]
pub(super) struct Progress<'h> {
    pub stage: Stage<'h>,
    /// What is still to be sent.
    buckets: VecDeque<Vec<String>>,
    sessions: u32,
}

impl<'h> Progress<'h> {
    pub(super) fn of(heard: &'h Heard) -> Self {
        let start = Self { stage: Stage::Announce, buckets: VecDeque::new(), sessions: 1 };
        let sent = heard.turns().iter().filter_map(|turn| match turn {
            Turn::Sent(result) => Some(result),
            Turn::Paused | Turn::Told | Turn::Replies(_) => None,
        });
        sent.fold(start, Self::after)
    }

    /// The call that sends the first bucket.
    pub(super) fn call(&self, account: &str, token: &Secret, files: &AssetFiles) -> Result<Call, Diagnostic> {
        let known = files.by_hash();
        let file = |hash: &String| -> Option<Sent<'_>> {
            let file = known.get(hash.as_str())?;
            Some((file.hash.as_str(), file.content_type.as_deref(), file.content.as_ref()))
        };
        let bucket = self.buckets.front().into_iter().flatten();
        let sent: Option<Vec<Sent<'_>>> = bucket.map(file).collect();
        let sent = sent.ok_or_else(|| {
            Diagnostic::error(Code::Internal, "Cloudflare asks for a file of the static assets that was not announced")
        })?;
        Ok(assets::send(account, token, sent))
    }

    fn after(self, result: &'h Result<Value, CallError>) -> Self {
        match (self.stage, result) {
            (Stage::Announce, Ok(answer)) => Self { stage: Stage::Announce, ..self }.announced(answer),
            (Stage::Send(token), Ok(answer)) => Self { stage: Stage::Announce, ..self }.sent(token, answer),
            (Stage::Send(_), Err(error)) if is_over(error) => Self { stage: Stage::Announce, ..self }.again(error),
            (Stage::Announce | Stage::Send(_), Err(error)) => Self { stage: Stage::Failed(error), ..self },
            (Stage::Complete(token) | Stage::Uploaded(_, token), _) => {
                Self { stage: Stage::Uploaded(result, token), ..self }
            }
            (stage @ (Stage::Failed(_) | Stage::Senseless(_)), _) => Self { stage, ..self },
        }
    }

    fn announced(self, answer: &Value) -> Self {
        let Some(Session { jwt, buckets }) = Session::told(answer) else {
            return Self { stage: Stage::Senseless("an announcement was answered without a token"), ..self };
        };
        let buckets: VecDeque<Vec<String>> = buckets.into_iter().filter(|bucket| !bucket.is_empty()).collect();
        let stage = if buckets.is_empty() { Stage::Complete(jwt) } else { Stage::Send(jwt) };
        Self { stage, buckets, ..self }
    }

    fn sent(mut self, token: Secret, answer: &Value) -> Self {
        self.buckets.pop_front();
        let stage = match (assets::completion(answer), self.buckets.is_empty()) {
            (Some(all), true) => Stage::Complete(all),
            (_, false) => Stage::Send(token),
            // All was sent, and something is missing all the same.
            (None, true) if self.sessions < MOST_SESSIONS => {
                self.sessions += 1;
                Stage::Announce
            }
            (None, true) => Stage::Senseless("files were sent that did not arrive"),
        };
        Self { stage, ..self }
    }

    /// The time of the session is over: another one asks for what is still missing.
    fn again(self, error: &'h CallError) -> Self {
        let sessions = self.sessions + 1;
        let stage = if sessions > MOST_SESSIONS { Stage::Failed(error) } else { Stage::Announce };
        Self { stage, sessions, ..self }
    }
}

/// A request for files failed. Of the script nothing was written yet, so that this is certain.
pub(super) fn failed(error: &CallError) -> Ended {
    Ended::Failed { finding: Box::new(error.diagnostic()), unknown: false, aborted: error.is_aborted() }
}

/// An answer makes no sense.
pub(super) fn senseless(what: &str) -> Ended {
    Ended::refused(Diagnostic::error(Code::AnswerMalformed, format!("static assets: {what}")))
}

/// Whether the token is no longer taken.
fn is_over(error: &CallError) -> bool {
    error.refusal().is_some_and(|refusal| refusal.status == 401)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::*;
    use crate::cloudflare::Origin;
    use crate::http::{Again, CallErrorKind, Meaning, Refusal};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    fn files() -> AssetFiles {
        AssetFiles::new(["/a.txt", "/b.txt"].map(|path| (path.to_owned(), Bytes::from_static(b"text"))))
    }

    fn hashes() -> Vec<String> {
        // Both have the same hash: content and extension are the same.
        files().by_hash().keys().map(|hash| (*hash).to_owned()).collect()
    }

    /// What comes next, in words that a test can compare.
    fn shown(heard: &Heard) -> String {
        let progress = Progress::of(heard);
        match &progress.stage {
            Stage::Announce => "announce".into(),
            Stage::Send(token) => match progress.call(ACCOUNT, token, &files()).map(|call| call.origin) {
                Ok(Origin::Bearer(token)) => format!("send with {}", token.reveal()),
                Ok(Origin::Api | Origin::Presigned(_)) => "send elsewhere".into(),
                Err(finding) => format!("{}", finding.code),
            },
            Stage::Complete(token) => format!("upload with {}", token.reveal()),
            Stage::Uploaded(result, _) => format!("uploaded {}", result.is_ok()),
            Stage::Failed(_) => "failed".into(),
            Stage::Senseless(what) => format!("senseless: {what}"),
        }
    }

    fn told(turns: Vec<Turn>) -> Vec<String> {
        let mut heard = Heard::default();
        let mut steps = vec![shown(&heard)];
        for turn in turns {
            heard.add(turn);
            steps.push(shown(&heard));
        }
        steps
    }

    fn answer(value: Value) -> Turn {
        Turn::Sent(Ok(value))
    }

    fn announced(jwt: &str, buckets: &[Vec<String>]) -> Turn {
        answer(json!({ "jwt": jwt, "buckets": buckets }))
    }

    fn refused(status: u16) -> Turn {
        let refusal = Refusal::new(status, Meaning::Permission, Again::Never, "Authentication error");
        let kind = CallErrorKind::Refused(Box::new(refusal));
        Turn::Sent(Err(CallError { target: "POST …/upload".into(), tries: 1, may_have_arrived: false, kind }))
    }

    #[test]
    fn missing_files_go_up_bucket_by_bucket_and_the_last_answer_gives_the_token_of_the_script() {
        let turns = vec![
            announced("session", &[hashes(), hashes()]),
            answer(json!({})),
            answer(json!({ "jwt": "all" })),
            answer(json!({ "id": "site" })),
        ];
        let wanted = ["announce", "send with session", "send with session", "upload with all", "uploaded true"];
        assert_eq!(told(turns), wanted);
    }

    #[test]
    fn where_nothing_is_missing_no_file_is_sent() {
        assert_eq!(told(vec![announced("all", &[])]), ["announce", "upload with all"]);
        assert_eq!(told(vec![announced("all", &[Vec::new()])]), ["announce", "upload with all"]);
    }

    #[test]
    fn a_session_whose_time_is_over_is_followed_by_another_one_five_at_most() {
        let turns = vec![announced("first", &[hashes()]), refused(401), announced("second", &[])];
        assert_eq!(told(turns), ["announce", "send with first", "announce", "upload with second"]);
        let turns = (0..5).flat_map(|_| [announced("s", &[hashes()]), refused(401)]).collect();
        assert_eq!(told(turns).last().map(String::as_str), Some("failed"));
        assert_eq!(told(vec![announced("s", &[hashes()]), refused(500)]).last().map(String::as_str), Some("failed"));
    }

    #[test]
    fn files_that_did_not_arrive_are_asked_for_again() {
        let turns = vec![announced("first", &[hashes()]), answer(json!({})), announced("all", &[])];
        assert_eq!(told(turns), ["announce", "send with first", "announce", "upload with all"]);
        let turns = (0..5).flat_map(|_| [announced("s", &[hashes()]), answer(json!({}))]).collect();
        assert_eq!(told(turns).last().map(String::as_str), Some("senseless: files were sent that did not arrive"));
    }

    #[test]
    fn a_file_that_nobody_announced_is_not_sent() {
        let unknown = vec![vec!["0".repeat(32)]];
        assert_eq!(told(vec![announced("s", &unknown)]), ["announce".to_owned(), Code::Internal.to_string()]);
        let without_token = answer(json!({ "buckets": [] }));
        assert_eq!(told(vec![without_token]).last().map(|last| last.starts_with("senseless")), Some(true));
    }

    #[test]
    fn a_failed_request_for_files_is_no_doubt_about_the_script() {
        let mut heard = Heard::default();
        heard.add(refused(500));
        let Stage::Failed(error) = Progress::of(&heard).stage else { panic!("no failure") };
        assert!(matches!(failed(error), Ended::Failed { unknown: false, aborted: false, .. }));
    }
}
