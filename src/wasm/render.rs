//! Text for people, laid out by the engine so that all callers show the same.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::tagged::{from_js, sources};
use crate::render::{self, Style};

/// A plan as text.
#[wasm_bindgen(js_name = renderPlan)]
pub fn render_plan(plan: JsValue, style: JsValue) -> String {
    let plan: serde_json::Value = from_js("plan", plan).unwrap_or_default();
    let style: Style = from_js("style", style).unwrap_or_default();
    render::plan(&plan, &style)
}

/// Findings as text, each with the lines that it speaks of.
#[wasm_bindgen(js_name = renderDiagnostics)]
pub fn render_diagnostics(source_text: &str, diagnostics: JsValue, style: JsValue) -> String {
    let sources = sources(source_text).unwrap_or_default();
    let style: Style = from_js("style", style).unwrap_or_default();
    render::diagnostics(&sources, &from_js::<Vec<_>>("diagnostics", diagnostics).unwrap_or_default(), &style)
}

/// A check-up as text.
#[wasm_bindgen(js_name = renderCheckup)]
pub fn render_checkup(checkup: JsValue, style: JsValue) -> String {
    let checkup: serde_json::Value = from_js("checkup", checkup).unwrap_or_default();
    let style: Style = from_js("style", style).unwrap_or_default();
    render::checkup(&checkup, &style)
}

/// An error as text: what happened, what is done and what is not, the next command.
#[wasm_bindgen(js_name = renderError)]
pub fn render_error(source_text: &str, error: JsValue, style: JsValue) -> String {
    let sources = sources(source_text).unwrap_or_default();
    let style: Style = from_js("style", style).unwrap_or_default();
    let error: serde_json::Value = from_js("error", error).unwrap_or_default();
    render::error(&sources, &error, &style)
}
