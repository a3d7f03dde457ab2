//! `CloudflareQueue`: a queue. Workers send to it by a binding.
//!
//! <https://developers.cloudflare.com/queues/configuration/configure-queues/>

use std::collections::BTreeMap;
use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::store::{self, Store, StoreSpec};
use crate::cloudflare::permissions::{Grant, QUEUES};
use crate::cloudflare::{Call, Family, Look, queues};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::Method;
use crate::manifest::referring::QUEUE;
use crate::manifest::{DocumentKind, Lowered, Moved, Path, Reading, is_label, json_schema};
use crate::model::{Address, Field, Kind};
use crate::resource::{DesiredStore, LiveStore};

/// Its word under `kind`.
pub(super) const NAME: &str = QUEUE;
const MOST_CHARACTERS: usize = 63;
/// Members of a producer that name it: by the later name of a Worker, the earlier one, or as a bucket.
const PRODUCER: [&str; 3] = ["script_name", "script", "bucket_name"];
/// What Cloudflare says of a queue that is to be deleted while somebody uses it, and the way out.
const IN_USE: (i64, &str) = (11005, "deploy what uses it without it first");

/// A queue.
pub(super) struct Queue;

/// What the queue should be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Spec {
    /// Account id, 32 hexadecimal digits. Absent: the account of the run.
    #[schemars(extend("pattern" = "^[0-9a-fA-F]{32}$"))]
    account_id: Option<String>,
    /// Name, unique in its account: lower-case letters, digits and inner hyphens, at most 63.
    #[schemars(required, extend("pattern" = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
    queue_name: Option<String>,
    /// How messages are kept and delivered. What is not given is Cloudflare's default, and stays as it is later.
    settings: Option<Settings>,
}

/// How messages are kept and delivered.
#[derive(Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "QueueSettings")]
pub(super) struct Settings {
    /// Seconds before a message is delivered, at most a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 86_400))]
    delivery_delay: Option<i64>,
    /// Messages are kept, and not delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_paused: Option<bool>,
    /// Seconds that a message is kept: from a minute to 14 days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60, max = 1_209_600))]
    message_retention_period: Option<i64>,
}

impl StoreSpec for Spec {
    const NAME_KEY: &'static str = "queue_name";

    fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.queue_name.as_deref()
    }
}

impl DocumentKind for Queue {
    fn name(&self) -> &'static str {
        NAME
    }

    fn shape(&self) -> &'static Value {
        json_schema::shape(NAME)
    }

    fn moved(&self) -> &'static [Moved] {
        &[("spec", "name", Some("queue_name"), "use `queue_name`")]
    }

    fn read(&self, reading: &mut Reading<'_, '_>) -> Lowered {
        store::read(self, reading, |spec: &Spec, _, path, reading| {
            check(spec, path, reading);
            json!(spec.settings.as_ref().unwrap_or(&Settings::default()))
        })
    }
}

fn check(spec: &Spec, path: &Path, reading: &mut Reading<'_, '_>) {
    if let Some(name) = spec.queue_name.as_deref().filter(|name| !is_name(name)) {
        let shown = if name.is_empty() { "the name of the queue is empty" } else { "not a usable name of a queue" };
        let help = format!("lower-case letters, digits and inner hyphens, at most {MOST_CHARACTERS}");
        reading.tell(&path.key("queue_name"), Diagnostic::error(Code::StoreName, shown).with_help(help));
    }
}

fn is_name(text: &str) -> bool {
    is_label(text, 1..=MOST_CHARACTERS)
}

/// The settings that the document states.
fn stated(wanted: &DesiredStore) -> impl Iterator<Item = (&String, &Value)> {
    wanted.wanted.as_object().into_iter().flatten()
}

/// Workers that send to it, and buckets that tell it what happens in them.
fn producers(entry: &Value) -> Option<Vec<String>> {
    let producers = entry.get("producers")?.as_array()?.iter();
    let names = producers.filter_map(|producer| PRODUCER.iter().find_map(|name| producer.get(*name)?.as_str()));
    Some(names.map(str::to_owned).collect())
}

impl Store for Queue {
    fn known_outputs(&self, wanted: &DesiredStore) -> BTreeMap<String, Value> {
        BTreeMap::from([("queue_name".to_owned(), json!(wanted.address.key))])
    }

    fn address(&self, name: &str) -> Address {
        Address::new(Kind::Queue, name)
    }

    fn noun(&self) -> &'static str {
        "queue"
    }

    fn grant(&self) -> Grant {
        QUEUES
    }

    fn look(&self, account: &str, name: &str) -> Look {
        Look::Listed { read: queues::list(account), member: "queue_name", name: name.to_owned() }
    }

    fn live(&self, entry: &Value) -> Option<LiveStore> {
        let id = entry.get("queue_id")?.as_str()?.to_owned();
        let settings = entry.get("settings").cloned().unwrap_or_default();
        Some(LiveStore { id, settings, used_by: producers(entry) })
    }

    fn differs(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<Field> {
        let mut fields = Vec::new();
        for (name, value) in stated(wanted) {
            let old = live.settings.get(name).cloned().unwrap_or_default();
            Field::push(&mut fields, &format!("settings.{name}"), old, value.clone());
        }
        fields
    }

    fn created(&self, wanted: &DesiredStore) -> Vec<Field> {
        let name = Field::new("queue_name", Value::Null, wanted.address.key.as_str());
        let settings =
            stated(wanted).map(|(name, value)| Field::new(format!("settings.{name}"), Value::Null, value.clone()));
        [name].into_iter().chain(settings).collect()
    }

    fn create(&self, wanted: &DesiredStore) -> Call {
        let account = wanted.identity.account.as_str();
        let name = wanted.address.key.as_str();
        let mut body = json!({ "queue_name": name });
        let settings: Map<String, Value> = stated(wanted).map(|(name, value)| (name.clone(), value.clone())).collect();
        if let Some(members) = body.as_object_mut().filter(|_| !settings.is_empty()) {
            members.insert("settings".into(), Value::Object(settings));
        }
        Call {
            body,
            makes: vec![("queue_id", "/queue_id"), ("queue_name", "/queue_name")],
            look: Some(Rc::new(self.look(account, name))),
            ..call(Method::Post, &["accounts", account, "queues"])
        }
    }

    fn change(&self, wanted: &DesiredStore, live: &LiveStore, fields: &[Field]) -> Vec<Call> {
        // One that is created has its settings already.
        if fields.is_empty() || live.id.is_empty() {
            return Vec::new();
        }
        let path = ["accounts", wanted.identity.account.as_str(), "queues", live.id.as_str()];
        // Only what is given changes: the other settings stay as they are.
        vec![Call { body: json!({ "settings": wanted.wanted }), ..call(Method::Patch, &path) }]
    }

    fn delete(&self, wanted: &DesiredStore, live: &LiveStore) -> Call {
        let account = wanted.identity.account.as_str();
        Call { help: Some(IN_USE), ..call(Method::Delete, &["accounts", account, "queues", &live.id]) }
    }

    fn id_output(&self) -> &'static str {
        "queue_id"
    }

    fn outputs(&self, wanted: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value> {
        BTreeMap::from([("queue_id".to_owned(), json!(live.id)), ("queue_name".to_owned(), json!(wanted.address.key))])
    }
}

fn call(method: Method, path: &[&str]) -> Call {
    Call::new((Family::Queues, QUEUES), method, path)
}
