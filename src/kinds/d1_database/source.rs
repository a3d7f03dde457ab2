//! Where a document has its migrations: in a directory, whose files whoever calls gives, or under a prefix in R2.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::migrations::{self, Migration};
use super::spec::{Migrations, MigrationsInR2};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::store::FilesInR2;
use crate::manifest::{Path, Reading, bucket_name, quote};
use crate::model::{Identity, check_object_key, given_for};
use crate::resource::DesiredStore;

/// Its word under `kind`.
pub(in crate::kinds) const NAME: &str = "CloudflareD1Database";
pub(super) const MIGRATIONS: &str = "migrations";
pub(super) const DIRECTORY: &str = "directory";
pub(super) const PREFIX: &str = "prefix";

/// What the document states of its migrations, and the files that were given for it; `who` it is.
pub(super) fn wanted(
    stated: Option<&Migrations>,
    who: Option<&Identity>,
    path: &Path,
    reading: &mut Reading<'_, '_>,
) -> Map<String, Value> {
    let mut wanted = Map::new();
    let path = path.key("migrations");
    match stated {
        None => return wanted,
        Some(Migrations::Directory(directory)) => drop(wanted.insert(DIRECTORY.into(), json!(directory))),
        Some(Migrations::InR2(place)) => {
            if let Some(files) = place_of(place, &path, reading) {
                wanted.insert(PREFIX.into(), json!(files));
            }
        }
    }
    if let Some(files) = who.and_then(|who| given_for(&reading.options.files, NAME, who)) {
        let migrations = migrations::in_order(files);
        if let (Some(Migrations::Directory(directory)), []) = (stated, migrations.as_slice()) {
            let message = format!("`migrations` has no effect: no file in {} ends with `.sql`", quote(directory));
            let finding = Diagnostic::warning(Code::NoEffect, message);
            reading.tell(&path, finding.with_help("correct the directory, or put the files there"));
        }
        for finding in migrations::findings(&migrations) {
            reading.tell(&path, finding);
        }
        wanted.insert(MIGRATIONS.into(), json!(migrations));
    }
    wanted
}

fn place_of(place: &MigrationsInR2, path: &Path, reading: &mut Reading<'_, '_>) -> Option<FilesInR2> {
    let bucket = place.bucket.as_deref()?;
    let bucket = match bucket_name(bucket) {
        Ok(bucket) => Some(bucket),
        Err(finding) => {
            reading.tell(&path.key("bucket"), finding);
            None
        }
    };
    let prefix = match place.prefix.as_deref().unwrap_or_default() {
        "" => String::new(),
        whole if whole.ends_with('/') => whole.to_owned(),
        open => format!("{open}/"),
    };
    if let Err(fault) = check_object_key(&format!("{prefix}1.sql")) {
        let message = format!("keys under {} can't be read: one of them {fault}", quote(&prefix));
        let finding = Diagnostic::error(Code::Migration, message);
        reading.tell(
            &path.key("prefix"),
            finding.with_help("the start of a key is taken verbatim, as `shop/migrations/`"),
        );
        return None;
    }
    let jurisdiction = place.jurisdiction.clone().filter(|jurisdiction| !jurisdiction.is_empty());
    Some(FilesInR2 { bucket: bucket?, prefix, jurisdiction })
}

/// Where the files lie in R2, if they do and were not given.
pub(super) fn in_r2(wanted: &DesiredStore) -> Option<FilesInR2> {
    let place = wanted.wanted.get(PREFIX).filter(|_| wanted.wanted.get(MIGRATIONS).is_none())?;
    serde_json::from_value(place.clone()).ok()
}

/// Takes the files; tells what is wrong with them.
pub(super) fn give(wanted: &mut DesiredStore, texts: &BTreeMap<String, String>) -> Vec<Diagnostic> {
    let migrations: Vec<Migration> = migrations::in_order(texts);
    let findings = migrations::findings(&migrations);
    if let Some(members) = wanted.wanted.as_object_mut() {
        members.insert(MIGRATIONS.into(), json!(migrations));
    }
    findings.into_iter().map(|finding| finding.on("spec.migrations")).collect()
}
