//! `CloudflareKvNamespace`: a Workers KV namespace. Its title is its name.
//!
//! <https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/>

use std::collections::BTreeMap;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{self, Store, StoreSpec};
use crate::cloudflare::permissions::{Grant, KV};
use crate::cloudflare::{Call, Family, Look, kv};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::Method;
use crate::manifest::{DocumentKind, Lowered, Moved, Path, Reading, json_schema};
use crate::model::{Address, Field, Kind};
use crate::resource::{DesiredStore, LiveStore};

/// Its word under `kind`.
pub(super) const NAME: &str = "CloudflareKvNamespace";
/// The original system's limit; Cloudflare takes longer titles.
const MOST_CHARACTERS: usize = 64;
const MOST_OF_DESCRIPTION: usize = 256;

/// A Workers KV namespace.
pub(super) struct KvNamespace;

/// What the namespace should be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    /// Account id, 32 hexadecimal digits. Absent: the account of the run.
    #[schemars(extend("pattern" = "^[0-9a-fA-F]{32}$"))]
    account_id: Option<String>,
    /// Title, unique in its account, at most 64 characters.
    #[schemars(required)]
    namespace_name: Option<String>,
    /// Accepted for compatibility; has no effect: each write of a key says when it expires.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    ttl_seconds: Option<i64>,
    /// Accepted for compatibility; has no effect: Cloudflare keeps none. At most 256 characters.
    description: Option<String>,
}

impl StoreSpec for Spec {
    const NAME_KEY: &'static str = "namespace_name";

    fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.namespace_name.as_deref()
    }
}

impl DocumentKind for KvNamespace {
    fn name(&self) -> &'static str {
        NAME
    }

    fn shape(&self) -> &'static Value {
        json_schema::shape(NAME)
    }

    fn moved(&self) -> &'static [Moved] {
        &[
            ("spec", "title", Some("namespace_name"), "use `namespace_name`"),
            ("spec", "name", Some("namespace_name"), "use `namespace_name`"),
        ]
    }

    fn read(&self, reading: &mut Reading<'_, '_>) -> Lowered {
        store::read(self, reading, |spec: &Spec, _, path, reading| {
            check(spec, path, reading);
            Value::Null
        })
    }
}

fn check(spec: &Spec, path: &Path, reading: &mut Reading<'_, '_>) {
    let name = path.key("namespace_name");
    let length = spec.namespace_name.as_deref().map(|title| title.chars().count());
    if length == Some(0) {
        reading.tell(&name, Diagnostic::error(Code::StoreName, "the title of the namespace is empty"));
    } else if let Some(length) = length.filter(|length| *length > MOST_CHARACTERS) {
        let finding = Diagnostic::error(Code::StoreName, format!("the title has {length} characters"));
        reading.tell(&name, finding.with_help(format!("at most {MOST_CHARACTERS}")));
    }
    if spec.ttl_seconds.is_some_and(|seconds| seconds != 0) {
        let finding = Diagnostic::warning(Code::NoEffect, "`ttl_seconds` has no effect: a namespace has no expiry");
        let help = "give each key its `expirationTtl` where the Worker writes it, 60 seconds or more";
        reading.tell(&path.key("ttl_seconds"), finding.with_help(help));
    }
    let described = spec.description.as_deref().map(|text| text.chars().count());
    let path = path.key("description");
    match described {
        None | Some(0) => {}
        Some(length) if length > MOST_OF_DESCRIPTION => {
            let finding = Diagnostic::error(Code::InvalidValue, format!("the description has {length} characters"));
            reading.tell(&path, finding.with_help(format!("at most {MOST_OF_DESCRIPTION}")));
        }
        Some(_) => {
            let finding = Diagnostic::warning(Code::NoEffect, "`description` has no effect: Cloudflare keeps none");
            reading.tell(&path, finding.with_help("say it in a comment of the file"));
        }
    }
}

impl Store for KvNamespace {
    fn address(&self, name: &str) -> Address {
        Address::new(Kind::Kv, name)
    }

    fn noun(&self) -> &'static str {
        "KV namespace"
    }

    fn grant(&self) -> Grant {
        KV
    }

    fn look(&self, account: &str, name: &str) -> Look {
        Look::Listed { read: kv::list(account), member: "title", name: name.to_owned() }
    }

    fn live(&self, entry: &Value) -> Option<LiveStore> {
        Some(LiveStore { id: entry.get("id")?.as_str()?.to_owned(), ..LiveStore::default() })
    }

    fn differs(&self, _wanted: &DesiredStore, _live: &LiveStore) -> Vec<Field> {
        Vec::new()
    }

    fn created(&self, wanted: &DesiredStore) -> Vec<Field> {
        vec![Field::new("title", Value::Null, wanted.address.key.as_str())]
    }

    fn create(&self, wanted: &DesiredStore) -> Call {
        let account = wanted.identity.account.as_str();
        let title = wanted.address.key.as_str();
        Call {
            body: json!({ "title": title }),
            makes: vec![("namespace_id", "/id")],
            look: Some(Rc::new(self.look(account, title))),
            ..Call::new((Family::Kv, KV), Method::Post, &["accounts", account, "storage", "kv", "namespaces"])
        }
    }

    fn change(&self, _wanted: &DesiredStore, _live: &LiveStore, _fields: &[Field]) -> Vec<Call> {
        Vec::new()
    }

    fn delete(&self, wanted: &DesiredStore, live: &LiveStore) -> Call {
        let account = wanted.identity.account.as_str();
        let path = ["accounts", account, "storage", "kv", "namespaces", &live.id];
        Call::new((Family::Kv, KV), Method::Delete, &path)
    }

    fn id_output(&self) -> &'static str {
        "namespace_id"
    }

    fn outputs(&self, _wanted: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value> {
        BTreeMap::from([("namespace_id".to_owned(), Value::from(live.id.as_str()))])
    }
}
