//! Texts that refer to other resources where nothing is put in their place: none of them is ever sent.

use crate::diagnostic::{Code, Diagnostic};

use super::findings::Findings;
use super::keys::snake_case;
use super::path::Path;
use super::quote::quote;
use super::reference::{self, Text};
use super::referring;
use super::tree::{Content, Document, Node};

/// Blocks whose values have rules of their own, for each text in them.
const WITH_RULES: [&str; 2] = ["spec.bindings", "spec.env"];

/// Tells each reference in a field that takes none.
pub(super) fn check(document: &Document, kind: &str, findings: &mut Findings<'_>) {
    let path = Path::default().key("spec");
    if let Some(spec) = document.node(&path) {
        walk(spec, &path, kind, findings);
    }
}

fn walk(node: &Node, path: &Path, kind: &str, findings: &mut Findings<'_>) {
    match &node.content {
        Content::Scalar(scalar) => {
            let refers = scalar.text.starts_with('$') && !matches!(reference::read(&scalar.text), Ok(Text::Plain));
            if refers && !is_read(path, kind) && !findings.hold_error_at(path) {
                let message = format!("{} is not replaced here", quote(&scalar.text));
                let help = "write the value itself; docs/manifest.md lists the fields that take references";
                findings.add(path, Diagnostic::error(Code::Reference, message).with_help(help));
            }
        }
        Content::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &path.index(index), kind, findings));
        }
        Content::Mapping(entries) => {
            for entry in entries {
                walk(&entry.value, &path.key(&snake_case(&entry.key.text)), kind, findings);
            }
        }
    }
}

/// Whether whoever reads the field looks for references.
fn is_read(path: &Path, kind: &str) -> bool {
    let path = path.to_string();
    let mut fields = WITH_RULES.into_iter().chain(referring::fields_of(kind));
    fields.any(|field| path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '['])))
}
