//! Workers KV namespaces.
//!
//! <https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/>

use super::accepted::Listing;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// `GET /accounts/{account}/storage/kv/namespaces`. There is no filter: list and match titles.
pub fn list(account_id: &str) -> ReadOf<Listing> {
    let subject = format!("KV namespaces of account {account_id}");
    ReadOf::new((Family::Kv, permissions::KV), &["accounts", account_id, "storage", "kv", "namespaces"], subject)
        .in_pages_of(100)
        .or_absent()
}
