//! Paths of files in a tar.

/// A path without the `./` that some tools put before it.
///
/// # Errors
/// What is wrong with it, to be put after the path.
pub(super) fn relative(path: &[u8]) -> Result<&str, &'static str> {
    let path = std::str::from_utf8(path).map_err(|_| "is no text in UTF-8")?;
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.is_empty() {
        return Err("is empty");
    }
    if path.starts_with('/') || path.contains('\\') {
        return Err("is not a relative path with `/` between its parts");
    }
    if path.chars().any(char::is_control) {
        return Err("holds a control character");
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("has an empty part, `.` or `..` in it");
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for (path, wanted) in [("a/b.js", "a/b.js"), ("./a.js", "a.js"), ("..a/b..", "..a/b.."), ("ü/ .txt", "ü/ .txt")]
        {
            assert_eq!(relative(path.as_bytes()), Ok(wanted));
        }
        for path in ["", "./", "/a", "..", "../a", "a/../b", "a/./b", "a//b", "a/", "a\\b", "C:\\a", "a\nb", "././a"] {
            assert!(relative(path.as_bytes()).is_err(), "{path}");
        }
        assert!(relative(b"\xff").is_err());
    }
}
