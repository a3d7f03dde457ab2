//! Where the code lies in R2: wrangler has no word for it.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::path::Path;
use crate::manifest::tree::{Content, Document};

use super::tree::{entries, member};

const HELP: &str = "say it in `cfworker.yaml` beside the file:
spec:
  script:
    bundle: {bucket: BUCKET, path: FOLDER/index.js}";

/// Tells where a configuration has code and nothing says where its bundle lies.
///
/// What `main` left open is taken out again, so that the rest says nothing of it besides.
pub(super) fn missing(document: &mut Document) -> Option<Diagnostic> {
    let path = Path::default().key("spec").key("script").key("bundle");
    let is_open = document.node(&path).is_some_and(|bundle| entries(bundle).is_empty());
    if !is_open {
        return None;
    }
    let place = document.place(&path);
    let Content::Mapping(parts) = &mut document.root.content else { return None };
    let spec = parts.iter_mut().find(|part| part.key.text == "spec")?;
    let is_elsewhere = member(&spec.value, "script_bundle").is_some();
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
