//! Names and ids by Cloudflare's rules: what comes out can be sent.

use std::ops::RangeInclusive;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::check_object_key;

use super::quote::quote;

/// Longest script name: it is a label of the workers.dev host.
const MAX_SCRIPT_NAME: usize = 63;
/// An account id, lower-case.
///
/// # Errors
/// A finding for anything but 32 hexadecimal digits.
pub(crate) fn account_id(text: &str) -> Result<String, Diagnostic> {
    hexadecimal(text, 32).ok_or_else(|| {
        let finding = Diagnostic::error(Code::AccountId, not_an(text, "account id"));
        finding.with_help("32 hexadecimal digits, as the dashboard shows them in the account's overview")
    })
}

/// A zone id, lower-case.
///
/// # Errors
/// A finding for anything but 32 hexadecimal digits.
pub fn zone_id(text: &str) -> Result<String, Diagnostic> {
    hexadecimal(text, 32).ok_or_else(|| {
        let finding = Diagnostic::error(Code::ZoneId, not_an(text, "zone id"));
        finding.with_help("32 hexadecimal digits; it can be left out, the zone is then found from the hostname")
    })
}

/// A pinned SHA-256, lower-case.
///
/// # Errors
/// A finding for anything but 64 hexadecimal digits.
pub(crate) fn sha256(text: &str) -> Result<String, Diagnostic> {
    hexadecimal(text, 64).ok_or_else(|| {
        let finding = Diagnostic::error(Code::BundleLocation, format!("{} is not a SHA-256", quote(text)));
        finding.with_help("64 hexadecimal digits, as `sha256sum FILE` and `cfworker-deploy publish` print them")
    })
}

/// Digits of an id, lower-case, when there are exactly `length`.
pub(crate) fn hexadecimal(text: &str, length: usize) -> Option<String> {
    let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then(|| text.to_ascii_lowercase())
}

/// Lengths of the groups of a UUID.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// A UUID with hyphens, lower-case.
pub(crate) fn uuid(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split('-').collect();
    let fits = groups.len() == GROUPS.len()
        && groups.iter().zip(GROUPS).all(|(group, length)| hexadecimal(group, length).is_some());
    fits.then(|| text.to_ascii_lowercase())
}

/// A script name.
///
/// # Errors
/// A finding for a name that Cloudflare refuses.
pub(crate) fn script_name(text: &str) -> Result<String, Diagnostic> {
    let refused = |message: String, help: String| Err(Diagnostic::error(Code::ScriptName, message).with_help(help));
    if text.chars().count() > MAX_SCRIPT_NAME {
        return refused(
            format!("the script name has {} characters", text.chars().count()),
            format!("at most {MAX_SCRIPT_NAME}"),
        );
    }
    let usable = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_';
    if text.starts_with(usable) && text.chars().all(|character| usable(character) || character == '-') {
        return Ok(text.to_owned());
    }
    let suggestion = text.to_ascii_lowercase().replace([' ', '.', '/'], "-");
    let suggestion = suggestion.trim_matches('-');
    let help = match script_name_is_usable(suggestion) {
        true => format!("use `{suggestion}`: lower-case letters, digits, `-` and `_`"),
        false => "use lower-case letters, digits, `-` and `_`; not `-` first".to_owned(),
    };
    refused(format!("{} is not a usable script name", quote(text)), help)
}

fn script_name_is_usable(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
}

/// An R2 bucket name.
///
/// # Errors
/// A finding for a name that R2 refuses.
pub fn bucket(text: &str) -> Result<String, Diagnostic> {
    if is_label(text, 3..=63) {
        return Ok(text.to_owned());
    }
    let finding = Diagnostic::error(Code::BundleLocation, format!("{} is not a usable bucket name", quote(text)));
    Err(finding.with_help("3 to 63 lower-case letters, digits and inner hyphens"))
}

/// Whether it is lower-case letters, digits and inner hyphens, so many.
pub fn is_label(text: &str, length: RangeInclusive<usize>) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().is_some_and(|byte| inner(*byte)) && bytes.last().is_some_and(|byte| inner(*byte));
    length.contains(&bytes.len()) && ends && bytes.iter().all(|byte| inner(*byte) || *byte == b'-')
}

