//! Stores: what keeps data under a name. The name is the identity; a store is never replaced, and only deleted by its
//! own name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Address, Identity};

/// The store that a document wants.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredStore {
    /// Index of the document among all documents of the run: the key of its places.
    pub document: usize,
    /// Kind of the document, such as `CloudflareKvNamespace`.
    pub kind: &'static str,
    /// Who the document is. INVARIANT: `identity.account` is the account that every request of it names.
    pub identity: Identity,
    /// What it is called in the account.
    pub address: Address,
    /// What it should be, beyond being there: by the names of its own kind.
    pub wanted: Value,
}

/// A store as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveStore {
    /// Its id; the name where it has no other.
    pub id: String,
    /// What it is, by the names of its own kind.
    pub settings: Value,
}
