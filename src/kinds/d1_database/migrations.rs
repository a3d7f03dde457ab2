//! SQL files that are applied to a database once, in the order of their names, and remembered as wrangler does.
//!
//! <https://developers.cloudflare.com/d1/reference/migrations/>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::statements;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Field;

/// What some editors write before a text; it says nothing.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Migration {
    pub name: String,
    /// Of the text whose lines end with a line feed: Git may write other ends into a working copy.
    pub sha256: String,
    pub sql: String,
}

/// One that was applied, as the database remembers it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Applied {
    pub name: String,
    /// Nothing where wrangler applied it.
    pub sha256: Option<String>,
}

/// The files in the order in which they are applied: by the number that their names start with, as wrangler does, then
/// by name.
pub(super) fn in_order(files: &BTreeMap<String, String>) -> Vec<Migration> {
    let of = |(name, text): (&String, &String)| {
        let sql = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).to_owned();
        Migration { name: name.clone(), sha256: digest(&sql), sql }
    };
    let mut migrations: Vec<Migration> = files.iter().map(of).collect();
    migrations.sort_by_key(|migration| (number(&migration.name), migration.name.clone()));
    migrations
}

/// Names without a number come last.
fn number(name: &str) -> u64 {
    let digits = name.find(|character: char| !character.is_ascii_digit()).and_then(|end| name.get(..end));
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX)
}

fn digest(sql: &str) -> String {
    let mut hasher = Sha256::new();
    for (index, line) in sql.split("\r\n").enumerate() {
        if index > 0 {
            hasher.update("\n");
        }
        hasher.update(line);
    }
    base16(&hasher.finalize())
}

fn base16(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is wrong with a file, by itself.
pub(super) fn findings(migrations: &[Migration]) -> Vec<Diagnostic> {
    migrations.iter().filter_map(finding).collect()
}

fn finding(Migration { name, sql, .. }: &Migration) -> Option<Diagnostic> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.ends_with(".sql") || !name.bytes().all(is_plain) {
        let finding = Diagnostic::error(Code::Migration, format!("`{name}` is not a usable name of a migration"));
        return Some(finding.with_help("letters, digits, `-`, `_` and `.`, with `.sql` at the end"));
    }
    let (word, line) = statements::of_transactions(sql)?;
    let message = format!("`{name}` holds `{word}` in line {line}: each file is applied as one transaction of its own");
    Some(Diagnostic::error(Code::Migration, message).with_help("leave it out"))
}

/// Files that are still to be applied.
pub(super) fn pending<'a>(migrations: &'a [Migration], applied: &'a [Applied]) -> impl Iterator<Item = &'a Migration> {
    migrations.iter().filter(|migration| applied.iter().all(|known| known.name != migration.name))
}

/// Files that were edited after they were applied.
pub(super) fn edited<'a>(migrations: &'a [Migration], applied: &'a [Applied]) -> impl Iterator<Item = &'a Migration> {
    let was_other = |known: &Applied, migration: &Migration| {
        known.name == migration.name && known.sha256.as_ref().is_some_and(|sha256| *sha256 != migration.sha256)
    };
    migrations.iter().filter(move |migration| applied.iter().any(|known| was_other(known, migration)))
}

/// How a file stands in a plan.
pub(super) fn field(migration: &Migration) -> Field {
    Field::new(format!("migrations.{}", migration.name), Value::Null, json!(migration.sha256))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Applied, edited, findings, in_order, pending};

    fn files(names: &[&str]) -> BTreeMap<String, String> {
        names.iter().map(|name| ((*name).to_owned(), format!("SELECT '{name}';"))).collect()
    }

    #[test]
    fn files_go_by_their_numbers_then_by_their_names() {
        let ordered = in_order(&files(&["10_d.sql", "0002_b.sql", "9_c.sql", "0001_a.sql", "last.sql", "0002_a.sql"]));
        let names: Vec<&str> = ordered.iter().map(|migration| migration.name.as_str()).collect();
        assert_eq!(names, ["0001_a.sql", "0002_a.sql", "0002_b.sql", "9_c.sql", "10_d.sql", "last.sql"]);
    }

    #[test]
    fn what_was_applied_is_not_pending_and_an_edit_of_it_is_seen_where_the_digest_is_known() {
        let migrations = in_order(&files(&["1_a.sql", "2_b.sql", "3_c.sql", "4_d.sql"]));
        let digest = |index: usize| migrations.get(index).map(|migration| migration.sha256.clone());
        let applied = [("1_a.sql", digest(0)), ("2_b.sql", digest(0)), ("3_c.sql", None)]
            .map(|(name, sha256)| Applied { name: name.into(), sha256 });
        let names = |found: Vec<&super::Migration>| found.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(pending(&migrations, &applied).collect()), ["4_d.sql"]);
        assert_eq!(names(edited(&migrations, &applied).collect()), ["2_b.sql"]);
    }

    #[test]
    fn other_line_ends_and_a_byte_order_mark_are_no_edit() {
        let of = |sql: &str| in_order(&[("1.sql".to_owned(), sql.to_owned())].into());
        let before = of("SELECT 1;\nSELECT 2;\n");
        let applied = before.iter().map(|one| Applied { name: one.name.clone(), sha256: Some(one.sha256.clone()) });
        let applied: Vec<Applied> = applied.collect();
        for same in ["SELECT 1;\r\nSELECT 2;\r\n", "\u{feff}SELECT 1;\nSELECT 2;\n"] {
            assert_eq!(edited(&of(same), &applied).count(), 0, "{same:?}");
        }
        for other in ["SELECT 1;\n\nSELECT 2;\n", "SELECT 1;SELECT 2;", "SELECT 1;\rSELECT 2;\r"] {
            assert_eq!(edited(&of(other), &applied).count(), 1, "{other:?}");
        }
    }

    #[test]
    fn a_transaction_behind_a_byte_order_mark_is_found() {
        let files = [("1.sql".to_owned(), "\u{feff}BEGIN; SELECT 1; COMMIT;".to_owned())].into();
        assert_eq!(findings(&in_order(&files)).len(), 1);
    }

    #[test]
    fn names_that_would_need_quoting_are_refused() {
        for name in ["a'b.sql", "a.txt", "dir/a.sql", "a b.sql"] {
            assert_eq!(findings(&in_order(&files(&[name]))).len(), 1, "{name}");
        }
        assert_eq!(findings(&in_order(&files(&["0001_init.sql"]))), []);
    }
}
