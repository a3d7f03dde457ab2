//! `CloudflareD1Database`: a database of D1.
//!
//! <https://developers.cloudflare.com/d1/>

mod import;
mod migrations;
mod region;
mod source;
mod spec;
mod statements;

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::store::{self, FilesInR2, Store, text};
use crate::cloudflare::permissions::{D1, Grant};
use crate::cloudflare::{Call, Family, Look, ReadOf, Segment, d1};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::Method;
use crate::manifest::{DocumentKind, Lowered, Moved, Path, Reading, json_schema, quote};
use crate::model::{Address, Field, Kind, Output};
use crate::resource::{DesiredStore, LiveStore, Operation};

use import::Import;
use migrations::{Applied, Migration};
pub(super) use source::NAME;
use source::{DIRECTORY, MIGRATIONS, PREFIX};
use spec::check;

pub(super) use spec::Spec;

/// Names in the wanted and in the live settings.
const HINT: &str = "location_hint";
const MODE: &str = "read_replication";
const DATABASE: &str = "database";
const TABLES: &str = "tables";
const APPLIED: &str = "applied";

/// A database of D1.
pub(super) struct D1Database;

impl DocumentKind for D1Database {
    fn name(&self) -> &'static str {
        NAME
    }

    fn shape(&self) -> &'static Value {
        json_schema::shape(NAME)
    }

    fn moved(&self) -> &'static [Moved] {
        &[
            ("spec", "name", Some("database_name"), "use `database_name`"),
            ("spec", "location", Some("region"), "use `region`"),
            ("spec", "primary_location_hint", Some("region"), "use `region`"),
        ]
    }

    fn read(&self, reading: &mut Reading<'_, '_>) -> Lowered {
        store::read(self, reading, |spec: &Spec, who, path, reading| {
            let hint = check(spec, path, reading);
            let mut wanted = wanted(spec, hint);
            wanted.extend(source::wanted(spec.migrations.as_ref(), who, path, reading));
            Value::Object(wanted)
        })
    }
}

fn migrations_of(wanted: &DesiredStore) -> Vec<Migration> {
    wanted.wanted.get(MIGRATIONS).cloned().and_then(|files| serde_json::from_value(files).ok()).unwrap_or_default()
}

/// What the database remembers.
fn applied(live: &LiveStore) -> Vec<Applied> {
    let rows = live.settings.get(APPLIED).map(d1::rows).unwrap_or_default();
    rows.iter().filter_map(|row| serde_json::from_value(row.clone()).ok()).collect()
}

/// What the document states, by its names here.
fn wanted(spec: &Spec, hint: Option<&'static str>) -> Map<String, Value> {
    let mode = spec.read_replication.as_ref().and_then(|replication| replication.mode.as_deref());
    let stated = [(HINT, hint), (MODE, mode)];
    let stated = stated.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?))));
    stated.collect()
}

/// A database that is kept elsewhere than the document says.
fn elsewhere(wanted: &DesiredStore, live: &LiveStore) -> Vec<Diagnostic> {
    let hint = text(&wanted.wanted, HINT);
    let runs_in = live.settings.pointer("/database/running_in_region").and_then(Value::as_str);
    let (Some(hint), Some(runs_in)) = (hint, runs_in) else { return Vec::new() };
    if hint.eq_ignore_ascii_case(runs_in) {
        return Vec::new();
    }
    let (name, runs_in) = (&wanted.address.key, runs_in.to_ascii_lowercase());
    let message = format!("the database `{name}` runs in `{runs_in}`, not in `{hint}`: a database is never moved");
    let help = "correct `region`; or export the data, and import it into a database with another name";
    vec![Diagnostic::note(Code::NoEffect, message).with_help(help).about(wanted.address.clone())]
}

impl Store for D1Database {
    fn address(&self, name: &str) -> Address {
        Address::new(Kind::D1, name)
    }

