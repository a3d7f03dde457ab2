//! Our signer as the engine uses it: the requests that a `Store` sends for one object.

use bytes::Bytes;
use cfworker_deploy::r2::{Credentials, Object, Put, R2Error, S3Endpoint, Source, Store};
use cfworker_deploy::secret::Secret;

use crate::wire::{Reply, Seen, VirtualClock, bench_with};

/// Which request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Get,
    Head,
    /// With the metadata that `publish` sets; never over what is there unless told.
    Put {
        overwrite: bool,
    },
}

/// What is signed with what, and when.
pub struct Wanted<'a> {
    pub operation: Operation,
    pub endpoint: &'a str,
    pub bucket: &'a str,
    pub key: &'a str,
    pub access_key_id: &'a str,
    pub secret_access_key: &'a str,
    pub session_token: Option<&'a str>,
    /// Seconds since the epoch; whole, and not before the virtual clock's start.
    pub seconds: u64,
}

/// Content type and digest of what `Put` sends.
pub const CONTENT_TYPE: &str = "application/javascript";
pub const SHA256: &str = "0f1e2d3c";

/// The request as it was sent.
///
/// # Errors
/// What the engine says instead of sending one.
pub fn sent(wanted: &Wanted<'_>) -> Result<Seen, R2Error> {
    let clock = VirtualClock::new();
    let wait = wanted.seconds as f64 * 1_000.0 - VirtualClock::START;
    clock.run(cfworker_deploy::http::Clock::sleep(&*clock, wait));
    let answer = |_: &Seen| Reply::Answer(200, vec![("content-length", "0".into())], Vec::new());
    let bench = bench_with(clock, Vec::new(), answer, cfworker_deploy::http::Policy::default(), None);
    let store = Store::new(
        S3Endpoint::choose(Some(wanted.endpoint), "", None).expect("an endpoint"),
        Credentials {
            access_key_id: wanted.access_key_id.into(),
            secret_access_key: Secret::new(wanted.secret_access_key),
            session_token: wanted.session_token.map(Secret::new),
            source: Source::Given,
        },
    );
    let object = Object { bucket: wanted.bucket.into(), key: wanted.key.into() };
    let bytes = Bytes::from_static(b"export default {}");
    bench.clock.run(async {
        match wanted.operation {
            Operation::Get => store.open(&bench.client, &object).await.map(|reading| reading.cancel()),
            Operation::Head => store.head(&bench.client, &object).await.map(drop),
            Operation::Put { overwrite } => {
                let put = Put { content_type: CONTENT_TYPE, bytes: &bytes, sha256: SHA256, overwrite };
                store.put(&bench.client, &object, &put).await.map(drop)
            }
        }
    })?;
    let seen = bench.script.seen.borrow();
    assert_eq!(seen.len(), 1, "one request");
    Ok(seen[0].clone())
}
