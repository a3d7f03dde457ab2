//! R2 buckets and their settings, through the v4 API.
//!
//! <https://developers.cloudflare.com/api/resources/r2/subresources/buckets/>

use serde_json::Value;

use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// Names the jurisdiction of a bucket; a name may be there once in each.
pub const JURISDICTION: &str = "cf-r2-jurisdiction";

/// `GET /accounts/{account}/r2/buckets/{bucket}`, and what lies below it.
pub fn read(account_id: &str, bucket: &str, jurisdiction: Option<&str>, below: &[&str]) -> ReadOf<Value> {
    let subject = match below.last() {
        None => format!("bucket `{bucket}`"),
        Some(last) => format!("{last} of bucket `{bucket}`"),
    };
    let path: Vec<&str> =
        ["accounts", account_id, "r2", "buckets", bucket].into_iter().chain(below.iter().copied()).collect();
    let read = ReadOf::new((Family::R2, permissions::R2), &path, subject).or_absent();
    match jurisdiction {
        Some(jurisdiction) => read.with_header(JURISDICTION, jurisdiction),
        None => read,
    }
}
