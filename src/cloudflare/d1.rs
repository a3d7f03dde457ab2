//! Databases of D1.
//!
//! <https://developers.cloudflare.com/api/resources/d1/subresources/database/>

use std::fmt::Write as _;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::accepted::Listing;
use super::call::{Call, Origin};
use super::error::Family;
use super::permissions;
use super::raw_body::RawBody;
use super::read::ReadOf;
use crate::http::Method;
use crate::secret::Secret;

/// Cloudflare takes up to 10,000.
const ENTRIES_A_PAGE: u32 = 1_000;

/// Where wrangler remembers which migrations were applied.
pub const LEDGER: &str = "d1_migrations";
/// Where we remember what was in them, beside it.
pub const DIGESTS: &str = "cfwd1_migrations";

/// `GET /accounts/{account}/d1/database`: all of them. The filter by name also finds longer names.
pub fn list(account_id: &str) -> ReadOf<Listing> {
    let subject = format!("D1 databases of account {account_id}");
    ReadOf::new((Family::D1, permissions::D1), &["accounts", account_id, "d1", "database"], subject)
        .in_pages_of(ENTRIES_A_PAGE)
        .or_absent()
}

/// `GET /accounts/{account}/d1/database/{id}`: with its region and its read replication, which the list leaves out.
pub fn read(account_id: &str, id: &str) -> ReadOf<Value> {
    let subject = format!("D1 database {id}");
    ReadOf::new((Family::D1, permissions::D1), &["accounts", account_id, "d1", "database", id], subject).or_absent()
}

/// `GET …/time_travel/bookmark`: what the database can be brought back to.
pub fn bookmark(account_id: &str, id: &str) -> ReadOf<Value> {
    let subject = format!("bookmark of D1 database {id}");
    let path = ["accounts", account_id, "d1", "database", id, "time_travel", "bookmark"];
    ReadOf::new((Family::D1, permissions::D1), &path, subject)
}

/// Which of the tables about migrations are there.
pub fn tables(account_id: &str, id: &str) -> ReadOf<Value> {
    let sql = format!("SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('{LEDGER}', '{DIGESTS}')");
    query(account_id, id, &sql)
}

/// The migrations that were applied, in that order. `with_digests`: the table with their digests is there.
pub fn applied(account_id: &str, id: &str, with_digests: bool) -> ReadOf<Value> {
    let sql = match with_digests {
        true => format!(
            "SELECT l.name AS name, d.sha256 AS sha256 FROM {LEDGER} l LEFT JOIN {DIGESTS} d ON d.name = l.name ORDER BY l.id"
        ),
        false => format!("SELECT name, NULL AS sha256 FROM {LEDGER} ORDER BY id"),
    };
    query(account_id, id, &sql)
}

/// `POST …/query` with one statement that only reads.
fn query(account_id: &str, id: &str, sql: &str) -> ReadOf<Value> {
    let subject = format!("migrations of D1 database {id}");
    let path = ["accounts", account_id, "d1", "database", id, "query"];
    ReadOf::new((Family::D1, permissions::D1), &path, subject).by_query(&json!({ "sql": sql }))
}

/// The rows that a query of one statement answers.
pub fn rows(answer: &Value) -> &[Value] {
    answer.pointer("/0/results").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A migration as one file: what remembers it comes first, so that it is applied with its rows or not at all, and never
/// twice. Names are letters, digits, `-`, `_` and `.`, digests are hexadecimal: nothing needs quoting.
pub fn file(name: &str, sha256: &str, sql: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {LEDGER}(\n\
         \tid INTEGER PRIMARY KEY AUTOINCREMENT,\n\
         \tname TEXT UNIQUE,\n\
         \tapplied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL\n\
         );\n\
         CREATE TABLE IF NOT EXISTS {DIGESTS}(name TEXT PRIMARY KEY, sha256 TEXT NOT NULL);\n\
         INSERT INTO {LEDGER} (name) VALUES ('{name}');\n\
         INSERT OR REPLACE INTO {DIGESTS} (name, sha256) VALUES ('{name}', '{sha256}');\n\
         {sql}\n"
    )
}

/// What a file is announced by.
pub fn etag(file: &[u8]) -> String {
    let digest = Md5::digest(file);
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `POST …/import`: announces a file, hands it over, or asks how far it is.
///
/// <https://developers.cloudflare.com/d1/best-practices/import-export-data/>
pub fn import(account_id: &str, id: &str, body: Value) -> Call {
    let path = ["accounts", account_id, "d1", "database", id, "import"];
    Call { body, ..Call::new((Family::D1, permissions::D1), Method::Post, &path) }
}

/// `PUT` of a file to the presigned address that its announcement gave.
pub fn upload(address: &str, file: Bytes) -> Call {
    let raw = RawBody { content_type: "application/octet-stream".into(), content: file.into() };
    Call {
        origin: Origin::Presigned(Secret::new(address)),
        raw: Some(raw),
        ..Call::new((Family::D1, permissions::D1), Method::Put, &[])
    }
}

/// Whether a query found a row of that name.
pub fn has(answer: &Value, name: &str) -> bool {
    rows(answer).iter().any(|row| row.get("name").and_then(Value::as_str) == Some(name))
}
