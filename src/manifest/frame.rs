//! A list or mapping that is still open while its values come in.

use std::collections::BTreeMap;

use super::tree::{Content, Entry, Key, Node, Span, Style};

/// A list or mapping without its end.
pub(super) struct Frame {
    /// Its first character.
    pub start: Span,
    /// Number of its anchor; 0: none.
    pub anchor: usize,
    held: Held,
}

enum Held {
    List(Vec<Node>),
    Mapping { entries: Vec<Entry>, keys: BTreeMap<String, Span>, key: Option<Key> },
}

/// Why a value has no place in a mapping.
pub(super) enum Fault {
    /// The key `<<`, bare.
    MergeKey(Span),
    /// A list or mapping as a key.
    ComplexKey(Span),
    /// A key that is there already; its value is left out.
    Duplicate {
        /// The second one.
        key: Key,
        /// The first one.
        first: Span,
    },
}

impl Frame {
    /// An empty list.
    pub(super) fn list(start: Span, anchor: usize) -> Self {
        Self { start, anchor, held: Held::List(Vec::new()) }
    }

    /// An empty mapping.
    pub(super) fn mapping(start: Span, anchor: usize) -> Self {
        Self { start, anchor, held: Held::Mapping { entries: Vec::new(), keys: BTreeMap::new(), key: None } }
    }

    /// Takes the next value: an item, a key, or the value of the key before it.
    ///
    /// # Errors
    /// Why the value is not taken.
    pub(super) fn take(&mut self, node: Node) -> Result<(), Fault> {
        match &mut self.held {
            Held::List(items) => items.push(node),
            Held::Mapping { entries, keys, key } => match key.take() {
                None => *key = Some(key_of(node)?),
                Some(key) => {
                    if let Some(first) = keys.get(&key.text) {
                        return Err(Fault::Duplicate { first: *first, key });
                    }
                    keys.insert(key.text.clone(), key.span);
                    entries.push(Entry { key, value: node });
                }
            },
        }
        Ok(())
    }

    /// The list or mapping, ended.
    pub(super) fn close(self, end: Span) -> Node {
        let content = match self.held {
            Held::List(items) => Content::List(items),
            Held::Mapping { entries, .. } => Content::Mapping(entries),
        };
        Node { span: Span { end_line: end.end_line, end_column: end.end_column, ..self.start }, content }
    }
}

fn key_of(node: Node) -> Result<Key, Fault> {
    match node.content {
        Content::Scalar(scalar) if scalar.style == Style::Plain && scalar.text == "<<" => {
            Err(Fault::MergeKey(node.span))
        }
        Content::Scalar(scalar) => Ok(Key { text: scalar.text, span: node.span }),
        Content::List(_) | Content::Mapping(_) => Err(Fault::ComplexKey(node.span)),
    }
}
