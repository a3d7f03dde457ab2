//! Whatever key, keys and time: our presigned requests carry the signature that Amazon's own signer computes.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use signer_fidelity::amazon;
use signer_fidelity::ours::{self, Operation};
use signer_fidelity::wire::Seen;
use url::Url;

const ENDPOINT: &str = "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com";
const OWN_PARAMETERS: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
];

fn operations() -> impl Strategy<Value = Operation> {
    prop_oneof![
        Just(Operation::Get),
        Just(Operation::Head),
        any::<bool>().prop_map(|overwrite| Operation::Put { overwrite }),
    ]
}

/// Printable keys, most of them full of what has a meaning in URLs.
fn keys() -> impl Strategy<Value = String> {
    let odd = "[ !\"#$%&'()*+,/:;<=>?@\\[\\\\\\]^_`{|}~.a-c0-9äሴ😀-]{1,40}";
    prop_oneof![odd, "\\PC{1,30}", "[a-z0-9/._-]{1,60}"].prop_filter("refused before it is signed", |key: &String| {
        cfworker_deploy::model::check_addressable(key).is_ok()
    })
}

#[test]
fn our_signature_is_amazons() {
    let wanted = (
        operations(),
        keys(),
        "[a-z0-9][a-z0-9-]{1,30}[a-z0-9]",
        "[0-9a-f]{32}",
        "[!-~]{1,64}",
        option::of("[!-~]{1,80}"),
        1_790_000_000_u64..1_990_000_000,
        option::of(1_u16..),
    );
    let mut runner = TestRunner::new(Config { cases: 2_000, failure_persistence: None, ..Config::default() });
    let result = runner.run(&wanted, |(operation, key, bucket, id, secret, token, seconds, port)| {
        let endpoint = port.map_or_else(|| ENDPOINT.to_owned(), |port| format!("http://127.0.0.1:{port}"));
        let wanted = ours::Wanted {
            operation,
            endpoint: &endpoint,
            bucket: &bucket,
            key: &key,
            access_key_id: &id,
            secret_access_key: &secret,
            session_token: token.as_deref(),
            seconds,
        };
        let seen = ours::sent(&wanted).expect("a request");
        let url = Url::parse(&seen.url).expect("a URL");
        let names: Vec<String> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
        prop_assert!(names.iter().all(|name| OWN_PARAMETERS.contains(&name.as_str())), "{names:?}");
        prop_assert_eq!(parameter(&url, "X-Amz-Signature"), of_amazon(&wanted, &seen, &url));
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

/// Signs what we sent, without what our signing added to it.
fn of_amazon(wanted: &ours::Wanted<'_>, seen: &Seen, url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_query(None);
    let signed = parameter(url, "X-Amz-SignedHeaders");
    let content_type = seen.body.as_ref().map(|(content_type, _)| ("content-type", content_type.as_str()));
    let sent = seen.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let headers = sent.chain(content_type).filter(|(name, _)| signed.split(';').any(|known| known == *name)).collect();
    amazon::signature(amazon::Wanted {
        method: seen.method,
        url: bare.as_str(),
        headers,
        access_key_id: wanted.access_key_id,
        secret_access_key: wanted.secret_access_key,
        session_token: wanted.session_token,
        region: "auto",
        seconds: wanted.seconds,
        expires_in: parameter(url, "X-Amz-Expires").parse().expect("seconds"),
    })
}

fn parameter(url: &Url, wanted: &str) -> String {
    let (_, value) = url.query_pairs().find(|(name, _)| name == wanted).expect("a parameter");
    value.into_owned()
}
