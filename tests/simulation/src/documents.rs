//! The kinds of stores as manifests know them: what a document of each says, what that comes to in the account, and how a
//! Worker is bound to one. A kind is a row.

use serde_json::{Map, Value, json};

use crate::account::{Store, Subject, first_lifecycle};
use crate::case::{Bind, Described};
use crate::{files, names};

/// One kind.
pub struct Row {
    pub of: Subject,
    /// Its word under `kind`.
    pub kind: &'static str,
    /// What starts an address.
    pub word: &'static str,
    name_key: &'static str,
    /// What can be said of it.
    pub settings: &'static [Setting],
    binding: Binding,
}

/// How a Worker is bound to one.
struct Binding {
    type_name: &'static str,
    /// The member that leads to the store, and the output that is its value.
    member: &'static str,
    output: &'static str,
    /// The value is the store's name, which is known before it is made.
    by_name: bool,
}

/// One thing that a document may say, with a number for its value.
pub struct Setting {
    /// Says it under `spec`.
    say: fn(&mut Value, u8, &'static str),
    /// Whether a store is like that.
    is: fn(&Store, u8) -> bool,
    /// Makes a store like that.
    make: fn(&mut Store, u8),
    /// Others can read what is in it.
    opens: fn(u8) -> bool,
    /// Objects are deleted in time.
    expires: fn(u8) -> bool,
    /// It can be changed in a store that is there.
    changes: bool,
}

/// All kinds: documents, bindings and permissions of a case stand in this order.
pub const ROWS: [Row; 4] = [
    Row {
        of: Subject::Kv,
        kind: "CloudflareKvNamespace",
        word: "kv",
        name_key: "namespace_name",
        settings: &[],
        binding: Binding { type_name: "kv_namespace", member: "namespace_id", output: "namespace_id", by_name: false },
    },
    Row {
        of: Subject::Queue,
        kind: "CloudflareQueue",
        word: "queue",
        name_key: "queue_name",
        settings: &[
            Setting {
                say: |spec, value, _| spec["settings"]["delivery_delay"] = json!(value * 10),
                is: |queue, value| queue.settings["delivery_delay"] == value * 10,
                make: |queue, value| drop(queue.settings.insert("delivery_delay", json!(value * 10))),
                ..Setting::PLAIN
            },
            Setting {
                say: |spec, value, _| spec["settings"]["message_retention_period"] = json!(days(value)),
                is: |queue, value| queue.settings["retention"] == days(value),
                make: |queue, value| drop(queue.settings.insert("retention", json!(days(value)))),
                ..Setting::PLAIN
            },
        ],
        binding: Binding { type_name: "queue", member: "queue_name", output: "queue_name", by_name: true },
    },
    Row {
        of: Subject::Bucket,
        kind: "CloudflareR2Bucket",
        word: "bucket",
        name_key: "bucket_name",
        settings: &[
            Setting {
                say: |spec, value, _| spec["public_access"] = json!(value > 0),
                is: |bucket, value| bucket.is_public() == (value > 0),
                make: |bucket, value| drop(bucket.settings.insert("managed", json!(value > 0))),
                opens: |value| value > 0,
                ..Setting::PLAIN
            },
            Setting {
                say: |spec, value, name| {
                    // Some name the zone, and leave its id to be found.
                    let zone_id = if value > 1 { zone_text(0) } else { names::ZONE_IDS[0].to_owned() };
                    spec["custom_domain"] = json!({ "enabled": value > 0, "domain": domain(name), "zone_id": zone_id });
                },
                is: |bucket, value| bucket.has_domain(&domain(&bucket.name)).unwrap_or_default() == (value > 0),
                make: |bucket, value| {
                    let host = domain(&bucket.name);
                    bucket.settings.entry("domains").or_insert_with(|| json!({}))[host] = json!(value > 0);
                },
                opens: |value| value > 0,
                ..Setting::PLAIN
            },
            Setting {
                say: |spec, value, _| spec["cors"] = json!(cors(value, "origins", "methods")),
                is: |bucket, value| bucket.rules("cors").unwrap_or(&json!([])) == &json!(cors_sent(value)),
                make: |bucket, value| drop(bucket.settings.insert("cors", json!(cors_sent(value)))),
                ..Setting::PLAIN
            },
            Setting {
                say: |spec, value, _| spec["lifecycle"] = lifecycle(value),
                is: |bucket, value| {
                    let first = first_lifecycle();
                    ages(bucket.rules("lifecycle").unwrap_or(&first)) == ages(&lifecycle_sent(value))
                },
                make: |bucket, value| drop(bucket.settings.insert("lifecycle", lifecycle_sent(value))),
                expires: |value| value == 2,
                ..Setting::PLAIN
            },
        ],
        binding: Binding { type_name: "r2_bucket", member: "bucket_name", output: "bucket_name", by_name: true },
    },
    Row {
        of: Subject::D1,
        kind: "CloudflareD1Database",
        word: "d1",
        name_key: "database_name",
        settings: &[
            Setting {
                say: |spec, value, _| spec["read_replication"] = json!({ "mode": mode(value) }),
                is: |database, value| database.settings["replication"] == mode(value),
                make: |database, value| drop(database.settings.insert("replication", json!(mode(value)))),
                ..Setting::PLAIN
            },
            // A database is never moved.
            Setting {
                say: |spec, value, _| spec["region"] = json!(region(value)),
                is: |database, value| database.settings["location"] == region(value),
                make: |_, _| {},
                changes: false,
                ..Setting::PLAIN
            },
        ],
        binding: Binding { type_name: "d1", member: "id", output: "database_id", by_name: false },
    },
];

/// Where queues stand among the rows.
pub const QUEUE: usize = 1;
/// Where databases stand among the rows.
pub const D1: usize = 3;

impl Setting {
    const PLAIN: Self = Self {
        say: |_, _, _| {},
        is: |_, _| true,
        make: |_, _| {},
        opens: |_| false,
        expires: |_| false,
        changes: true,
    };

