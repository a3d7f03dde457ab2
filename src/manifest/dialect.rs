//! Ways of writing documents that are no YAML: who knows one, makes the same tree of it.

use crate::diagnostic::Diagnostic;

use super::options::ReadOptions;
use super::tree::{Document, Node};

/// A way of writing documents, told by the name of the file.
pub(crate) trait Dialect: Sync {
    /// Whether files of this name are written so.
    fn is_for(&self, file: &str) -> bool;

    /// The documents of a text that [`super::limits::readable`] passed, each value at its place in the text, and what is
    /// wrong with it.
    fn documents(&self, given: &Given<'_>) -> (Vec<Document>, Vec<Diagnostic>);

    /// The names of the environments that a text has, beside what holds without one.
    fn environments(&self, file: &str, text: &str) -> Vec<String>;

    /// The parts of a text that are written as a manifest is, and may hold secrets as one may; nothing for a text that
    /// can't be read.
    fn manifest_in(&self, file: &str, text: &str) -> Option<Vec<Node>>;
}

/// A file that is read.
pub(crate) struct Given<'a> {
    /// Index among the sources of the run.
    pub source: usize,
    /// Its name.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
    /// What the run says.
    pub options: &'a ReadOptions,
    /// What is laid over it, written in YAML.
    pub overlay: Option<&'a Document>,
}
