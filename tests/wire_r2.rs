//! Objects in R2: signatures, errors, clocks, broken connections, writes that never overwrite.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use cfworker_deploy::diagnostic::Code;
use cfworker_deploy::error::Exit;
use cfworker_deploy::http::Policy;
use cfworker_deploy::r2::{Credentials, Object, Put, R2ErrorKind, S3Endpoint, Source, Store, Written};
use cfworker_deploy::secret::Secret;
use wire::{Bench, Reply, Seen, VirtualClock, bench, bench_with, with_header};

const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
const KEY_ID: &str = "5f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d";

fn store_with(session_token: Option<&str>, source: Source) -> Store {
    let endpoint = S3Endpoint::choose(None, ACCOUNT, None).expect("an endpoint");
    let mut credentials = Credentials::of_token(KEY_ID, &Secret::new("token"));
    credentials.session_token = session_token.map(Secret::new);
    credentials.source = source;
    Store::new(endpoint, credentials)
}

fn store() -> Store {
    store_with(None, Source::Given)
}

fn object(key: &str) -> Object {
    Object { bucket: "bundles".into(), key: key.into() }
}

fn content(bytes: &[u8]) -> Reply {
    let reply = Reply::Answer(200, vec![("etag", "\"e1\"".into())], bytes.to_vec());
    with_header(reply, "content-length", &bytes.len().to_string())
}

fn xml(status: u16, code: &str) -> Reply {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>said</Message></Error>");
    Reply::Answer(status, vec![("content-type", "application/xml".into())], body.into_bytes())
}

fn never(_: &Seen) -> Reply {
    panic!("one request too many")
}

fn get(bench: &Bench, key: &str) -> Result<Vec<u8>, cfworker_deploy::r2::R2Error> {
    get_from(bench, &store(), key)
}

fn get_from(bench: &Bench, store: &Store, key: &str) -> Result<Vec<u8>, cfworker_deploy::r2::R2Error> {
    bench.clock.run(async {
        let reading = store.open(&bench.client, &object(key)).await?;
        reading.read(&bench.client, 1_000).await
    })
}

/// Recorded from botocore 1.44 (`S3SigV4QueryAuth`, region `auto`, 600 s) at the virtual clock's start.
#[test]
fn signatures_are_those_of_botocore() {
    let vectors = [
        (
            "hello/worker.js",
            None,
            "hello/worker.js",
            "6856402cb64bfd759c00c701cfdb1e676236127bbf5da273ab0c2960ae3c4271",
        ),
        (
            "v1.0.0/ä b+c.js",
            None,
            "v1.0.0/%C3%A4%20b%2Bc.js",
            "52f1754da0f5fd6e5b0c8b8d9e53448b3f6b5d9f8ce131a469388b6d8b49cc11",
        ),
        (
            "a'(b)*!~&=?#%.js",
            None,
            "a%27%28b%29%2A%21~%26%3D%3F%23%25.js",
            "af73784d299f19799087d72cd58e6a209c2f6e8172d133585961639cfc7214a4",
        ),
        ("a//b/", None, "a//b/", "e8794d80d2472e05d11b85a6e3a48841faafbe2cc19f79eb6bc096aac4cee114"),
        ("%25/%2F", None, "%2525/%252F", "a1c0eef623919b177cd0dac21c2bf36a9a821eaf8adaf42a5bab41a403a05ce3"),
        ("😀", None, "%F0%9F%98%80", "ad7c41fa5430bf9e489b7e766696a1e02eff67a85432a6eaceae7b647f011232"),
        (
            "hello/worker.js",
            Some("session+/=token"),
            "hello/worker.js",
            "e58f35cf7005aec56afa610f5652a1d86380134e11e70f74e5683f911a6318d4",
        ),
    ];
    for (key, token, path, signature) in vectors {
        let bench = bench(vec![content(b"x")], never);
        get_from(&bench, &store_with(token, Source::Given), key).expect("bytes");
        let url = &bench.script.seen.borrow()[0].url;
        let start =
            format!("https://{ACCOUNT}.r2.cloudflarestorage.com/bundles/{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&");
        assert!(url.starts_with(&start), "{url}");
        assert!(url.ends_with(&format!("X-Amz-Signature={signature}")), "{key}: {url}");
    }
}

