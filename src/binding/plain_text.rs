//! `plain_text`: an environment variable, readable by everyone who can read the Worker.
//!
//! <https://developers.cloudflare.com/workers/configuration/environment-variables/>

use serde::Serialize;
use serde_json::{Value, json};

/// Cloudflare's word for the type.
pub const TYPE: &str = "plain_text";

/// A variable of `env.variables`, its references resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlainTextBinding {
    /// Name in JavaScript.
    pub name: String,
    /// The value, at most 5,120 bytes.
    pub text: String,
}

impl PlainTextBinding {
    /// As the upload's metadata wants it.
    pub fn metadata(&self) -> Value {
        json!({ "type": TYPE, "name": self.name, "text": self.text })
    }
}
