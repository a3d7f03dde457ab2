//! Writes that say themselves how they are sent, and how to see whether they took effect.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Ended, Made, Run, done, ended, failed};
use crate::cloudflare::{Call, Look};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::http::{CallError, Client, Meaning, Method};

/// How often a create is tried after answers that left it open: for half a minute, which is as long as a list lags.
const TRIES: u32 = 7;

/// Sends a write. What can't be made twice is looked for after an unclear answer, and when Cloudflare says that it exists.
pub(super) async fn carry_out(run: &Run<'_>, client: &Client, call: &Call) -> Ended {
    if let (Method::Delete, Some(look)) = (call.method, &call.look) {
        return delete(run, client, call, look).await;
    }
    let late = |output: &_| run.late(output);
    let mut last = None;
    for try_number in 0..TRIES {
        if try_number > 0 {
            client.rest(f64::from(250 << try_number)).await;
        }
        let error = match run.api.carry(client, call, &late).await {
            Ok(result) => return made(call, &result),
            Err(error) if call.method == Method::Delete && error.is_absent() => return done(),
            Err(error) => error,
        };
        let Some(look) = call.look.as_ref().filter(|_| is_open(&error) && guard::holds(Guard::Relist)) else {
            return refused(call, &error);
        };
        match run.api.find(client, look).await {
            Ok(Some(found)) => return made(call, &found),
            Ok(None) => last = Some(error),
            Err(_) => return ended(&error),
        }
    }
    match last {
        Some(error) => ended(&error),
        None => failed(Diagnostic::error(Code::Internal, "a write was never sent"), false),
    }
}

/// The end of a write that gave no result, with the way out that its kind knows.
fn refused(call: &Call, error: &CallError) -> Ended {
    match call.help.filter(|(code, _)| error.code() == Some(*code)) {
        Some((_, help)) => failed(error.diagnostic().with_help(help), error.may_have_arrived),
        None => ended(error),
    }
}

/// Deletes something, and again while a look still shows it: an accepted deletion is no proof.
async fn delete(run: &Run<'_>, client: &Client, call: &Call, look: &Look) -> Ended {
    for try_number in 0..TRIES {
        if try_number > 0 {
            client.rest(f64::from(250 << try_number)).await;
            if client.is_aborted() {
                let kind = client.stop();
                return unproven(&CallError { target: String::new(), tries: 0, may_have_arrived: true, kind });
            }
        }
        match run.api.carry(client, call, &|output| run.late(output)).await {
            Ok(_) => {}
            Err(error) if error.is_absent() && guard::holds(Guard::AbsentIsDone) => return done(),
            Err(error) => return ended(&error),
        }
        if !guard::holds(Guard::GoneById) {
            return done();
        }
        match run.api.find(client, look).await {
            Ok(Some(_)) => {}
            Ok(None) => return done(),
            // The deletion was accepted: whether it took effect is what this read was to tell.
            Err(error) => return unproven(&error),
        }
    }
    let finding = Diagnostic::error(Code::StillThere, "the deletion was accepted, and it is still there");
    failed(finding.with_help("run the same command again later"), false)
}

fn unproven(error: &CallError) -> Ended {
    Ended::Failed { finding: Box::new(error.diagnostic()), unknown: true, aborted: error.is_aborted() }
}

/// Whether it may have taken effect all the same.
fn is_open(error: &CallError) -> bool {
    !error.is_aborted() && (error.may_have_arrived || error.meaning() == Some(Meaning::Conflict))
}

/// What the write made, by what the answer or the list says.
fn made(call: &Call, result: &Value) -> Ended {
    let mut outputs = BTreeMap::new();
    for (name, pointer) in &call.makes {
        match result.pointer(pointer).and_then(Value::as_str) {
            Some(value) => drop(outputs.insert(*name, value.to_owned())),
            None => {
                let message = format!("Cloudflare made it and did not say its `{name}`");
                let finding = Diagnostic::error(Code::AnswerMalformed, message);
                return failed(finding.with_help("run the same command again"), true);
            }
        }
    }
    Ended::Done(Made { outputs, ..Made::default() })
}
