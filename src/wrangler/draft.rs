//! The manifest that comes of a configuration, as far as it got.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::quote;
use crate::manifest::tree::{Content, Entry, Node, Span};

use super::tree;

/// What was read so far.
pub(super) struct Draft<'a> {
    file: &'a str,
    /// `spec`, a mapping.
    spec: Node,
    /// Documents of stores that are made.
    pub stores: Vec<Node>,
    /// What there is to say.
    pub findings: Vec<Diagnostic>,
}

impl<'a> Draft<'a> {
    /// Nothing yet; `span` is where the configuration stands.
    pub(super) fn new(file: &'a str, span: Span) -> Self {
        Self { file, spec: tree::mapping(Vec::new(), span), stores: Vec::new(), findings: Vec::new() }
    }

    /// `spec`, the documents of stores, and what there is to say.
    pub(super) fn finish(self) -> (Node, Vec<Node>, Vec<Diagnostic>) {
        (self.spec, self.stores, self.findings)
    }

    /// Puts a value at a path under `spec`; `key` is where its key stands.
    pub(super) fn put(&mut self, path: &[&str], key: Span, value: Node) {
        let Some((last, parents)) = path.split_last() else { return };
        let mut node = &mut self.spec;
        for parent in parents {
            let Some(next) = child(node, parent, key, || tree::mapping(Vec::new(), key)) else { return };
            node = next;
        }
        if let Content::Mapping(entries) = &mut node.content {
            entries.retain(|entry| entry.key.text != *last);
            entries.push(tree::entry(last, key, value));
        }
    }

    /// Adds an item to a list under `spec`.
    pub(super) fn push(&mut self, list: &str, key: Span, item: Node) {
        let list = child(&mut self.spec, list, key, || tree::list(Vec::new(), key));
        if let Some(Node { content: Content::List(items), .. }) = list {
            items.push(item);
        }
    }

    /// The value of a key of `spec`.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        tree::member(&self.spec, key).map(|entry| &entry.value)
    }

    /// Says something about a place; `path` is that of the value in the configuration.
    pub(super) fn tell(&mut self, span: Span, path: &str, finding: Diagnostic) {
        self.findings.push(finding.at(Some(span.in_file(self.file))).on(path));
    }

    /// Says that a key is left out, and that the Worker works without it.
    pub(super) fn left(&mut self, entry: &Entry, path: &str, why: &str) {
        let finding = Diagnostic::warning(Code::NoEquivalent, format!("{} is left out", quote(path)));
        self.tell(entry.key.span, path, finding.with_help(why));
    }

    /// Says that a key can't be left out.
    pub(super) fn lost(&mut self, entry: &Entry, path: &str, why: &str) {
        let finding = Diagnostic::error(Code::NoEquivalent, format!("{} has no equivalent here", quote(path)));
        self.tell(entry.key.span, path, finding.with_help(why));
    }
}

/// The value of a key of a mapping, made where it is missing; nothing in what is no mapping.
fn child<'node>(node: &'node mut Node, key: &str, span: Span, new: impl FnOnce() -> Node) -> Option<&'node mut Node> {
    let Content::Mapping(entries) = &mut node.content else { return None };
    let index = match entries.iter().position(|entry| entry.key.text == key) {
        Some(index) => index,
        None => {
            entries.push(tree::entry(key, span, new()));
            entries.len() - 1
        }
    };
    entries.get_mut(index).map(|entry| &mut entry.value)
}
