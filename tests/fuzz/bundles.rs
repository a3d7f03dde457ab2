//! Bytes of a bundle: one script, a multipart file, or a tar.

use bytes::Bytes;
use cfworker_deploy::archive::is_gzip;
use cfworker_deploy::bundle::{self, Modules, Stated, check_module_name};
use cfworker_deploy::cloudflare::upload::{self, Metadata};
use cfworker_deploy::cloudflare::{Api, Auth};
use cfworker_deploy::secret::Secret;
use proptest::prelude::*;

use super::driver::Target;
use super::shown;

pub const TARGET: Target = Target { name: "bundles", beside: None, check, structured, words: &WORDS };

/// Of what gzip has packed.
const MOST_UNPACKED: usize = 256 * 1024 * 1024;

const WORDS: [&str; 41] = [
    "--",
    "\r\n",
    "\r\n--",
    "--b",
    "--b--",
    "--b\r\n",
    "Content-Disposition: form-data; name=",
    "filename=",
    "\"a.js\"",
    "\"metadata\"",
    "\r\n\r\n",
    "Content-Type: ",
    "application/javascript+module",
    "application/wasm",
    "text/plain",
    "application/source-map",
    "{\"main_module\":\"a.js\"}",
    "{\"body_part\":\"a.js\"}",
    "{\"body_part\":\"a.js\",\"bindings\":[{\"name\":\"W\",\"type\":\"wasm_module\",\"part\":\"a.js\"}]}",
    "export default {}",
    "import ",
    "addEventListener(\"fetch\", f)",
    "`",
    "${",
    "}",
    "/*",
    "*/",
    "//",
    "/",
    "[",
    "'",
    "\\",
    "\u{feff}",
    "<!--",
    "../x.js",
    "%22",
    "%0D%0A",
    ";",
    "=",
    "migrations",
    "{",
];

fn check(input: &[u8]) {
    match bundle::read(input.to_vec().into(), Stated::default()) {
        Err(finding) => shown::checked_findings(&[], &[finding]),
        Ok((modules, findings)) => {
            shown::checked_findings(&[], &findings);
            usable(&modules, if is_gzip(input) { MOST_UNPACKED } else { input.len() });
            // Cloudflare gets what the bundle holds: an upload of it, read as a bundle, has the same modules.
            let again =
                bundle::read(uploaded(&modules), Stated::default()).expect("an upload that we made ourselves").0;
            assert_eq!((&again.syntax, &again.main), (&modules.syntax, &modules.main));
            assert_eq!(again.modules, modules.modules);
        }
    }
}

fn usable(modules: &Modules, size: usize) {
    assert!(modules.modules.iter().any(|module| module.name == modules.main), "{modules:?}");
    assert!(modules.size <= size && modules.sha256.len() == 64);
    for module in &modules.modules {
        assert_eq!(check_module_name(&module.name), Ok(()), "{module:?}");
        shown::checked(&format!("{module:?}"));
    }
}

fn uploaded(modules: &Modules) -> Bytes {
    let api = Api::new(Api::BASE_URL, Auth::Token(Secret::new(shown::TOKEN))).expect("an API");
    let put = upload::put("a", "s", &Metadata::default(), modules);
    let request = put.request(&api, &|_| None).expect("a request");
    request.body.map(|(_, content)| content.to_vec().into()).unwrap_or_default()
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![2 => multipart(), 1 => script()].boxed()
}

fn multipart() -> BoxedStrategy<Vec<u8>> {
    let name = prop_oneof![4 => "[a-z]{1,3}\\.(js|wasm|map)", 1 => "[ -~]{0,10}", 1 => Just("metadata".to_owned())];
    let kind = proptest::sample::select(
        &["application/javascript+module", "application/wasm", "text/plain", "application/source-map", "a/b", ""][..],
    );
    let newline = proptest::sample::select(&["\r\n", "\n"][..]);
    let parts = proptest::collection::vec((name, kind, any::<Vec<u8>>()), 0..4);
    (newline, parts, "[a-z-]{1,8}")
        .prop_map(|(newline, parts, boundary)| {
            let main = parts.first().map(|(name, ..)| name.clone()).unwrap_or_default();
            let metadata = serde_json::json!({ "main_module": main }).to_string();
            let mut file = Vec::new();
            let mut part = |head: String, bytes: &[u8]| {
                file.extend_from_slice(format!("--{boundary}{newline}{head}{newline}{newline}").as_bytes());
                file.extend_from_slice(bytes);
                file.extend_from_slice(newline.as_bytes());
            };
            part("Content-Disposition: form-data; name=\"metadata\"".into(), metadata.as_bytes());
            for (name, kind, bytes) in &parts {
                let disposition = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"");
                part(format!("{disposition}{newline}Content-Type: {kind}"), bytes);
            }
            file.extend_from_slice(format!("--{boundary}--{newline}").as_bytes());
            file
        })
        .boxed()
}

fn script() -> BoxedStrategy<Vec<u8>> {
    let piece = prop_oneof![2 => proptest::sample::select(&WORDS[19..]).prop_map(str::to_owned), 1 => "\\PC{0,8}", 1 => Just("\n".to_owned())];
    proptest::collection::vec(piece, 0..20).prop_map(|pieces| pieces.concat().into_bytes()).boxed()
}
