//! Static assets of a Worker.
//!
//! <https://developers.cloudflare.com/workers/static-assets/>

use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::assets::{AssetFiles, HEADERS, REDIRECTS};
use crate::model::marks;

/// Static assets as the manifest wants them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DesiredAssets {
    /// Where they lie.
    #[serde(skip)]
    pub place: AssetsPlace,
    /// The files, where whoever calls has given them.
    #[serde(serialize_with = "counted")]
    pub files: Option<Rc<AssetFiles>>,
    /// What is known of files in R2 without their bytes: what they come from, and the digest of all of them.
    #[serde(skip)]
    pub known: Option<KnownAssets>,
    /// How they are served, as an upload's metadata says it.
    pub config: Map<String, Value>,
}

/// Where static assets lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetsPlace {
    /// A directory, as the manifest has it: whoever calls gives its files.
    Directory(String),
    /// R2: the files of a tar, or all objects under a prefix.
    InR2 {
        /// Bucket name.
        bucket: String,
        /// `eu` or `fedramp`.
        jurisdiction: Option<String>,
        /// Key of the tar, or the prefix, which ends in `/`.
        key: String,
    },
}

/// Files in R2 that were seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAssets {
    /// 22 characters: of the ETag, or of the list of objects with theirs. The same source is the same content.
    pub source: Option<String>,
    /// 22 characters: of paths, contents and rules.
    pub digest: String,
}

impl AssetsPlace {
    /// Whether it is a prefix: each object under it is a file.
    pub fn is_prefix(&self) -> bool {
        matches!(self, Self::InR2 { key, .. } if key.is_empty() || key.ends_with('/'))
    }
}

impl std::fmt::Display for AssetsPlace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(directory) => formatter.write_str(directory),
            Self::InR2 { bucket, key, .. } => write!(formatter, "r2://{bucket}/{key}"),
        }
    }
}

impl DesiredAssets {
    /// What of them tells one version from another.
    pub fn digested(&self) -> Value {
        if let AssetsPlace::InR2 { .. } = &self.place {
            let mut stated = self.config.clone();
            stated.retain(|name, _| !name.starts_with('_'));
            return json!({ "all": self.known.as_ref().map(|known| &known.digest), "config": stated });
        }
        json!({ "files": self.files.as_ref().map(|files| files.digest()), "config": self.config })
    }

    /// Takes the files: the site, and its rules.
    ///
    /// # Errors
    /// The name of a file of rules that is no text.
    pub fn give(&mut self, source: Option<String>, given: &BTreeMap<String, Bytes>) -> Result<(), &'static str> {
        let mut rules = Map::new();
        for (name, path) in [("_headers", HEADERS), ("_redirects", REDIRECTS)] {
            self.config.remove(name);
            if let Some(content) = given.get(path) {
                rules.insert(name.into(), std::str::from_utf8(content).map_err(|_| name)?.into());
            }
        }
        let files = AssetFiles::new(given.iter().map(|(path, content)| (path.clone(), content.clone())));
        let all = json!({ "files": files.announced(), "rules": rules });
        let digest = marks::short_digest(&Sha256::digest(all.to_string().as_bytes()));
        self.known = Some(KnownAssets { source, digest });
        self.config.extend(rules);
        self.files = Some(Rc::new(files));
        Ok(())
    }

    /// As a plan shows them: how many files, and not what stands in those that hold rules.
    pub fn shown(&self) -> Map<String, Value> {
        let files = self.files.as_deref();
        let mut shown = self.config.clone();
        shown.retain(|name, _| !name.starts_with('_'));
        let place = if matches!(self.place, AssetsPlace::Directory(_)) { "directory" } else { "from" };
        shown.insert(place.into(), self.place.to_string().into());
        shown.insert("files".into(), json!(files.map(AssetFiles::count)));
        shown.insert("bytes".into(), json!(files.map(AssetFiles::bytes)));
        shown
    }
}

fn counted<S: Serializer>(files: &Option<Rc<AssetFiles>>, serializer: S) -> Result<S::Ok, S::Error> {
    files.as_deref().serialize(serializer)
}
