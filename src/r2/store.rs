//! Reads and writes objects: signs, sends, corrects the clock once, tells what went wrong.

use std::cell::Cell;
use std::rc::Rc;

use bytes::Bytes;

use super::error::{self, R2Error, R2ErrorKind};
use super::object::{SHA256_HEADER, Signer};
use super::{Credentials, Object, S3Endpoint, Source};
use crate::diagnostic::plain;
use crate::http::{Answer, CallError, CallErrorKind, Client, Opened, Request, http_date};

/// Reading a body is tried this often; each try signs and sends anew.
pub(super) const BODY_TRIES: u32 = 4;
/// A clock that is off by less is not worth a second try.
const SKEW_THAT_MATTERS_MS: f64 = 60_000.0;

/// R2 as one caller sees it; cheap to clone. Keys stay inside: they appear in no error and no debug text but masked.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Rc<Shared>,
}

#[derive(Debug)]
struct Shared {
    endpoint: S3Endpoint,
    credentials: Credentials,
    /// The other side's clock less ours, once known.
    skew_ms: Cell<f64>,
}

/// What is known about an object before its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// Without quotes. Equal means equal content; it is no digest.
    pub etag: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
    /// SHA-256 that `publish` noted: what somebody claims, not what is there.
    pub sha256: Option<String>,
}

/// An object whose head is there and whose bytes wait to be read or cancelled.
pub struct Reading {
    /// What is known about it.
    pub head: ObjectHead,
    store: Store,
    object: Object,
    opened: Opened,
}

/// What to write.
#[derive(Clone, Debug)]
pub struct Put<'a> {
    /// Content type, such as `application/javascript`.
    pub content_type: &'a str,
    /// Content.
    pub bytes: &'a Bytes,
    /// Its SHA-256, 64 lower-case hex digits.
    pub sha256: &'a str,
    /// Replace what is there; else only write where nothing is.
    pub overwrite: bool,
}

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// The object is new or replaced.
    Now,
    /// The same bytes were there already.
    Already,
}

