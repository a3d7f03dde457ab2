//! Words about the code of a Worker.

use schemars::JsonSchema;
use serde::Serialize;

/// How the entry talks to the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "BundleFormat")]
pub enum Syntax {
    /// `export default { fetch() {} }`.
    EsModule,
    /// `addEventListener("fetch", …)`.
    ServiceWorker,
}

impl Syntax {
    /// The word for it in a manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EsModule => "es-module",
            Self::ServiceWorker => "service-worker",
        }
    }
}

/// Types of bindings whose value is a part of the code.
const CODE_BINDINGS: [&str; 3] = ["wasm_module", "text_blob", "data_blob"];

/// Whether a binding of this type is a part of the code, and comes and goes with it.
pub fn is_code_binding(type_name: &str) -> bool {
    CODE_BINDINGS.contains(&type_name)
}
