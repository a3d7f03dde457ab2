//! Static assets of a Worker: files by path, as they are announced, counted and told apart.
//!
//! <https://developers.cloudflare.com/workers/static-assets/>

mod content_type;
mod limits;

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::model::{hex, marks};

/// What the rules of a site lie in: they are sent with its configuration, and are no files of it.
pub const HEADERS: &str = "/_headers";
/// The same for redirects.
pub const REDIRECTS: &str = "/_redirects";
/// Which files are none of the site.
pub const IGNORE: &str = "/.assetsignore";

/// Characters of a hash that Cloudflare takes.
const HASH_CHARACTERS: usize = 32;

/// One file.
#[derive(Clone, PartialEq, Eq)]
pub struct AssetFile {
    /// 32 hexadecimal digits, equal to those that wrangler makes: what it has sent is not sent again.
    pub hash: String,
    /// With which content type it is served; none where nobody knows one.
    pub content_type: Option<String>,
    /// Its content.
    pub content: Bytes,
}

/// All files of a site by path, which starts with `/`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AssetFiles(BTreeMap<String, AssetFile>);

impl AssetFile {
    /// A file of that path.
    pub fn new(path: &str, content: Bytes) -> Self {
        Self { hash: hash(path, &content), content_type: content_type::of(path), content }
    }
}

impl AssetFiles {
    /// Files of a site as a host gives them, without those that hold its rules.
    pub fn new(files: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        let of_site = files.into_iter().filter(|(path, _)| ![HEADERS, REDIRECTS, IGNORE].contains(&path.as_str()));
        Self(of_site.map(|(path, content)| (path.clone(), AssetFile::new(&path, content))).collect())
    }

    /// What is announced before anything is sent.
    pub fn announced(&self) -> Value {
        let about = |file: &AssetFile| json!({ "hash": file.hash, "size": file.content.len() });
        self.0.iter().map(|(path, file)| (path.clone(), about(file))).collect::<serde_json::Map<_, _>>().into()
    }

    /// One file of each hash.
    pub fn by_hash(&self) -> BTreeMap<&str, &AssetFile> {
        self.0.values().map(|file| (file.hash.as_str(), file)).collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Bytes of all of them.
    pub fn bytes(&self) -> usize {
        self.0.values().map(|file| file.content.len()).sum()
    }

    /// 22 characters for paths and contents.
    pub fn digest(&self) -> String {
        marks::short_digest(&Sha256::digest(self.announced().to_string().as_bytes()))
    }

    /// Files that Cloudflare does not take, each in words.
    pub fn refused(&self) -> Vec<String> {
        limits::refused(self.0.iter().map(|(path, file)| (path.as_str(), file.content.len())))
    }
}

/// A plan tells them apart by their digest.
impl Serialize for AssetFiles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        json!({ "files": self.count(), "bytes": self.bytes(), "digest": self.digest() }).serialize(serializer)
    }
}

impl std::fmt::Debug for AssetFiles {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "AssetFiles({} files, {})", self.count(), self.digest())
    }
}

/// BLAKE3 over the content in Base64, followed by what stands behind the last dot of the name: half of it.
fn hash(path: &str, content: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(Base64::encode_string(content).as_bytes());
    hasher.update(extension(path).as_bytes());
    let mut hash = hex(hasher.finalize().as_bytes());
    hash.truncate(HASH_CHARACTERS);
    hash
}

/// As Node's `path.extname` has it: a dot at the start of a name begins none.
fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((before, after)) if !before.is_empty() && before != "." => after,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &'static str)]) -> AssetFiles {
        AssetFiles::new(of.iter().map(|(path, text)| ((*path).to_owned(), Bytes::from_static(text.as_bytes()))))
    }

    /// Made by wrangler 4.164's own code for these files.
    #[test]
    fn hashes_are_those_that_wrangler_makes() {
        for (path, content, wanted) in WRANGLERS {
            assert_eq!(hash(path, content.as_bytes()), *wanted, "{path}");
        }
    }

    const WRANGLERS: &[(&str, &str, &str)] = &[
        ("/index.html", "<h1>home</h1>", "471a72ca7a657632a45a6ef2927a11e1"),
        ("/a/b.css", "p {}", "e9d0adb85c6d1220ec36840746f7c1d0"),
        ("/LICENSE", "", "af1349b9f5f9a1a6a0404dea36dcc949"),
        ("/.well-known", "x", "c89c27f28e24f706b72c408fe1d6537a"),
        ("/A.PNG", "x", "786159d00891e9cc117baed577b1fd29"),
        ("/ü.txt", "ü", "76f666ed99f57d571a5cbfeadf6669a9"),
        ("/ends.", "x", "c89c27f28e24f706b72c408fe1d6537a"),
    ];

    #[test]
    fn the_extension_is_what_stands_behind_the_last_dot_of_a_name() {
        for (path, wanted) in [
            ("/a/b.css", "css"),
            ("/a.b/c", ""),
            ("/.well-known", ""),
            ("/.well-known/a.tar.gz", "gz"),
            ("/ends.", ""),
            ("/..", ""),
            ("/...", ""),
            ("/A.PNG", "PNG"),
        ] {
            assert_eq!(extension(path), wanted, "{path}");
        }
    }

    #[test]
    fn files_of_rules_are_no_files_of_the_site_but_their_names_elsewhere_are() {
        let site = files(&[("/_headers", "h"), ("/_redirects", "r"), ("/.assetsignore", "i"), ("/a/_headers", "x")]);
        assert_eq!(
            site.announced().as_object().map(|all| all.keys().cloned().collect()),
            Some(vec!["/a/_headers".to_owned()])
        );
    }

    #[test]
    fn the_digest_follows_paths_and_contents() {
        let base = files(&[("/a.txt", "1"), ("/b.txt", "2")]);
        assert_eq!(base.digest(), files(&[("/b.txt", "2"), ("/a.txt", "1")]).digest());
        for other in [&[("/a.txt", "1")][..], &[("/a.txt", "2"), ("/b.txt", "2")], &[("/a.txt", "1"), ("/c.txt", "2")]]
        {
            assert_ne!(base.digest(), files(other).digest(), "{other:?}");
        }
        assert_eq!((base.count(), base.bytes()), (2, 2));
    }

    #[test]
    fn a_plan_and_a_log_show_no_content() {
        let site = files(&[("/a.txt", "the content")]);
        assert!(!format!("{site:?} {}", json!(site)).contains("content"));
    }
}
