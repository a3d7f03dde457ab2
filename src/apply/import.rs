//! A file of SQL that is applied to a database: announced by its MD5, uploaded, run, and watched until it ended.
//!
//! The file remembers itself in its first statements, so it is applied whole or not at all, and never twice: after an
//! unclear answer the database is asked what it remembers, and the file is sent again.
//!
//! <https://developers.cloudflare.com/d1/best-practices/import-export-data/>

use bytes::Bytes;
use serde_json::{Value, json};

use super::Run;
use crate::cloudflare::{Call, Family, Segment, d1, permissions};
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http;
use crate::http::{Again, Answer, CallError, Client, Meaning, Method, Refusal, Request, Verdict, shown_address};
use crate::model::{Address, Event};
use crate::resource::{Ended, Import};

/// How often a file is sent after answers that left it open.
const TRIES: u32 = 5;
/// Between two looks at an import that runs.
const POLL_MS: f64 = 500.0;

/// How one try ended.
enum Told {
    Complete,
    /// In the database's words.
    Refused(String),
}

/// Applies a file.
pub(super) async fn carry_out(run: &Run<'_>, client: &Client, address: &Address, import: &Import) -> Ended {
    let late = match &import.database {
        Segment::Text(id) => Some(id.clone()),
        Segment::Late(output) => run.late(output),
    };
    let Some(database) = late else {
        return Ended::refused(Diagnostic::error(Code::Internal, "the id of a database is not known"));
    };
    let target = Target { run, client, import, database: &database };
    if import.tells_bookmark
        && let Err(error) = target.tell_bookmark(address).await
    {
        return Ended::from(&error);
    }
    target.apply().await
}

struct Target<'a> {
    run: &'a Run<'a>,
    client: &'a Client,
    import: &'a Import,
    database: &'a str,
}

impl Target<'_> {
    /// What the database can be brought back to, should the files be a mistake.
    async fn tell_bookmark(&self, address: &Address) -> Result<(), CallError> {
        let answer = self.run.api.read(self.client, &d1::bookmark(&self.import.account, self.database)).await?;
        let Some(bookmark) = answer.get("bookmark").and_then(Value::as_str) else { return Ok(()) };
        let message = format!("before its migrations, `{address}` stood at the bookmark {}", plain(bookmark, 200));
        let help = format!(
            "Time Travel brings it back: wrangler d1 time-travel restore {} --bookmark {}",
            address.key,
            plain(bookmark, 200)
        );
        let finding = Diagnostic::note(Code::Bookmark, message).with_help(help).about(address.clone());
        (self.run.events)(Event::Diagnostic(Box::new(finding)));
        Ok(())
    }

    async fn apply(&self) -> Ended {
        let mut last = None;
        for number in 0..TRIES {
            if number > 0 {
                self.client.rest(f64::from(500 << number)).await;
            }
            let told = self.send().await;
            if let Ok(Told::Complete) = told {
                return Ended::done();
            }
            // It may have been applied all the same, by this try or by another run.
            match self.is_remembered().await {
                Ok(true) => return Ended::done(),
                Ok(false) => {}
                Err(error) => return Ended::from(&error),
            }
            match told {
                Ok(Told::Refused(reason)) => return Ended::refused(refused(&self.import.name, &reason)),
                Ok(Told::Complete) => {}
                Err(error) if error.is_aborted() || !(error.may_have_arrived || error.is_absent()) => {
                    return Ended::from(&error);
                }
                Err(error) => last = Some(error),
            }
        }
        last.map_or_else(
            || Ended::unknown(refused(&self.import.name, "it is not remembered")),
            |error| Ended::from(&error),
        )
    }

    async fn send(&self) -> Result<Told, CallError> {
        let Import { name, sha256, sql, .. } = self.import;
        let file = Bytes::from(d1::file(name, sha256, sql));
        let etag = d1::etag(&file);
        let mut told = self.ask(json!({ "action": "init", "etag": etag })).await?;
        if let (Some(url), Some(filename)) = (text(&told, "upload_url"), text(&told, "filename")) {
            self.upload(url, file).await?;
            told = self.ask(json!({ "action": "ingest", "etag": etag, "filename": filename })).await?;
        }
        loop {
            match (told.get("success").and_then(Value::as_bool), text(&told, "status")) {
                (Some(true), Some("complete")) => return Ok(Told::Complete),
                (Some(true), Some("error")) | (Some(false), _) => return Ok(Told::Refused(reason(&told))),
                _ => {}
            }
            self.client.rest(POLL_MS).await;
            let bookmark = told.get("at_bookmark").cloned().unwrap_or_default();
            told = self.ask(json!({ "action": "poll", "current_bookmark": bookmark })).await?;
        }
    }

    async fn ask(&self, body: Value) -> Result<Value, CallError> {
        let path = ["accounts", self.import.account.as_str(), "d1", "database", self.database, "import"];
        let call = Call { body, ..Call::new((Family::D1, permissions::D1), Method::Post, &path) };
        self.run.api.carry(self.client, &call, &|_| None).await
    }

    /// The address is presigned: it takes no credentials, and is never shown whole.
    async fn upload(&self, url: &str, file: Bytes) -> Result<(), CallError> {
        if let Err(reason) = http::endpoint(&shown_address(url)) {
            let reason = format!("the address for the file {reason}");
            let target = format!("PUT {}", shown_address(url));
            let kind = http::CallErrorKind::Unsendable { reason };
            return Err(CallError { target, tries: 0, may_have_arrived: false, kind });
        }
        let mut request = Request::new(Method::Put, url);
        request.body = Some(("application/octet-stream".into(), file.into()));
        self.client.exchange(&request, &judge).await.map(drop)
    }

    async fn is_remembered(&self) -> Result<bool, CallError> {
        let api = self.run.api;
        let tables = api.read(self.client, &d1::tables(&self.import.account, self.database)).await?;
        if !d1::has(&tables, d1::LEDGER) {
            return Ok(false);
        }
        let applied = api.read(self.client, &d1::applied(&self.import.account, self.database, false)).await?;
        Ok(d1::has(&applied, &self.import.name))
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// Why an import failed, as the answer says it.
fn reason(told: &Value) -> String {
    let errors = told.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let all: Vec<&str> = errors.chain(text(told, "error")).collect();
    if all.is_empty() { "no reason was given".into() } else { plain(&all.join("; "), 500) }
}

fn refused(name: &str, reason: &str) -> Diagnostic {
    let finding = Diagnostic::error(Code::MigrationFailed, format!("`{name}` was not applied: {reason}"));
    finding.with_help("nothing of the file was kept; correct it and run the same command again")
}

fn judge(answer: &Answer) -> Verdict {
    if answer.is_success() {
        return Verdict::Accepted;
    }
    let (meaning, again) = match answer.status {
        429 => (Meaning::Throttled, Again::Throttled),
        408 | 500.. => (Meaning::Failed, Again::Unclear),
        _ => (Meaning::Other, Again::Never),
    };
    Verdict::Refused(Box::new(Refusal::new(answer.status, meaning, again, "the file was not taken")))
}
