//! What is laid over a configuration: what wrangler has no word for, such as the bundle in R2 and the DNS record.
//!
//! It is a part of a manifest, with `metadata` and `spec`; those under `env.NAME` are laid over them for that
//! environment. It stands in a file of its own, `cfworker.yaml`, or under the key `cfworker` of the configuration.

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::manifest::dialect::Given;
use crate::manifest::keys::same_key;
use crate::manifest::path::Path;
use crate::manifest::quote;
use crate::manifest::tree::{Content, Document, Elsewhere, Entry, Node};

use super::tree::{entries, member};

/// The key under which it stands in the configuration.
pub(super) const KEY: &str = "cfworker";

/// What an overlay may say of the manifest.
const PARTS: [&str; 2] = ["metadata", "spec"];
/// Where it says more for an environment.
const ENVIRONMENTS: &str = "env";

/// Lays a file over a document; its values keep their places in that file.
pub(super) fn lay(document: &mut Document, overlay: &Document, environment: Option<&str>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (within, layer) in layers(&overlay.root, environment) {
        for part in entries(layer) {
            if PARTS.contains(&part.key.text.as_str()) {
                let path = Path::default().key(&part.key.text);
                merge(&mut document.root, part, &path, &mut |path, entry| {
                    let written = path.steps().iter().fold(within.clone(), |within, step| within.step(step));
                    let place = entry_place(entry, overlay);
                    document.set.push(Elsewhere { path: path.clone(), place, written: Some(written) });
                });
            } else if let Some(finding) = unknown(part, within.steps().is_empty()) {
                findings.push(finding.at(Some(part.key.span.in_file(&overlay.file))));
            }
        }
    }
    findings
}

/// Lays what stands in the configuration itself over a document.
pub(super) fn lay_inline(document: &mut Node, inline: &Entry, given: &Given<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (within, layer) in layers(&inline.value, given.options.environment.as_deref()) {
        for part in entries(layer) {
            if PARTS.contains(&part.key.text.as_str()) {
                merge(document, part, &Path::default().key(&part.key.text), &mut |_, _| ());
            } else if let Some(finding) = unknown(part, within.steps().is_empty()) {
                findings
                    .push(finding.at(Some(part.key.span.in_file(given.file))).on(format!("{KEY}.{}", part.key.text)));
            }
        }
    }
    findings
}

/// What holds for all environments, and what holds for this one, each with its path.
fn layers<'a>(overlay: &'a Node, environment: Option<&str>) -> Vec<(Path, &'a Node)> {
    let own = environment.and_then(|name| {
        let own = member(&member(overlay, ENVIRONMENTS)?.value, name)?;
        Some((Path::default().key(ENVIRONMENTS).key(name), &own.value))
    });
    std::iter::once((Path::default(), overlay)).chain(own).collect()
}

fn unknown(part: &Entry, is_whole: bool) -> Option<Diagnostic> {
    let key = part.key.text.as_str();
    if is_whole && (key == ENVIRONMENTS || key == "$schema") {
        return None;
    }
    let finding = Diagnostic::error(Code::UnknownKey, format!("unknown key {} of an overlay", quote(key)));
    Some(finding.with_help("an overlay has `metadata`, `spec`, and `env` with both for each environment"))
}

/// Mappings are laid over each other key by key; everything else replaces what was there.
fn merge(below: &mut Node, above: &Entry, path: &Path, placed: &mut impl FnMut(&Path, &Entry)) {
    let Content::Mapping(entries_below) = &mut below.content else { return };
    let known = entries_below.iter().position(|entry| same_key(&entry.key.text, &above.key.text));
    match known.and_then(|index| entries_below.get_mut(index)) {
        Some(entry)
            if matches!((&entry.value.content, &above.value.content), (Content::Mapping(_), Content::Mapping(_))) =>
        {
            for inner in entries(&above.value) {
                merge(&mut entry.value, inner, &path.key(&inner.key.text), placed);
            }
        }
        Some(entry) => {
            *entry = above.clone();
            place_all(above, path, placed);
        }
        None => {
            entries_below.push(above.clone());
            place_all(above, path, placed);
        }
    }
}

/// All paths of an entry, outermost first: the last one that leads to a value is the nearest.
fn place_all(entry: &Entry, path: &Path, placed: &mut impl FnMut(&Path, &Entry)) {
    placed(path, entry);
    for inner in entries(&entry.value) {
        place_all(inner, &path.key(&inner.key.text), placed);
    }
}

/// A scalar is pointed at itself, everything else at its key.
fn entry_place(entry: &Entry, overlay: &Document) -> Place {
    let span = match &entry.value.content {
        Content::Scalar(_) => entry.value.span,
        Content::List(_) | Content::Mapping(_) => entry.key.span,
    };
    span.in_file(&overlay.file)
}
