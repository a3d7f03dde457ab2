//! Stores: what keeps data under a name. The name is the identity; a store is never replaced, and only deleted by its
//! own name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::binding::Referred;
use crate::model::{Address, Identity, Output};

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
    /// Values in `wanted` that other resources give; they are filled in as they are resolved.
    pub inputs: Vec<StoreInput>,
}

/// A value of a store that another resource gives.
#[derive(Clone, Debug, PartialEq)]
pub struct StoreInput {
    /// Where it stands in what is wanted, as a JSON pointer.
    pub at: &'static str,
    /// Where it comes from.
    pub given: Referred,
}

impl DesiredStore {
    /// The output that a value waits for, by where it stands.
    pub fn late(&self, at: &str) -> Option<&Output> {
        self.inputs.iter().find(|input| input.at == at).and_then(|input| input.given.late())
    }
}

/// A store as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveStore {
    /// Its id; the name where it has no other.
    pub id: String,
    /// What it is, by the names of its own kind.
    pub settings: Value,
    /// What sends to it or reads from it, by name; absent where the account does not show that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_by: Option<Vec<String>>,
}
