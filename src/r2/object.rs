//! Requests for one object: presigned, path style, region `auto`.
//!
//! <https://developers.cloudflare.com/r2/api/s3/presigned-urls/>

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use rusty_s3::actions::S3Action;
use rusty_s3::{Bucket, UrlStyle};

use super::{Credentials, S3Endpoint};
use crate::http::{Method, Repeat, Request};
use crate::model::check_addressable;
use crate::secret::Secret;

/// A presigned URL is good for this long: all tries of one request fit in.
const GOOD_FOR: Duration = Duration::from_secs(600);
/// Metadata that we put on what we publish: the SHA-256 of the content.
pub(super) const SHA256_HEADER: &str = "x-amz-meta-sha256";

/// One object, by bucket and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Bucket name.
    pub bucket: String,
    /// Key, verbatim: no decoding, no normalising.
    pub key: String,
}

/// How far down a list goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Right under the prefix: what lies behind another `/` is not among them.
    One,
    /// All whose keys start with it.
    All,
}

/// Checks a bucket name as far as it must be one segment of a path and no other one's; R2 knows the rest.
///
/// # Errors
/// What is wrong with it, to be put after the name.
pub(super) fn check_bucket(name: &str) -> Result<(), &'static str> {
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.bytes().all(usable) && name.bytes().any(|byte| byte != b'.') {
        return Ok(());
    }
    Err("lies in a bucket whose name is no bucket name: letters, digits and hyphens")
}

/// Whether an ETag can be written between the quotes of a header as it came.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#name-etag>
fn is_quotable(etag: &str) -> bool {
    !etag.is_empty() && etag.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"')
}

/// What is signed with what, and when.
pub(super) struct Signer<'a> {
    pub(super) endpoint: &'a S3Endpoint,
    pub(super) credentials: &'a Credentials,
    pub(super) object: &'a Object,
    /// Milliseconds since the epoch, by the other side's clock.
    pub(super) now_ms: f64,
}

impl Signer<'_> {
    /// `GET`: read the object; with an ETag only if it is still that one.
    pub(super) fn get(&self, etag: Option<&str>) -> Result<Request, String> {
        let (bucket, keys) = self.parts()?;
        let mut action = bucket.get_object(Some(&keys), &self.object.key);
        // What stands in no header is not asked for: whoever reads compares the bytes all the same.
        let condition = etag.filter(|etag| is_quotable(etag)).map(|etag| format!("\"{etag}\""));
        if let Some(condition) = &condition {
            action.headers_mut().insert("if-match", condition.clone());
        }
        let mut request = Request::new(Method::Get, action.sign_with_time(GOOD_FOR, &self.time()?));
        request.headers.extend(condition.map(|condition| ("if-match", Secret::new(condition))));
        Ok(request)
    }

    /// `GET` of the bucket: list what lies under the key, which is a prefix here; `token` goes on where a page ended.
    pub(super) fn list(&self, depth: Depth, token: Option<&str>) -> Result<Request, String> {
        let (bucket, keys) = self.bucket()?;
        let mut action = bucket.list_objects_v2(Some(&keys));
        action.with_prefix(self.object.key.as_str());
        if depth == Depth::One {
            action.with_delimiter("/");
        }
        if let Some(token) = token {
            action.with_continuation_token(token);
        }
        Ok(Request::new(Method::Get, action.sign_with_time(GOOD_FOR, &self.time()?)))
    }

    /// `HEAD`: read what is known about it.
    pub(super) fn head(&self) -> Result<Request, String> {
        let (bucket, keys) = self.parts()?;
        let action = bucket.head_object(Some(&keys), &self.object.key);
        Ok(Request::new(Method::Head, action.sign_with_time(GOOD_FOR, &self.time()?)))
    }

    /// `PUT`: write it, with its SHA-256 as metadata; unless told otherwise only where nothing is.
    pub(super) fn put(
        &self,
        content_type: &str,
        bytes: &Bytes,
        sha256: &str,
        overwrite: bool,
    ) -> Result<Request, String> {
        let (bucket, keys) = self.parts()?;
        let mut action = bucket.put_object(Some(&keys), &self.object.key);
        action.headers_mut().insert(SHA256_HEADER, sha256);
        action.headers_mut().insert("content-type", content_type);
        if !overwrite {
            action.headers_mut().insert("if-none-match", "*");
        }
        let mut request = Request::new(Method::Put, action.sign_with_time(GOOD_FOR, &self.time()?));
        request.headers.push((SHA256_HEADER, Secret::new(sha256)));
        if !overwrite {
            request.headers.push(("if-none-match", Secret::new("*")));
            request.repeat = Repeat::LookFirst;
        }
        request.body = Some((content_type.to_owned(), bytes.clone().into()));
        Ok(request)
    }

    fn parts(&self) -> Result<(Bucket, rusty_s3::Credentials), String> {
        check_addressable(&self.object.key)?;
        self.bucket()
    }

    fn bucket(&self) -> Result<(Bucket, rusty_s3::Credentials), String> {
        check_bucket(&self.object.bucket)?;
        let url = self.endpoint.url.clone();
        let bucket = Bucket::new(url, UrlStyle::Path, self.object.bucket.clone(), "auto")
            .map_err(|error| format!("can't be addressed: {error}"))?;
        let Credentials { access_key_id, secret_access_key, session_token, .. } = self.credentials;
        let (id, secret) = (access_key_id.as_str(), secret_access_key.reveal());
        let keys = match session_token {
            Some(token) => rusty_s3::Credentials::new_with_token(id, secret, token.reveal()),
            None => rusty_s3::Credentials::new(id, secret),
        };
        Ok((bucket, keys))
    }

    fn time(&self) -> Result<Timestamp, String> {
        Timestamp::from_millisecond(self.now_ms as i64).map_err(|error| format!("the clock is wrong: {error}"))
    }
}
