//! What a kind of stores says of itself, and how its documents are read.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloudflare::permissions::Grant;
use crate::cloudflare::{Call, Look, ReadOf};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::{Claimed, DocumentKind, Envelope, Lowered, Path, Reading};
use crate::model::{Address, Field, Identity};
use crate::resource::{DesiredDocument, DesiredStore, LiveStore, Operation, StoreInput};

/// A kind of documents that each describe one store. All of it is pure: requests and answers are values.
pub(super) trait Store: DocumentKind {
    /// The store's address by its name.
    fn address(&self, name: &str) -> Address;

    /// What people call it, such as `KV namespace`.
    fn noun(&self) -> &'static str;

    /// The permission that its requests need.
    fn grant(&self) -> Grant;

    /// Outputs that are known before the store is made.
    fn known_outputs(&self, _wanted: &DesiredStore) -> BTreeMap<String, Value> {
        BTreeMap::new()
    }

    /// How a store of that name is looked for.
    fn look(&self, account: &str, name: &str) -> Look;

    /// How an output of a store is looked for that no document describes.
    fn look_for_output(&self, account: &str, name: &str, _output: &str) -> Look {
        self.look(account, name)
    }

    /// The output in what was found so.
    fn output_elsewhere(&self, store: &DesiredStore, output: &str, found: &Value) -> Option<Value> {
        self.outputs(store, &self.live(found)?).remove(output)
    }

    /// The same for a store that a document describes, which may say more than its name.
    fn look_for(&self, store: &DesiredStore) -> Look {
        self.look(&store.identity.account, &store.address.key)
    }

    /// What else is read for a document, by the name under which it stands in the live settings. `found`: the store, once
    /// it was looked for and is there, with all that was read of it so far.
    fn details(&self, _store: &DesiredStore, _found: Option<&LiveStore>) -> Vec<(&'static str, ReadOf<Value>)> {
        Vec::new()
    }

    /// A store out of what was found.
    fn live(&self, entry: &Value) -> Option<LiveStore>;

    /// What differs from what the document states.
    fn differs(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<Field>;

    /// Parts of it that let everybody read what is in it, and that the document says nothing of.
    fn still_open(&self, _wanted: &DesiredStore, _live: &LiveStore) -> Vec<String> {
        Vec::new()
    }

    /// What is to be said of a store that is there and can't become what the document states.
    fn findings(&self, _wanted: &DesiredStore, _live: &LiveStore) -> Vec<Diagnostic> {
        Vec::new()
    }

    /// Whether these differences let others read what is in it: that needs a yes.
    fn exposes(&self, _fields: &[Field]) -> bool {
        false
    }

    /// Whether these differences let data be deleted in time, which also needs a yes.
    fn expires(&self, _fields: &[Field]) -> bool {
        false
    }

    /// What a store that is not there will be like.
    fn created(&self, wanted: &DesiredStore) -> Vec<Field>;

    /// The write that creates it.
    fn create(&self, wanted: &DesiredStore) -> Call;

    /// The writes that bring these differences.
    fn change(&self, wanted: &DesiredStore, live: &LiveStore, fields: &[Field]) -> Vec<Call>;

    /// What is done in it when it is what it should be, one after the other; what needs the store waits for that.
    fn fill(&self, _wanted: &DesiredStore, _live: Option<&LiveStore>) -> Vec<Operation> {
        Vec::new()
    }

    /// The directory of files that a document refers to.
    fn directory<'a>(&self, _wanted: &'a DesiredStore) -> Option<&'a str> {
        None
    }

    /// Where the files of a document lie in R2, if they do and were not given.
    fn files_in_r2(&self, _wanted: &DesiredStore) -> Option<FilesInR2> {
        None
    }

    /// Gives a document the texts of its files, by file name; tells what is wrong with them.
    fn give_files(&self, _wanted: &mut DesiredStore, _texts: &BTreeMap<String, String>) -> Vec<Diagnostic> {
        Vec::new()
    }

    /// What is to be said where those files were not given.
    fn unread(&self, _wanted: &DesiredStore) -> Option<Diagnostic> {
        None
    }

    /// The write that deletes it, and all that is in it.
    fn delete(&self, wanted: &DesiredStore, live: &LiveStore) -> Call;

    /// The output that is the store's id.
    fn id_output(&self) -> &'static str;

    /// Outputs, by the names of the original system.
    fn outputs(&self, wanted: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value>;
}

