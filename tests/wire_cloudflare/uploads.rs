//! Uploads, byte for byte.

use std::collections::BTreeMap;

use cfworker_deploy::bundle::{self, Modules, Stated};
use cfworker_deploy::cloudflare::upload::{self, Metadata};
use cfworker_deploy::http::Repeat;
use cfworker_deploy::model::Syntax;
use serde_json::json;

use crate::{A, request};

pub fn modules(source: &str) -> Modules {
    stated(source, Stated::default())
}

fn stated(source: &str, stated: Stated<'_>) -> Modules {
    bundle::read(source.as_bytes().to_vec().into(), stated).expect("a bundle").0
}

#[test]
fn an_upload_is_the_same_bytes_each_time() {
    let metadata = Metadata {
        bindings: vec![json!({ "type": "secret_text", "name": "S", "text": "canary-secret" })],
        keep_bindings: Some(vec!["secret_text".into(), "secret_key".into()]),
        compatibility_date: Some("2026-01-01".into()),
        annotations: BTreeMap::from([("workers/tag".into(), "cfwd1:c".into())]),
        tags: Some(vec!["cfwd1-0".into()]),
        settings: BTreeMap::from([("logpush".into(), json!(true))]),
        ..Metadata::default()
    };
    let modules = modules("export default {}");
    let put = upload::put("acc", "my-script", &metadata, &modules);
    let request = request(&put);
    assert_eq!(request.url, format!("https://api.example/client/v4/{A}?bindings_inherit=strict&excludeScript=true"));
    assert_eq!(request.repeat, Repeat::Safe);
    let (content_type, content) = request.body.clone().expect("a body");
    let bytes = content.to_vec();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
    let expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"metadata\"\r\nContent-Type: application/json\r\n\r\n\
         {{\"main_module\":\"index.js\",\"bindings\":[{{\"name\":\"S\",\"text\":\"canary-secret\",\"type\":\"secret_text\"}}],\
         \"keep_bindings\":[\"secret_text\",\"secret_key\"],\"compatibility_date\":\"2026-01-01\",\
         \"annotations\":{{\"workers/tag\":\"cfwd1:c\"}},\"tags\":[\"cfwd1-0\"],\"logpush\":true}}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"index.js\"; filename=\"index.js\"\r\n\
         Content-Type: application/javascript+module\r\n\r\nexport default {{}}\r\n--{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8_lossy(&bytes), expected);
    let (_, again) = self::request(&put).body.expect("a body");
    assert_eq!(again.to_vec(), bytes);
    assert!(!format!("{request:?} {metadata:?} {modules:?} {put:?} {}", json!(put)).contains("canary-secret"));
}

#[test]
fn a_service_worker_is_a_body_part() {
    let format = Stated { syntax: Some(Syntax::ServiceWorker), ..Stated::default() };
    let modules = stated("addEventListener('fetch', f)", format);
    let metadata = Metadata::default();
    let put = upload::put("acc", "s", &metadata, &modules);
    let (_, content) = request(&put).body.expect("a body");
    let text = String::from_utf8_lossy(&content.to_vec()).into_owned();
    assert!(text.contains("{\"body_part\":\"index.js\",\"bindings\":[]}"), "{text}");
    assert!(text.contains("Content-Type: application/javascript\r\n"), "{text}");
}

#[test]
fn an_upload_can_be_read_back_as_a_bundle() {
    let metadata = Metadata::default();
    let original = modules("export default { fetch() {} } // ü\r\n");
    let put = upload::put("acc", "s", &metadata, &original);
    let (_, content) = request(&put).body.expect("a body");
    let (again, _) = bundle::read(content.to_vec().into(), Stated::default()).expect("a bundle");
    assert_eq!((again.syntax, again.main, again.modules), (original.syntax, original.main, original.modules));
}
