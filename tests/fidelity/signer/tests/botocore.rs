//! What botocore signed, recorded by `botocore-vectors.py`: the engine must sign the same.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expects by stopping")]

use serde::Deserialize;
use signer_fidelity::ours::{self, Operation};

#[derive(Deserialize)]
struct Recorded {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    operation: String,
    endpoint: String,
    bucket: String,
    key: String,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    seconds: u64,
    signature: String,
}

#[test]
fn our_signatures_are_those_of_botocore() {
    let recorded: Recorded = serde_json::from_str(include_str!("../botocore-vectors.json")).expect("vectors");
    assert_eq!(recorded.vectors.len(), 200);
    for vector in recorded.vectors {
        let wanted = ours::Wanted {
            operation: match vector.operation.as_str() {
                "GET" => Operation::Get,
                "HEAD" => Operation::Head,
                "PUT" => Operation::Put { overwrite: false },
                "PUT over" => Operation::Put { overwrite: true },
                other => panic!("an operation `{other}`"),
            },
            endpoint: &vector.endpoint,
            bucket: &vector.bucket,
            key: &vector.key,
            access_key_id: &vector.access_key_id,
            secret_access_key: &vector.secret_access_key,
            session_token: vector.session_token.as_deref(),
            seconds: vector.seconds,
        };
        let url = ours::sent(&wanted).expect("a request").url;
        let end = format!("X-Amz-Signature={}", vector.signature);
        assert!(url.ends_with(&end), "{} {}: {url}", vector.operation, vector.key);
    }
}
