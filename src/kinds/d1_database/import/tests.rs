use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::Import;
use crate::cloudflare::{Heard, Origin, Read, Reply, Segment, Turn, d1};
use crate::diagnostic::Code;
use crate::http::{CallError, CallErrorKind};
use crate::model::{Address, Kind, Output};
use crate::resource::{AtHand, Ended, Next, Procedure};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
const UPLOAD: &str = "https://storage.example/file.sql?signature=canary";
const FILE: &str = "0001_init.sql";

fn import(tells_bookmark: bool) -> Import {
    Import {
        account: ACCOUNT.into(),
        database: Segment::Text("id".into()),
        name: FILE.into(),
        sha256: "0f".into(),
        sql: "SELECT 1;".into(),
        tells_bookmark,
    }
}

/// What comes next, in words that a test can compare.
fn shown(next: Next) -> String {
    match next {
        Next::Pause { why, milliseconds } => format!("rest {milliseconds} {why:?}"),
        Next::Read(reads) => {
            let named = |read: Read| {
                let sql = [d1::tables(ACCOUNT, "id").into(), d1::applied(ACCOUNT, "id", false).into()];
                let [tables, applied]: [Read; 2] = sql;
                if read == tables {
                    "tables"
                } else if read == applied {
                    "applied"
                } else {
                    "bookmark"
                }
            };
            format!("read {}", reads.into_iter().map(named).collect::<Vec<_>>().join(" "))
        }
        Next::Send(call) => match &call.origin {
            Origin::Presigned(address) => format!("upload to {}", address.reveal()),
            Origin::Api | Origin::Bearer(_) => format!("send {}", call.body["action"].as_str().unwrap_or_default()),
        },
        Next::Tell(finding) => format!("tell {}", finding.help.unwrap_or_default()),
        Next::End(Ended::Done(_)) => "done".into(),
        Next::End(Ended::Failed { finding, unknown, .. }) => format!("failed {} unknown {unknown}", finding.code),
    }
}

fn next(import: &Import, heard: &Heard) -> Next {
    let (late, address, secrets) = (|_: &Output| None, Address::new(Kind::D1, "shop"), BTreeMap::new());
    import.next(heard, AtHand { address: &address, late: &late, signature: "", code: None, secrets: &secrets })
}

/// Goes through what is heard, and gives what came next before and after each.
fn told(import: &Import, turns: Vec<Turn>) -> Vec<String> {
    let mut heard = Heard::default();
    let mut steps = vec![shown(next(import, &heard))];
    for turn in turns {
        heard.add(turn);
        steps.push(shown(next(import, &heard)));
    }
    steps
}

fn answer(value: Value) -> Turn {
    Turn::Sent(Ok(value))
}

fn announced() -> Turn {
    answer(json!({ "upload_url": UPLOAD, "filename": "f" }))
}

fn running() -> Turn {
    answer(json!({ "success": true, "status": "active", "at_bookmark": "b1" }))
}

fn lost() -> Turn {
    Turn::Sent(Err(error(true)))
}

fn error(may_have_arrived: bool) -> CallError {
    CallError { target: "POST …/import".into(), tries: 1, may_have_arrived, kind: CallErrorKind::Aborted }
}

/// No answer came, and the run goes on.
fn unanswered() -> Turn {
    let kind = CallErrorKind::Malformed { reason: "cut off".into(), cf_ray: None };
    Turn::Sent(Err(CallError { kind, ..error(true) }))
}

fn rows(names: &[&str]) -> Turn {
    let rows: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    replied(Ok(Reply::Found(Rc::new(json!([{ "results": rows }])))))
}

fn replied(reply: Result<Reply, CallError>) -> Turn {
    Turn::Replies(vec![(d1::tables(ACCOUNT, "id").into(), reply)])
}

#[test]
fn a_file_is_announced_uploaded_handed_over_and_watched_until_it_is_applied() {
    let turns = vec![
        announced(),
        answer(Value::Null),
        running(),
        Turn::Paused,
        running(),
        Turn::Paused,
        answer(json!({ "success": true, "status": "complete" })),
    ];
    let upload = format!("upload to {UPLOAD}");
    let wanted =
        ["send init", &upload, "send ingest", "rest 500 None", "send poll", "rest 500 None", "send poll", "done"];
    assert_eq!(told(&import(false), turns), wanted);
}

