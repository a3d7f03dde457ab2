//! What a database of D1 holds, as far as migrations are concerned, and how files get into it.
//!
//! There is no SQL here: the statements that a deployer sends are known, and any other is an alarm.

use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::stores::Store;
use super::stores::{Part, object};
use super::{Account, Answer, Call, Refused, Subject, ok};

/// Tables of a database, and how often each file took effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Database {
    /// The table of wrangler: names of files in the order in which they were applied.
    pub ledger: Option<Vec<String>>,
    /// The table beside it: digests by name.
    pub digests: Option<BTreeMap<String, String>>,
    /// What the files themselves did: each leaves its name here, each time.
    pub events: Vec<String>,
}

/// Files under way, and what runs.
#[derive(Clone, Debug, Default)]
pub struct Imports {
    files: Vec<File>,
    jobs: Vec<Job>,
}

#[derive(Clone, Debug)]
struct File {
    name: String,
    database: String,
    etag: String,
    content: Option<Bytes>,
}

#[derive(Clone, Debug)]
struct Job {
    /// Whose it is.
    run: usize,
    database: String,
    due_us: u64,
    content: Bytes,
    ended: Option<Result<(), String>>,
}

/// An effect that came when nobody asked.
pub struct Landed {
    pub run: usize,
    pub database: String,
}

pub(super) const PARTS: [Part; 3] = [
    Part { method: "POST", path: &["query"], act: query },
    Part { method: "POST", path: &["import"], act: import },
    Part { method: "GET", path: &["time_travel", "bookmark"], act: bookmark },
];

const MALFORMED: Refused = (400, 7400, "The request is malformed");
/// Where files are uploaded to.
pub const UPLOADS: &str = "https://uploads.example/";

const TABLES: &str =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('d1_migrations', 'cfwd1_migrations')";
const APPLIED: &str = "SELECT name, NULL AS sha256 FROM d1_migrations ORDER BY id";
const APPLIED_WITH_DIGESTS: &str = "SELECT l.name AS name, d.sha256 AS sha256 FROM d1_migrations l \
     LEFT JOIN cfwd1_migrations d ON d.name = l.name ORDER BY l.id";
const MAKE_LEDGER: &str = "CREATE TABLE IF NOT EXISTS d1_migrations( id INTEGER PRIMARY KEY AUTOINCREMENT, \
     name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL )";
const MAKE_DIGESTS: &str = "CREATE TABLE IF NOT EXISTS cfwd1_migrations(name TEXT PRIMARY KEY, sha256 TEXT NOT NULL)";

fn query(account: &mut Account, at: usize, call: &Call) -> Answer {
    let body = object(call).ok_or(MALFORMED)?;
    let sql = body["sql"].as_str().ok_or(MALFORMED)?;
    let Database { ledger, digests, .. } = &account.stores[at].database;
    let none = (400, 7500, "no such table: SQLITE_ERROR");
    let rows: Vec<Value> = match sql {
        TABLES => {
            let tables = [ledger.as_ref().map(|_| "d1_migrations"), digests.as_ref().map(|_| "cfwd1_migrations")];
            tables.into_iter().flatten().map(|name| json!({ "name": name })).collect()
        }
        APPLIED => ledger.as_ref().ok_or(none)?.iter().map(|name| json!({ "name": name, "sha256": null })).collect(),
        APPLIED_WITH_DIGESTS => {
            let digests = digests.as_ref().ok_or(none)?;
            let row = |name: &String| json!({ "name": name, "sha256": digests.get(name) });
            ledger.as_ref().ok_or(none)?.iter().map(row).collect()
        }
        other => {
            account.alarm(format!("SQL that nobody may send: {other}"));
            return Err((400, 7500, "near: syntax error"));
        }
    };
    Ok(ok(json!([{ "results": rows, "success": true, "meta": {} }])))
}

fn bookmark(account: &mut Account, at: usize, _: &Call) -> Answer {
    Ok(ok(json!({ "bookmark": mark(&account.stores[at].database) })))
}

