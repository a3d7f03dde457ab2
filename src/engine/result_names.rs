//! The names under which results of a run stand: with what tells them apart where several documents have one name.

use std::collections::BTreeMap;

use crate::model::{Identity, document_name};
use crate::resource::{DesiredManifest, DesiredState};

/// Which accounts of a run have a name, and how many documents each of them has of it.
pub(super) struct ResultNames(BTreeMap<(&'static str, String), BTreeMap<String, usize>>);

/// What scripts are told by, beside the kinds of documents.
const SCRIPT: &str = "script";
/// The kind of Workers, as outputs name it.
pub(super) const WORKER: &str = "CloudflareWorker";

impl ResultNames {
    /// Goes through all documents.
    pub(super) fn of(desired: &DesiredState) -> Self {
        let mut names = Self(BTreeMap::new());
        for DesiredManifest { identity, script, .. } in &desired.manifests {
            names.add(SCRIPT, &script.name, identity);
            names.add(WORKER, &identity.name, identity);
        }
        for store in &desired.stores {
            names.add(store.kind, &store.identity.name, &store.identity);
        }
        names
    }

    fn add(&mut self, kind: &'static str, name: &str, Identity { account, .. }: &Identity) {
        *self.0.entry((kind, name.to_owned())).or_default().entry(account.clone()).or_default() += 1;
    }

    /// The name of a Worker's script, of which an account has one.
    pub(super) fn script(&self, manifest: &DesiredManifest) -> String {
        let DesiredManifest { identity: Identity { account, .. }, script, .. } = manifest;
        let (several_accounts, _) = self.several(SCRIPT, &script.name, account);
        if several_accounts { format!("account/{account}/{}", script.name) } else { script.name.clone() }
    }

    /// `KIND/NAME` of a document.
    pub(super) fn document(&self, kind: &'static str, identity: &Identity) -> String {
        let (several_accounts, several_environments) = self.several(kind, &identity.name, &identity.account);
        document_name(kind, identity, several_accounts, several_environments)
    }

    /// Whether several accounts have the name, and whether this one has it several times.
    fn several(&self, kind: &'static str, name: &str, account: &str) -> (bool, bool) {
        let accounts = self.0.get(&(kind, name.to_owned()));
        let of_account = accounts.and_then(|accounts| accounts.get(account)).copied().unwrap_or_default();
        (accounts.is_some_and(|accounts| accounts.len() > 1), of_account > 1)
    }
}
