//! Parts of the tree that the manifest's reader walks.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::limits::{MAX_DEPTH, MAX_NODES};
use crate::manifest::tree::{Content, Entry, Key, Node, Scalar, Span, Style};

/// Text, whatever it looks like.
pub(super) fn text(text: &str, span: Span) -> Node {
    scalar(text, Style::DoubleQuoted, span)
}

/// A number, a switch or nothing.
pub(super) fn plain(text: &str, span: Span) -> Node {
    scalar(text, Style::Plain, span)
}

fn scalar(text: &str, style: Style, span: Span) -> Node {
    Node { span, content: Content::Scalar(Scalar { text: text.to_owned(), style }) }
}

/// A list.
pub(super) fn list(items: Vec<Node>, span: Span) -> Node {
    Node { span, content: Content::List(items) }
}

/// A mapping.
pub(super) fn mapping(entries: Vec<Entry>, span: Span) -> Node {
    Node { span, content: Content::Mapping(entries) }
}

/// An entry whose key stands at a place.
pub(super) fn entry(key: &str, span: Span, value: Node) -> Entry {
    Entry { key: Key { text: key.to_owned(), span }, value }
}

/// The entries of a mapping; none of anything else.
pub(super) fn entries(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Mapping(entries) => entries,
        Content::List(_) | Content::Scalar(_) => &[],
    }
}

/// The items of a list; none of anything else.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.content {
        Content::List(items) => items,
        Content::Mapping(_) | Content::Scalar(_) => &[],
    }
}

/// The entry by exactly this key: wrangler knows one spelling alone.
pub(super) fn member<'node>(node: &'node Node, key: &str) -> Option<&'node Entry> {
    entries(node).iter().find(|entry| entry.key.text == key)
}

/// The text of a scalar that is one.
pub(super) fn text_of(node: &Node) -> Option<&str> {
    node.scalar().filter(|scalar| scalar.style != Style::Plain).map(|scalar| scalar.text.as_str())
}

/// Whether a switch is on or off.
pub(super) fn switch_of(node: &Node) -> Option<bool> {
    let scalar = node.scalar().filter(|scalar| scalar.style == Style::Plain)?;
    scalar.text.parse().ok()
}

/// The limits that manifests keep to.
///
/// # Errors
/// A finding for a tree that is too deep or too large.
pub(super) fn within_limits(root: &Node, file: &str) -> Result<(), Diagnostic> {
    let message = match () {
        () if root.height() > MAX_DEPTH => format!("nested deeper than {MAX_DEPTH} levels"),
        () if root.size() > MAX_NODES => format!("more than {MAX_NODES} values in one document"),
        () => return Ok(()),
    };
    let finding = Diagnostic::error(Code::Limit, message).with_help("`explain CFD0109` lists the limits of a manifest");
    Err(finding.at(Some(root.span.in_file(file))))
}