    fn noun(&self) -> &'static str {
        "D1 database"
    }

    fn grant(&self) -> Grant {
        D1
    }

    fn look(&self, account: &str, name: &str) -> Look {
        Look::Listed { read: d1::list(account), member: "name", name: name.to_owned() }
    }

    /// The list tells neither region nor read replication: a document that states one of them costs a read of its own.
    fn details(&self, store: &DesiredStore, found: Option<&LiveStore>) -> Vec<(&'static str, ReadOf<Value>)> {
        let states_more = [HINT, MODE].iter().any(|name| store.wanted.get(name).is_some());
        let Some(live) = found else { return Vec::new() };
        let account = store.identity.account.as_str();
        let mut details = Vec::new();
        if states_more {
            details.push((DATABASE, d1::read(account, &live.id)));
        }
        // What the files are may be known only later.
        if [MIGRATIONS, PREFIX].iter().any(|name| store.wanted.get(name).is_some()) {
            details.push((TABLES, d1::tables(account, &live.id)));
            let has = |table| live.settings.get(TABLES).is_some_and(|tables| d1::has(tables, table));
            if has(d1::LEDGER) {
                details.push((APPLIED, d1::applied(account, &live.id, has(d1::DIGESTS))));
            }
        }
        details
    }

    fn live(&self, entry: &Value) -> Option<LiveStore> {
        Some(LiveStore { id: text(entry, "uuid")?.to_owned(), settings: json!({}), used_by: None })
    }

    fn differs(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<Field> {
        let mut fields = Vec::new();
        if let Some(mode) = text(&wanted.wanted, MODE) {
            // A database that says nothing of it has never had it.
            let old = live.settings.pointer("/database/read_replication/mode").and_then(Value::as_str);
            Field::push(&mut fields, "read_replication.mode", old.unwrap_or("disabled"), mode);
        }
        fields.extend(migrations::pending(&migrations_of(wanted), &applied(live)).map(migrations::field));
        fields
    }

    fn findings(&self, wanted: &DesiredStore, live: &LiveStore) -> Vec<Diagnostic> {
        let edited = |migration: &Migration| {
            let message = format!(
                "`{}` was edited after it was applied to the database `{}`",
                migration.name, wanted.address.key
            );
            let help = "put the file back as it was, and write the change as a new file";
            Diagnostic::error(Code::MigrationEdited, message).with_help(help).about(wanted.address.clone())
        };
        let findings = migrations::edited(&migrations_of(wanted), &applied(live)).map(edited).collect::<Vec<_>>();
        findings.into_iter().chain(elsewhere(wanted, live)).collect()
    }

    fn created(&self, wanted: &DesiredStore) -> Vec<Field> {
        let name = Field::new("database_name", Value::Null, wanted.address.key.as_str());
        let stated = [(HINT, "region"), (MODE, "read_replication.mode")];
        let stated = stated.into_iter().filter_map(|(name, path)| Some((path, wanted.wanted.get(name)?)));
        let stated = stated.map(|(path, value)| Field::new(path, Value::Null, value.clone()));
        let files = migrations_of(wanted);
        let unread = source::in_r2(wanted).map(|place| Field::new("migrations", Value::Null, json!(place)));
        [name].into_iter().chain(stated).chain(unread).chain(files.iter().map(migrations::field)).collect()
    }

    fn create(&self, wanted: &DesiredStore) -> Call {
        let account = wanted.identity.account.as_str();
        let name = wanted.address.key.as_str();
        let mut body = Map::from_iter([("name".to_owned(), json!(name))]);
        if let Some(hint) = wanted.wanted.get(HINT) {
            body.insert("primary_location_hint".into(), hint.clone());
        }
        if let Some(mode) = wanted.wanted.get(MODE) {
            body.insert("read_replication".into(), json!({ "mode": mode }));
        }
        Call {
            body: Value::Object(body),
            makes: vec![("database_id", "/uuid"), ("database_name", "/name")],
            look: Some(Rc::new(self.look(account, name))),
            ..call(Method::Post, &["accounts", account, "d1", "database"])
        }
    }

    fn change(&self, wanted: &DesiredStore, live: &LiveStore, fields: &[Field]) -> Vec<Call> {
        // One that is created has its read replication already.
        if live.id.is_empty() || !fields.iter().any(|field| field.path == "read_replication.mode") {
            return Vec::new();
        }
        let path = ["accounts", wanted.identity.account.as_str(), "d1", "database", live.id.as_str()];
        let body = json!({ "read_replication": { "mode": wanted.wanted.get(MODE) } });
        vec![Call { body, ..call(Method::Patch, &path) }]
    }

    fn fill(&self, wanted: &DesiredStore, live: Option<&LiveStore>) -> Vec<Operation> {
        let account = &wanted.identity.account;
        let made =
            || Output { account: account.clone(), of: wanted.address.clone(), name: self.id_output().to_owned() };
        let database = live.map_or_else(|| Segment::Late(made()), |live| live.id.as_str().into());
        let files = migrations_of(wanted);
        let applied = live.map(applied).unwrap_or_default();
        let pending = migrations::pending(&files, &applied).enumerate();
        let import = |(index, migration): (usize, &Migration)| Import {
            account: account.clone(),
            database: database.clone(),
            name: migration.name.clone(),
            sha256: migration.sha256.clone(),
            sql: migration.sql.clone(),
            // A new database has nothing to go back to.
            tells_bookmark: index == 0 && live.is_some(),
        };
        pending.map(|migration| Operation::procedure("migration", import(migration))).collect()
    }

    fn directory<'a>(&self, wanted: &'a DesiredStore) -> Option<&'a str> {
        text(&wanted.wanted, DIRECTORY)
    }

    fn files_in_r2(&self, wanted: &DesiredStore) -> Option<FilesInR2> {
        source::in_r2(wanted)
    }

    fn give_files(&self, wanted: &mut DesiredStore, texts: &BTreeMap<String, String>) -> Vec<Diagnostic> {
        source::give(wanted, texts)
    }

    fn unread(&self, wanted: &DesiredStore) -> Option<Diagnostic> {
        let directory = self.directory(wanted).filter(|_| wanted.wanted.get(MIGRATIONS).is_none())?;
        let message = format!("the files of {} were not given", quote(directory));
        let help = format!("give their texts as the option `migrations`, under `{NAME}/{}`", wanted.identity.name);
        let path = Path::default().key("spec").key("migrations");
        Some(Diagnostic::error(Code::Migration, message).with_help(help).on(path.to_string()))
    }

    fn delete(&self, wanted: &DesiredStore, live: &LiveStore) -> Call {
        let path = ["accounts", wanted.identity.account.as_str(), "d1", "database", live.id.as_str()];
        call(Method::Delete, &path)
    }

    fn known_outputs(&self, wanted: &DesiredStore) -> BTreeMap<String, Value> {
        BTreeMap::from([("database_name".to_owned(), json!(wanted.address.key))])
    }

    fn id_output(&self) -> &'static str {
        "database_id"
    }

    fn outputs(&self, wanted: &DesiredStore, live: &LiveStore) -> BTreeMap<String, Value> {
        // D1 has no connection string: Workers reach a database by a binding. The original system promises the name.
        [("database_id", live.id.as_str()), ("database_name", &wanted.address.key), ("connection_string", "")]
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .into()
    }
}

fn call(method: Method, path: &[&str]) -> Call {
    Call::new((Family::D1, D1), method, path)
}
