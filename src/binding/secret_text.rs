//! `secret_text`: a secret; its value goes in with an upload and never comes out.
//!
//! <https://developers.cloudflare.com/workers/configuration/secrets/>

use serde::Serialize;
use serde_json::{Value, json};

use crate::secret::Secret;

/// Cloudflare's word for the type.
pub const TYPE: &str = "secret_text";

/// Where the value of a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// It stands in the manifest: works, with a warning.
    Literal(Secret),
    /// `${NAME}`: the caller's secrets by that name.
    Named(String),
    /// `$secrets-group/<group>/<key>`.
    Group {
        /// Name of the group.
        group: String,
        /// Key inside the group.
        key: String,
    },
}

/// A secret of `env.secrets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretTextBinding {
    /// Name in JavaScript.
    pub name: String,
    /// Where its value comes from.
    pub source: SecretSource,
}

impl SecretTextBinding {
    /// As the upload's metadata wants it: the only place where a value is written out.
    pub fn metadata(&self, value: &Secret) -> Value {
        json!({ "type": TYPE, "name": self.name, "text": value.reveal() })
    }
}
