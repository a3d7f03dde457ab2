//! Foreign text: whoever sends back what a run sent, no event and no result shows it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use cfworker_deploy::engine::{self, Credentials};
use cfworker_deploy::error::Error;
use cfworker_deploy::secret::Secret;
use serde_json::{Value, json};
use wire::calls::{Call, MANIFEST, call, empty};
use wire::{Reply, Seen, ok, refused, with_header};

const TOKEN: &str = "canary-token";
const S3_SECRET: &str = "canary-key";
const VALUE: &str = "canary/value of 1+1 \"things\"";

/// Calls that have all kinds of secrets, with an account that answers so.
fn with_secrets(rule: impl Fn(&Seen) -> Reply + 'static) -> Call {
    let mut call = call(rule);
    call.manifest = format!("{MANIFEST}  env: {{ secrets: {{ KEY: \"${{APP_KEY}}\" }} }}\n");
    call.credentials.secrets.insert("APP_KEY".into(), Secret::new(VALUE));
    call.credentials.masked.push(Secret::new("proxy-password"));
    call
}

/// Everything that can be looked for: a run has the token, and what is made of it.
fn needles(credentials: &Credentials) -> Vec<String> {
    let all = credentials.all().into_iter().map(|secret| secret.reveal().to_owned());
    all.chain([VALUE.to_owned(), "canary%2Fvalue".to_owned(), "canary".to_owned()]).collect()
}

/// All that left a run hides what was said, and shows that something was.
fn assert_masked(what: &str, call: &Call, result: &Value) {
    let events: Vec<Value> = call.told.borrow().iter().map(|event| json!(event)).collect();
    let text = format!("{result} {}", json!(events));
    for needle in needles(&call.credentials) {
        assert!(!text.contains(&needle), "{what}: {needle} in {text}");
    }
    assert!(text.contains("***"), "{what}: nothing was told in {text}");
}

fn page(status: u16, text: &str) -> Reply {
    Reply::Answer(status, vec![("content-type", "text/html".into())], text.as_bytes().to_vec())
}

/// Whoever answers, and what is sent back.
fn echoes() -> Vec<(&'static str, Reply)> {
    let shown = format!("Bearer {TOKEN}, {S3_SECRET}, proxy-password");
    let long = format!("<p>{}{TOKEN}</p>", "x".repeat(90));
    vec![
        ("a thrown error", Reply::Says(format!("connect failed: authorization: {shown}"))),
        ("a refusal of the API", refused(403, 10000, &shown)),
        ("a refusal of a value", refused(400, 10021, "could not read canary%2Fvalue%20of%201%2B1%20%22things%22")),
        ("the title of a page", page(403, &format!("<html><title>Denied: {shown}</title></html>"))),
        ("the text of a page", page(400, &shown)),
        ("the text of a page that is cut", page(400, &long)),
        ("a page of a server that fails", page(502, &shown)),
        ("the password of a user in Base64", page(400, "Basic dXNlcjpjYW5hcnktdG9rZW4=")),
        ("an answer of another shape", ok(&json!(shown).to_string())),
        ("the id of a request", with_header(page(403, "no"), "cf-ray", TOKEN)),
        (
            "a refusal of the store",
            page(403, &format!("<Error><Code>AccessDenied</Code><Message>{shown}</Message></Error>")),
        ),
    ]
}

#[test]
fn no_answer_and_no_thrown_error_shows_a_credential_or_a_secret() {
    for (what, reply) in echoes() {
        let failing = with_secrets(move |_| reply.clone());
        let error = failing.plan().expect_err("a failure");
        assert_masked(what, &failing, &json!(error));
        assert_masked(what, &failing, &json!(failing.doctor()));
    }
}

#[test]
fn an_upload_that_is_refused_with_the_value_of_a_secret_does_not_show_it() {
    let said = json!(format!("cannot use {VALUE} of {TOKEN}")).to_string();
    let uploading = with_secrets(move |seen| match seen.method {
        "PUT" => refused(400, 10021, said.trim_matches('"')),
        _ => empty(seen),
    });
    assert_masked("an upload", &uploading, &json!(uploading.apply().expect_err("a failure")));
}

#[test]
fn what_destroy_outputs_and_publish_meet_is_masked_too() {
    let failing = with_secrets(|_| refused(400, 1, &format!("no {TOKEN}")));
    let (_, io) = failing.given();
    let run = |result: Result<Value, Error>| json!(result.expect_err("a failure"));
    assert_masked("destroy", &failing, &run(failing.destroy().map(|result| json!(result))));
    let outputs = failing.outputs().map(|result| json!(result));
    assert_masked("outputs", &failing, &run(outputs));
    let target = engine::PublishTarget { bucket: "b".into(), key: "k/".into(), ..engine::PublishTarget::default() };
    let mut credentials = failing.credentials.clone();
    credentials.account_id = Some("0123456789abcdef0123456789abcdef".into());
    let bytes = b"export default {}".as_slice().into();
    let published = failing.clock.run(engine::publish(bytes, &target, &credentials, &failing.options, &io));
    assert_masked("publish", &failing, &run(published.map(|result| json!(result))));
}

#[test]
fn an_address_with_a_password_is_refused_without_it() {
    for address in
        ["https://me:hunter2!@api.example/client/v4", "https://hunter2!@api.example", "https://me:hunter2! @api"]
    {
        let mut refused = call(empty);
        refused.credentials.base_url = Some(address.into());
        let error = json!(refused.failed_plan()).to_string();
        assert!(!error.contains("hunter2") && error.contains("the API base URL"), "{error}");
        let mut refused = call(empty);
        refused.credentials.r2.as_mut().expect("keys").endpoint = Some(address.into());
        let error = json!(refused.failed_plan()).to_string();
        assert!(!error.contains("hunter2") && error.contains("the S3 endpoint"), "{error}");
    }
}

#[test]
fn a_live_value_that_is_a_secret_of_this_run_is_not_shown_in_the_plan() {
    let live = |seen: &Seen| {
        let record = json!({ "id": "r", "type": "A", "name": "shop.example.com", "content": "192.0.2.1",
            "proxied": true, "comment": format!("made with {TOKEN}") });
        if seen.url.contains("/dns_records") { ok(&json!([record]).to_string()) } else { empty(seen) }
    };
    let mut planning = with_secrets(live);
    planning.options.adopt = vec!["record:shop.example.com".into()];
    let plan = planning.plan().expect("a plan");
    assert_masked("a plan", &planning, &json!(plan));
    assert!(json!(plan).to_string().contains("made with ***"), "{}", json!(plan));
}
