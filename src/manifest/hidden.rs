//! Characters that can't be seen, written out or as escapes, outside the values of variables.

use crate::diagnostic::{Code, Diagnostic, is_invisible};

use super::limits::hidden_characters;
use super::path::Path;
use super::tree::{Content, Document, Node, Span};

/// A finding for each invisible character of a file, and for each text that holds one by an escape.
pub(super) fn check(file: &str, text: &str, documents: &[Document]) -> Vec<Diagnostic> {
    let allowed: Vec<Span> = documents.iter().flat_map(variable_spans).collect();
    let written = hidden_characters(text, &allowed);
    let mut escaped = Vec::new();
    for document in documents {
        collect(&document.root, &allowed, &mut escaped);
    }
    escaped.retain(|(_, span)| !written.iter().any(|(_, at)| span.contains(at.line, at.column)));
    written.into_iter().chain(escaped).map(|(character, span)| finding(file, character, span)).collect()
}

fn finding(file: &str, character: char, span: Span) -> Diagnostic {
    let message = format!("invisible character U+{:04X}", u32::from(character));
    Diagnostic::error(Code::HiddenCharacter, message)
        .with_help("remove it; only values of `env.variables` may hold such characters")
        .at(Some(span.in_file(file)))
}

fn variable_spans(document: &Document) -> Vec<Span> {
    let path = Path::default().key("spec").key("env").key("variables");
    match document.node(&path).map(|node| &node.content) {
        Some(Content::Mapping(entries)) => entries.iter().map(|entry| entry.value.span).collect(),
        _ => Vec::new(),
    }
}

/// Keys and scalars from here downwards that hold an invisible character once they are read.
fn collect(node: &Node, allowed: &[Span], found: &mut Vec<(char, Span)>) {
    let mut look = |text: &str, span: Span| {
        let hidden = text.chars().find(|character| is_invisible(*character));
        found.extend(hidden.filter(|_| !allowed.contains(&span)).map(|character| (character, span)));
    };
    match &node.content {
        Content::Scalar(scalar) => look(&scalar.text, node.span),
        Content::List(items) => items.iter().for_each(|item| collect(item, allowed, found)),
        Content::Mapping(entries) => {
            entries.iter().for_each(|entry| look(&entry.key.text, entry.key.span));
            entries.iter().for_each(|entry| collect(&entry.value, allowed, found));
        }
    }
}