fn md5(content: &[u8]) -> String {
    Md5::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mark(database: &Database) -> String {
    format!("00000000-{:08x}", database.events.len())
}

fn import(account: &mut Account, at: usize, call: &Call) -> Answer {
    let body = object(call).ok_or(MALFORMED)?;
    let database = account.stores[at].id.clone();
    match (body["action"].as_str(), body["etag"].as_str(), body["filename"].as_str()) {
        (Some("init"), Some(etag), None) => {
            let known = account
                .imports
                .files
                .iter()
                .position(|file| file.database == database && file.etag == etag && file.content.is_some());
            match known {
                // What was uploaded before, byte for byte, is run at once.
                Some(file) => account.begin(call.run, file),
                None => {
                    let name = format!("{}.sql", account.uuid());
                    let url = format!("{UPLOADS}{database}/{name}?signature=canary-upload");
                    let file = File { name: name.clone(), database, etag: etag.to_owned(), content: None };
                    account.imports.files.push(file);
                    return Ok(ok(json!({ "filename": name, "upload_url": url })));
                }
            }
        }
        (Some("ingest"), Some(etag), Some(name)) => {
            let mut files = account.imports.files.iter();
            let whole = files.position(|file| {
                let content = file.content.as_ref().map(|content| md5(content));
                file.name == name && file.etag == etag && content.as_deref() == Some(etag)
            });
            let Some(file) = whole else {
                return Ok(ok(json!({ "success": false, "error": "There is no uploaded file of that name." })));
            };
            account.begin(call.run, file);
        }
        (Some("poll"), None, None) if body["current_bookmark"].is_string() => {}
        _ => return Err(MALFORMED),
    }
    Ok(ok(account.poll(at)))
}

impl Account {
    /// A file begins to run.
    fn begin(&mut self, run: usize, file: usize) {
        let File { database, content, .. } = self.imports.files[file].clone();
        let due_us = self.now_us + u64::from(self.switches.slow_imports) * 1_700_000;
        let job = Job { run, database, due_us, content: content.unwrap_or_default(), ended: None };
        self.imports.jobs.push(job);
        self.land(self.now_us);
    }

    /// Tells how the last file ended, once; whoever asks again hears that nothing runs.
    fn poll(&mut self, at: usize) -> Value {
        let Store { id, database, .. } = &*self.stores[at];
        let Some(last) = self.imports.jobs.iter().rposition(|job| job.database == *id) else {
            return json!({ "success": false, "error": "Not currently importing anything." });
        };
        let told = json!({ "success": true, "type": "import", "at_bookmark": mark(database), "messages": [] });
        let with = |status: &str, errors: Vec<&String>| {
            let mut told = told.clone();
            told["status"] = json!(status);
            told["errors"] = json!(errors);
            told
        };
        let told = match &self.imports.jobs[last].ended {
            None => return with("active", Vec::new()),
            Some(Ok(())) => with("complete", Vec::new()),
            Some(Err(error)) => with("error", vec![error]),
        };
        let id = id.clone();
        self.imports.jobs.retain(|job| job.database != id || job.ended.is_none());
        told
    }

    /// Files whose time has come take effect, one after the other: each whole, or not at all.
    pub fn land(&mut self, now_us: u64) -> Vec<Landed> {
        let mut landed = Vec::new();
        for job in self.imports.jobs.iter_mut().filter(|job| job.ended.is_none() && job.due_us <= now_us) {
            let text = String::from_utf8_lossy(&job.content);
            let store = self.stores.iter_mut().find(|store| store.of == Subject::D1 && store.id == job.database);
            let Some(store) = store.map(Rc::make_mut) else {
                job.ended = Some(Err("no such database".into()));
                continue;
            };
            let mut after = store.database.clone();
            let ended = after.apply(&text);
            if let Err(Unapplied::Unknown(statement)) = &ended {
                self.alarms.push(format!("SQL that nobody may send: {statement}"));
            }
            if ended.is_ok() {
                store.database = after;
                landed.push(Landed { run: job.run, database: store.name.clone() });
            }
            job.ended = Some(ended.map_err(|error| match error {
                Unapplied::Unknown(text) | Unapplied::Refused(text) => text,
            }));
        }
        landed
    }

    /// When the next file takes effect.
    pub fn next_landing_us(&self) -> Option<u64> {
        self.imports.jobs.iter().filter(|job| job.ended.is_none()).map(|job| job.due_us).min()
    }

    /// The content of a file arrives at its presigned address.
    pub(super) fn upload(&mut self, call: &Call) -> (u16, Vec<u8>) {
        let [database, name] = call.path.as_slice() else { return (404, Vec::new()) };
        let announced = self.imports.files.iter_mut().find(|file| file.database == *database && file.name == *name);
        let Some(file) = announced.filter(|_| call.method == "PUT" && call.query_value("signature").is_some()) else {
            self.alarm(format!("an upload that nobody may make: {}", call.target()));
            return (403, Vec::new());
        };
        file.content = Some(call.body.clone());
        (200, Vec::new())
    }

    /// The database that a file is for.
    pub fn database_of_upload(&self, call: &Call) -> Option<&str> {
        let id = call.path.first()?;
        self.stores.iter().find(|store| store.of == Subject::D1 && store.id == *id).map(|store| store.name.as_str())
    }
}

/// Why a file was not applied.
enum Unapplied {
    /// It breaks a rule of the database.
    Refused(String),
    /// No deployer sends that.
    Unknown(String),
}

impl Database {
    /// Whether a file took effect that is remembered.
    pub fn remembers(&self, file: &str) -> bool {
        self.ledger.as_ref().is_some_and(|ledger| ledger.iter().any(|known| known == file))
    }

    /// How often a file took effect, however it was edited.
    pub fn times(&self, file: &str) -> usize {
        self.events.iter().filter(|event| event.starts_with(file)).count()
    }

    /// What wrangler does with a file.
    pub fn by_wrangler(&mut self, name: &str) {
        self.ledger.get_or_insert_default().push(name.to_owned());
        self.events.push(name.to_owned());
    }

    fn apply(&mut self, file: &str) -> Result<(), Unapplied> {
        let statements = file.split(';').map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
        for statement in statements.filter(|text| !text.is_empty()) {
            self.one(&statement)?;
        }
        Ok(())
    }

    fn one(&mut self, statement: &str) -> Result<(), Unapplied> {
        let no_table = || Unapplied::Refused("no such table: SQLITE_ERROR".into());
        if statement == MAKE_LEDGER {
            self.ledger.get_or_insert_default();
        } else if statement == MAKE_DIGESTS {
            self.digests.get_or_insert_default();
        } else if let Some([name]) = values(statement, "INSERT INTO d1_migrations (name) VALUES ") {
            let ledger = self.ledger.as_mut().ok_or_else(no_table)?;
            if ledger.contains(&name) {
                return Err(Unapplied::Refused("UNIQUE constraint failed: d1_migrations.name".into()));
            }
            ledger.push(name);
        } else if let Some([name, digest]) =
            values(statement, "INSERT OR REPLACE INTO cfwd1_migrations (name, sha256) VALUES ")
        {
            self.digests.as_mut().ok_or_else(no_table)?.insert(name, digest);
        } else if let Some([name]) = values(statement, "INSERT INTO events VALUES ") {
            self.events.push(name);
        } else if let Some([_]) = values(statement, "INSERT INTO nowhere VALUES ") {
            return Err(Unapplied::Refused("no such table: nowhere".into()));
        } else {
            return Err(Unapplied::Unknown(statement.to_owned()));
        }
        Ok(())
    }
}

/// The quoted values of a statement that begins so.
fn values<const N: usize>(statement: &str, begin: &str) -> Option<[String; N]> {
    let list = statement.strip_prefix(begin)?.strip_prefix("('")?.strip_suffix("')")?;
    list.split("', '").map(str::to_owned).collect::<Vec<_>>().try_into().ok()
}
