//! A body as it goes out.

use std::fmt;

use crate::http::Content;

/// A body that is no JSON: a form with its parts, or a file.
#[derive(Clone)]
pub struct RawBody {
    /// Its type; that of a form says the boundary between its parts.
    pub content_type: String,
    /// The body itself.
    pub content: Content,
}

impl fmt::Debug for RawBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawBody({} bytes)", self.content.size())
    }
}