    pub fn is(&self, store: &Store, value: u8) -> bool {
        !self.changes || (self.is)(store, value)
    }

    pub fn make(&self, store: &mut Store, value: u8) {
        (self.make)(store, value);
    }

    /// Whether it needs a yes, where it is not so already.
    pub fn needs_yes(&self, value: u8, is_new: bool) -> bool {
        // In a new store there is nothing yet.
        (self.opens)(value) || ((self.expires)(value) && !is_new)
    }

    pub fn changes(&self) -> bool {
        self.changes
    }
}

fn days(value: u8) -> u32 {
    86_400 * (u32::from(value) + 1)
}

fn domain(store: &str) -> String {
    format!("{store}-files.example.com")
}

fn mode(value: u8) -> &'static str {
    if value > 0 { "auto" } else { "disabled" }
}

fn region(value: u8) -> &'static str {
    if value > 0 { "enam" } else { "weur" }
}

fn cors(value: u8, origins: &str, methods: &str) -> Vec<Value> {
    let rule = |origin: &str| {
        Value::Object(Map::from_iter([(origins.to_owned(), json!([origin])), (methods.to_owned(), json!(["GET"]))]))
    };
    ["https://one.example", "https://two.example"].iter().take(value.into()).map(|origin| rule(origin)).collect()
}

fn cors_sent(value: u8) -> Vec<Value> {
    cors(value, "origins", "methods").into_iter().map(|allowed| json!({ "allowed": allowed })).collect()
}

/// No rule; one that drops uploads; one that deletes objects.
fn lifecycle(value: u8) -> Value {
    match value {
        0 => json!([]),
        1 => json!([{ "abort_uploads_after_days": 7 }]),
        _ => json!([{ "delete_after_days": 30 }]),
    }
}

