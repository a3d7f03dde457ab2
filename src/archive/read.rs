//! Reads a tar. What it is, its first bytes tell, whatever it is called.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

use super::path::relative;
use crate::diagnostic::plain;

/// How a gzip stream begins. <https://www.rfc-editor.org/rfc/rfc1952#page-6>
const GZIP: &[u8] = &[0x1f, 0x8b];
/// What stands in each header of a tar, and where.
const MAGIC: &[u8] = b"ustar";
const MAGIC_AT: usize = 257;
/// Everything in a tar is a multiple of this.
const BLOCK: usize = 512;
/// Most files of one: what a Worker serves at most.
const MOST_FILES: usize = 100_000;

/// Whether these are the bytes of a tar, or of what gzip has packed.
pub fn is_archive(bytes: &[u8]) -> bool {
    is_gzip(bytes) || is_tar(bytes)
}

/// Whether gzip has packed it.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP)
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(MAGIC))
}

/// The files of a tar by path; their bytes are views of it, or of what was unpacked, which has at most `most` bytes.
///
/// # Errors
/// What is wrong with it.
pub fn files(bytes: &Bytes, most: usize) -> Result<BTreeMap<String, Bytes>, String> {
    let tar = if is_gzip(bytes) { unpacked(bytes, most)? } else { bytes.clone() };
    if !is_tar(&tar) {
        return Err("what gzip has packed is no tar".into());
    }
    let mut archive = Archive::new(Cursor::new(tar.as_ref()));
    let (mut files, mut end) = (BTreeMap::new(), 0);
    for entry in archive.entries().map_err(|error| told(&error))? {
        let mut entry = entry.map_err(|error| told(&error))?;
        let (found, after) = one(&tar, &mut entry)?;
        end = after;
        let Some((path, content)) = found else { continue };
        if files.len() >= MOST_FILES {
            return Err(format!("the tar holds more than {MOST_FILES} files"));
        }
        if let Some((path, _)) = files.insert(path.clone(), content).map(|old| (path, old)) {
            return Err(format!("the tar holds `{}` twice", plain(&path, 100)));
        }
    }
    // Whoever writes a tar ends it with empty blocks: without them the rest is missing.
    let ending = tar.get(end.next_multiple_of(BLOCK)..).and_then(|rest| rest.get(..BLOCK));
    if ending.is_none_or(|block| block.iter().any(|byte| *byte != 0)) {
        return Err("the tar has no end: it is cut off".into());
    }
    Ok(files)
}

fn unpacked(bytes: &[u8], most: usize) -> Result<Bytes, String> {
    let mut tar = Vec::new();
    let limit = (most as u64).saturating_add(1);
    MultiGzDecoder::new(bytes).take(limit).read_to_end(&mut tar).map_err(|error| format!("gzip: {error}"))?;
    if tar.len() > most {
        return Err(format!("it has more than {most} bytes once it is unpacked"));
    }
    Ok(tar.into())
}

/// A file with its path, nothing for a directory; and where it ends.
fn one(tar: &Bytes, entry: &mut Entry<'_, Cursor<&[u8]>>) -> Result<(Option<(String, Bytes)>, usize), String> {
    let kind = entry.header().entry_type();
    let shown = plain(&String::from_utf8_lossy(&entry.path_bytes()), 100);
    let start = usize::try_from(entry.raw_file_position()).unwrap_or(usize::MAX);
    let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
    let end = start.saturating_add(size);
    match kind {
        EntryType::Regular => {}
        EntryType::Directory | EntryType::XGlobalHeader => return Ok((None, end)),
        EntryType::Symlink | EntryType::Link => return Err(format!("`{shown}` in the tar is a link")),
        _ => return Err(format!("`{shown}` in the tar is neither a file nor a directory")),
    }
    if is_sparse(entry)? {
        return Err(format!("`{shown}` in the tar is stored with holes"));
    }
    let path = entry.path_bytes();
    let path = relative(&path).map_err(|reason| format!("the path `{shown}` in the tar {reason}"))?.to_owned();
    if end > tar.len() {
        return Err(format!("`{shown}` in the tar is cut off"));
    }
    Ok((Some((path, tar.slice(start..end))), end))
}

/// Sparse files of the newer form look like others, but for what is noted beside them.
fn is_sparse(entry: &mut Entry<'_, Cursor<&[u8]>>) -> Result<bool, String> {
    let Some(notes) = entry.pax_extensions().map_err(|error| told(&error))? else { return Ok(false) };
    for note in notes {
        let note = note.map_err(|error| told(&error))?;
        if note.key_bytes().starts_with(b"GNU.sparse") {
            return Ok(true);
        }
    }
    Ok(false)
}

