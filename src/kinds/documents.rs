//! The documents of a run that references mean by name.

use std::collections::BTreeMap;

use crate::kinds::worker::manifest::Worker;
use crate::manifest::DocumentKind;
use crate::model::Identity;
use crate::resource::{DesiredManifest, DesiredState};

/// Kind, account, name.
type Key = (String, String, String);

/// What a document describes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Described {
    /// A store, by its index.
    Store(usize),
    /// A Worker, by the name of its script.
    Script(String),
}

/// Several documents have a name, and none of them is nearer to who refers to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Several;

/// All of them.
#[derive(Default)]
pub(super) struct Documents {
    /// By the document's own name, each with its organisation and environment.
    by_name: BTreeMap<Key, Vec<(String, String, Described)>>,
    /// By the name in the account.
    by_key: BTreeMap<Key, Described>,
}

impl Documents {
    /// Goes through all documents.
    pub(super) fn of(desired: &DesiredState) -> Self {
        let mut documents = Self::default();
        for DesiredManifest { identity, script, .. } in &desired.manifests {
            documents.add(Worker.name(), identity, &script.name, Described::Script(script.name.clone()));
        }
        for (index, store) in desired.stores.iter().enumerate() {
            documents.add(store.kind, &store.identity, &store.address.key, Described::Store(index));
        }
        documents
    }

    fn add(&mut self, kind: &str, identity: &Identity, key: &str, described: Described) {
        let Identity { account, org, env, name } = identity;
        let by_name = self.by_name.entry(of(kind, account, name)).or_default();
        by_name.push((org.clone(), env.clone(), described.clone()));
        self.by_key.insert(of(kind, account, key), described);
    }

    /// The document that `who` means by a name: its own name comes before the one in the account, and of several the one
    /// of the same organisation and environment is meant.
    pub(super) fn find(&self, kind: &str, name: &str, who: &Identity) -> Result<Option<&Described>, Several> {
        let key = of(kind, &who.account, name);
        match self.by_name.get(&key).map(Vec::as_slice) {
            None => Ok(self.by_key.get(&key)),
            Some([(_, _, only)]) => Ok(Some(only)),
            Some(several) => {
                let mut own = several.iter().filter(|(org, env, _)| *org == who.org && *env == who.env);
                own.next().map(|(_, _, described)| Some(described)).ok_or(Several)
            }
        }
    }

    /// What has this name in the account.
    pub(super) fn named(&self, kind: &str, account: &str, key: &str) -> Option<&Described> {
        self.by_key.get(&of(kind, account, key))
    }
}

fn of(kind: &str, account: &str, name: &str) -> Key {
    (kind.to_owned(), account.to_owned(), name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{ReadOptions, Source};

    const KIND: &str = "CloudflareQueue";

    fn documents(all: &[(&str, &str)]) -> Documents {
        let document = |(env, queue): &(&str, &str)| {
            format!(
                "apiVersion: cloudflare.project-planton.org/v1\nkind: {KIND}\nmetadata: {{ name: jobs, env: {env} }}\n\
                 spec: {{ account_id: 0123456789abcdef0123456789abcdef, queue_name: {queue} }}\n---\n"
            )
        };
        let source = Source { name: "a".into(), text: all.iter().map(document).collect() };
        let read = crate::kinds::read(&[source], &ReadOptions::default());
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        Documents::of(&read.desired)
    }

    fn who(env: &str) -> Identity {
        let (account, name) = ("0123456789abcdef0123456789abcdef".to_owned(), "shop".to_owned());
        Identity { account, org: String::new(), env: env.into(), name }
    }

    #[test]
    fn of_several_documents_of_one_name_that_of_the_same_environment_is_meant_in_whatever_order_they_stand() {
        for all in [[("test", "a"), ("live", "b")], [("live", "b"), ("test", "a")]] {
            let documents = documents(&all);
            let index = |env: &str| all.iter().position(|(known, _)| *known == env).map(Described::Store);
            for env in ["test", "live"] {
                assert_eq!(documents.find(KIND, "jobs", &who(env)), Ok(index(env).as_ref()));
            }
            assert_eq!(documents.find(KIND, "jobs", &who("other")), Err(Several));
            // The name in the account is unique there.
            assert_eq!(documents.find(KIND, "b", &who("other")), Ok(index("live").as_ref()));
        }
    }

    #[test]
    fn the_only_document_of_a_name_is_meant_whatever_its_environment() {
        let documents = documents(&[("test", "a")]);
        assert_eq!(documents.find(KIND, "jobs", &who("live")), Ok(Some(&Described::Store(0))));
        assert_eq!(documents.find(KIND, "nope", &who("test")), Ok(None));
    }
}
