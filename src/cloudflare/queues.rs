//! Queues.
//!
//! <https://developers.cloudflare.com/api/resources/queues/>

use serde_json::Value;

use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// `GET /accounts/{account}/queues`: all of them, with their settings.
pub fn list(account_id: &str) -> ReadOf<Vec<Value>> {
    let subject = format!("queues of account {account_id}");
    ReadOf::new((Family::Queues, permissions::QUEUES), &["accounts", account_id, "queues"], subject)
        .in_pages_of(100)
        .or_absent()
}