pub(super) type Build<'b> = &'b dyn Fn(&Signer<'_>) -> Result<Request, String>;

impl Store {
    /// R2 at this endpoint with these keys.
    pub fn new(endpoint: S3Endpoint, credentials: Credentials) -> Self {
        Self { shared: Rc::new(Shared { endpoint, credentials, skew_ms: Cell::new(0.0) }) }
    }

    /// Where its keys come from.
    pub fn source(&self) -> Source {
        self.shared.credentials.source
    }

    /// Starts to read an object: its head comes first.
    ///
    /// # Errors
    /// [`R2Error`]: missing bucket, missing key and wrong keys are different ones.
    pub async fn open(&self, client: &Client, object: &Object) -> Result<Reading, R2Error> {
        let opened = self.send(client, object, &|signer| signer.get(None)).await?;
        Ok(Reading { head: head_of(&opened.head), store: self.clone(), object: object.clone(), opened })
    }

    /// Starts to read an object that was seen before, where it is still the same.
    ///
    /// # Errors
    /// As [`Store::open`]; [`R2ErrorKind::Changed`] when another one is there. Without an ETag nobody can tell.
    pub async fn reopen(&self, client: &Client, object: &Object, etag: Option<&str>) -> Result<Reading, R2Error> {
        let changed = || self.failed(object, R2ErrorKind::Changed);
        let opened = match self.send(client, object, &|signer| signer.get(etag)).await {
            Err(R2Error { kind: R2ErrorKind::Exists, .. }) => return Err(changed()),
            answer => answer?,
        };
        let head = head_of(&opened.head);
        // Not every server knows the condition.
        if etag.is_some() && head.etag.as_deref() != etag {
            opened.cancel();
            return Err(changed());
        }
        Ok(Reading { head, store: self.clone(), object: object.clone(), opened })
    }

    /// What is known about an object; nothing when it does not exist.
    ///
    /// # Errors
    /// [`R2Error`]. A missing bucket can't be told from a missing key here: a `HEAD` has no body.
    pub async fn head(&self, client: &Client, object: &Object) -> Result<Option<ObjectHead>, R2Error> {
        match self.send(client, object, &|signer| signer.head()).await {
            Ok(opened) => {
                let head = head_of(&opened.head);
                opened.cancel();
                Ok(Some(head))
            }
            Err(R2Error { kind: R2ErrorKind::NoKey, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes an object. Without `overwrite` the same bytes that are there already are fine, other ones are not.
    ///
    /// # Errors
    /// [`R2Error`].
    pub async fn put(&self, client: &Client, object: &Object, put: &Put<'_>) -> Result<Written, R2Error> {
        // Two looks at most: an unclear answer, then one more try.
        let mut last = None;
        for _ in 0..3 {
            let build = |signer: &Signer<'_>| signer.put(put.content_type, put.bytes, put.sha256, put.overwrite);
            let error = match self.send(client, object, &build).await {
                Ok(opened) => {
                    opened.cancel();
                    return Ok(Written::Now);
                }
                Err(error) => error,
            };
            let unclear = matches!(&error.kind, R2ErrorKind::Call(call) if call.may_have_arrived && !call.is_aborted());
            if put.overwrite || !(unclear || error.kind == R2ErrorKind::Exists) {
                return Err(error);
            }
            match self.head(client, object).await? {
                Some(head) if head.sha256.as_deref() == Some(put.sha256) => {
                    return Ok(if unclear || last.is_some() { Written::Now } else { Written::Already });
                }
                Some(_) => return Err(self.failed(object, R2ErrorKind::Exists)),
                None => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| self.failed(object, R2ErrorKind::Exists)))
    }

    /// Signs and sends; when the clocks differ, once more with the other side's time.
    pub(super) async fn send(&self, client: &Client, object: &Object, build: Build<'_>) -> Result<Opened, R2Error> {
        let server_date = Cell::new(None);
        let judge = |answer: &Answer| {
            server_date.set(answer.header("date").and_then(http_date));
            error::judge(answer)
        };
        let mut corrected = false;
        loop {
            let now_ms = client.clock().wall_ms();
            let signer = Signer {
                endpoint: &self.shared.endpoint,
                credentials: &self.shared.credentials,
                object,
                now_ms: now_ms + self.shared.skew_ms.get(),
            };
            let request = build(&signer).map_err(|reason| self.failed(object, R2ErrorKind::Address { reason }))?;
            let error = match client.open(&request, &judge).await {
                Ok(opened) => return Ok(opened),
                Err(error) => error,
            };
            let skew = server_date.get().map(|date| date - client.clock().wall_ms());
            match skew {
                Some(skew) if !corrected && is_skewed(&error, skew - self.shared.skew_ms.get()) => {
                    corrected = true;
                    self.shared.skew_ms.set(skew);
                }
                _ => return Err(self.failed(object, error::kind(error))),
            }
        }
    }

    /// An error about one of its objects.
    pub fn failed(&self, object: &Object, kind: R2ErrorKind) -> R2Error {
        let host = self.shared.endpoint.host().to_owned();
        R2Error { object: object.clone(), host, source: self.shared.credentials.source, kind }
    }
}

/// Whether signing with the other side's time is worth a try. Some servers name no reason but a bad signature.
fn is_skewed(error: &CallError, off_by_ms: f64) -> bool {
    let refused = error.refusal().is_some_and(|refusal| matches!(refusal.status, 400 | 401 | 403));
    refused && off_by_ms.abs() > SKEW_THAT_MATTERS_MS && (error::is_clock(error) || off_by_ms.abs() > 600_000.0)
}

impl Reading {
    /// Reads the bytes; a broken connection is taken up again with a new request for the same ones.
    ///
    /// # Errors
    /// [`R2Error`]; one that was replaced meanwhile is [`R2ErrorKind::Changed`]; one that is larger than `limit` bytes is not read to its end.
    pub async fn read(self, client: &Client, limit: usize) -> Result<Vec<u8>, R2Error> {
        let Self { mut head, store, object, mut opened } = self;
        let mut tries = 1;
        loop {
            if head.size.is_some_and(|size| size > limit as u64) {
                opened.cancel();
                return Err(store.failed(&object, R2ErrorKind::TooLarge { size: head.size }));
            }
            let reason = match client.read(opened, limit).await {
                Ok(bytes) if bytes.len() > limit => {
                    return Err(store.failed(&object, R2ErrorKind::TooLarge { size: None }));
                }
                Ok(bytes) if head.size.is_none_or(|size| size == bytes.len() as u64) => return Ok(bytes),
                Ok(bytes) => format!("{} bytes came of {}", bytes.len(), head.size.unwrap_or_default()),
                Err(error) if error.aborted => return Err(store.failed(&object, broken(&object, tries, client.stop()))),
                Err(error) => error.message,
            };
            if tries == BODY_TRIES {
                return Err(store.failed(&object, broken(&object, tries, CallErrorKind::Unanswered { reason })));
            }
            tries += 1;
            Self { head, opened, .. } = store.reopen(client, &object, head.etag.as_deref()).await?;
        }
    }

    /// Tells R2 that the bytes are not wanted.
    pub fn cancel(self) {
        self.opened.cancel();
    }
}

fn broken(object: &Object, tries: u32, kind: CallErrorKind) -> R2ErrorKind {
    let target = format!("GET r2://{}/{}", object.bucket, plain(&object.key, 300));
    R2ErrorKind::Call(CallError { target, tries, may_have_arrived: false, kind })
}

fn head_of(answer: &Answer) -> ObjectHead {
    // A compressed transfer has another length than the object.
    let size = match answer.header("content-encoding") {
        None | Some("identity") => answer.header("content-length").and_then(|length| length.trim().parse().ok()),
        Some(_) => None,
    };
    ObjectHead {
        etag: answer.header("etag").map(|etag| etag.trim_start_matches("W/").trim_matches('"').to_owned()),
        size,
        sha256: answer.header(SHA256_HEADER).map(str::to_owned),
    }
}
