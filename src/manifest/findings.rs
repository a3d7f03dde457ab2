//! Findings of one document, with their places.

use crate::diagnostic::{Code, Diagnostic, Place, any_error};

use super::path::Path;
use super::tree::{Document, Span};

/// Most findings that one document shows.
const MAX_FINDINGS: usize = 100;

/// Collects the findings of one document; what exceeds the limit is counted.
pub(crate) struct Findings<'document> {
    document: &'document Document,
    list: Vec<Diagnostic>,
    dropped: usize,
    dropped_error: bool,
}

impl<'document> Findings<'document> {
    /// No findings yet.
    pub(crate) fn of(document: &'document Document) -> Self {
        Self { document, list: Vec::new(), dropped: 0, dropped_error: false }
    }

    /// Adds a finding about the value at a path, or about the place where it is missing.
    pub(crate) fn add(&mut self, path: &Path, finding: Diagnostic) {
        if self.has_room(&finding) {
            let place = self.document.place(path);
            self.push(place, path, finding);
        }
    }

    /// Adds the finding of a value that did not pass.
    pub(crate) fn add_outcome<T>(&mut self, path: &Path, outcome: Result<T, Diagnostic>) {
        if let Err(finding) = outcome {
            self.add(path, finding);
        }
    }

    /// Adds a finding about a key or another span.
    pub(crate) fn add_at(&mut self, span: Span, path: &Path, finding: Diagnostic) {
        if self.has_room(&finding) {
            // What came from elsewhere, such as an overlay, has its spans there.
            let place = match self.document.is_set(path) {
                true => self.document.key_place(path),
                false => span.in_file(&self.document.file),
            };
            self.push(place, path, finding);
        }
    }

    /// Adds a finding about the key at the end of a path.
    pub(crate) fn add_key(&mut self, path: &Path, finding: Diagnostic) {
        if self.has_room(&finding) {
            let place = self.document.key_place(path);
            self.push(place, path, finding);
        }
    }

    /// The place of a part of the document, for a finding that names a second one.
    pub(crate) fn place(&self, span: Span) -> Place {
        span.in_file(&self.document.file)
    }

    /// The place of a value, for a finding that names a second one.
    pub(crate) fn value_place(&self, path: &Path) -> Place {
        self.document.place(path)
    }

    /// The place of a key, for a finding that names a second one.
    pub(crate) fn key_place(&self, path: &Path) -> Place {
        self.document.key_place(path)
    }

    /// Whether one of them stops the run and is about this value.
    pub(crate) fn hold_error_at(&self, path: &Path) -> bool {
        let path = path.to_string();
        self.list.iter().any(|finding| finding.is_error() && finding.path() == Some(path.as_str()))
    }

    /// Whether one of them stops the run.
    pub(crate) fn hold_error(&self) -> bool {
        self.dropped_error || any_error(&self.list)
    }

    /// All of them, and one that counts the rest.
    pub(crate) fn into_list(mut self) -> Vec<Diagnostic> {
        if self.dropped > 0 {
            let message = match self.dropped {
                1 => "one more finding in this document".to_owned(),
                dropped => format!("{dropped} more findings in this document"),
            };
            let rest = match self.dropped_error {
                true => Diagnostic::error(Code::TooMany, message),
                false => Diagnostic::warning(Code::TooMany, message),
            };
            let end = self.document.root.span;
            let last = Span { line: end.end_line, column: end.end_column, ..end };
            self.list.push(rest.at(Some(last.in_file(&self.document.file))));
        }
        self.list
    }

    fn push(&mut self, place: Place, path: &Path, finding: Diagnostic) {
        let finding = finding.at(Some(place));
        self.list.push(if path.steps().is_empty() { finding } else { finding.on(path.to_string()) });
    }

    fn has_room(&mut self, finding: &Diagnostic) -> bool {
        if self.list.len() < MAX_FINDINGS {
            return true;
        }
        self.dropped += 1;
        self.dropped_error |= finding.is_error();
        false
    }
}

/// INVARIANT: never seen; the shape check passes only what the types take, and the rules what lowering takes.
pub(crate) fn defect(what: &str) -> Diagnostic {
    Diagnostic::error(Code::Internal, format!("the manifest can't be read: {what}"))
        .with_help("please report this manifest")
}