#[test]
fn the_bookmark_to_go_back_to_is_told_before_anything_is_sent() {
    let bookmark = replied(Ok(Reply::Found(Rc::new(json!({ "bookmark": "b0" })))));
    let help = "tell Time Travel brings it back: wrangler d1 time-travel restore shop --bookmark b0";
    assert_eq!(told(&import(true), vec![bookmark, Turn::Told]), ["read bookmark", help, "send init"]);
    let failed = told(&import(true), vec![replied(Err(error(false)))]);
    assert!(failed.last().is_some_and(|last| last.ends_with("unknown false")), "{failed:?}");
}

#[test]
fn after_an_answer_that_was_lost_the_database_is_asked_what_it_remembers_before_the_file_is_sent_again() {
    let until_lost = || vec![announced(), answer(Value::Null), unanswered()];
    let after = |turns: Vec<Turn>| {
        let steps = told(&import(false), until_lost().into_iter().chain(turns).collect());
        steps.into_iter().skip(3).collect::<Vec<_>>()
    };
    assert_eq!(after(vec![rows(&[d1::LEDGER]), rows(&[FILE])]), ["read tables", "read applied", "done"]);
    assert_eq!(after(vec![rows(&[]), Turn::Paused]), ["read tables", "rest 1000 None", "send init"]);
    let again = after(vec![rows(&[d1::LEDGER]), rows(&["0000_other.sql"]), Turn::Paused]);
    assert_eq!(again, ["read tables", "read applied", "rest 1000 None", "send init"]);
}

#[test]
fn a_file_is_sent_five_times_at_most_and_its_end_is_then_unknown() {
    let mut turns = Vec::new();
    for _ in 0..5 {
        turns.extend([unanswered(), rows(&[]), Turn::Paused]);
    }
    turns.pop();
    let steps = told(&import(false), turns);
    let rests: Vec<&String> = steps.iter().filter(|step| step.starts_with("rest")).collect();
    assert_eq!(rests, ["rest 1000 None", "rest 2000 None", "rest 4000 None", "rest 8000 None"]);
    assert!(steps.last().is_some_and(|last| last.ends_with("unknown true")), "{steps:?}");
}

#[test]
fn a_refusal_of_the_database_is_told_in_its_words_once_the_file_is_known_not_to_be_remembered() {
    let refusal = || answer(json!({ "success": false, "error": "no such table: notes" }));
    let refused = format!("failed {} unknown false", Code::MigrationFailed);
    assert_eq!(told(&import(false), vec![refusal(), rows(&[])]), ["send init", "read tables", &refused]);
    // Another run applied it meanwhile: its first statement is refused the second time.
    let steps = told(&import(false), vec![refusal(), rows(&[d1::LEDGER]), rows(&[FILE])]);
    assert_eq!(steps.last().map(String::as_str), Some("done"));
}

#[test]
fn a_run_that_stops_while_the_database_works_on_a_file_does_not_claim_that_it_was_not_applied() {
    let stopped = || vec![Turn::Sent(Err(error(false))), replied(Err(error(false)))];
    let handed_over = [announced(), answer(Value::Null), running(), Turn::Paused];
    let steps = told(&import(false), handed_over.into_iter().chain(stopped()).collect());
    assert!(steps.last().is_some_and(|last| last.ends_with("unknown true")), "{steps:?}");
    let steps = told(&import(false), stopped());
    assert!(steps.last().is_some_and(|last| last.ends_with("unknown false")), "{steps:?}");
    // The answer to the hand-over itself was lost, or to the announcement of a file that an earlier run had uploaded.
    for before in [vec![announced(), answer(Value::Null)], Vec::new()] {
        let steps = told(&import(false), before.into_iter().chain([lost(), replied(Err(error(false)))]).collect());
        assert!(steps.last().is_some_and(|last| last.ends_with("unknown true")), "{steps:?}");
    }
}

#[test]
fn a_database_that_has_the_file_already_is_not_sent_it_again() {
    let steps = told(&import(false), vec![running()]);
    assert_eq!(steps, ["send init", "rest 500 None"]);
}

#[test]
fn without_the_id_of_its_database_nothing_is_sent() {
    let output = Output { account: ACCOUNT.into(), of: Address::new(Kind::D1, "shop"), name: "database_id".into() };
    let late = Import { database: Segment::Late(output), ..import(false) };
    assert_eq!(shown(next(&late, &Heard::default())), format!("failed {} unknown false", Code::Internal));
}
