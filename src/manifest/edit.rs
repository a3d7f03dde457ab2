//! Rewriting one value of a manifest's text; everything else stays as it is, comments too.

use crate::diagnostic::Code;
use crate::error::{Error, Exit};

use super::events;
use super::limits::readable;
use super::path::Path;
use super::quote::quote;
use super::scalar::Meaning;
use super::tree::{Document, Scalar, Span, Style};

/// The text with another value at a path, in its old style of quotes where that can hold it.
///
/// `document` counts the non-empty documents of this text; keys match in either spelling.
///
/// # Errors
/// A text that can't be read, a path that names no scalar, a value that can't be written there.
pub fn set_value(text: &str, document: usize, path: &str, value: &str) -> Result<String, Error> {
    let body = readable("", text).map_err(|finding| refused(finding.message))?;
    let mark = text.strip_suffix(body).unwrap_or_default();
    let steps = Path::parse(path).ok_or_else(|| refused(format!("{} is not a path", quote(path))))?;
    let before = parsed(body)?;
    let (span, old) = scalar_at(&before, document, &steps)?;
    let range = byte_range(body, span).ok_or_else(|| refused(format!("{} can't be found again", quote(path))))?;
    let must_be_text = old.meaning() == Meaning::Text;
    for written in spellings(value, old.style) {
        let mut edited = body.to_owned();
        edited.replace_range(range.clone(), &written);
        if holds(&edited, &before, document, &steps, value, must_be_text) {
            return Ok(format!("{mark}{edited}"));
        }
    }
    let message = format!("the value can't be written at {}", quote(path));
    Err(refused(message).with_help("write the value there on one line, without an anchor that other values refer to"))
}

fn parsed(text: &str) -> Result<Vec<Document>, Error> {
    let (documents, findings) = events::documents(0, "", text);
    match findings.into_iter().next() {
        None => Ok(documents),
        Some(finding) => Err(refused(finding.message)),
    }
}

fn scalar_at<'documents>(
    documents: &'documents [Document],
    index: usize,
    path: &Path,
) -> Result<(Span, &'documents Scalar), Error> {
    let node = documents.get(index).and_then(|document| document.node(path));
    let scalar = node.and_then(|node| node.scalar().map(|scalar| (node.span, scalar)));
    let scalar = scalar.filter(|(_, scalar)| !(scalar.style == Style::Plain && scalar.text.is_empty()));
    scalar.ok_or_else(|| refused(format!("the manifest has no value at `{path}`")))
}

/// How the value may be written, best first.
fn spellings(value: &str, style: Style) -> Vec<String> {
    let single = format!("'{}'", value.replace('\'', "''"));
    let double = serde_json::Value::from(value).to_string();
    match style {
        Style::Plain => vec![value.to_owned(), double],
        Style::SingleQuoted => vec![single, double],
        Style::DoubleQuoted | Style::Block => vec![double],
    }
}

/// Whether the edited text reads as before, but for the value.
fn holds(edited: &str, before: &[Document], document: usize, path: &Path, value: &str, must_be_text: bool) -> bool {
    let Ok(after) = readable("", edited).map_err(drop).and_then(|text| parsed(text).map_err(drop)) else {
        return false;
    };
    let Ok((_, new)) = scalar_at(&after, document, path) else { return false };
    let kind_holds = !must_be_text || new.meaning() == Meaning::Text;
    new.text == value && kind_holds && shape_of(&after, document, path) == shape_of(before, document, path)
}

/// All texts of all documents, in order, but the one at the path.
fn shape_of<'documents>(documents: &'documents [Document], document: usize, path: &Path) -> Vec<&'documents str> {
    let mut texts = Vec::new();
    for (index, each) in documents.iter().enumerate() {
        let skipped = each.node(path).filter(|_| index == document);
        each.root.each_text(skipped, &mut texts);
    }
    texts
}

fn byte_range(text: &str, span: Span) -> Option<std::ops::Range<usize>> {
    let start = offset(text, span.line, span.column)?;
    let end = offset(text, span.end_line, span.end_column)?;
    (start <= end).then_some(start..end)
}

/// The byte offset of a line and column.
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start = match line {
        1 => 0,
        _ => text.match_indices('\n').nth(line - 2)?.0 + 1,
    };
    let rest = text.get(start..)?;
    let within = rest.char_indices().map(|(offset, _)| offset).chain([rest.len()]).nth(column - 1)?;
    Some(start + within)
}

fn refused(message: String) -> Error {
    Error::new(Code::Set, Exit::BadManifest, message).with_help("edit the file by hand")
}

#[cfg(test)]
mod tests {
    use super::set_value;

    const TEXT: &str = "# top\r\nspec: # here\n  script:\n    bundle:\n      bucket: b\n      path: app/v1.js   # the code\n      sha256: 'x'\n  n: \"ü\" # ü\n---\nspec: {script: {bundle: {path: \"a\", bucket: b}}}\n";

    fn path(document: usize, value: &str) -> String {
        set_value(TEXT, document, "spec.script.bundle.path", value).expect("edited")
    }

    #[test]
    fn changes_one_value_and_nothing_else() {
        assert_eq!(path(0, "app/v2.js"), TEXT.replace("app/v1.js", "app/v2.js"));
        assert_eq!(path(1, "app/v2.js"), TEXT.replace("\"a\"", "\"app/v2.js\""));
        let edited = set_value(TEXT, 0, "spec.script.bundle.sha256", "it's").expect("edited");
        assert_eq!(edited, TEXT.replace("'x'", "'it''s'"));
        let marked = format!("\u{feff}{TEXT}");
        let edited = set_value(&marked, 0, "spec.n", "ö").expect("edited");
        assert_eq!(edited, marked.replace("\"ü\"", "\"ö\""));
    }

    #[test]
    fn quotes_what_needs_quotes() {
        for value in ["123", "true", "a: b", "# x", "", "a\nb", "- a", "*a", "x #y"] {
            let quoted = serde_json::Value::from(value).to_string();
            assert_eq!(path(0, value), TEXT.replace("app/v1.js", &quoted), "{value}");
        }
    }

    #[test]
    fn an_anchor_that_another_value_refers_to_is_refused_and_a_reference_is_written_over() {
        assert!(set_value("a: &x app/v1.js\nb: *x\n", 0, "a", "app/v2.js").is_err());
        assert_eq!(set_value("b: &x 1\na: *x\n", 0, "a", "app/v2.js").expect("edited"), "b: &x 1\na: app/v2.js\n");
    }

    #[test]
    fn writes_only_what_can_be_read() {
        assert_eq!(path(0, "a\u{1b}b"), TEXT.replace("app/v1.js", "\"a\\u001bb\""));
        assert!(set_value(TEXT, 0, "spec.n", "\u{7f}").is_err(), "JSON does not escape it, YAML does not allow it");
    }

    #[test]
    fn refuses_what_is_no_scalar() {
        assert!(set_value(TEXT, 0, "spec.script.bundle", "x").is_err());
        assert!(set_value(TEXT, 0, "spec.nope", "x").is_err());
        assert!(set_value(TEXT, 7, "spec.n", "x").is_err());
        assert!(set_value("a: [", 0, "a", "x").is_err());
    }
}
