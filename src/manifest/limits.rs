//! What a file may hold before any parser sees it, and how much of it.

use crate::diagnostic::{Code, Diagnostic, is_invisible};

use super::tree::Span;

/// Longest file, in bytes.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// Deepest nesting of lists and mappings.
pub(crate) const MAX_DEPTH: usize = 32;
/// Most aliases in a file.
pub(super) const MAX_ALIASES: usize = 100;
/// Most nodes in a document, keys and what aliases repeat included.
pub(crate) const MAX_NODES: usize = 10_000;
/// Most documents in a file.
pub(super) const MAX_DOCUMENTS: usize = 1_000;
/// Most hidden characters that are listed for a file.
const MAX_HIDDEN: usize = 10;

/// The text without its byte order mark.
///
/// # Errors
/// A finding for a file that is too large, is not UTF-8, or holds characters that YAML does not allow.
pub(super) fn readable<'text>(file: &str, text: &'text str) -> Result<&'text str, Diagnostic> {
    if text.len() > MAX_BYTES {
        let message = format!("the file is larger than 1 MiB ({} bytes)", text.len());
        return Err(Diagnostic::error(Code::Limit, message)
            .with_help("split it; one run reads several files")
            .at(Some(START.in_file(file))));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let starts_undecoded = text.starts_with('\u{fffd}');
    match text.char_indices().find(|(at, character)| starts_undecoded || !is_allowed(text, *at, *character)) {
        None => Ok(text),
        Some((offset, character)) => Err(unprintable(text, offset, character).at(Some(at(text, offset).in_file(file)))),
    }
}

/// Invisible characters in a readable text, each with its place, except those inside `allowed` spans (sorted).
pub(super) fn hidden_characters(text: &str, allowed: &[Span]) -> Vec<(char, Span)> {
    let mut allowed = allowed.iter().peekable();
    let mut found = Vec::new();
    let (mut line, mut column) = (1, 1);
    for character in text.chars() {
        if is_invisible(character) {
            while allowed.next_if(|span| (span.end_line, span.end_column) <= (line, column)).is_some() {}
            if !allowed.peek().is_some_and(|span| span.contains(line, column)) {
                found.push((character, Span { line, column, end_line: line, end_column: column + 1 }));
            }
        }
        (line, column) = if character == '\n' { (line + 1, 1) } else { (line, column + 1) };
        if found.len() == MAX_HIDDEN {
            break;
        }
    }
    found
}

const START: Span = Span { line: 1, column: 1, end_line: 1, end_column: 1 };

fn unprintable(text: &str, offset: usize, character: char) -> Diagnostic {
    if character == '\0' && looks_like_utf16(text) {
        return Diagnostic::error(Code::Encoding, "the file is UTF-16, not UTF-8").with_help("save it as UTF-8");
    }
    if character == '\u{fffd}' && offset == 0 {
        return Diagnostic::error(Code::Encoding, "the file is not UTF-8").with_help("save it as UTF-8");
    }
    if character == '\r' {
        return Diagnostic::error(Code::Encoding, "a carriage return without a line feed ends a line")
            .with_help("save the file with LF or CRLF at the end of its lines");
    }
    let name = if character == '\0' { "NUL" } else { "control" };
    Diagnostic::error(Code::Encoding, format!("{name} character U+{:04X} in the file", u32::from(character)))
        .with_help("YAML allows no such character; remove it, or write it as an escape in double quotes")
}

/// UTF-16 read as UTF-8: every other character of the first ones is NUL.
fn looks_like_utf16(text: &str) -> bool {
    let nuls = text.chars().take(64).filter(|character| *character == '\0').count();
    nuls * 3 >= text.chars().take(64).count()
}

/// YAML takes a bare carriage return for the end of a line, editors don't: no place would be the same to both.
fn is_allowed(text: &str, at: usize, character: char) -> bool {
    match character {
        '\r' => text.as_bytes().get(at + 1) == Some(&b'\n'),
        other => is_printable(other),
    }
}

/// The YAML 1.2 set of printable characters.
fn is_printable(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' | '\u{85}' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => !other.is_control(),
    }
}

/// The place of the character at a byte offset.
fn at(text: &str, offset: usize) -> Span {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Span { line, column, end_line: line, end_column: column + 1 }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, hidden_characters, readable};
    use crate::diagnostic::Code;

    fn refusal(text: &str) -> (Code, usize, usize) {
        let finding = readable("a.yaml", text).expect_err("refused");
        let place = finding.place.expect("a place");
        (finding.code, place.line, place.column)
    }

    #[test]
    fn takes_a_byte_order_mark_and_crlf() {
        assert_eq!(readable("a.yaml", "\u{feff}a: 1\r\n"), Ok("a: 1\r\n"));
    }

    #[test]
    fn refuses_by_name() {
        assert_eq!(refusal("a: 1\nbc: \0"), (Code::Encoding, 2, 5));
        assert_eq!(refusal("a: \u{1b}[31m"), (Code::Encoding, 1, 4));
        assert_eq!(refusal("a: 1\r\nb: 2\rc: 3"), (Code::Encoding, 2, 5));
        assert_eq!(refusal("\u{fffd}\u{fffd}a\0:\0"), (Code::Encoding, 1, 1));
        assert_eq!(refusal(&"a".repeat(MAX_BYTES + 1)), (Code::Limit, 1, 1));
        let utf16 = readable("a.yaml", "\0a\0p\0i").expect_err("refused");
        assert!(utf16.message.contains("UTF-16"), "{}", utf16.message);
    }

    #[test]
    fn finds_what_cannot_be_seen() {
        let found = hidden_characters("a: b\nc: \u{202e}d\u{200b}", &[]);
        let places: Vec<_> = found.iter().map(|(_, span)| (span.line, span.column)).collect();
        assert_eq!(places, [(2, 4), (2, 6)]);
    }
}
