//! In which form a bundle is published.

use bytes::Bytes;

use super::read::read;
use super::refusal::unreadable;
use super::{Stated, multipart, tarball};
use crate::archive;
use crate::diagnostic::Diagnostic;

/// Which of the forms its first bytes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One script.
    Script,
    /// The body of an upload.
    Multipart,
    /// Files.
    Tar,
    /// Files, packed by gzip.
    PackedTar,
}

impl Form {
    /// By the first bytes.
    pub fn of(bytes: &[u8]) -> Self {
        match () {
            () if archive::is_gzip(bytes) => Self::PackedTar,
            () if archive::is_archive(bytes) => Self::Tar,
            () if multipart::is_multipart(bytes) => Self::Multipart,
            () => Self::Script,
        }
    }

    /// With which content type it is stored.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Script => "application/javascript",
            Self::Multipart => "multipart/form-data",
            Self::Tar => "application/x-tar",
            Self::PackedTar => "application/gzip",
        }
    }

    /// What its key ends with, where a version makes the rest of it.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Script | Self::Multipart => ".js",
            Self::Tar => ".tar",
            Self::PackedTar => ".tar.gz",
        }
    }

    /// Whether anybody could use it. Which module of a tar is the entry, its manifest says; a tar may as well hold static
    /// assets.
    ///
    /// # Errors
    /// The finding that makes it unusable.
    pub fn check(self, bytes: &Bytes) -> Result<(), Diagnostic> {
        match self {
            Self::Script | Self::Multipart => read(bytes.clone(), Stated::default()).map(|_| ()),
            Self::Tar | Self::PackedTar => {
                archive::files(bytes, tarball::MOST_BYTES).map(|_| ()).map_err(|reason| unreadable(&reason))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_form_is_told_by_the_first_bytes_and_names_key_and_content_type() {
        let tar =
            archive::pack(&BTreeMap::from([("photo.png".to_owned(), Bytes::from_static(b"\x89"))])).expect("a tar");
        let multipart = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--b--";
        for (bytes, extension, content_type) in [
            (tar.as_slice(), ".tar", "application/x-tar"),
            (b"\x1f\x8b\x08", ".tar.gz", "application/gzip"),
            (multipart, ".js", "multipart/form-data"),
            (b"-- > a comment of HTML", ".js", "application/javascript"),
            (b"export default {}", ".js", "application/javascript"),
        ] {
            let form = Form::of(bytes);
            assert_eq!((form.extension(), form.content_type()), (extension, content_type));
        }
        assert!(Form::Tar.check(&tar.clone().into()).is_ok(), "static assets have no entry");
        assert!(Form::Tar.check(&Bytes::from(tar).slice(..600)).is_err());
        assert!(Form::PackedTar.check(&Bytes::from_static(b"\x1f\x8b\x08")).is_err());
    }
}
