//! An answer whose body has been read.

use super::{Response, http_date};
use crate::diagnostic::plain;

/// Status, headers and the whole body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status; 0 where a browser hides a redirect.
    pub status: u16,
    /// Header names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty when it was not read.
    pub body: Vec<u8>,
}

impl Answer {
    /// The head of a response, its body still unread.
    pub(crate) fn head_of(response: &Response) -> Self {
        Self { status: response.status, headers: response.headers.clone(), body: Vec::new() }
    }

    /// First header of this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// When the other side answered, by its own clock, in seconds since the epoch.
    pub fn date(&self) -> Option<u64> {
        self.header("date").and_then(http_date).map(|milliseconds| (milliseconds / 1_000.0) as u64)
    }

    /// Cloudflare's id of the request, for its support.
    pub fn cf_ray(&self) -> Option<String> {
        self.header("cf-ray").map(|ray| plain(ray, 60))
    }

    /// The first characters of the body on one line, for messages; a cut shows as `…`.
    pub fn excerpt(&self) -> String {
        match self.body.get(..400) {
            Some(start) => plain(&format!("{}…", String::from_utf8_lossy(start)), 100),
            None => plain(&String::from_utf8_lossy(&self.body), 100),
        }
    }
}
