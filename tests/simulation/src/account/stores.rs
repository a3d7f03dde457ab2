//! Stores: plain things of the account that are listed, made, changed and deleted alike. A kind of them is a row here,
//! and what one has beside these is a row too.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::database::Database;
use super::{Account, Answer, Call, Maker, Refused, Subject, buckets, database, ok, page};

/// One store.
#[derive(Clone, Debug, PartialEq)]
pub struct Store {
    pub of: Subject,
    pub id: String,
    pub name: String,
    /// What can be set of it, by the names of its row.
    pub settings: BTreeMap<&'static str, Value>,
    /// What is in it, if it is a database.
    pub database: Database,
    /// There are objects in it, if it is a bucket.
    pub is_full: bool,
    pub maker: Maker,
}

/// One kind of stores.
pub struct Family {
    pub of: Subject,
    /// Where they lie below the account.
    path: &'static [&'static str],
    /// Members of a store as it is shown: its id and its name; where both are one, the name is the id.
    id: &'static str,
    name: &'static str,
    /// How an id is made.
    new_id: fn(&mut Account) -> String,
    /// Whether all of them can be listed by page.
    lists: bool,
    missing: Refused,
    taken: Refused,
    unreadable: Refused,
    /// How settings are changed.
    change: Option<&'static str>,
    settings: &'static [Setting],
    parts: &'static [Part],
}

/// What can be set of a store.
struct Setting {
    name: &'static str,
    /// Where a request says it.
    sent: &'static str,
    /// Where an answer shows it.
    shown: &'static str,
    /// The list shows it as well.
    listed: bool,
    /// Once it is made, it can be changed.
    changes: bool,
    takes: fn(&Value) -> bool,
    default: fn() -> Value,
}

/// What a store answers beside its own address. A `*` in the path is anything.
pub(super) struct Part {
    pub method: &'static str,
    pub path: &'static [&'static str],
    pub act: fn(&mut Account, usize, &Call) -> Answer,
}

const D1_MISSING: Refused = (404, 7404, "The requested database was not found.");

/// All kinds.
pub const FAMILIES: [Family; 4] = [
    Family {
        of: Subject::Kv,
        path: &["storage", "kv", "namespaces"],
        id: "id",
        name: "title",
        new_id: Account::id,
        lists: true,
        missing: (404, 10013, "get namespace: 'namespace not found'"),
        taken: (400, 10014, "create namespace: 'A namespace with this account ID and title already exists'"),
        unreadable: (400, 10012, "could not parse request body"),
        change: None,
        settings: &[],
        parts: &[],
    },
    Family {
        of: Subject::Queue,
        path: &["queues"],
        id: "queue_id",
        name: "queue_name",
        new_id: Account::id,
        lists: true,
        missing: (404, 11000, "Queue not found."),
        taken: (409, 11009, "Queue name is already taken. Please use a different name and try again."),
        unreadable: (400, 10026, "could not parse request body"),
        change: Some("PATCH"),
        settings: &[
            Setting::of("delivery_delay", "/settings/delivery_delay", seconds, || json!(0)),
            Setting::of("retention", "/settings/message_retention_period", seconds, || json!(345_600)),
        ],
        parts: &[],
    },
    Family {
        of: Subject::Bucket,
        path: &["r2", "buckets"],
        id: "name",
        name: "name",
        new_id: |_| String::new(),
        lists: false,
        missing: (404, 10006, "The specified bucket does not exist."),
        taken: (409, 10004, "The bucket you tried to create already exists, and you own it."),
        unreadable: (400, 10040, "could not parse request body"),
        change: None,
        settings: &[Setting {
            sent: "/locationHint",
            ..Setting::of("location", "/location", Value::is_string, || json!("weur"))
        }
        .fixed()],
        parts: &buckets::PARTS,
    },
    Family {
        of: Subject::D1,
        path: &["d1", "database"],
        id: "uuid",
        name: "name",
        new_id: Account::uuid,
        lists: true,
        missing: D1_MISSING,
        taken: (409, 7502, "A database with this name already exists."),
        unreadable: (400, 7400, "The request is malformed"),
        change: Some("PATCH"),
        settings: &[
            Setting {
                sent: "/primary_location_hint",
                ..Setting::of("location", "/running_in_region", Value::is_string, || json!("weur"))
            }
            .fixed()
            .unlisted(),
            Setting::of("replication", "/read_replication/mode", is_mode, || json!("disabled")).unlisted(),
        ],
        parts: &database::PARTS,
    },
];

impl Setting {
    const fn of(name: &'static str, path: &'static str, takes: fn(&Value) -> bool, default: fn() -> Value) -> Self {
        Self { name, sent: path, shown: path, listed: true, changes: true, takes, default }
    }

    const fn fixed(self) -> Self {
        Self { changes: false, ..self }
    }

    const fn unlisted(self) -> Self {
        Self { listed: false, ..self }
    }
}

fn seconds(value: &Value) -> bool {
    value.as_u64().is_some_and(|seconds| seconds <= 1_209_600)
}

fn is_mode(value: &Value) -> bool {
    value == "auto" || value == "disabled"
}

