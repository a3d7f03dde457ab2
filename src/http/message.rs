//! Requests and responses as values.

use serde::Serialize;
use std::fmt;

use super::{Content, LocalFuture};
use crate::secret::Secret;

/// HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read.
    Get,
    /// Read the head only.
    Head,
    /// Create.
    Post,
    /// Replace.
    Put,
    /// Change parts.
    Patch,
    /// Remove.
    Delete,
}

impl Method {
    /// The method as it goes over the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// Whether it can change anything at the other side.
    pub fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::Head)
    }
}

/// Whether a request may be sent again when its answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeat {
    /// Sending it twice ends in the same state.
    Safe,
    /// A create: after an unclear answer the caller looks before it asks again.
    LookFirst,
}

/// One request, complete: what is sent is what stands here.
#[derive(Clone)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Absolute URL. May carry a presigned signature: never shown whole, see [`Request::target`].
    pub url: String,
    /// Header names in lower case.
    pub headers: Vec<(&'static str, Secret)>,
    /// Bytes with their content type.
    pub body: Option<(String, Content)>,
    /// Whether it may be sent again.
    pub repeat: Repeat,
}

impl Request {
    /// A request without body and headers.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        let repeat = if method == Method::Post { Repeat::LookFirst } else { Repeat::Safe };
        Self { method, url: url.into(), headers: Vec::new(), body: None, repeat }
    }

    /// Method and URL without its query: safe to show.
    pub fn target(&self) -> String {
        let path = self.url.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method.as_str())
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.target())
    }
}

/// The body of an answer: read whole, or cancelled.
pub trait Body {
    /// Reads to the end, or until more than `limit` bytes have come: then the rest is cancelled and
    /// the bytes given back are more than `limit`.
    ///
    /// # Errors
    /// [`TransportError`] when the connection broke on the way.
    fn read(self: Box<Self>, limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>>;

    /// Tells the other side that the rest is not wanted.
    fn cancel(self: Box<Self>);
}

/// Head of an answer, with its body still to come.
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The rest.
    pub body: Box<dyn Body>,
}

impl Response {
    /// First header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// No answer came, or it broke off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransportError {
    /// What the runtime said, without URL queries and headers.
    pub message: String,
    /// The run stopped it, not the network.
    pub aborted: bool,
    /// False only when the request certainly did not leave (an illegal header, a bad URL).
    pub may_have_arrived: bool,
    /// Why the next try would fail in the same way.
    pub lasting: Option<Lasting>,
}

/// Why a request can't succeed, however often it is sent from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// The server's certificate is not trusted, or what answers speaks no TLS.
    Certificate,
    /// The host of this run sends no more requests.
    HostLimit,
    /// `fetch` itself is broken: it throws instead of giving a promise, or gives no response.
    Fetch,
}
