//! The cases of Amazon's suite for Signature Version 4, read from the folder of the crate `aws-sigv4`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;

/// One case: a request, and what its query signature is made of where the suite has one.
pub struct Case {
    pub name: String,
    pub method: String,
    /// As it stands in the request line, not encoded further.
    pub target: String,
    /// Lower-case names, `host` among them; values of one name are joined, folded lines are kept.
    pub headers: Vec<(String, String)>,
    pub context: Option<Context>,
    pub query_canonical_request: Option<String>,
    pub query_signature: Option<String>,
}

#[derive(Deserialize)]
pub struct Context {
    pub credentials: Credentials,
    pub expiration_in_seconds: u64,
    pub normalize: bool,
    pub region: String,
    pub service: String,
    #[serde(with = "time::serde::rfc3339")]
    pub timestamp: OffsetDateTime,
    #[serde(default)]
    pub omit_session_token: bool,
}

#[derive(Deserialize)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub token: Option<String>,
}

/// All of them, by name.
pub fn all() -> Vec<Case> {
    let folder = crate_folder().join("aws-signing-test-suite").join("v4");
    let mut cases: Vec<Case> = fs::read_dir(&folder)
        .expect("the suite is in the crate")
        .map(|entry| read(&entry.expect("an entry").path()))
        .collect();
    cases.sort_by(|one, other| one.name.cmp(&other.name));
    cases
}

/// Where cargo unpacked the crate.
fn crate_folder() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package =
        packages.iter().find(|package| package["name"] == "aws-sigv4").expect("the crate is in the lock file");
    let manifest = package["manifest_path"].as_str().expect("a path");
    Path::new(manifest).parent().expect("a folder").to_owned()
}

fn read(folder: &Path) -> Case {
    let file = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let (method, target, headers) = request(&file("request.txt").expect("a request"));
    Case {
        name: folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned(),
        method,
        target,
        headers,
        context: file("context.json").map(|text| serde_json::from_str(&text).expect("a context")),
        query_canonical_request: file("query-canonical-request.txt").map(|text| text.trim_end().to_owned()),
        query_signature: file("query-signature.txt").map(|text| text.trim().to_owned()),
    }
}

fn request(text: &str) -> (String, String, Vec<(String, String)>) {
    let mut lines = text.lines();
    // Targets of this suite may hold blanks.
    let line = lines.next().and_then(|line| line.strip_suffix(" HTTP/1.1")).expect("a request line");
    let (method, target) = line.split_once(' ').expect("a method and a target");
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        if line.starts_with(' ') {
            let (_, value) = headers.last_mut().expect("a header to go on with");
            value.push_str(line);
            continue;
        }
        let (name, value) = line.split_once(':').expect("a header");
        let name = name.to_ascii_lowercase();
        match headers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push_str(&format!(",{value}")),
            None => headers.push((name, value.to_owned())),
        }
    }
    headers.sort();
    (method.to_owned(), target.to_owned(), headers)
}
