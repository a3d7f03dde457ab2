//! Writes a tar: the same files give the same bytes.

use std::collections::BTreeMap;

use bytes::Bytes;
use tar::{Builder, EntryType, Header};

use super::path::relative;

/// What everybody may read and nobody run: rights mean nothing to a Worker.
const MODE: u32 = 0o644;

/// Packs files, in the order of their paths, without times and owners.
///
/// # Errors
/// What is wrong with a path.
pub fn pack(files: &BTreeMap<String, Bytes>) -> Result<Vec<u8>, String> {
    let mut builder = Builder::new(Vec::new());
    for (path, content) in files {
        let path = relative(path.as_bytes()).map_err(|reason| format!("the path `{path}` {reason}"))?;
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_mode(MODE);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        let added = builder.append_data(&mut header, path, content.as_ref());
        added.map_err(|error| format!("the path `{path}` can't be packed: {error}"))?;
    }
    builder.into_inner().map_err(|error| error.to_string())
}

/// The same files as another tool packs them, at another time.
#[cfg(test)]
pub(crate) fn packed_elsewhere(files: &[(&str, &str)]) -> Bytes {
    let mut builder = Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mtime(1_700_000_000);
        header.set_mode(0o755);
        builder.append_data(&mut header, format!("./{path}"), text.as_bytes()).expect("an entry");
    }
    builder.into_inner().expect("a tar").into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::files;

    fn of(list: &[(&str, &'static [u8])]) -> BTreeMap<String, Bytes> {
        list.iter().map(|(path, content)| ((*path).to_owned(), Bytes::from_static(content))).collect()
    }

    #[test]
    fn the_same_files_give_the_same_bytes_and_come_back_as_they_were() {
        let long = format!("{}/index.js", "long".repeat(60));
        let list = of(&[("index.js", b"export default {}"), ("a/b.bin", b"\0\xff"), (&long, b"x"), ("empty.txt", b"")]);
        let packed = pack(&list).expect("a tar");
        let reversed = list.clone().into_iter().rev().collect();
        assert_eq!(pack(&reversed).expect("a tar"), packed);
        assert_eq!(files(&packed.into(), 1_000).expect("files"), list);
    }

    #[test]
    fn a_path_that_leads_out_of_the_directory_is_not_packed() {
        for path in ["../a.js", "/a.js", "a//b.js"] {
            assert!(pack(&of(&[(path, b"x")])).is_err(), "{path}");
        }
    }
}
