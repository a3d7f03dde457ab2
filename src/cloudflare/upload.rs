//! Upload of a script: code, bindings, secrets, settings and marks in one request, live at once.
//!
//! <https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/>

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::accepted::{Accepted, FromResult};
use super::api::json_bytes;
use super::call::Call;
use super::envelope::or_default;
use super::error::Family;
use super::multipart::{self, Part};
use super::permissions;
use super::raw_body::RawBody;
use super::versions::Version;
use crate::bundle::Modules;
use crate::http::Method;
use crate::model::{Syntax, typed};

/// `PUT …/scripts/{script}`: makes a version and deploys it to all requests, ending a gradual rollout.
///
/// <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/methods/update/>
pub fn put(account_id: &str, script: &str, metadata: &Metadata, modules: &Modules) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script];
    Call {
        query: vec![("bindings_inherit", "strict"), ("excludeScript", "true")],
        raw: Some(form(metadata, modules)),
        ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Put, &path)
    }
    .answered_by::<Uploaded>()
}

/// `POST …/scripts/{script}/versions`: makes a version and gives it no request. Sent twice it makes two of them, which
/// harms nobody.
///
/// <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/versions/methods/create/>
pub fn stage(account_id: &str, script: &str, metadata: &Metadata, modules: &Modules) -> Call {
    let path = ["accounts", account_id, "workers", "scripts", script, "versions"];
    Call {
        query: vec![("bindings_inherit", "strict")],
        raw: Some(form(metadata, modules)),
        repeats: true,
        ..Call::new((Family::Workers, permissions::SCRIPTS), Method::Post, &path)
    }
    .answered_by::<Version>()
}

fn form(metadata: &Metadata, modules: &Modules) -> RawBody {
    // A Worker of static assets alone has no entry.
    let main = Some(modules.main.as_str()).filter(|_| !modules.modules.is_empty());
    let (main_module, body_part) = match modules.syntax {
        Syntax::EsModule => (main, None),
        Syntax::ServiceWorker => (None, main),
    };
    let metadata = json_bytes(&WithEntry { main_module, body_part, metadata });
    let mut parts = vec![Part { name: "metadata", filename: None, content_type: "application/json", bytes: metadata }];
    parts.extend(modules.modules.iter().map(|module| Part {
        name: &module.name,
        filename: Some(&module.name),
        content_type: &module.content_type,
        bytes: module.bytes.clone(),
    }));
    let (content_type, content) = multipart::encode(&parts);
    RawBody { content_type, content }
}

/// Everything of an upload but the code; what is absent is left out.
///
/// The name of the entry is added from the modules.
#[derive(Clone, Default, PartialEq, Serialize)]
pub struct Metadata {
    /// All bindings, as [`crate::binding`] makes them. INVARIANT: the values of secrets stand here, so this type
    /// never shows itself.
    pub bindings: Vec<Value>,
    /// Binding types carried over from the version before, such as `secret_text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_bindings: Option<Vec<String>>,
    /// `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility_date: Option<String>,
    /// All of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compatibility_flags: Option<Vec<String>>,
    /// `standard`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage_model: Option<String>,
    /// Of the version: `workers/tag` (100 bytes), `workers/message` (1,000 bytes).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Of the script: the whole list; absent keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Static assets: the token that stands for their files, and how they are served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<Value>,
    /// Keep the static assets of the version before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_assets: Option<bool>,
    /// Steps that the Worker's classes of Durable Objects take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Value>,
    /// What the code exports, and what became of its classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exports: Option<Value>,
    /// Settings by their names: what is wanted, and live values sent back unchanged.
    #[serde(flatten)]
    pub settings: BTreeMap<String, Value>,
}

impl fmt::Debug for Metadata {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Metadata({} bindings)", self.bindings.len())
    }
}

/// What an upload says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Uploaded {
    /// Script name.
    #[serde(default)]
    pub id: Option<String>,
    /// Digest of the content.
    #[serde(default)]
    pub etag: Option<String>,
    /// Tags of the script.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// Cloudflare calls it a deployment; it is the new version, 32 hex digits.
    #[serde(default)]
    deployment_id: Option<String>,
    /// CPU time to start, in milliseconds.
    #[serde(default)]
    pub startup_time_ms: Option<f64>,
    /// When the script was made, RFC 3339.
    #[serde(default)]
    created_on: Option<String>,
    /// When it was changed, RFC 3339.
    #[serde(default)]
    modified_on: Option<String>,
}

impl Uploaded {
    /// Out of the result of an accepted upload.
    pub fn told(result: &Value) -> Option<Self> {
        typed(result.clone()).ok()
    }

    /// Id of the new version as a UUID with hyphens, when it was told.
    pub fn version_id(&self) -> Option<String> {
        let id: String = self.deployment_id.as_ref()?.chars().filter(|character| *character != '-').collect();
        let parts = [id.get(..8)?, id.get(8..12)?, id.get(12..16)?, id.get(16..20)?, id.get(20..)?];
        (id.len() == 32).then(|| parts.join("-"))
    }

    /// Whether the script may have been there before: its two times differ. A hint, never a proof.
    pub fn was_there(&self) -> bool {
        matches!((&self.created_on, &self.modified_on), (Some(created), Some(modified)) if created != modified)
    }
}

/// The metadata with what comes from the code: its entry, and the bindings that name its parts.
#[derive(Serialize)]
struct WithEntry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    main_module: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_part: Option<&'a str>,
    #[serde(flatten)]
    metadata: &'a Metadata,
}

impl FromResult for Uploaded {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

#[cfg(test)]
mod tests {
    use super::Uploaded;

    #[test]
    fn the_deployment_id_is_the_version_without_hyphens() {
        let uploaded = |id: &str| -> Uploaded {
            serde_json::from_value(serde_json::json!({ "id": "a", "deployment_id": id, "tags": null })).expect("valid")
        };
        let hyphened = "18f97339-c287-4872-9bdd-e2135c07ec12";
        assert_eq!(uploaded("18f97339c28748729bdde2135c07ec12").version_id().as_deref(), Some(hyphened));
        assert_eq!(uploaded(hyphened).version_id().as_deref(), Some(hyphened));
        for bad in ["", "18f97339", "ä8f97339c28748729bdde2135c07ec12"] {
            assert_eq!(uploaded(bad).version_id(), None, "{bad}");
        }
    }
}
