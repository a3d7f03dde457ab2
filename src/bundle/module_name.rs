//! Names of modules, which become names of multipart parts.

/// Checks a module's name: a relative path without characters that could leave a part's header.
///
/// # Errors
/// What is wrong with it, to be put after the name.
pub fn check_module_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("is empty");
    }
    if name.len() > 255 {
        return Err("is longer than 255 bytes");
    }
    if name == "metadata" {
        return Err("is reserved for the upload itself");
    }
    if name.chars().any(|character| character.is_control() || matches!(character, '"' | '\\' | '\u{2028}' | '\u{2029}'))
    {
        return Err("holds a quote, a backslash or a control character");
    }
    if name.starts_with('/') || name.split('/').any(|segment| segment.is_empty() || segment == "..") {
        return Err("is not a relative path below the entry");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_module_name;

    #[test]
    fn paths_are_fine_and_headers_are_safe() {
        for good in ["index.js", "lib/ä b.wasm", "./a.js", "a..b.js", "0a1b-data.bin"] {
            assert_eq!(check_module_name(good), Ok(()), "{good}");
        }
        for bad in
            ["", "metadata", "a\"b", "a\\b", "a\r\nb", "a\0", "/etc/x", "a//b", "../a", "a/../b", &"x".repeat(256)]
        {
            assert!(check_module_name(bad).is_err(), "{bad}");
        }
    }
}
