//! A document as it was written: raw scalars, their style, the place of every key and value.

use std::rc::Rc;

use crate::diagnostic::Place;

use super::keys::same_key;
use super::path::{Path, Step};

/// From a first character to after a last one; lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the last character.
    pub end_line: usize,
    /// Column after the last character.
    pub end_column: usize,
}

impl Span {
    /// Whether a character at this place lies inside.
    pub fn contains(&self, line: usize, column: usize) -> bool {
        (self.line, self.column) <= (line, column) && (line, column) < (self.end_line, self.end_column)
    }

    /// The part of it that lies before the end of the text.
    pub fn within(self, end: (usize, usize)) -> Self {
        let (line, column) = (self.line, self.column).min(end);
        let (end_line, end_column) = (self.end_line, self.end_column).min(end);
        Self { line, column, end_line, end_column }
    }

    /// The same span as findings name it.
    pub fn in_file(self, file: &str) -> Place {
        Place {
            file: file.to_owned(),
            line: self.line,
            column: self.column,
            end_line: self.end_line,
            end_column: self.end_column,
        }
    }
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Bare: its text decides whether it is text, a number, a bool or nothing.
    Plain,
    /// In single quotes: text.
    SingleQuoted,
    /// In double quotes: text.
    DoubleQuoted,
    /// A `|` or `>` block: text.
    Block,
}

/// A scalar, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    /// Its text, escapes and folding resolved.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// From its first to its last character.
    pub span: Span,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Text, a number, a bool or nothing.
    Scalar(Scalar),
    /// Items in order.
    List(Vec<Node>),
    /// Entries in order; keys are unique.
    Mapping(Vec<Entry>),
}

/// An entry of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// A key of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Node {
    /// The entry of a mapping by this key, in the spelling given or in the other case (`accountId`, `account_id`).
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        let Content::Mapping(entries) = &self.content else { return None };
        let exact = entries.iter().find(|entry| entry.key.text == key);
        exact.or_else(|| entries.iter().find(|entry| same_key(&entry.key.text, key)))
    }

    /// The scalar, if it is one.
    pub(crate) fn scalar(&self) -> Option<&Scalar> {
        match &self.content {
            Content::Scalar(scalar) => Some(scalar),
            Content::List(_) | Content::Mapping(_) => None,
        }
    }

    /// Levels of lists and mappings from here downwards; 0 for a scalar.
    pub(crate) fn height(&self) -> usize {
        match &self.content {
            Content::Scalar(_) => 0,
            Content::List(items) => 1 + items.iter().map(Self::height).max().unwrap_or(0),
            Content::Mapping(entries) => 1 + entries.iter().map(|entry| entry.value.height()).max().unwrap_or(0),
        }
    }

    /// Number of nodes from here downwards, itself and keys included.
    pub(crate) fn size(&self) -> usize {
        match &self.content {
            Content::Scalar(_) => 1,
            Content::List(items) => 1 + items.iter().map(Self::size).sum::<usize>(),
            Content::Mapping(entries) => 1 + entries.iter().map(|entry| 1 + entry.value.size()).sum::<usize>(),
        }
    }

    /// Texts of all scalars and keys from here downwards, in order, but of one node.
    pub(crate) fn each_text<'node>(&'node self, skipped: Option<&Self>, texts: &mut Vec<&'node str>) {
        if skipped.is_some_and(|skipped| std::ptr::eq(self, skipped)) {
            return;
        }
        match &self.content {
            Content::Scalar(scalar) => texts.push(&scalar.text),
            Content::List(items) => items.iter().for_each(|item| item.each_text(skipped, texts)),
            Content::Mapping(entries) => entries.iter().for_each(|entry| {
                texts.push(&entry.key.text);
                entry.value.each_text(skipped, texts);
            }),
        }
    }

    /// What to point at: a scalar or a flow collection whole, else its first character.
    fn pointer(&self) -> Span {
        if self.span.line == self.span.end_line {
            return self.span;
        }
        match self.content {
            Content::Scalar(_) => self.span,
            Content::List(_) | Content::Mapping(_) => {
                Span { end_line: self.span.line, end_column: self.span.column + 1, ..self.span }
            }
        }
    }
}

/// A value of a document that was given elsewhere than in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// Its path in the document.
    pub path: Path,
    /// Where it was given.
    pub place: Place,
    /// Its path in the file where it was given; nothing on the command line.
    pub written: Option<Path>,
}

/// One non-empty document of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// Name of its file.
    pub file: Rc<str>,
    /// Index of its source among the sources.
    pub source: usize,
    /// Index among the non-empty documents of its source.
    pub index_in_source: usize,
    /// Something of it was left out and told so, as the second value of a key.
    pub damaged: bool,
    /// Values from the command line or from an overlay, outermost first.
    pub set: Vec<Elsewhere>,
    /// Its value.
    pub root: Node,
}

impl Document {
    /// The place of a value, or of the nearest existing parent where it is missing.
    ///
    /// A scalar is pointed at itself; a list or mapping, and an empty value, at its key.
    pub(crate) fn place(&self, path: &Path) -> Place {
        match self.elsewhere(path) {
            Some(elsewhere) => elsewhere.place.clone(),
            None => self.span(path).in_file(&self.file),
        }
    }

    /// The place of the key at the end of a path, or where its value would be looked for.
    pub(crate) fn key_place(&self, path: &Path) -> Place {
        if self.is_set(path) {
            return self.place(path);
        }
        let parent = path.parent().and_then(|(parent, key)| Some((self.node(&parent)?, key)));
        match parent.and_then(|(parent, key)| parent.entry(&key)) {
            Some(entry) => entry.key.span.in_file(&self.file),
            None => self.place(path),
        }
    }

    /// Whether a value was given elsewhere than in the file of the document.
    pub(crate) fn is_set(&self, path: &Path) -> bool {
        self.elsewhere(path).is_some()
    }

    /// Where a value was given, if not in the file of the document.
    pub(crate) fn elsewhere(&self, path: &Path) -> Option<&Elsewhere> {
        self.set.iter().rev().find(|elsewhere| path.starts_with(&elsewhere.path))
    }

    /// The value at a path, if it exists.
    pub(crate) fn node(&self, path: &Path) -> Option<&Node> {
        path.steps().iter().try_fold(&self.root, |node, step| match (step, &node.content) {
            (Step::Key(key), Content::Mapping(_)) => node.entry(key).map(|entry| &entry.value),
            (Step::Index(index), Content::List(items)) => items.get(*index),
            _ => None,
        })
    }

    fn span(&self, path: &Path) -> Span {
        let mut node = &self.root;
        let mut span = self.root.pointer();
        for step in path.steps() {
            let (next, pointer) = match (step, &node.content) {
                (Step::Key(key), Content::Mapping(_)) => match node.entry(key) {
                    Some(entry) => (&entry.value, entry_pointer(entry)),
                    None => return span,
                },
                (Step::Index(index), Content::List(items)) => match items.get(*index) {
                    Some(item) => (item, item.pointer()),
                    None => return span,
                },
                _ => return span,
            };
            (node, span) = (next, pointer);
        }
        span
    }
}

/// The value where it is a scalar that can be seen, else the key.
fn entry_pointer(entry: &Entry) -> Span {
    match &entry.value.content {
        Content::Scalar(scalar) if scalar.style != Style::Plain || !scalar.text.is_empty() => entry.value.span,
        _ => entry.key.span,
    }
}