fn lifecycle_sent(value: u8) -> Value {
    let age = |days: u32| json!({ "condition": { "type": "Age", "maxAge": days * 86_400 } });
    let rule =
        |transition: &str, days| json!([{ "id": "rule 1", "enabled": true, "conditions": {}, transition: age(days) }]);
    match value {
        0 => json!([]),
        1 => rule("abortMultipartUploadsTransition", 7),
        _ => rule("deleteObjectsTransition", 30),
    }
}

/// What rules do, and when.
fn ages(rules: &Value) -> Vec<(bool, Value)> {
    let rules = rules.as_array().into_iter().flatten();
    let age = |rule: &Value| {
        let deletes = rule.get("deleteObjectsTransition");
        let does = deletes.or(rule.get("abortMultipartUploadsTransition")).cloned().unwrap_or_default();
        (deletes.is_some(), does["condition"]["maxAge"].clone())
    };
    rules.map(age).collect()
}

impl Row {
    /// The address of a store.
    pub fn address(&self, name: u8) -> String {
        format!("{}:{}", self.word, names::STORES[usize::from(name)])
    }

    /// The document of a store.
    pub fn document(&self, described: &Described, index: usize) -> Value {
        let name = names::STORES[usize::from(described.name)];
        let mut spec = json!({ "account_id": names::ACCOUNT, self.name_key: name });
        for (setting, value) in self.settings.iter().zip(described.settings) {
            if let Some(value) = value {
                (setting.say)(&mut spec, value, name);
            }
        }
        if let Some(files) = described.files.filter(|_| index == D1) {
            spec["migrations"] = match described.in_r2 && files > 0 {
                true => json!({ "bucket": names::BUCKET, "prefix": files::prefix(described) }),
                false => json!("./migrations"),
            };
        }
        json!({
            "apiVersion": "cloudflare.project-planton.org/v1",
            "kind": self.kind,
            "metadata": { "name": self.label(described), "org": "acme", "env": "test" },
            "spec": spec,
        })
    }

    /// A document's own name, which is not the store's.
    pub fn label(&self, described: &Described) -> String {
        format!("my-{}", names::STORES[usize::from(described.name)])
    }

    /// A binding to a store, by a reference or by what is known of it.
    pub fn binding(&self, refers_to: &str, how: Bind) -> Value {
        let Binding { type_name, member, .. } = self.binding;
        let mut binding = json!({ "name": self.binding_name(), "type": type_name });
        match how {
            Bind::Reference => binding["value_from"] = json!({ "kind": self.kind, "name": refers_to }),
            Bind::Written => binding[member] = json!(self.text(refers_to)),
            // In a manifest the id of a database has a longer name.
            Bind::Plain | Bind::Without => binding[member] = json!(refers_to),
        }
        binding
    }

    /// A variable that holds a store's id or name.
    pub fn variable(&self, refers_to: &str, by_text: bool) -> Value {
        if by_text {
            return json!(self.text(refers_to));
        }
        let field_path = format!("status.outputs.{}", self.output());
        json!({ "value_from": { "kind": self.kind, "name": refers_to, "field_path": field_path } })
    }

    /// A reference as a text.
    fn text(&self, refers_to: &str) -> String {
        format!("${}/{refers_to}/status.outputs.{}", dashed(self.kind), self.output())
    }

    /// The binding's name in JavaScript.
    pub fn binding_name(&self) -> String {
        self.word.to_uppercase()
    }

    /// Whether its name is known before it is made.
    pub fn is_bound_by_name(&self) -> bool {
        self.binding.by_name
    }

    pub fn output(&self) -> &'static str {
        self.binding.output
    }
}

/// A reference to a zone as a text.
pub fn zone_text(zone: usize) -> String {
    format!("$cloudflare-dns-zone/{}/status.outputs.zone_id", names::ZONES[zone])
}

/// The kind as such a text spells it: small letters, a dash before each capital.
fn dashed(kind: &str) -> String {
    let spelt = kind.chars().map(|letter| match letter.is_ascii_uppercase() {
        true => format!("-{}", letter.to_ascii_lowercase()),
        false => letter.to_string(),
    });
    spelt.collect::<String>().trim_start_matches('-').to_owned()
}
