//! International names of hosts, as A-labels (UTS 46).
//!
//! Its tables are half the size of the engine, and every JavaScript runtime brings them for its `URL`: in wasm that is
//! asked, elsewhere an `idna` with tables of its own. The `idna` of `url` has none (see Cargo.toml): it reads ASCII.

use std::borrow::Cow;

use idna::AsciiDenyList;
use idna::uts46::verify_dns_length;

/// Lower-case A-labels of a name, if it has any.
pub fn a_labels(name: &str) -> Option<String> {
    let is_international = !name.is_ascii() || name.to_ascii_lowercase().contains("xn--");
    let name = if is_international { Cow::Owned(uts46(name)?) } else { Cow::Borrowed(name) };
    let host = idna::domain_to_ascii_cow(name.as_bytes(), AsciiDenyList::STD3).ok()?;
    verify_dns_length(&host, false).then(|| host.into_owned())
}

/// A URL with its host as A-labels, for parsers that take no other; where it has none the URL as it is.
pub fn with_a_labels(url: &str) -> Cow<'_, str> {
    let a_labels = || {
        let (scheme, rest) = url.split_once("://")?;
        let (host, rest) = rest.split_at(rest.find([':', '/', '\\', '?', '#']).unwrap_or(rest.len()));
        Some(format!("{scheme}://{}{rest}", a_labels(host).filter(|_| !host.is_ascii())?))
    };
    a_labels().map_or(Cow::Borrowed(url), Cow::Owned)
}

#[cfg(target_arch = "wasm32")]
fn uts46(name: &str) -> Option<String> {
    // A URL knows percent-encoding, ports and paths; none of it belongs into a name.
    let is_name = |byte: u8| !byte.is_ascii() || byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    if !name.bytes().all(is_name) {
        return None;
    }
    // With a label behind, no name reads as an IPv4 address.
    let url = web_sys::Url::new(&format!("https://{name}.host")).ok()?;
    url.hostname().strip_suffix(".host").map(str::to_owned)
}

#[cfg(not(target_arch = "wasm32"))]
fn uts46(name: &str) -> Option<String> {
    let rules = idna_with_tables::Config::default().use_std3_ascii_rules(true).check_hyphens(false);
    rules.to_ascii(name).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{a_labels, with_a_labels};

    /// The package is asked for the same names, in every runtime.
    #[test]
    fn all_runtimes_agree_on_names() {
        let names: BTreeMap<String, Option<String>> =
            serde_json::from_str(include_str!("../tests/packaging/hosts.json")).expect("a table");
        for (name, expected) in names {
            assert_eq!(a_labels(&name), expected, "{name}");
        }
    }

    #[test]
    fn only_the_host_of_a_url_changes() {
        for (url, seen) in [
            ("https://bücher.example:8/ä?ö#ü", "https://xn--bcher-kva.example:8/ä?ö#ü"),
            ("https://example.com/ä", "https://example.com/ä"),
            ("https://ü@example.com", "https://ü@example.com"),
            ("bücher.example", "bücher.example"),
        ] {
            assert_eq!(with_a_labels(url), seen);
        }
    }
}
