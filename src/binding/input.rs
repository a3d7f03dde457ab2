//! Where the value of a binding comes from.

use serde::Serialize;

use crate::model::{Identity, Output, OutputSet, given_for};

/// A value that stands in the manifest, or that another resource will give.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Input {
    /// Known.
    Value(String),
    /// To be resolved before planning; a `$…` text never reaches Cloudflare.
    Reference(Reference),
    /// Known when another resource of the run is made.
    Late(Output),
}

/// Points to a field of another resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// Kind as a manifest spells it, such as `CloudflareKvNamespace`.
    pub kind: String,
    /// Name of the resource (for a live look-up: its title).
    pub name: String,
    /// Output wanted, such as `namespace_id`.
    pub output: String,
    /// Path in the manifest where the reference stands, for findings.
    pub path: String,
}

impl Reference {
    /// Its value among outputs that were given: those of the account and the environment of `who` refers first, which
    /// stand apart where several have the name.
    pub fn given<'a>(&self, outputs: &'a OutputSet, who: &Identity) -> Option<&'a str> {
        let Self { kind, name, output, .. } = self;
        given_for(outputs, kind, &Identity { name: name.clone(), ..who.clone() })?.get(output)?.as_str()
    }
}
