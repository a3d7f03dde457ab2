//! The one way on which a write goes out, and how it is settled what became of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Run;
use crate::cloudflare::{Call, Heard, Read, Search, Sighting, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::{CallError, Client, Meaning, Method};
use crate::refresh;
use crate::resource::{Ended, Made};

/// How often a create is tried after answers that left it open: for half a minute, which is as long as a list lags.
const CREATES: u32 = 7;

/// How often a deletion is tried that Cloudflare accepts and does not carry out.
const DELETIONS: u32 = 6;

/// Sends a write, once.
pub(super) async fn send(run: &Run<'_>, client: &Client, call: &Call) -> Result<Value, CallError> {
    run.api.carry(client, call, &|output| run.late(output)).await
}

/// Makes a round of reads.
pub(super) async fn hear(run: &Run<'_>, client: &Client, reads: Vec<Read>) -> Turn {
    Turn::Replies(refresh::hear(run.api, client, reads).await)
}

/// Carries a write out, as often as it is worth.
pub(super) async fn carry_out(run: &Run<'_>, client: &Client, call: &Call) -> Ended {
    match (&call.look, &call.until_gone) {
        (Some(look), _) => create(run, client, call, &**look).await,
        (None, Some(read)) => delete(run, client, call, read).await,
        (None, None) => match send(run, client, call).await {
            Ok(result) => made(call, &result),
            Err(error) if is_gone(call, &error) => gone(&error),
            Err(error) => refused(call, &error),
        },
    }
}

/// What can't be made twice is looked for after an unclear answer, and when Cloudflare says that it exists.
async fn create(run: &Run<'_>, client: &Client, call: &Call, look: &dyn Search) -> Ended {
    let mut last = None;
    for try_number in 0..CREATES {
        if try_number > 0 {
            client.rest(f64::from(250 << try_number)).await;
        }
        let error = match send(run, client, call).await {
            Ok(result) => return made(call, &result),
            Err(error) => error,
        };
        if !is_open(&error) {
            return refused(call, &error);
        }
        match found(run, client, look).await {
            Found::There(found) => return made(call, &found),
            Found::Taken(finding) => return Ended::refused(*finding),
            // Refused as existing and yet not there: something else stands in the way, or the list lags behind.
            Found::Absent => last = Some(error),
            Found::Unclear => return Ended::from(&error),
        }
    }
    match last {
        Some(error) => Ended::from(&error),
        None => Ended::refused(Diagnostic::error(Code::Internal, "a write was never sent")),
    }
}

/// The end of a write that gave no result, with the way out that its kind knows.
fn refused(call: &Call, error: &CallError) -> Ended {
    match call.help.filter(|(code, _)| error.code() == Some(*code)) {
        Some((_, help)) if error.may_have_arrived => Ended::unknown(error.diagnostic().with_help(help)),
        Some((_, help)) => Ended::refused(error.diagnostic().with_help(help)),
        None => Ended::from(error),
    }
}

/// What a look came to.
enum Found {
    There(Value),
    Absent,
    Taken(Box<Diagnostic>),
    Unclear,
}

async fn found(run: &Run<'_>, client: &Client, look: &dyn Search) -> Found {
    let mut heard = Heard::default();
    loop {
        match look.next(&heard) {
            Sighting::Ask(read) => heard.add(hear(run, client, vec![read]).await),
            Sighting::There(found) => return Found::There(found),
            Sighting::Absent => return Found::Absent,
            Sighting::Taken(finding) => return Found::Taken(finding),
            Sighting::Unclear => return Found::Unclear,
        }
    }
}

/// Whether it may have taken effect all the same.
fn is_open(error: &CallError) -> bool {
    !error.is_aborted() && (error.may_have_arrived || error.meaning() == Some(Meaning::Conflict))
}

/// What is gone already is as good as deleted.
fn is_gone(call: &Call, error: &CallError) -> bool {
    call.method == Method::Delete && error.is_absent()
}

/// The end of a deletion that found nothing. An earlier try of it may have been what deleted it.
fn gone(error: &CallError) -> Ended {
    if error.tries > 1 { Ended::done() } else { Ended::Done(Made::absent()) }
}

/// Deletes something, and again while a read by its id still shows it: an accepted deletion is no proof, and neither is
/// one list.
async fn delete(run: &Run<'_>, client: &Client, call: &Call, read: &Read) -> Ended {
    let target = || match call.request(run.api, &|output| run.late(output)) {
        Ok(request) => request.target(),
        Err(error) => error.target,
    };
    for try_number in 0..DELETIONS {
        if try_number > 0 {
            client.rest(f64::from(250 << try_number)).await;
            if client.is_aborted() {
                let stopped = CallError { target: target(), tries: 0, may_have_arrived: true, kind: client.stop() };
                return unproven(&stopped);
            }
        }
        match send(run, client, call).await {
            Ok(_) => {}
            Err(error) if is_gone(call, &error) && try_number == 0 => return gone(&error),
            Err(error) if is_gone(call, &error) => return Ended::done(),
            Err(error) => return Ended::from(&error),
        }
        for (_, answer) in refresh::hear(run.api, client, vec![read.clone()]).await {
            match answer {
                Ok(_) => {}
                Err(error) if error.is_absent() => return Ended::done(),
                // The deletion was accepted: whether it took effect is what this read was to tell.
                Err(error) => return unproven(&error),
            }
        }
    }
    let message = format!("the deletion was accepted, and it is still there: {}", target());
    Ended::refused(Diagnostic::error(Code::StillThere, message).with_help("run the same command again later"))
}

fn unproven(error: &CallError) -> Ended {
    Ended::Failed { finding: Box::new(error.diagnostic()), unknown: true, aborted: error.is_aborted() }
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
                return Ended::unknown(finding.with_help("run the same command again"));
            }
        }
    }
    Ended::Done(Made { outputs, ..Made::default() })
}
