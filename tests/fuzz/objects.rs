//! Objects in R2: names that are signed, answers that come. `get|head|put|list STATUS BUCKET KEY`, headers, an empty line,
//! the body.

use cfworker_deploy::r2::{Credentials, Depth, Object, Put, R2Error, S3Endpoint, Source, Store};
use cfworker_deploy::secret::Secret;
use proptest::prelude::*;

use super::answers::{reply, split_at};
use super::driver::Target;
use super::wire::{Bench, Seen, bench};
use super::{shown, signature};

pub const TARGET: Target = Target { name: "objects", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 69] = [
    "get",
    "head",
    "put",
    "list",
    "200",
    "206",
    "304",
    "400",
    "403",
    "404",
    "409",
    "412",
    "416",
    "429",
    "500",
    "501",
    "503",
    "bundles",
    "a.js",
    "a/../b",
    "./",
    "..",
    "//",
    "%2F",
    "%2e%2e",
    "+",
    "?",
    "#",
    "ä",
    "\u{1f600}",
    "&",
    "=",
    "~",
    "*",
    "(",
    "<Error>",
    "</Error>",
    "<Code>",
    "</Code>",
    "<Message>",
    "</Message>",
    "NoSuchKey",
    "NoSuchBucket",
    "SignatureDoesNotMatch",
    "RequestTimeTooSkewed",
    "PreconditionFailed",
    "SlowDown",
    "InternalError",
    "&lt;",
    "&#x1b;",
    "&#0;",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "<?xml version=\"1.0\"?>",
    "<a/>",
    "<a b=\"c\">",
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    "</ListBucketResult>",
    "<Contents>",
    "</Contents>",
    "<Key>a.sql</Key>",
    "<Size>5</Size>",
    "<IsTruncated>true</IsTruncated>",
    "<NextContinuationToken>a</NextContinuationToken>",
    "date: Mon, 21 Sep 2026 15:53:20 GMT\n",
    "content-length: 5\n",
    "etag: \"e\"\n",
];

const LIMIT: usize = 1_000;

fn check(input: &[u8]) {
    let (first, rest) = split_at(input, b"\n");
    let head = String::from_utf8_lossy(first);
    let mut words = head.splitn(4, ' ');
    let mut word = || words.next().unwrap_or_default().to_owned();
    let (verb, status, bucket, key) = (word(), word(), word(), word());
    let object = Object { bucket, key };
    let reply = reply(&status, rest);
    let bench = bench(Vec::new(), move |_| reply.clone());
    if let Err(error) = used(&bench, &verb, &object) {
        shown::checked(&error.to_string());
        shown::checked_findings(&[], &[error.diagnostic()]);
    }
    let seen = bench.script.seen.borrow();
    assert!(seen.len() <= 1_000, "{} requests", seen.len());
    let path = signature::path_of(&object.bucket, if verb == "list" { "" } else { &object.key });
    seen.iter().for_each(|seen| names(seen, &path));
}

fn used(bench: &Bench, verb: &str, object: &Object) -> Result<(), R2Error> {
    let endpoint = S3Endpoint::choose(Some("https://s3.example"), "abc", None).expect("an endpoint");
    let store = Store::new(
        endpoint,
        Credentials {
            access_key_id: "id".into(),
            secret_access_key: Secret::new(shown::SECRET_KEY),
            session_token: None,
            source: Source::Given,
        },
    );
    let bytes = bytes::Bytes::from_static(b"x");
    let put = Put { content_type: "application/javascript", bytes: &bytes, sha256: "aa", overwrite: false };
    bench.clock.run(async {
        match verb {
            "head" => store.head(&bench.client, object).await.map(drop),
            "list" => store.list(&bench.client, object, Depth::All).await.map(drop),
            "put" => store.put(&bench.client, object, &put).await.map(drop),
            _ => match store.open(&bench.client, object).await?.read(&bench.client, LIMIT).await {
                Ok(bytes) => {
                    assert!(bytes.len() <= LIMIT);
                    Ok(())
                }
                Err(error) => Err(error),
            },
        }
    })
}

/// The request names this object and no other, whoever parses its URL, and is signed for it.
fn names(seen: &Seen, path: &str) {
    let url = url::Url::parse(&seen.url).expect("a URL");
    assert_eq!(url.as_str(), seen.url, "fetch would send another URL");
    assert_eq!(url.path(), path);
    let sent = seen.url.rsplit_once("X-Amz-Signature=").map(|(_, signature)| signature);
    assert_eq!(sent, Some(signature::expected(seen, path, shown::SECRET_KEY).as_str()), "{}", seen.url);
    shown::checked(&seen.url);
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let verb = proptest::sample::select(&["get", "head", "put", "list", "list"][..]);
    let status = prop_oneof![2 => Just(200_u16), 4 => proptest::sample::select(&[400, 403, 404, 409, 412, 429, 500, 501, 503][..]), 1 => any::<u16>()];
    let bucket =
        prop_oneof![4 => Just("bundles".to_owned()), 1 => "[ -~]{0,8}".prop_map(|text| text.replace(' ', "-"))];
    let key = prop_oneof![
        2 => "[a-z]{1,4}(/[a-z.%+ ~!'()*-]{0,6}){0,3}\\.js",
        1 => "[ -~]{0,20}",
        1 => "\\PC{0,20}",
    ];
    let part = prop_oneof![3 => proptest::sample::select(&WORDS[34..66]).prop_map(str::to_owned), 1 => any::<String>()];
    let body = proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat());
    (verb, status, bucket, key, body)
        .prop_map(|(verb, status, bucket, key, body)| format!("{verb} {status} {bucket} {key}\n\n{body}").into_bytes())
        .boxed()
}