/// The key of an object in R2, verbatim.
///
/// # Errors
/// A finding for a key that URL parsers would change, or that R2 refuses.
pub(crate) fn object_key(text: &str) -> Result<String, Diagnostic> {
    match check_object_key(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(fault) => Err(Diagnostic::error(Code::BundleLocation, format!("the object key {} {fault}", quote(text)))
            .with_help("the key is taken verbatim, as `app/v1.0.0.js`")),
    }
}

/// Whether JavaScript can read `env.NAME`.
pub(crate) fn is_identifier(text: &str) -> bool {
    let starts = |character: char| character.is_ascii_alphabetic() || matches!(character, '_' | '$');
    text.starts_with(starts) && text.chars().all(|character| starts(character) || character.is_ascii_digit())
}

/// `` `YOUR_ACCOUNT_ID` is a placeholder, not an account id``.
fn not_an(text: &str, what: &str) -> String {
    let article = if what.starts_with('a') { "an" } else { "a" };
    let is = if is_placeholder(text) { "is a placeholder, not" } else { "is not" };
    let count = match text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => format!(": it has {} digits", text.len()),
        false => String::new(),
    };
    format!("{} {is} {article} {what}{count}", quote(text))
}

/// `YOUR_ACCOUNT_ID`, `<account-id>`, `your-zone-id`.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.starts_with("your") || lower.starts_with('<') || lower.starts_with("xxx") || lower.contains("_id")
}

#[cfg(test)]
mod tests {
    use super::{account_id, bucket, is_identifier, object_key, script_name, uuid};

    #[test]
    fn a_uuid_has_its_hyphens() {
        assert_eq!(
            uuid("0F0F0F0F-1111-2222-3333-444444444444").as_deref(),
            Some("0f0f0f0f-1111-2222-3333-444444444444")
        );
        for other in ["0f0f0f0f111122223333444444444444", "0f0f0f0f-1111-2222-3333-44444444444z", "shop", "", "-----"] {
            assert_eq!(uuid(other), None, "{other}");
        }
    }

    #[test]
    fn ids_are_lower_cased() {
        assert_eq!(account_id(&"AB".repeat(16)).as_deref(), Ok("ab".repeat(16).as_str()));
        for other in ["123", &"z".repeat(32), &format!("{}\n", "a".repeat(32))] {
            assert!(account_id(other).is_err(), "{other}");
        }
        let placeholder = account_id("YOUR_ACCOUNT_ID").expect_err("refused");
        assert_eq!(placeholder.message, "`YOUR_ACCOUNT_ID` is a placeholder, not an account id");
    }

    #[test]
    fn script_names_are_labels() {
        for name in ["a", "_a", "git-webhooks-receiver", "9", &"a".repeat(63)] {
            assert!(script_name(name).is_ok(), "{name}");
        }
        for name in ["-a", "A", "a b", "a.b", "ä", &"a".repeat(64)] {
            assert!(script_name(name).is_err(), "{name}");
        }
        let help = script_name("My App").expect_err("refused").help.expect("help");
        assert!(help.contains("`my-app`"), "{help}");
    }

    #[test]
    fn object_keys_are_verbatim() {
        for key in ["a.js", "a/b//c.js", "ü/%2e/x", "a/..b/c", "app v1.js"] {
            assert_eq!(object_key(key).as_deref(), Ok(key));
        }
        for key in ["/a", "a/", "a/../b", "./a", "a\\b", "a\0", "r2://b/k", &"k".repeat(1_025)] {
            assert!(object_key(key).is_err(), "{key}");
        }
    }

    #[test]
    fn buckets_and_identifiers() {
        assert!(bucket("planton-cloudflare-worker-scripts").is_ok());
        for name in ["ab", "Abc", "-abc", "abc-", "a.b.c", &"a".repeat(64)] {
            assert!(bucket(name).is_err(), "{name}");
        }
        assert!(is_identifier("$_aZ9") && !is_identifier("a-b") && !is_identifier("9a") && !is_identifier(""));
    }
}
