//! Where the code lies in R2: wrangler has no word for it.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::path::Path;
use crate::manifest::tree::{Content, Document, Node};

use super::tree::{entries, entry, mapping, member, text, text_of};

/// A bucket that may be meant.
const BUCKET: &str = "bundles";

const HELP: &str = "say it in `cfworker.yaml` beside the file:
spec:
  script:
    bundle: {bucket: BUCKET, path: FOLDER/index.js}";

/// Tells where a configuration has code and nothing says where its bundle lies.
///
/// What `main` left open is taken out again, so that the rest says nothing of it besides.
pub(super) fn missing(document: &mut Document, guesses: bool) -> Option<Diagnostic> {
    let path = Path::default().key("spec").key("script").key("bundle");
    let is_open = document.node(&path).is_some_and(|bundle| entries(bundle).is_empty());
    if !is_open {
        return None;
    }
    let place = document.place(&path);
    let Content::Mapping(parts) = &mut document.root.content else { return None };
    let spec = parts.iter_mut().find(|part| part.key.text == "spec")?;
    let is_elsewhere = member(&spec.value, "script_bundle").is_some();
    if guesses && !is_elsewhere {
        return guess(&mut spec.value).map(|finding| finding.at(Some(place)).on("main"));
    }
    let Content::Mapping(keys) = &mut spec.value.content else { return None };
    let script = keys.iter_mut().find(|key| key.key.text == "script")?;
    if let Content::Mapping(keys) = &mut script.value.content {
        keys.retain(|key| key.key.text != "bundle");
    }
    if is_elsewhere {
        return None;
    }
    let finding = Diagnostic::error(Code::MissingKey, "nothing says where the code of the Worker lies in R2");
    Some(finding.with_help(HELP).at(Some(place)).on("main"))
}

/// A place that may be meant, for a manifest that somebody goes on with.
fn guess(spec: &mut Node) -> Option<Diagnostic> {
    let Content::Mapping(keys) = &mut spec.content else { return None };
    let script = keys.iter_mut().find(|key| key.key.text == "script")?;
    let name = member(&script.value, "name").and_then(|name| text_of(&name.value)).unwrap_or("worker").to_owned();
    let Content::Mapping(keys) = &mut script.value.content else { return None };
    let bundle = keys.iter_mut().find(|key| key.key.text == "bundle")?;
    let span = bundle.key.span;
    let path = format!("{name}/index.js");
    let parts = vec![entry("bucket", span, text(BUCKET, span)), entry("path", span, text(&path, span))];
    bundle.value = mapping(parts, span);
    let message = "nothing says where the code of the Worker lies in R2: bucket and key of the bundle are a guess";
    Some(Diagnostic::warning(Code::NoEquivalent, message).with_help("name a bucket of yours in `spec.script.bundle`"))
}
