//! Files in R2 that documents name by a prefix: listed, and each read once, whoever names them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::r2_stores::Stores;
use super::session::Session;
use crate::bundle::Window;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http::join_window;
use crate::kinds::FilesInR2;
use crate::r2::{Depth, ListedObject, Object, R2Error, R2ErrorKind, Store};
use crate::resource::DesiredState;

/// The files of one document stay in memory until they are applied.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// What the names of files end with.
const SQL: &str = ".sql";
/// The field that names the prefix.
const MIGRATIONS: &str = "spec.migrations";

/// Texts by file name.
pub(super) type Texts = BTreeMap<String, String>;

/// What is to be read for a document: its index among the stores, where its files lie, and whom to ask.
type Wanted = (usize, FilesInR2, Store);

/// The files of each document that names a prefix, by index of the store.
pub(super) async fn read(
    session: &Session<'_>,
    desired: &DesiredState,
    stores: &Stores,
) -> Result<Vec<(usize, Texts)>, Vec<(usize, Diagnostic)>> {
    let wanted: Vec<Wanted> = stores.of_files.clone();
    let mut places: BTreeMap<(&str, &FilesInR2), (&Store, Vec<usize>)> = BTreeMap::new();
    for (index, files, store) in &wanted {
        let account = desired.stores.get(*index).map_or("", |store| store.identity.account.as_str());
        places.entry((account, files)).or_insert_with(|| (store, Vec::new())).1.push(*index);
    }
    let window = Rc::new(Window::default());
    let each = places.into_iter().map(|((_, files), (store, indexes))| {
        let window = &window;
        async move { (indexes, under(session, store, files, window).await) }
    });
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for (indexes, answer) in join_window(each).await {
        for index in indexes {
            match &answer {
                Ok(texts) => all.push((index, texts.clone())),
                Err(findings) => {
                    let document = desired.stores.get(index).map_or(0, |store| store.document);
                    errors.extend(findings.iter().map(|finding| (document, finding.clone().on(MIGRATIONS))));
                }
            }
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// All files under a prefix.
async fn under(
    session: &Session<'_>,
    store: &Store,
    files: &FilesInR2,
    window: &Rc<Window>,
) -> Result<Texts, Vec<Diagnostic>> {
    let told = |error: R2Error| {
        let finding = error.diagnostic();
        let help = "check `migrations.bucket` and, for a bucket with a jurisdiction, `migrations.jurisdiction`";
        vec![if error.kind == R2ErrorKind::NoBucket { finding.with_help(help) } else { finding }]
    };
    let place = Object { bucket: files.bucket.clone(), key: files.prefix.clone() };
    let listed = store.list(&session.client, &place, Depth::One).await.map_err(told)?;
    let listed: Vec<ListedObject> = listed.into_iter().filter(|object| object.key.ends_with(SQL)).collect();
    let bytes: u64 = listed.iter().map(|object| object.size).sum();
    if listed.is_empty() || bytes > MOST_BYTES {
        return Err(vec![unusable(files, &listed, bytes)]);
    }
    let each = listed.into_iter().map(|object| async move {
        let _place = window.enter(usize::try_from(object.size).unwrap_or(usize::MAX)).await;
        one(session, store, files, object).await
    });
    let (mut texts, mut errors) = (Texts::new(), Vec::new());
    for answer in join_window(each).await {
        match answer {
            Ok((name, text)) => drop(texts.insert(name, text)),
            Err(finding) => errors.push(*finding),
        }
    }
    if errors.is_empty() { Ok(texts) } else { Err(errors) }
}

async fn one(
    session: &Session<'_>,
    store: &Store,
    files: &FilesInR2,
    listed: ListedObject,
) -> Result<(String, String), Box<Diagnostic>> {
    let object = Object { bucket: files.bucket.clone(), key: listed.key };
    let told = |error: R2Error| Box::new(error.diagnostic());
    let reading = store.open(&session.client, &object).await.map_err(told)?;
    let most = usize::try_from(MOST_BYTES).unwrap_or(usize::MAX);
    let bytes = reading.read(&session.client, most).await.map_err(told)?;
    let name = object.key.strip_prefix(&files.prefix).unwrap_or(&object.key).to_owned();
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(_) => {
            let message = format!("`r2://{}/{}` is no text in UTF-8", object.bucket, plain(&object.key, 300));
            Err(Box::new(Diagnostic::error(Code::Migration, message).with_help("save it as UTF-8")))
        }
    }
}

fn unusable(files: &FilesInR2, listed: &[ListedObject], bytes: u64) -> Diagnostic {
    let place = format!("r2://{}/{}", files.bucket, plain(&files.prefix, 300));
    if listed.is_empty() {
        let message = format!("no object right under `{place}` ends with `{}`", SQL);
        return Diagnostic::error(Code::Migration, message).with_help("correct bucket or prefix, or upload the files");
    }
    let message = match listed {
        [one] => format!("`r2://{}/{}` has {bytes} bytes", files.bucket, plain(&one.key, 300)),
        _ => format!("the {} files under `{place}` have {bytes} bytes together", listed.len()),
    };
    Diagnostic::error(Code::Migration, message)
        .with_help(format!("at most {MOST_BYTES}: put large data in by other means"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_file_that_is_too_large_is_named_and_several_are_counted() {
        let files = FilesInR2 { bucket: "code".into(), prefix: "shop/".into(), jurisdiction: None };
        let listed = |names: &[&str]| -> Vec<ListedObject> {
            names
                .iter()
                .map(|name| ListedObject { key: format!("shop/{name}"), size: MOST_BYTES, etag: None })
                .collect()
        };
        assert_eq!(unusable(&files, &listed(&["1_a.sql"]), 7).message, "`r2://code/shop/1_a.sql` has 7 bytes");
        let two = unusable(&files, &listed(&["1_a.sql", "2_b.sql"]), 7).message;
        assert_eq!(two, "the 2 files under `r2://code/shop/` have 7 bytes together");
    }
}
