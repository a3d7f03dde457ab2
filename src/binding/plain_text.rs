//! `plain_text`: an environment variable, readable by everyone who can read the Worker.
//!
//! <https://developers.cloudflare.com/workers/configuration/environment-variables/>

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::Referred;

/// Cloudflare's word for the type.
pub const TYPE: &str = "plain_text";

/// A variable of `env.variables`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainTextBinding {
    /// Name in JavaScript.
    pub name: String,
    /// The value, at most 5,120 bytes, or the resource whose output it is.
    pub text: Referred,
}

impl PlainTextBinding {
    /// As the upload's metadata wants it; nothing while a reference is open.
    pub fn metadata(&self) -> Option<Value> {
        Some(json!({ "type": TYPE, "name": self.name, "text": self.text.known()? }))
    }
}

impl Serialize for PlainTextBinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        match self.text.known() {
            Some(text) => map.serialize_entry("text", text)?,
            None => map.serialize_entry("text", &self.text.value)?,
        }
        if let Some(of) = &self.text.of {
            map.serialize_entry("of", of)?;
        }
        map.end()
    }
}
