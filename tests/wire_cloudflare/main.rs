//! What we send to the API, byte for byte, and what we make of its answers.
//!
//! Shapes are those of Cloudflare's API reference and of its SDK; where real answers differ, of those.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

#[path = "../wire/mod.rs"]
mod wire;

mod answers;
mod refusals;
mod requests;
mod uploads;

use cfworker_deploy::cloudflare::{Api, Auth, Call, Read};
use cfworker_deploy::http::{Repeat, Request};
use cfworker_deploy::secret::Secret;
use serde_json::Value;

const A: &str = "accounts/acc/workers/scripts/my-script";

fn api() -> Api {
    Api::new("https://api.example/client/v4", Auth::Token(Secret::new("t"))).expect("an API")
}

/// Method and path with query of a read.
fn asked(read: impl Into<Read>) -> String {
    let request = read.into().request(&api());
    let path = request.url.strip_prefix("https://api.example/client/v4/").expect("below the base URL");
    format!("{} {path}", request.method.as_str())
}

/// What goes out.
fn request(call: &Call) -> Request {
    call.request(&api(), &|_| None).expect("a request")
}

/// Method, path with query, JSON body, whether it may be repeated.
fn sent(call: &Call) -> (String, Value, Repeat) {
    let request = request(call);
    let path = request.url.strip_prefix("https://api.example/client/v4/").expect("below the base URL");
    let body = request
        .body
        .as_ref()
        .map_or(Value::Null, |(_, content)| serde_json::from_slice(&content.to_vec()).expect("JSON"));
    (format!("{} {path}", request.method.as_str()), body, request.repeat)
}
