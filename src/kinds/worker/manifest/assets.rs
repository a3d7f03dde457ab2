//! Static assets: what the manifest states, and the files that were given for it.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::spec::{Assets, RunWorkerFirst};
use crate::binding::PlainBinding;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::Path;
use crate::manifest::names;
use crate::manifest::quote::quote;
use crate::manifest::referring::WORKER;
use crate::manifest::text::filled;
use crate::model::check_object_key;
use crate::resource::{AssetsPlace, DesiredAssets, DesiredManifest};

/// Files by path, as whoever calls gives them.
pub(super) type Given = BTreeMap<String, Bytes>;

/// Cloudflare's word for the binding.
const TYPE: &str = "assets";

/// The static assets of a document without errors.
pub(super) fn lower(stated: &Assets, given: Option<&Given>) -> Option<DesiredAssets> {
    let mut config = Map::new();
    let words = [("html_handling", &stated.html_handling), ("not_found_handling", &stated.not_found_handling)];
    for (name, word) in words {
        if let Some(word) = filled(word) {
            config.insert(name.into(), word.into());
        }
    }
    if let Some(first) = &stated.run_worker_first {
        config.insert("run_worker_first".into(), worker_first(first));
    }
    let mut assets = DesiredAssets { place: place(stated).ok()?, files: None, known: None, config };
    if let Some(given) = given {
        assets.give(None, given).ok()?;
    }
    Some(assets)
}

/// Where the files lie.
///
/// # Errors
/// The key that is wrong, and what is to be said of it.
pub(super) fn place(stated: &Assets) -> Result<AssetsPlace, (&'static str, Diagnostic)> {
    let wrong = |key, message: &str| (key, Diagnostic::error(Code::Assets, message));
    let help = "say `directory`, or `bucket` with `prefix` or with the `path` of a tar";
    let (directory, bucket) = (filled(&stated.directory), filled(&stated.bucket));
    let (prefix, path) = (filled(&stated.prefix), filled(&stated.path));
    let bucket = match (directory, bucket) {
        (Some(directory), None) if prefix.is_none() && path.is_none() => {
            return Ok(AssetsPlace::Directory(directory.to_owned()));
        }
        (None, Some(bucket)) => names::bucket(bucket).map_err(|finding| ("bucket", finding))?,
        (Some(_), _) => {
            let (key, finding) = wrong("directory", "two places are named for the static assets");
            return Err((key, finding.with_help(help)));
        }
        (None, None) => {
            let (key, finding) = wrong("directory", "nothing says where the static assets lie");
            return Err((key, finding.with_help(help)));
        }
    };
    let key = match (prefix, path) {
        (Some(prefix), None) if !prefix.ends_with('/') => {
            let (key, finding) = wrong("prefix", "the prefix of the static assets does not end in `/`");
            return Err((key, finding.with_help(format!("write `{prefix}/`; a tar is named by `path`"))));
        }
        (Some(prefix), None) => {
            let inside = check_object_key(&format!("{prefix}a"));
            inside.map_err(|fault| {
                wrong("prefix", &format!("keys under the prefix can't be read: one of them {fault}"))
            })?;
            prefix.to_owned()
        }
        (None, Some(path)) if path.ends_with('/') => return Err(wrong("path", "a key that ends in `/` names no tar")),
        (None, Some(path)) => names::object_key(path).map_err(|finding| ("path", finding))?,
        (Some(_), Some(_)) | (None, None) => {
            let (key, finding) = wrong("bucket", "beside the bucket of the static assets stands `prefix` or `path`");
            return Err((key, finding.with_help(help)));
        }
    };
    Ok(AssetsPlace::InR2 { bucket, jurisdiction: filled(&stated.jurisdiction).map(str::to_owned), key })
}

/// Files that whoever calls did not give.
pub(in crate::kinds) fn unread(worker: &DesiredManifest) -> Option<Diagnostic> {
    let assets = worker.script.assets.as_ref().filter(|assets| assets.files.is_none())?;
    let AssetsPlace::Directory(directory) = &assets.place else { return None };
    let message = format!("the files of {} were not given", quote(directory));
    let help = format!("give their contents as the option `assets`, under `{WORKER}/{}`", worker.identity.name);
    let path = Path::default().key("spec").key("assets");
    Some(Diagnostic::error(Code::Assets, message).with_help(help).on(path.to_string()))
}

/// The binding by which the Worker reads them.
pub(super) fn binding(stated: &Assets) -> Option<PlainBinding> {
    let name = filled(&stated.binding)?.to_owned();
    Some(PlainBinding { name, type_name: TYPE.into(), members: BTreeMap::new() })
}

fn worker_first(first: &RunWorkerFirst) -> Value {
    match first {
        RunWorkerFirst::Always(always) => json!(always),
        RunWorkerFirst::Rules(rules) => rules.each().map(|(_, rule)| json!(rule)).collect(),
    }
}