fn told(error: &std::io::Error) -> String {
    format!("the tar: {}", plain(&error.to_string(), 150))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::*;

    type Written<'a> = (&'a str, EntryType, &'a [u8]);

    /// A tar as others write it: with times, owners, links.
    fn tar(entries: &[Written<'_>]) -> Bytes {
        let mut builder = Builder::new(Vec::new());
        for (path, kind, content) in entries {
            let mut header = Header::new_ustar();
            header.set_entry_type(*kind);
            header.set_size(content.len() as u64);
            header.set_mtime(1_700_000_000);
            let name = header.as_mut_bytes().get_mut(..path.len()).expect("a name");
            name.copy_from_slice(path.as_bytes());
            if kind.is_symlink() || kind.is_hard_link() {
                header.set_link_name("index.js").expect("a target");
            }
            header.set_cksum();
            builder.append(&header, *content).expect("an entry");
        }
        builder.into_inner().expect("a tar").into()
    }

    fn gzip(bytes: &[u8]) -> Bytes {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("room");
        encoder.finish().expect("room").into()
    }

    const FILES: &[Written<'_>] = &[
        ("./", EntryType::Directory, b""),
        ("./index.js", EntryType::Regular, b"export default {}"),
        ("lib/", EntryType::Directory, b""),
        ("lib/a.bin", EntryType::Regular, b"\0\xff"),
    ];

    #[test]
    fn files_are_views_of_the_tar_also_of_a_packed_one() {
        let plain = tar(FILES);
        for bytes in [plain.clone(), gzip(&plain)] {
            assert!(is_archive(&bytes));
            let files = files(&bytes, 100_000).expect("files");
            let names: Vec<&str> = files.keys().map(String::as_str).collect();
            assert_eq!(names, ["index.js", "lib/a.bin"]);
            assert_eq!(files["lib/a.bin"].as_ref(), b"\0\xff");
        }
        let within = plain.as_ptr_range();
        let found = files(&plain, 0).expect("files");
        assert!(found.values().all(|content| within.contains(&content.as_ptr())), "a copy");
    }

    #[test]
    fn what_is_no_file_or_leads_elsewhere_is_refused() {
        for (entry, wanted) in [
            (("a.js", EntryType::Symlink, &b""[..]), "is a link"),
            (("a.js", EntryType::Link, b""), "is a link"),
            (("a", EntryType::Fifo, b""), "neither a file nor a directory"),
            (("a", EntryType::Char, b""), "neither a file nor a directory"),
            (("a", EntryType::GNUSparse, b""), "the tar"),
            (("../a.js", EntryType::Regular, b"x"), "`..`"),
            (("/a.js", EntryType::Regular, b"x"), "relative"),
            (("index.js", EntryType::Regular, b"x"), "twice"),
        ] {
            let bytes = tar(&[FILES[1], entry]);
            let reason = files(&bytes, 0).expect_err("a reason");
            assert!(reason.contains(wanted), "{entry:?}: {reason}");
        }
    }

    #[test]
    fn a_tar_that_is_cut_off_anywhere_is_refused() {
        let whole = tar(FILES);
        let end = whole.len() - 2 * BLOCK;
        for length in (MAGIC_AT + 5..=end).step_by(100).chain([end]) {
            assert!(files(&whole.slice(..length), 0).is_err(), "{length} bytes of {}", whole.len());
        }
        let packed = gzip(&whole);
        for length in 2..packed.len() {
            assert!(files(&packed.slice(..length), 100_000).is_err(), "{length} bytes of {}", packed.len());
        }
    }

    #[test]
    fn what_unpacks_to_more_than_allowed_is_not_unpacked_to_its_end() {
        let packed = gzip(&tar(&[("zeros", EntryType::Regular, &[0; 100_000])]));
        assert!(packed.len() < 2_000);
        assert!(files(&packed, 50_000).expect_err("a reason").contains("more than 50000 bytes"));
        assert!(files(&gzip(b"export default {}"), 50_000).expect_err("a reason").contains("no tar"));
    }

    #[test]
    fn scripts_and_texts_are_no_archives() {
        for bytes in [&b""[..], b"export default {}", b"--b\r\nContent-", b"\0asm", &[b' '; 600]] {
            assert!(!is_archive(bytes));
        }
    }
}
