//! Reads the multipart file of `wrangler deploy --dry-run --outfile FILE`: the body of an upload.
//!
//! Its boundary is its first line.

/// One part.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Name of the field.
    pub(super) name: String,
    /// File name, for files.
    pub(super) filename: Option<String>,
    /// Content type without parameters, lower case.
    pub(super) content_type: Option<String>,
    /// Content.
    pub(super) bytes: &'a [u8],
}

/// Whether the bytes begin as a multipart body does.
pub(super) fn is_multipart(bytes: &[u8]) -> bool {
    let Some((boundary, rest)) = first_line(bytes) else { return false };
    let begins = |line: &[u8]| line.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"));
    boundary.starts_with(b"--") && (3..=200).contains(&boundary.len()) && begins(rest)
}

/// Splits a multipart body.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parts(bytes: &[u8]) -> Result<Vec<Part<'_>>, String> {
    let (boundary, mut rest) = first_line(bytes).ok_or("it has no first line")?;
    let newline: &[u8] = if bytes.get(boundary.len()) == Some(&b'\r') { b"\r\n" } else { b"\n" };
    let delimiter = [newline, boundary].concat();
    let mut parts = Vec::new();
    loop {
        let (content, after) = next_part(rest, &delimiter)
            .ok_or_else(|| format!("part {} has no end: the file is cut off", parts.len() + 1))?;
        parts.push(part(content).map_err(|reason| format!("part {}: {reason}", parts.len() + 1))?);
        if after.starts_with(b"--") {
            return Ok(parts);
        }
        rest = after.strip_prefix(newline).unwrap_or(after);
    }
}

/// The content up to the next delimiter line, and what follows the delimiter.
fn next_part<'a>(rest: &'a [u8], delimiter: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    for start in memchr::memchr_iter(*delimiter.first()?, rest) {
        let Some(after) = rest.get(start..)?.strip_prefix(delimiter) else { continue };
        if after.starts_with(b"--") || after.starts_with(b"\r\n") || after.starts_with(b"\n") {
            return Some((rest.get(..start)?, after));
        }
    }
    None
}

fn first_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', bytes.get(..300.min(bytes.len()))?)?;
    let line = bytes.get(..end)?;
    Some((line.strip_suffix(b"\r").unwrap_or(line), bytes.get(end + 1..)?))
}

fn part(content: &[u8]) -> Result<Part<'_>, String> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let (length, headers) = match httparse::parse_headers(content, &mut headers) {
        Ok(httparse::Status::Complete(complete)) => complete,
        Ok(httparse::Status::Partial) => return Err("its headers have no end".into()),
        Err(error) => return Err(format!("its headers can't be read: {error}")),
    };
    let header = |name: &str| {
        let found = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let disposition = header("content-disposition").ok_or("it has no Content-Disposition")?;
    let name = parameter(disposition, "name").ok_or("it has no name")?;
    let content_type = header("content-type").map(|value| {
        let essence = value.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    });
    let bytes = content.get(length..).unwrap_or_default();
    Ok(Part { name, filename: parameter(disposition, "filename"), content_type, bytes })
}

/// A parameter of a header such as `form-data; name="a"; filename="b"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start());
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after.split_once(';')?.1;
    }
}

/// A quoted or bare value, unescaped both ways that are in use, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (value, after) = text.split_at_checked(end).unwrap_or((text, ""));
        return (value.trim().to_owned(), after);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => {
                let after = quoted.get(at + 1..).unwrap_or_default();
                return (value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"), after);
            }
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_multipart, parameter, parts};

    const FILE: &[u8] =
        b"------formdata-undici-0123\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{}\r\n\
        ------formdata-undici-0123\r\nContent-Disposition: form-data; name=\"a.js\"; filename=\"a.js\"\r\n\
        Content-Type: application/javascript+module; charset=utf-8\r\n\r\nx\r\n------formdata-undici-01234\r\n\0\r\n\
        ------formdata-undici-0123--\r\n";

    #[test]
    fn splits_at_whole_delimiters_only() {
        assert!(is_multipart(FILE));
        let parts = parts(FILE).expect("parts");
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].bytes, b"{}");
        assert_eq!(parts[0].filename, None);
        assert_eq!(parts[1].name, "a.js");
        assert_eq!(parts[1].content_type.as_deref(), Some("application/javascript+module"));
        assert_eq!(parts[1].bytes, b"x\r\n------formdata-undici-01234\r\n\0");
    }

    #[test]
    fn javascript_is_not_multipart() {
        for source in ["", "--", "export default {}", "--x;\nfoo()", "-- \n", "--a\r\nb: c"] {
            assert!(!is_multipart(source.as_bytes()), "{source}");
        }
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        for end in [FILE.len() - 6, FILE.len() / 2, 40] {
            assert!(parts(&FILE[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn names_are_unescaped() {
        let header = r#"form-data; name="a\"b%22c"; filename=bare.js ; x="y;z=1""#;
        assert_eq!(parameter(header, "name").as_deref(), Some("a\"b\"c"));
        assert_eq!(parameter(header, "filename").as_deref(), Some("bare.js"));
        assert_eq!(parameter(header, "z"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            is_multipart(&bytes);
            let _ = parts(&bytes);
        }

        #[test]
        fn any_cut_and_flip_is_parsed_or_refused(end in 0..FILE.len(), at in 0..FILE.len(), byte in any::<u8>()) {
            let mut file = FILE.to_vec();
            file[at] = byte;
            let _ = parts(&file[..end]);
        }
    }
}