#[test]
fn a_head_and_a_signed_put_too() {
    let store = store();
    let bench = bench(vec![Reply::Answer(404, Vec::new(), Vec::new()), content(b"")], never);
    let bytes = bytes::Bytes::from_static(b"export default {}");
    let put = Put { content_type: "application/javascript", bytes: &bytes, sha256: "aa", overwrite: false };
    bench.clock.run(async {
        assert_eq!(store.head(&bench.client, &object("hello/worker.js")).await, Ok(None));
        assert_eq!(store.put(&bench.client, &object("hello/worker.js"), &put).await, Ok(Written::Now));
    });
    let seen = bench.script.seen.borrow();
    assert!(
        seen[0].method == "HEAD"
            && seen[0].url.ends_with("6ac9f6316bfc49610e8cadda6b641853f9e05d68699ea7c9e1916182591a9832"),
        "{}",
        seen[0].url
    );
    assert!(
        seen[1].method == "PUT"
            && seen[1].url.ends_with("94d9cef7ea38c56ab86dd0596d369f7287c98009d1636fd63c7eeb69871325c8"),
        "{}",
        seen[1].url
    );
    assert!(seen[1].url.contains("X-Amz-SignedHeaders=content-type%3Bhost%3Bif-none-match%3Bx-amz-meta-sha256"));
    assert_eq!((seen[1].header("if-none-match"), seen[1].header("x-amz-meta-sha256")), (Some("*"), Some("aa")));
    assert_eq!(seen[1].body, Some(("application/javascript".to_owned(), b"export default {}".to_vec())));
}

#[test]
fn bucket_key_and_keys_are_three_errors_each_with_a_way_out() {
    for (reply, source, code, help) in [
        (xml(404, "NoSuchBucket"), Source::Given, Code::BucketMissing, "wrangler r2 bucket create bundles"),
        (xml(404, "NoSuchKey"), Source::Given, Code::ObjectMissing, "publish dist/index.js r2://bundles/a.js"),
        (
            xml(403, "SignatureDoesNotMatch"),
            Source::Given,
            Code::S3KeysRefused,
            "look again with `cfworker-deploy doctor`",
        ),
        (xml(401, "Unauthorized"), Source::Derived, Code::S3KeysRefused, "`Workers R2 Storage Read`"),
        (xml(403, "AccessDenied"), Source::Derived, Code::S3PermissionMissing, "Workers R2 Storage"),
    ] {
        let bench = bench(vec![reply], never);
        let error = get_from(&bench, &store_with(None, source), "a.js").expect_err("an error");
        let finding = error.diagnostic();
        assert_eq!(finding.code, code);
        let next = finding.next.as_ref().map(|next| format!(" {} {}", next.command, next.operands.join(" ")));
        let said = finding.help.clone().unwrap_or_default() + &next.unwrap_or_default();
        assert!(said.contains(help), "{said}");
        assert!(!format!("{error:?} {finding:?}").contains("3c469e9d"), "the secret key shows");
    }
}

#[test]
fn keys_that_url_parsers_fold_are_never_sent() {
    for key in ["a/../b", "..", "./a", "a/.", "", "a\nb", &"x".repeat(1_025)] {
        let bench = bench(Vec::new(), never);
        let error = get(&bench, key).expect_err("an error");
        assert!(matches!(error.kind, R2ErrorKind::Address { .. }), "{key}");
        assert_eq!(error.exit(), Exit::BadManifest);
    }
}

#[test]
fn buckets_that_url_parsers_fold_are_never_sent() {
    for bucket in [".", "..", "", "a/b", "a?b", "a b", "a%2fb"] {
        let (store, bench) = (store(), bench(Vec::new(), never));
        let object = Object { bucket: bucket.into(), key: "a.js".into() };
        let error = bench.clock.run(store.head(&bench.client, &object)).expect_err("an error");
        assert!(matches!(error.kind, R2ErrorKind::Address { .. }), "{bucket}");
    }
}

#[test]
fn a_wrong_clock_is_corrected_once() {
    let date = "Mon, 21 Sep 2026 15:53:20 GMT"; // 100 minutes after the virtual clock's start
    for (status, code) in [(403, "RequestTimeTooSkewed"), (400, "ExpiredRequest"), (403, "SignatureDoesNotMatch")] {
        let store = store();
        let bench = bench(vec![with_header(xml(status, code), "date", date)], |_| content(b"x"));
        get_from(&bench, &store, "a.js").expect("bytes");
        get_from(&bench, &store, "a.js").expect("bytes");
        let seen = bench.script.seen.borrow();
        assert_eq!(seen.len(), 3, "{code}: the correction is kept");
        assert!(seen[0].url.contains("X-Amz-Date=20260921T141320Z"), "{}", seen[0].url);
        assert!(
            seen[1].url.contains("X-Amz-Date=20260921T155320Z") && seen[2].url.contains("X-Amz-Date=20260921T155320Z")
        );
    }
    let bench = bench(Vec::new(), move |_| with_header(xml(403, "RequestTimeTooSkewed"), "date", date));
    let error = get(&bench, "a.js").expect_err("an error");
    assert_eq!((error.kind, bench.script.count()), (R2ErrorKind::Clock, 2));
}

