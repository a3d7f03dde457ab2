//! What a document says of a database, in both generations of the original's schema.

use schemars::JsonSchema;
use serde::Deserialize;

use super::region::{self, Region};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::store::StoreSpec;
use crate::manifest::schema::Word;
use crate::manifest::{Path, Reading};

const MOST_CHARACTERS: usize = 64;
const MODES: [&str; 2] = ["auto", "disabled"];

/// What the database should be.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "D1DatabaseSpec")]
pub(in crate::kinds) struct Spec {
    /// Account id, 32 hexadecimal digits. Absent: the account of the run.
    #[schemars(extend("pattern" = "^[0-9a-fA-F]{32}$"))]
    pub(super) account_id: Option<String>,
    /// Name, unique in its account: lower-case letters, digits, `-` and `_`, at most 64.
    #[schemars(required, extend("pattern" = "^[a-z0-9][a-z0-9_-]{0,63}$"))]
    pub(super) database_name: Option<String>,
    /// Where a database that is created is kept: `weur`, `eeur`, `apac`, `oc`, `wnam` or `enam`, or their numbers 1 to 6;
    /// `ape` and `usw` of the earlier schema are read as `apac` and `wnam`. Absent: near to whoever creates it. A database
    /// is never moved.
    pub(super) region: Option<Word>,
    /// Whether copies in other regions answer reads. Absent: off in a new database, left as it is later.
    pub(super) read_replication: Option<ReadReplication>,
    /// SQL files: a directory, from where the manifest lies, or a prefix in R2. Each file is applied once, as one
    /// transaction, in the order of the numbers that their names start with; the table `d1_migrations` remembers them, as
    /// wrangler does. Who calls the library gives the files of a directory as the option `migrations`.
    pub(super) migrations: Option<Migrations>,
    /// Accepted for compatibility; has no effect: tables are made by SQL.
    pub(super) primary_key: Option<String>,
    /// Accepted for compatibility; has no effect: D1 has no branches.
    pub(super) preview_branch: Option<bool>,
}

/// Where the SQL files are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(in crate::kinds) enum Migrations {
    /// A directory, from where the manifest lies.
    Directory(String),
    /// Objects in R2.
    InR2(MigrationsInR2),
}

/// SQL files in R2: the objects right under a prefix whose keys end with `.sql`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::kinds) struct MigrationsInR2 {
    /// Bucket name.
    #[schemars(required)]
    pub(super) bucket: Option<String>,
    /// Start of their keys, with or without the `/` at its end. Absent: the files lie at the top of the bucket.
    pub(super) prefix: Option<String>,
    /// Jurisdiction of the bucket.
    #[schemars(extend("enum" = [Some("eu"), Some("fedramp"), None::<&str>]))]
    pub(super) jurisdiction: Option<String>,
}

/// Copies in other regions that answer reads.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::kinds) struct ReadReplication {
    /// `auto`: Cloudflare keeps copies; `disabled`: none.
    #[schemars(required, extend("enum" = MODES))]
    pub(super) mode: Option<String>,
}

impl StoreSpec for Spec {
    const NAME_KEY: &'static str = "database_name";

    fn account_id(&self) -> Option<&str> {
        self.account_id.as_deref()
    }

    fn name(&self) -> Option<&str> {
        self.database_name.as_deref()
    }
}

/// Tells what is wrong or without effect; the location hint, if the document gives one.
pub(super) fn check(spec: &Spec, path: &Path, reading: &mut Reading<'_, '_>) -> Option<&'static str> {
    if let Some(name) = spec.database_name.as_deref().filter(|name| !is_name(name)) {
        let message =
            if name.is_empty() { "the name of the database is empty" } else { "not a usable name of a database" };
        let help =
            format!("lower-case letters, digits, `-` and `_`, not starting with `-` or `_`, at most {MOST_CHARACTERS}");
        reading.tell(&path.key("database_name"), Diagnostic::error(Code::StoreName, message).with_help(help));
    }
    let no_effect = |message: &str| Diagnostic::warning(Code::NoEffect, message);
    if spec.primary_key.as_deref().is_some_and(|key| !key.is_empty()) {
        let finding = no_effect("`primary_key` has no effect: a database has tables, and each has its own key");
        reading.tell(&path.key("primary_key"), finding.with_help("leave it out"));
    }
    if spec.preview_branch == Some(true) {
        let finding = no_effect("`preview_branch` has no effect: D1 has no branches");
        reading
            .tell(&path.key("preview_branch"), finding.with_help("describe a second database, with a name of its own"));
    }
    let earlier = spec.primary_key.is_some() || spec.preview_branch.is_some();
    let Region { hint, finding } = spec.region.as_ref().map(|word| region::region(word, earlier)).unwrap_or_default();
    if let Some(finding) = finding {
        reading.tell(&path.key("region"), finding);
    }
    hint
}

fn is_name(text: &str) -> bool {
    let starts = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let inner = |byte: &u8| starts(byte) || matches!(byte, b'-' | b'_');
    bytes.len() <= MOST_CHARACTERS && bytes.first().is_some_and(starts) && bytes.iter().all(inner)
}
