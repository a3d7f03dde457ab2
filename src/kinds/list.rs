//! All kinds of documents.

use crate::kinds::worker::manifest::Worker;
use crate::manifest::DocumentKind;
use crate::manifest::dialect::Dialect;
use crate::wrangler::Wrangler;

use super::d1_database::D1Database;
use super::kv_namespace::KvNamespace;
use super::queue::Queue;
use super::r2_bucket::R2Bucket;
use super::store::Store;

/// All kinds of documents. What names none that can be read is taken for the first one.
pub const DOCUMENTS: [&dyn DocumentKind; 5] = [&Worker, &KvNamespace, &R2Bucket, &Queue, &D1Database];

/// Ways of writing documents beside YAML.
pub(super) const DIALECTS: [&dyn Dialect; 1] = [&Wrangler];

/// What the kinds of documents are called.
pub fn names() -> [&'static str; 5] {
    DOCUMENTS.map(|kind| kind.name())
}

/// The kinds that keep data.
pub(super) const STORES: [&dyn Store; 4] = [&KvNamespace, &R2Bucket, &Queue, &D1Database];

/// The kind of stores that a document's kind names.
pub(super) fn store_of(kind: &str) -> Option<&'static dyn Store> {
    STORES.into_iter().find(|store| store.name() == kind)
}
