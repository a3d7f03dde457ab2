//! Where every value of a run stands.

use crate::diagnostic::Place;

use super::events;
use super::limits::readable;
use super::path::Path;
use super::tree::{Content, Document, Entry, Node, Span};

/// Places of all values of all documents of a run.
#[derive(Clone, Debug, Default)]
pub struct Places {
    documents: Vec<Document>,
}

impl Places {
    pub(crate) fn of(documents: Vec<Document>) -> Self {
        Self { documents }
    }

    /// The place of a value such as `spec.env.secrets.API_KEY`, in either spelling of its keys,
    /// or of the nearest existing parent where it is missing.
    pub fn at(&self, document: usize, path: &str) -> Option<Place> {
        let document = self.documents.get(document)?;
        Some(document.place(&Path::parse(path).unwrap_or_default()))
    }

    /// The place of a value that stands in the document.
    pub fn of_value(&self, document: usize, path: &str) -> Option<Place> {
        let document = self.documents.get(document)?;
        let path = Path::parse(path)?;
        document.node(&path).map(|_| document.place(&path))
    }

    /// The file that a value was written into, its document there and its path, where that is not the document's own.
    pub fn written_elsewhere(&self, document: usize, path: &str) -> Option<(String, usize, String)> {
        let elsewhere = self.documents.get(document)?.elsewhere(&Path::parse(path)?)?;
        // An overlay is one document.
        Some((elsewhere.place.file.clone(), 0, elsewhere.written.as_ref()?.to_string()))
    }

    /// Which source a document stands in, and its index among the documents of that source.
    pub fn source(&self, document: usize) -> Option<(usize, usize)> {
        self.documents.get(document).map(|document| (document.source, document.index_in_source))
    }

    /// Number of documents of the run.
    pub fn count(&self) -> usize {
        self.documents.len()
    }
}

/// Text that must not be shown.
#[derive(Clone, Debug, Default)]
pub struct SecretText {
    /// All values under a key `secrets`, sorted.
    pub spans: Vec<Span>,
    /// The longer ones of these values, each once, which may stand elsewhere too.
    pub texts: Vec<String>,
}

/// Types of bindings whose values are secret.
const SECRET_TYPES: [&str; 2] = ["secret_text", "secret_key"];

/// Shortest value that is looked for elsewhere; a shorter one would hide half the file.
const SHORTEST_TEXT: usize = 4;

/// What must not be shown of a manifest; nothing for a text that can't be read whole.
pub fn secret_text(text: &str) -> Option<SecretText> {
    let (documents, findings) = events::documents(0, "", readable("", text).ok()?);
    // A value that was left out, as the second one of a key, has no span.
    if !findings.is_empty() {
        return None;
    }
    Some(secret_text_of(&documents.into_iter().map(|document| document.root).collect::<Vec<_>>()))
}

/// What must not be shown of these values.
pub(super) fn secret_text_of(roots: &[Node]) -> SecretText {
    let mut found = SecretText::default();
    roots.iter().for_each(|root| collect(root, false, &mut found));
    found.spans.sort();
    found.texts.sort();
    found.texts.dedup();
    found
}

/// A binding whose type says that its value is a secret: refused where it stands, and not shown either.
fn is_secret_binding(entries: &[Entry]) -> bool {
    let types = entries.iter().filter(|entry| entry.key.text == "type");
    types.filter_map(|entry| entry.value.scalar()).any(|scalar| SECRET_TYPES.contains(&scalar.text.as_str()))
}

fn collect(node: &Node, secret: bool, found: &mut SecretText) {
    match &node.content {
        Content::Scalar(scalar) if secret => {
            found.spans.push(node.span);
            if scalar.text.len() >= SHORTEST_TEXT {
                found.texts.push(scalar.text.clone());
            }
        }
        Content::Scalar(_) => {}
        Content::List(items) => items.iter().for_each(|item| collect(item, secret, found)),
        Content::Mapping(entries) => {
            let is_secret = |entry: &Entry| match entry.key.text.as_str() {
                "name" | "type" => false,
                key => key == "secrets" || is_secret_binding(entries),
            };
            entries.iter().for_each(|entry| collect(&entry.value, secret || is_secret(entry), found));
        }
    }
}
