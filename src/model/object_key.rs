//! Keys of objects in R2. One rule says what a person may call an object, in a manifest as in `publish`; within it lies
//! what can be signed at all.

/// Longest key that R2 takes, in bytes.
///
/// <https://developers.cloudflare.com/r2/platform/limits/>
const MOST_BYTES: usize = 1_024;

/// Checks a key that a manifest or `publish` names; it is taken verbatim.
///
/// # Errors
/// What is wrong with it, to be put after the key.
pub fn check_object_key(key: &str) -> Result<(), &'static str> {
    check_addressable(key)?;
    if key.contains("://") {
        return Err("is an address; the bucket stands in `bucket`, the key alone here");
    }
    if key.starts_with('/') {
        return Err("starts with `/`");
    }
    if key.ends_with('/') {
        return Err("ends with `/`: that names no object");
    }
    if key.contains('\\') {
        return Err("holds a backslash");
    }
    Ok(())
}

/// Checks that a request for a key reaches this object. URL parsers fold dot segments away: such a key would sign and
/// fetch *another* one.
///
/// # Errors
/// What is wrong with it, to be put after the key.
pub fn check_addressable(key: &str) -> Result<(), &'static str> {
    if key.is_empty() {
        return Err("is empty");
    }
    if key.len() > MOST_BYTES {
        return Err("is longer than 1,024 bytes");
    }
    if key.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err("holds a `.` or `..` segment, which would name another object");
    }
    if key.contains(char::is_control) {
        return Err("holds a control character");
    }
    Ok(())
}
