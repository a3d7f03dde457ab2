//! The 40 cases inside the crate `aws-sigv4`, against the signer that we use. What each one shows stands in the table;
//! a case that is not in the table, or the other way round, is a failure.
//!
//! The suite is for a service that normalises paths and signs payloads; S3 does neither. So the scope and the payload of
//! a case's canonical request are replaced by those of S3, and the rest must come out as the suite has it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

use rusty_s3::Method;
use rusty_s3::signing::sign;
use signer_fidelity::amazon;
use signer_fidelity::case::{self, Case};
use signer_fidelity::retarget;
use url::Url;

/// What a case means for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// Signed exactly as the suite says.
    Signed,
    /// The suite's service folds empty segments; S3 must not: signed as the un-normalised twin of this name says.
    AsTwin(&'static str),
    /// The path has dot segments. No URL can carry them, so such a key is refused before anything is signed.
    Refused,
    /// A query parameter whose name is not plain ASCII: `sign` says that servers differ on it. The engine's requests
    /// for objects have no parameters of their own.
    ForeignParameter,
    /// No query form in the suite, and paths encoded twice, which S3 never does: signed as Amazon's signer does for S3.
    EncodedTwice,
}

use Verdict::{AsTwin, EncodedTwice, ForeignParameter, Refused, Signed};

const CASES: [(&str, Verdict); 40] = [
    ("double-encode-path", EncodedTwice),
    ("double-url-encode", EncodedTwice),
    ("get-header-key-duplicate", Signed),
    ("get-header-value-multiline", Signed),
    ("get-header-value-order", Signed),
    ("get-header-value-trim", Signed),
    ("get-relative-normalized", Refused),
    ("get-relative-relative-normalized", Refused),
    ("get-relative-relative-unnormalized", Refused),
    ("get-relative-unnormalized", Refused),
    ("get-slash-dot-slash-normalized", Refused),
    ("get-slash-dot-slash-unnormalized", Refused),
    ("get-slash-normalized", AsTwin("get-slash-unnormalized")),
    ("get-slash-pointless-dot-normalized", Refused),
    ("get-slash-pointless-dot-unnormalized", Refused),
    ("get-slash-unnormalized", Signed),
    ("get-slashes-normalized", AsTwin("get-slashes-unnormalized")),
    ("get-slashes-unnormalized", Signed),
    ("get-space-normalized", Signed),
    ("get-space-unnormalized", Signed),
    ("get-unreserved", Signed),
    ("get-utf8", Signed),
    ("get-vanilla", Signed),
    ("get-vanilla-empty-query-key", Signed),
    ("get-vanilla-query", Signed),
    ("get-vanilla-query-order-encoded", ForeignParameter),
    ("get-vanilla-query-order-key-case", Signed),
    ("get-vanilla-query-unreserved", Signed),
    ("get-vanilla-utf8-query", ForeignParameter),
    ("get-vanilla-with-session-token", Signed),
    ("post-header-key-case", Signed),
    ("post-header-key-sort", Signed),
    ("post-header-value-case", Signed),
    ("post-sts-header-after", Signed),
    ("post-sts-header-before", Signed),
    ("post-vanilla", Signed),
    ("post-vanilla-empty-query-value", Signed),
    ("post-vanilla-query", Signed),
    ("post-x-www-form-urlencoded", Signed),
    ("post-x-www-form-urlencoded-parameters", Signed),
];

#[test]
fn the_table_names_every_case() {
    let names: Vec<String> = case::all().into_iter().map(|case| case.name).collect();
    assert_eq!(names, CASES.map(|(name, _)| name));
}

#[test]
fn the_retargeting_reproduces_the_suite() {
    let mut reproduced = 0;
    for case in case::all() {
        if let Some(signature) = retarget::as_it_is(&case) {
            assert_eq!(Some(signature), case.query_signature, "{}", case.name);
            reproduced += 1;
        }
    }
    assert_eq!(reproduced, 38, "all but the two without a query form");
}

