//! Static assets: what the manifest states, and the files that were given for it.

use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::spec::{Assets, RunWorkerFirst};
use crate::assets::{AssetFiles, HEADERS, REDIRECTS};
use crate::binding::PlainBinding;
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::Path;
use crate::manifest::quote::quote;
use crate::manifest::referring::WORKER;
use crate::manifest::text::filled;
use crate::resource::{DesiredAssets, DesiredManifest};

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
    for (name, path) in [("_headers", HEADERS), ("_redirects", REDIRECTS)] {
        if let Some(content) = given.and_then(|files| files.get(path)) {
            config.insert(name.into(), std::str::from_utf8(content).ok()?.into());
        }
    }
    let files = given.map(|files| AssetFiles::new(files.iter().map(|(path, content)| (path.clone(), content.clone()))));
    Some(DesiredAssets { directory: filled(&stated.directory)?.to_owned(), files: files.map(Rc::new), config })
}

/// Files that whoever calls did not give.
pub(in crate::kinds) fn unread(worker: &DesiredManifest) -> Option<Diagnostic> {
    let assets = worker.script.assets.as_ref().filter(|assets| assets.files.is_none())?;
    let message = format!("the files of {} were not given", quote(&assets.directory));
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