impl Family {
    pub fn of(subject: Subject) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.of == subject)
    }

    /// The kind that a path below the account leads to, and what follows it.
    pub fn at<'a>(path: &'a [&'a str]) -> Option<(&'static Self, &'a [&'a str])> {
        FAMILIES.iter().find_map(|family| Some((family, path.strip_prefix(family.path)?)))
    }

    /// What a request calls a store that it makes.
    pub fn named(&self, body: &Value) -> Option<String> {
        Some(body.get(self.name)?.as_str()?.to_owned())
    }

    pub(super) fn view(&self, store: &Store, whole: bool) -> Value {
        let mut view = json!({ self.id: store.id });
        put(&mut view, &format!("/{}", self.name), json!(store.name));
        for setting in self.settings.iter().filter(|setting| whole || setting.listed) {
            let value = store.settings.get(setting.name).cloned().unwrap_or_default();
            // Where something is kept is shown in capitals.
            let value = if setting.name == "location" { json!(value.as_str().map(str::to_uppercase)) } else { value };
            put(&mut view, setting.shown, value);
        }
        view
    }

    /// What a request says of the settings; nothing may be sent that nobody knows.
    fn read(&self, body: &Value, creates: bool) -> Result<BTreeMap<&'static str, Value>, Refused> {
        let mut settings = BTreeMap::new();
        for (path, value) in leaves(body, String::new()) {
            if creates && path == format!("/{}", self.name) {
                continue;
            }
            let known = self.settings.iter().find(|setting| setting.sent == path && (creates || setting.changes));
            let known = known.filter(|setting| (setting.takes)(&value)).ok_or(self.unreadable)?;
            settings.insert(known.name, value);
        }
        Ok(settings)
    }
}

/// Values that hold no others, with their paths.
fn leaves(value: &Value, path: String) -> Vec<(String, Value)> {
    match value.as_object() {
        Some(members) => members.iter().flat_map(|(name, value)| leaves(value, format!("{path}/{name}"))).collect(),
        None => vec![(path, value.clone())],
    }
}

/// Puts a value where a path of members leads.
fn put(object: &mut Value, path: &str, value: Value) {
    let last = path.split('/').skip(1).fold(object, |object, member| &mut object[member]);
    *last = value;
}

impl Account {
    pub(super) fn of_family(&mut self, call: &Call, family: &'static Family, rest: &[&str], maker: Maker) -> Answer {
        let (id, rest) = match rest {
            [] => return self.of_all(call, family, maker),
            [id, rest @ ..] => (*id, rest),
        };
        let at = self.stores.iter().position(|store| store.of == family.of && store.id == id);
        match (call.method, rest) {
            ("GET", []) => Ok(ok(self.shown(family, &self.stores[at.ok_or(family.missing)?], true))),
            ("DELETE", []) => {
                let at = at.ok_or(family.missing)?;
                if family.of == Subject::Queue && self.consumers_of(&self.stores[at]).next().is_some() {
                    return Err((409, 11005, "The queue is in use: somebody gets its messages."));
                }
                if self.stores[at].is_full {
                    return Err((409, 10008, "The bucket you tried to delete is not empty."));
                }
                self.stores.remove(at);
                Ok(ok(Value::Null))
            }
            (method, []) if family.change == Some(method) => {
                let at = at.ok_or(family.missing)?;
                let settings = family.read(&object(call).ok_or(family.unreadable)?, false)?;
                self.store_at(at).settings.extend(settings);
                Ok(ok(family.view(&self.stores[at], true)))
            }
            (method, rest) => {
                let fits = |part: &&Part| part.method == method && matches(part.path, rest);
                match family.parts.iter().find(fits) {
                    Some(part) => (part.act)(self, at.ok_or(family.missing)?, call),
                    None => Err(self.unknown(call)),
                }
            }
        }
    }

    fn of_all(&mut self, call: &Call, family: &'static Family, maker: Maker) -> Answer {
        match call.method {
            "GET" if family.lists => {
                let all = self.stores.iter().filter(|store| store.of == family.of);
                Ok(page(call, all.map(|store| self.shown(family, store, false)).collect()))
            }
            "POST" => {
                let body = object(call).ok_or(family.unreadable)?;
                let name = family.named(&body).ok_or(family.unreadable)?;
                let settings = family.read(&body, true)?;
                if self.store(family.of, &name).is_some() {
                    return Err(family.taken);
                }
                self.add_store(family, &name, maker);
                let made = self.store_at(self.stores.len() - 1);
                made.settings.extend(settings);
                Ok(ok(family.view(made, true)))
            }
            _ => Err(self.unknown(call)),
        }
    }

    /// A new store, as it is where nothing is said of it.
    pub fn add_store(&mut self, family: &'static Family, name: &str, maker: Maker) {
        let id = (family.new_id)(self);
        self.stores.push(Rc::new(Store {
            of: family.of,
            id: if id.is_empty() { name.to_owned() } else { id },
            name: name.to_owned(),
            settings: family.settings.iter().map(|setting| (setting.name, (setting.default)())).collect(),
            database: Database::default(),
            is_full: false,
            maker,
        }));
    }

    /// The store of that name.
    pub fn store(&self, of: Subject, name: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.of == of && store.name == name).map(Rc::as_ref)
    }

    pub fn store_mut(&mut self, of: Subject, name: &str) -> Option<&mut Store> {
        self.stores.iter_mut().find(|store| store.of == of && store.name == name).map(Rc::make_mut)
    }

    pub(super) fn store_at(&mut self, at: usize) -> &mut Store {
        Rc::make_mut(&mut self.stores[at])
    }
}

/// The body, if it is an object in JSON.
pub(super) fn object(call: &Call) -> Option<Value> {
    let body: Value = serde_json::from_slice(&call.body).ok()?;
    (body.is_object() && call.content_type == "application/json").then_some(body)
}

fn matches(pattern: &[&str], path: &[&str]) -> bool {
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(one, other)| *one == "*" || one == other)
}