#[test]
fn each_case_is_signed_as_s3_wants_it() {
    let cases = case::all();
    let named = |name: &str| cases.iter().find(|case| case.name == name).expect("a case");
    for (name, verdict) in CASES {
        let case = named(name);
        match verdict {
            Signed => assert_eq!(Some(ours(case)), retarget::for_s3(case), "{name}"),
            AsTwin(twin) => {
                assert_eq!(Some(ours(case)), retarget::for_s3(named(twin)), "{name}");
                assert_ne!(Some(ours(case)), retarget::for_s3(case), "{name}");
            }
            Refused => {
                let key = case.target.trim_start_matches('/');
                let reason = cfworker_deploy::model::check_addressable(key).expect_err(name);
                assert!(reason.contains("segment"), "{name}: {reason}");
            }
            ForeignParameter => {
                let is_foreign = |(name, _): &(String, String)| !name.is_ascii();
                assert!(parameters(&url(case)).iter().any(is_foreign), "{name}");
            }
            EncodedTwice => {
                assert!(case.query_signature.is_none() && case.context.is_none(), "{name}");
                assert_eq!(ours(case), of_amazon(case), "{name}");
            }
        }
    }
}

/// Amazon's signer, set to S3, agrees with the retargeted suite: so it may stand in for it where the suite says nothing.
#[test]
fn amazons_signer_agrees_with_the_retargeted_suite() {
    let cases = case::all();
    for (name, verdict) in CASES {
        let case = cases.iter().find(|case| case.name == name).expect("a case");
        if verdict == Signed {
            assert_eq!(Some(of_amazon(case)), retarget::for_s3(case), "{name}");
        }
    }
}

/// What the context says, or what both cases without one have in common.
struct Given<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: Option<&'a str>,
    region: &'a str,
    seconds: i64,
    expires_in: u64,
}

fn given(case: &Case) -> Given<'_> {
    let Some(context) = &case.context else {
        let (access_key_id, secret_access_key) = ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let (region, seconds, expires_in) = ("us-east-1", 1_440_938_160, 3_600);
        return Given { access_key_id, secret_access_key, session_token: None, region, seconds, expires_in };
    };
    Given {
        access_key_id: &context.credentials.access_key_id,
        secret_access_key: &context.credentials.secret_access_key,
        session_token: context.credentials.token.as_deref().filter(|_| !context.omit_session_token),
        region: &context.region,
        seconds: context.timestamp.unix_timestamp(),
        expires_in: context.expiration_in_seconds,
    }
}

/// Signed by rusty-s3: every request of the engine to R2 goes through this function.
fn ours(case: &Case) -> String {
    let given = given(case);
    let url = url(case);
    let parameters = parameters(&url);
    let headers = headers(case);
    let method = if case.method == "GET" { Method::Get } else { Method::Post };
    let signed = sign(
        &jiff::Timestamp::from_second(given.seconds).expect("a time"),
        method,
        url,
        given.access_key_id,
        given.secret_access_key,
        given.session_token,
        given.region,
        given.expires_in,
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        headers.iter().copied(),
    );
    let (_, signature) = signed.query_pairs().find(|(name, _)| name == "X-Amz-Signature").expect("a signature");
    signature.into_owned()
}

fn of_amazon(case: &Case) -> String {
    let given = given(case);
    amazon::signature(amazon::Wanted {
        method: &case.method,
        url: url(case).as_str(),
        headers: headers(case),
        access_key_id: given.access_key_id,
        secret_access_key: given.secret_access_key,
        session_token: given.session_token,
        region: given.region,
        seconds: given.seconds.unsigned_abs(),
        expires_in: given.expires_in,
    })
}

fn url(case: &Case) -> Url {
    let (_, host) = case.headers.iter().find(|(name, _)| name == "host").expect("a host");
    Url::parse(&format!("https://{host}{}", case.target)).expect("a URL")
}

/// Parameters of the request itself, decoded and sorted.
fn parameters(url: &Url) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.sort();
    pairs
}

/// A date in a header is the header form's own; the query form has it among its parameters.
fn headers(case: &Case) -> Vec<(&str, &str)> {
    let own = case.headers.iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "x-amz-date"));
    own.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}
