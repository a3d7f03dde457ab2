//! Static assets of a Worker.
//!
//! <https://developers.cloudflare.com/workers/static-assets/>

use std::rc::Rc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::assets::AssetFiles;

/// Static assets as the manifest wants them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesiredAssets {
    /// Directory that holds them, as the manifest has it.
    #[serde(skip)]
    pub directory: String,
    /// The files, where whoever calls has given them.
    #[serde(serialize_with = "counted")]
    pub files: Option<Rc<AssetFiles>>,
    /// How they are served, as an upload's metadata says it.
    pub config: Map<String, Value>,
}

impl DesiredAssets {
    /// What of them tells one version from another.
    pub fn digested(&self) -> Value {
        json!({ "files": self.files.as_ref().map(|files| files.digest()), "config": self.config })
    }

    /// As a plan shows them: how many files, and not what stands in those that hold rules.
    pub fn shown(&self) -> Map<String, Value> {
        let files = self.files.as_deref();
        let mut shown = self.config.clone();
        shown.retain(|name, _| !name.starts_with('_'));
        shown.insert("directory".into(), self.directory.as_str().into());
        shown.insert("files".into(), json!(files.map(AssetFiles::count)));
        shown.insert("bytes".into(), json!(files.map(AssetFiles::bytes)));
        shown
    }
}

fn counted<S: Serializer>(files: &Option<Rc<AssetFiles>>, serializer: S) -> Result<S::Ok, S::Error> {
    files.as_deref().serialize(serializer)
}
