//! What a document describes.

use crate::diagnostic::{Code, Diagnostic};

use super::findings::Findings;
use super::nearest::nearest;
use super::path::Path;
use super::quote::quote;
use super::scalar::Meaning;
use super::schema::WORKER;
use super::tree::Document;

/// What `kind` says about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It can be checked as a Worker; a missing or unreadable `kind` is told by the shape check.
    Worker,
    /// A misspelt Worker, told: the rest can be checked as one.
    Misspelt,
    /// Something else, told: the rest can't be checked.
    Other,
}

/// Reads `kind` and tells when it is not the one that we know.
pub(super) fn of(document: &Document, findings: &mut Findings<'_>) -> Kind {
    let path = path();
    let Some(scalar) = document.node(&path).and_then(|node| node.scalar()) else { return Kind::Worker };
    if scalar.text == WORKER || scalar.meaning() != Meaning::Text {
        return Kind::Worker;
    }
    let near = nearest(&scalar.text, [WORKER]).filter(|_| !is_sibling(&scalar.text));
    let finding = Diagnostic::error(Code::UnknownKind, format!("unknown kind {}", quote(&scalar.text)));
    findings.add(
        &path,
        match near {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding.with_help(format!("this release knows `{WORKER}`")),
        },
    );
    if near.is_some() { Kind::Misspelt } else { Kind::Other }
}

/// `kind`.
pub(super) fn path() -> Path {
    Path::default().key("kind")
}

/// Another kind of the original system, which shares the front of its name with ours.
fn is_sibling(text: &str) -> bool {
    super::reference::kind_by_name(text).is_ok()
}