/// Where the files of a document lie in R2, right under a prefix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FilesInR2 {
    /// Name of the bucket.
    pub bucket: String,
    /// Start of their keys: nothing, or text that ends with `/`.
    pub prefix: String,
    /// `eu` or `fedramp`: selects the endpoint.
    pub jurisdiction: Option<String>,
}

/// What every document of a store states under `spec`.
pub(super) trait StoreSpec: DeserializeOwned + Default {
    /// The key of the store's name.
    const NAME_KEY: &'static str;

    /// The account that it names.
    fn account_id(&self) -> Option<&str>;

    /// The store's name.
    fn name(&self) -> Option<&str>;
}

/// What a document of a store states beyond the name.
pub(super) struct Stated {
    /// By the names of its own kind.
    pub wanted: Value,
    /// Values of it that other resources give.
    pub inputs: Vec<StoreInput>,
    /// What it claims beyond its names.
    pub claims: Vec<Claimed>,
}

impl From<Value> for Stated {
    fn from(wanted: Value) -> Self {
        Self { wanted, inputs: Vec::new(), claims: Vec::new() }
    }
}

/// Reads a document of a store. `wanted` tells what is wrong with the rest, and what the document states beyond the name;
/// it gets the document's own name, as far as that is known.
pub(super) fn read<S: StoreSpec, W: Into<Stated>>(
    kind: &dyn Store,
    reading: &mut Reading<'_, '_>,
    wanted: impl FnOnce(&S, Option<&Identity>, &Path, &mut Reading<'_, '_>) -> W,
) -> Lowered {
    let Some(manifest) = reading.typed::<S>() else { return Lowered::default() };
    let spec = manifest.spec.unwrap_or_default();
    let given = |text: Option<&'_ str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, account_id) = (given(spec.name()), given(spec.account_id()));
    let envelope =
        Envelope { metadata: manifest.metadata.as_ref(), account_id: account_id.as_deref(), name: name.as_deref() };
    envelope.check(reading);
    let identity = envelope.identity(reading.options);
    let path = Path::default().key("spec");
    let stated = wanted(&spec, identity.as_ref(), &path, reading);
    let Stated { wanted, inputs, claims: more } = stated.into();
    let store = name.zip(identity).map(|(name, identity)| DesiredStore {
        document: reading.document,
        kind: kind.name(),
        identity,
        address: kind.address(&name),
        wanted,
        inputs,
    });
    let claims = claims(kind, store.as_ref(), path.key(S::NAME_KEY)).into_iter().chain(more).collect();
    Lowered { desired: store.map(|store| DesiredDocument::Store(Box::new(store))), claims }
}

/// What a document of a store claims: its name in the account, and its own name among its kind.
fn claims(kind: &dyn Store, store: Option<&DesiredStore>, path: Path) -> Vec<Claimed> {
    let Some(store) = store else { return Vec::new() };
    let account = &store.identity.account;
    let finding =
        |message: String| Diagnostic::error(Code::DuplicateManifest, message).with_help("remove or rename one of them");
    let message = format!("two documents describe the {} `{}`", kind.noun(), store.address.key);
    let by_name = Claimed {
        what: (format!("{} {account}", store.address.kind), store.address.key.clone()),
        path: path.clone(),
        finding: finding(message),
        beside: None,
    };
    let label = store.identity.label();
    let by_identity = Claimed {
        what: (format!("{} {account}", kind.name()), label.clone()),
        path: Path::default().key("metadata").key("name"),
        finding: finding(format!("two documents of kind `{}` have the identity `{label}`", kind.name())),
        beside: Some(0),
    };
    vec![by_name, by_identity]
}

/// A text among what a document states, or the account shows.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}