#[test]
fn a_right_clock_is_left_alone() {
    let reply = with_header(xml(403, "SignatureDoesNotMatch"), "date", "Mon, 21 Sep 2026 14:13:21 GMT");
    let bench = bench(vec![reply], never);
    assert!(matches!(get(&bench, "a.js").expect_err("an error").kind, R2ErrorKind::WrongKeys { .. }));
}

#[test]
fn a_broken_connection_is_taken_up_again() {
    let cut = |bytes: &[u8]| with_header(Reply::Answer(200, Vec::new(), bytes.to_vec()), "content-length", "5");
    let bench = bench(vec![Reply::Lost(true), Reply::CutOff(200), xml(503, "ServiceUnavailable"), cut(b"abc")], |_| {
        content(b"abcde")
    });
    assert_eq!(get(&bench, "a.js"), Ok(b"abcde".to_vec()));
    assert_eq!(bench.script.count(), 5);
    let bench = wire::bench(Vec::new(), |_| Reply::CutOff(200));
    let error = get(&bench, "a.js").expect_err("an error");
    assert!(error.to_string().contains("4 tries"), "{error}");
}

#[test]
fn what_is_too_large_is_not_read() {
    for reply in [content(&[0; 1_001]), Reply::Answer(200, Vec::new(), vec![0; 5_000])] {
        let bench = bench(vec![reply], never);
        assert!(matches!(get(&bench, "a.js").expect_err("an error").kind, R2ErrorKind::TooLarge { .. }));
    }
}

#[test]
fn the_head_comes_first_and_the_rest_can_be_refused() {
    let (store, bench) = (store(), bench(vec![content(b"abc")], never));
    bench.clock.run(async {
        let reading = store.open(&bench.client, &object("a.js")).await.expect("a head");
        assert_eq!((reading.head.etag.as_deref(), reading.head.size), (Some("e1"), Some(3)));
        reading.cancel();
    });
    assert_eq!(bench.script.cancelled.get(), 1);
}

#[test]
fn a_publish_never_overwrites_and_survives_a_lost_answer() {
    let bytes = bytes::Bytes::from_static(b"x");
    let there = |sha256: &str| with_header(Reply::Answer(200, Vec::new(), Vec::new()), "x-amz-meta-sha256", sha256);
    let absent = || Reply::Answer(404, Vec::new(), Vec::new());
    let cases: [(Vec<Reply>, Result<Written, R2ErrorKind>); 6] = [
        (vec![content(b"")], Ok(Written::Now)),
        (vec![xml(412, "PreconditionFailed"), there("aa")], Ok(Written::Already)),
        (vec![xml(412, "PreconditionFailed"), there("bb")], Err(R2ErrorKind::Exists)),
        (vec![Reply::Lost(true), there("aa")], Ok(Written::Now)),
        (vec![Reply::Lost(true), absent(), content(b"")], Ok(Written::Now)),
        (vec![Reply::Lost(true), there("bb")], Err(R2ErrorKind::Exists)),
    ];
    for (index, (replies, expected)) in cases.into_iter().enumerate() {
        let (store, bench) = (store(), bench(replies, never));
        let put = Put { content_type: "text/plain", bytes: &bytes, sha256: "aa", overwrite: false };
        let written = bench.clock.run(store.put(&bench.client, &object("a.js"), &put));
        assert_eq!(written.map_err(|error| error.kind), expected, "case {index}");
    }
    let (store, bench) = (store(), bench(vec![Reply::Lost(true), content(b"")], never));
    let put = Put { content_type: "text/plain", bytes: &bytes, sha256: "aa", overwrite: true };
    assert_eq!(bench.clock.run(store.put(&bench.client, &object("a.js"), &put)), Ok(Written::Now));
    assert_eq!(bench.script.seen.borrow()[0].header("if-none-match"), None);
}

#[test]
fn reading_stops_on_the_signal() {
    let late = Reply::Late(5_000.0, Box::new(content(b"x")));
    let bench = bench_with(VirtualClock::new(), vec![late], never, Policy::default(), Some(1_000.0));
    let error = get(&bench, "a.js").expect_err("an error");
    assert_eq!(error.exit(), Exit::Interrupted);
}
