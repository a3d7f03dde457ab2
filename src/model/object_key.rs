//! Keys of objects in R2: one rule for what a manifest names, what `publish` writes and what is asked for.

/// Longest key that R2 takes, in bytes.
///
/// <https://developers.cloudflare.com/r2/platform/limits/>
const MOST_BYTES: usize = 1_024;

/// Checks a key, which is taken verbatim. URL parsers fold dot segments and backslashes away: such a key would sign and
/// fetch *another* object.
///
/// # Errors
/// What is wrong with it, to be put after the key.
pub fn check_object_key(key: &str) -> Result<(), &'static str> {
    let fault = if key.is_empty() {
        "is empty"
    } else if key.len() > MOST_BYTES {
        "is longer than 1,024 bytes"
    } else if key.contains("://") {
        "is an address; the bucket stands in `bucket`, the key alone here"
    } else if key.starts_with('/') {
        "starts with `/`"
    } else if key.ends_with('/') {
        "ends with `/`: that names no object"
    } else if key.contains('\\') {
        "holds a backslash"
    } else if key.contains(char::is_control) {
        "holds a control character"
    } else if key.split('/').any(|segment| matches!(segment, "." | "..")) {
        "holds a `.` or `..` segment, which would name another object"
    } else {
        return Ok(());
    };
    Err(fault)
}
