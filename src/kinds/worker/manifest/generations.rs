//! The ways in which earlier and later schemas name a script and its bundle.

use super::spec::{Bundle, Spec};
use crate::manifest::Places;
use crate::manifest::path::Path;
use crate::manifest::text::filled;

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

/// The path of the bundle's object key in a document, by the schema that the document is written in.
pub(crate) fn bundle_path(places: &Places, document: usize) -> Option<&'static str> {
    let stands = |path: &&str| places.of_value(document, path).is_some();
    ["spec.script.bundle.path", "spec.script_bundle.path"].into_iter().find(stands)
}
