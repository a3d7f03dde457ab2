//! Multipart forms, read as strictly as an upload deserves.

use super::{Call, Refused};

pub(super) struct Part<'a> {
    pub name: String,
    pub filename: Option<String>,
    pub content_type: String,
    pub bytes: &'a [u8],
}

const BAD: Refused = (400, 10026, "could not parse request body");

pub(super) fn parts(call: &Call) -> Result<Vec<Part<'_>>, Refused> {
    let boundary = call.content_type.strip_prefix("multipart/form-data; boundary=").ok_or(BAD)?;
    let (first, next) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    let mut rest = call.body.strip_prefix(first.as_bytes()).ok_or(BAD)?;
    let mut parts = Vec::new();
    loop {
        let end = find(rest, next.as_bytes()).ok_or(BAD)?;
        parts.push(part(&rest[..end])?);
        rest = &rest[end + next.len()..];
        match rest {
            b"--\r\n" => return Ok(parts),
            _ => rest = rest.strip_prefix(b"\r\n").ok_or(BAD)?,
        }
    }
}

fn part(bytes: &[u8]) -> Result<Part<'_>, Refused> {
    let end = find(bytes, b"\r\n\r\n").ok_or(BAD)?;
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| BAD)?;
    let mut part = Part { name: String::new(), filename: None, content_type: String::new(), bytes: &bytes[end + 4..] };
    for line in head.split("\r\n") {
        let (name, value) = line.split_once(": ").ok_or(BAD)?;
        if name.eq_ignore_ascii_case("content-type") {
            part.content_type = value.to_owned();
        } else if name.eq_ignore_ascii_case("content-disposition") {
            for item in value.split("; ").skip(1) {
                let (key, quoted) = item.split_once('=').ok_or(BAD)?;
                let text = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(BAD)?;
                match key {
                    "name" => part.name = text.to_owned(),
                    "filename" => part.filename = Some(text.to_owned()),
                    _ => return Err(BAD),
                }
            }
        }
    }
    if part.name.is_empty() { Err(BAD) } else { Ok(part) }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
