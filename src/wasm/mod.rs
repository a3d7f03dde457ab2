//! The border to JavaScript: conversions both ways, nothing else.
//!
//! Exports answer `{ ok }` or `{ error }` and never throw for expected failures; `js/index.js` makes the
//! typed error. Manifests come as JSON text, bundles as bytes or blobs, options and results as plain objects.

mod bytes;
mod host;
mod tagged;

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::{self, ApplyResult, Credentials, Options, PublishTarget};
use crate::kinds;
use crate::manifest::{self, Finding, Source};

use host::Host;
use tagged::{from_js, secret_from_js, sources, tagged, with_bytes_from_js};

#[wasm_bindgen]
extern "C" {
    /// Told where a panic happened before the instance is given up: file and line, never values.
    #[wasm_bindgen(js_name = reportPanic)]
    fn report_panic(location: &str);
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(location) = panic.location() {
            report_panic(&format!("{}:{}", location.file(), location.line()));
        }
    }));
}

/// Version of the engine.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The known word that somebody probably meant; undefined when none is near.
#[wasm_bindgen]
pub fn nearest(word: &str, known: Vec<String>) -> Option<String> {
    manifest::nearest(word, known.iter().map(String::as_str)).map(str::to_owned)
}

/// Checks manifests offline.
#[wasm_bindgen]
pub fn validate(source_text: &str, options: JsValue) -> JsValue {
    tagged(
        sources(source_text)
            .and_then(|sources| Ok(engine::validate(&sources, &with_bytes_from_js("options", options)?))),
    )
}

/// Plans manifests; without credentials against an empty account.
#[wasm_bindgen]
pub async fn plan(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Option<Credentials> = secret_from_js("credentials", creds)?;
        engine::plan(&call.sources, credentials.as_ref(), &call.options, &call.host.io()?).await
    };
    tagged(answer.await)
}

/// Makes the account what the manifests say.
#[wasm_bindgen]
pub async fn apply(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        engine::apply(&call.sources, &credentials, &call.options, &call.host.io()?).await
    };
    tagged(answer.await)
}

/// Removes what the manifests' identities own; with `dryRun` it answers the plan.
#[wasm_bindgen]
pub async fn destroy(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        let result = engine::destroy(&call.sources, &credentials, &call.options, &call.host.io()?).await?;
        Ok(call.planned_or(result))
    };
    tagged(answer.await)
}

/// Puts an earlier version of each Worker live again; with `dryRun` it answers the plan.
#[wasm_bindgen]
pub async fn rollback(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        let result = engine::rollback(&call.sources, &credentials, &call.options, &call.host.io()?).await?;
        Ok(call.planned_or(result))
    };
    tagged(answer.await)
}

/// Gives all requests to the newest version of ours of each Worker; with `dryRun` it answers the plan.
#[wasm_bindgen]
pub async fn promote(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        let result = engine::promote(&call.sources, &credentials, &call.options, &call.host.io()?).await?;
        Ok(call.planned_or(result))
    };
    tagged(answer.await)
}

/// Reads the outputs of what is deployed.
#[wasm_bindgen]
pub async fn outputs(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        engine::outputs(&call.sources, &credentials, &call.options, &call.host.io()?).await
    };
    tagged(answer.await)
}

/// Reads which versions the Workers had, and which get requests.
#[wasm_bindgen]
pub async fn history(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        engine::history(&call.sources, &credentials, &call.options, &call.host.io()?).await
    };
    tagged(answer.await)
}

/// Checks whether these credentials can deploy these manifests, as far as reads can tell.
#[wasm_bindgen]
pub async fn doctor(source_text: String, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new(&source_text, options, &host)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        engine::doctor(&call.sources, &credentials, &call.options, &call.host.io()?).await
    };
    tagged(answer.await)
}

/// Puts a bundle into R2.
#[wasm_bindgen]
pub async fn publish(bundle: JsValue, target: JsValue, creds: JsValue, options: JsValue, host: JsValue) -> JsValue {
    let answer = async {
        let call = Call::new("[]", options, &host)?;
        let target: PublishTarget = from_js("target", target)?;
        let credentials: Credentials = secret_from_js("credentials", creds)?;
        let bytes = bytes::bytes(&bundle).await?.into();
        engine::publish(bytes, &target, &credentials, &call.options, &call.host.io()?).await
    };
    tagged(answer.await)
}

/// Packs the files of a directory into a tar: the same files give the same bytes.
#[wasm_bindgen]
pub fn pack(files: JsValue) -> JsValue {
    bytes::tagged(with_bytes_from_js("files", files).and_then(|files| engine::pack(&files)))
}

/// Where each document's bundle lies.
#[wasm_bindgen(js_name = bundleTargets)]
pub fn bundle_targets(source_text: &str, options: JsValue) -> JsValue {
    tagged(
        sources(source_text)
            .and_then(|sources| engine::bundle_targets(&sources, &with_bytes_from_js("options", options)?)),
    )
}

/// Writes configurations of wrangler's as manifests.
#[wasm_bindgen(js_name = importManifests)]
pub fn import_manifests(source_text: &str, options: JsValue) -> JsValue {
    tagged(
        sources(source_text).and_then(|sources| Ok(engine::import(&sources, &with_bytes_from_js("options", options)?))),
    )
}

/// Rewrites one scalar of a YAML text; comments and layout stay.
#[wasm_bindgen(js_name = setValue)]
pub fn set_value(source: &str, document: usize, path: &str, value: &str) -> JsValue {
    tagged(manifest::set_value(source, document, path, value))
}

/// Each finding as text with the lines that it is about, safe to show.
#[wasm_bindgen(js_name = drawFindings)]
pub fn draw_findings(source_text: &str, findings: JsValue, look: JsValue) -> JsValue {
    let drawn = || {
        let findings: Vec<Finding> = from_js("findings", findings)?;
        Ok(kinds::draw(&sources(source_text)?, &findings, from_js("look", look)?))
    };
    tagged(drawn())
}

/// What all calls that send requests take.
struct Call {
    sources: Vec<Source>,
    options: Options,
    host: Host,
}

impl Call {
    fn new(source_text: &str, options: JsValue, host: &JsValue) -> Result<Self, crate::error::Error> {
        Ok(Self {
            sources: sources(source_text)?,
            options: with_bytes_from_js("options", options)?,
            host: Host::new(host)?,
        })
    }

    /// The plan where nothing but that was asked for.
    fn planned_or(&self, result: ApplyResult) -> serde_json::Value {
        if self.options.dry_run { serde_json::json!(result.plan) } else { serde_json::json!(result) }
    }
}
