//! Databases of D1.
//!
//! <https://developers.cloudflare.com/api/resources/d1/subresources/database/>

use serde_json::Value;

use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// Cloudflare takes up to 10,000.
const ENTRIES_A_PAGE: u32 = 1_000;

/// `GET /accounts/{account}/d1/database`: all of them. The filter by name also finds longer names.
pub fn list(account_id: &str) -> ReadOf<Vec<Value>> {
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
