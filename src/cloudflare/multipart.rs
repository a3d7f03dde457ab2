//! `multipart/form-data` as bytes: the same parts give the same bytes. The content of a part is never copied.
//!
//! <https://www.rfc-editor.org/rfc/rfc7578>

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::http::Content;
use crate::model::hex;

/// One part.
pub(crate) struct Part<'a> {
    /// Name of the field.
    pub(crate) name: &'a str,
    /// File name, for files.
    pub(crate) filename: Option<&'a str>,
    /// Content type.
    pub(crate) content_type: &'a str,
    /// Content.
    pub(crate) bytes: Bytes,
}

/// Content type with its boundary, and the body.
///
/// The boundary comes from the content's hash: no content can hold its own.
pub(crate) fn encode(parts: &[Part<'_>]) -> (String, Content) {
    let heads: Vec<String> = parts.iter().map(head).collect();
    let boundary = boundary(parts, &heads);
    let mut pieces = Vec::with_capacity(2 * parts.len() + 1);
    let mut start = "";
    for (part, head) in parts.iter().zip(&heads) {
        pieces.push(Bytes::from(format!("{start}--{boundary}\r\n{head}\r\n\r\n")));
        pieces.push(part.bytes.clone());
        start = "\r\n";
    }
    pieces.push(Bytes::from(format!("{start}--{boundary}--\r\n")));
    (format!("multipart/form-data; boundary={boundary}"), pieces.into())
}

fn head(part: &Part<'_>) -> String {
    let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(part.name));
    if let Some(filename) = part.filename {
        head.push_str(&format!("; filename=\"{}\"", quoted(filename)));
    }
    head.push_str("\r\nContent-Type: ");
    head.extend(part.content_type.chars().filter(|character| !character.is_control()));
    head
}

/// A name inside quotes. Control characters can't be said there at all; names are checked where they come in.
fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len());
    for character in name.chars().filter(|character| !character.is_control()) {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted
}

fn boundary(parts: &[Part<'_>], heads: &[String]) -> String {
    let mut digest = Sha256::new();
    for (part, head) in parts.iter().zip(heads) {
        digest.update(head.as_bytes());
        digest.update((part.bytes.len() as u64).to_be_bytes());
        digest.update(&part.bytes);
    }
    let mut hash = hex(&digest.finalize());
    hash.truncate(40);
    format!("cfworker-deploy-{hash}")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Part, encode};

    #[test]
    fn golden_bytes() {
        let parts = [
            Part {
                name: "metadata",
                filename: None,
                content_type: "application/json",
                bytes: Bytes::from_static(b"{}"),
            },
            Part {
                name: "lib/a\"b\\c.js",
                filename: Some("lib/a\"b\\c.js"),
                content_type: "application/javascript+module",
                bytes: Bytes::from_static(b"export{}\r\n--\0\xff"),
            },
        ];
        let (content_type, body) = encode(&parts);
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("a boundary");
        let mut expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\
             Content-Type: application/json\r\n\r\n{{}}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"lib/a\\\"b\\\\c.js\"; filename=\"lib/a\\\"b\\\\c.js\"\r\n\
             Content-Type: application/javascript+module\r\n\r\nexport{{}}\r\n--"
        )
        .into_bytes();
        expected.extend_from_slice(b"\0\xff");
        expected.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        assert_eq!(String::from_utf8_lossy(&body.to_vec()), String::from_utf8_lossy(&expected));
        assert_eq!(boundary, "cfworker-deploy-1c3e7fa7a855ddbb1bd5b124d0612cbbc9a63f4f");
    }

    #[test]
    fn the_content_of_a_part_is_sent_from_where_it_lies() {
        let code = Bytes::from(vec![b'x'; 100_000]);
        let part = Part { name: "a.js", filename: None, content_type: "text/javascript", bytes: code.clone() };
        let (_, body) = encode(&[part]);
        let found = body.pieces().iter().find(|piece| piece.len() == code.len()).expect("the code in one piece");
        assert_eq!(found.as_ptr(), code.as_ptr());
        assert!(body.size() - code.len() < 400);
    }

    #[test]
    fn the_boundary_depends_on_every_byte_and_on_where_parts_end() {
        let part = |name, bytes| Part { name, filename: None, content_type: "a/b", bytes: Bytes::from_static(bytes) };
        let one = |name, bytes: &'static [u8]| encode(&[part(name, bytes)]).0;
        let all = [one("a", b"x"), one("a", b"y"), one("b", b"x"), one("a", b"")];
        for (index, boundary) in all.iter().enumerate() {
            assert!(!all.iter().skip(index + 1).any(|other| other == boundary), "{boundary}");
        }
        assert_eq!(one("a", b"x"), one("a", b"x"));
    }
}
