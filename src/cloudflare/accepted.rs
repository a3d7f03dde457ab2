//! The result of an accepted answer, and what it is read into.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::typed;

/// The result of an accepted answer, or of all pages of a list.
#[derive(Debug)]
pub struct Accepted {
    /// Null and nothing are nothing.
    pub result: Option<Value>,
    /// Seconds since the epoch by Cloudflare's clock; absent where the answer has no date that can be read.
    pub answered_at: Option<u64>,
}

/// What a result is read into.
pub trait FromResult: Sized + 'static {
    /// Reads a result.
    ///
    /// # Errors
    /// What is missing or wrong in it.
    fn from_result(accepted: Accepted) -> Result<Self, String>;
}

/// As it is.
impl FromResult for Value {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

/// The entries of a list as they are, and when Cloudflare told them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// In no certain order.
    pub entries: Vec<Value>,
    /// Seconds since the epoch by Cloudflare's clock; absent where the answer has no date that can be read.
    pub read_at: Option<u64>,
}

impl FromResult for Listing {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        let read_at = accepted.answered_at;
        Ok(Self { entries: accepted.or_default()?, read_at })
    }
}

/// A list that is null is empty.
impl<T: DeserializeOwned + 'static> FromResult for Vec<T> {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.or_default()
    }
}

impl Accepted {
    /// The result, which must be there.
    pub(super) fn required<T: DeserializeOwned>(self) -> Result<T, String> {
        self.optional()?.ok_or_else(|| "it holds no `result`".to_owned())
    }

    /// The result; null and nothing are empty.
    pub(super) fn or_default<T: DeserializeOwned + Default>(self) -> Result<T, String> {
        Ok(self.optional()?.unwrap_or_default())
    }

    fn optional<T: DeserializeOwned>(self) -> Result<Option<T>, String> {
        self.result.map(typed).transpose().map_err(|error| error.to_string())
    }
}

/// Output of endpoints whose answer says nothing more than yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done;

impl FromResult for Done {
    fn from_result(_: Accepted) -> Result<Self, String> {
        Ok(Self)
    }
}
