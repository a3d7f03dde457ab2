//! The ways in which earlier and later schemas name a script and its bundle.

use super::path::Path;
use super::schema::{Bundle, Spec};
use super::text::filled;

/// The places where a script's name may stand, in order of preference, with what stands there.
pub(super) fn script_names(spec: &Spec) -> Vec<(Path, &str)> {
    let within = spec.script.as_ref().and_then(|script| filled(&script.name));
    let own = filled(&spec.worker_name);
    let all = [(script_path().key("name"), within), (spec_path().key("worker_name"), own)];
    all.into_iter().filter_map(|(path, name)| name.map(|name| (path, name))).collect()
}

/// The places where a bundle may stand, in order of preference, with what stands there.
pub(super) fn bundles(spec: &Spec) -> Vec<(Path, &Bundle)> {
    let within = spec.script.as_ref().and_then(|script| script.bundle.as_ref());
    let own = spec.script_bundle.as_ref();
    let all = [(script_path().key("bundle"), within), (spec_path().key("script_bundle"), own)];
    all.into_iter().filter_map(|(path, bundle)| bundle.map(|bundle| (path, bundle))).collect()
}

/// `spec`.
pub(super) fn spec_path() -> Path {
    Path::default().key("spec")
}

/// `spec.script`.
pub(super) fn script_path() -> Path {
    spec_path().key("script")
}
