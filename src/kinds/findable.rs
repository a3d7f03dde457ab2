//! Resources that an account is asked for by name, where no document of the run describes them.

use serde_json::{Value, json};

use super::list::store_of;
use super::store::Store;
use crate::cloudflare::permissions::{Grant, SCRIPTS, ZONES};
use crate::cloudflare::{Look, scripts, zones};
use crate::dns_name::a_labels;
use crate::kinds::worker::manifest::Worker;
use crate::manifest::DocumentKind;
use crate::manifest::referring::DNS_ZONE;
use crate::model::Identity;
use crate::resource::DesiredStore;

/// A kind whose resources are found by name.
pub(super) enum Findable {
    Store(&'static dyn Store),
    Worker,
    Zone,
}

impl Findable {
    /// The kind of that name; nothing for one that no account is asked for.
    pub(super) fn of(kind: &str) -> Option<Self> {
        match kind {
            DNS_ZONE => Some(Self::Zone),
            kind if kind == Worker.name() => Some(Self::Worker),
            kind => store_of(kind).map(Self::Store),
        }
    }

    /// What people call it.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Store(store) => store.noun(),
            Self::Worker => "Worker",
            Self::Zone => "zone",
        }
    }

    /// The permission that the look needs.
    pub(super) fn grant(&self) -> Grant {
        match self {
            Self::Store(store) => store.grant(),
            Self::Worker => SCRIPTS,
            Self::Zone => ZONES,
        }
    }

    /// How an output of one of that name is looked for.
    pub(super) fn look(&self, account: &str, name: &str, output: &str) -> Look {
        match self {
            Self::Store(store) => store.look_for_output(account, name, output),
            Self::Worker => Look::Script { read: scripts::list(account), name: name.to_owned() },
            Self::Zone => {
                let name = a_labels(name).unwrap_or_else(|| name.to_owned());
                Look::Zone { read: zones::named(&name, account), name }
            }
        }
    }

    /// An output of what was found.
    pub(super) fn output(&self, account: &str, name: &str, output: &str, entry: &Value) -> Option<String> {
        let value = match self {
            Self::Store(kind) => kind.output_elsewhere(&elsewhere(*kind, account, name), output, entry)?,
            Self::Worker => json!({ "script_id": name }).get(output)?.clone(),
            Self::Zone => json!({ "zone_id": entry.get("id")? }).get(output)?.clone(),
        };
        value.as_str().map(str::to_owned)
    }

    /// The way out where the account has none of that name.
    pub(super) fn help(&self, kind: &str) -> String {
        match self {
            Self::Store(_) | Self::Worker => format!("describe it by a document of kind `{kind}`, or correct the name"),
            Self::Zone => {
                "correct the name, such as `example.com`, or give the token `Zone Read`: without it no zone is listed"
                    .to_owned()
            }
        }
    }
}

/// A store that no document of the run describes.
fn elsewhere(kind: &dyn Store, account: &str, name: &str) -> DesiredStore {
    DesiredStore {
        document: 0,
        kind: kind.name(),
        identity: Identity {
            account: account.to_owned(),
            org: String::new(),
            env: String::new(),
            name: name.to_owned(),
        },
        address: kind.address(name),
        wanted: Value::Null,
        inputs: Vec::new(),
    }
}
