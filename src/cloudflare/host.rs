//! Hosts in answers. Cloudflare shows an international name as A-labels in one place and in Unicode in another, with a
//! last dot or without; all that is behind these readers knows one spelling: lower-case A-labels.

use serde::{Deserialize, Deserializer};

use crate::dns_name::a_labels;

/// A host as lower-case A-labels without a last dot. Labels that no name of a website has (`_dmarc`, `*`) stay.
pub fn host(shown: &str) -> String {
    let labels = shown.trim_end_matches('.').split('.').map(|label| match label.strip_prefix('*') {
        Some(rest) if !rest.is_empty() => format!("*{}", one_label(rest)),
        _ => one_label(label),
    });
    labels.collect::<Vec<_>>().join(".")
}

fn one_label(label: &str) -> String {
    if label.is_ascii() {
        return label.to_ascii_lowercase();
    }
    a_labels(label).unwrap_or_else(|| label.to_lowercase())
}

/// The pattern of a route with its host as [`host`] spells it; scheme and path stay as they are.
pub fn pattern(shown: &str) -> String {
    let start = shown.find("://").map_or(0, |scheme| scheme + 3);
    let (scheme, rest) = shown.split_at_checked(start).unwrap_or(("", shown));
    let (name, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    format!("{}{}{path}", scheme.to_ascii_lowercase(), host(name))
}

/// Reads a host.
pub(crate) fn read_host<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(host(&String::deserialize(deserializer)?))
}

/// Reads the pattern of a route.
pub(crate) fn read_pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(pattern(&String::deserialize(deserializer)?))
}

#[cfg(test)]
mod tests {
    use super::{host, pattern};

    #[test]
    fn a_host_has_one_spelling_however_an_answer_shows_it() {
        for shown in ["bücher.example", "BÜCHER.Example.", "xn--bcher-kva.example", "XN--bcher-kva.example."] {
            assert_eq!(host(shown), "xn--bcher-kva.example", "{shown}");
        }
        for kept in ["_dmarc.example.com", "*.example.com", "example.com", "1-._x.example"] {
            assert_eq!(host(kept), kept);
        }
        assert_eq!(host("_dmarc.bücher.example"), "_dmarc.xn--bcher-kva.example");
    }

    #[test]
    fn the_host_of_a_pattern_has_one_spelling_and_its_path_stays() {
        for (shown, known) in [
            ("bücher.example/Ä*", "xn--bcher-kva.example/Ä*"),
            ("HTTPS://*.Bücher.example/V1/*", "https://*.xn--bcher-kva.example/V1/*"),
            ("*bücher.example/*", "*xn--bcher-kva.example/*"),
            ("*/*", "*/*"),
            ("SHOP.Example.com", "shop.example.com"),
        ] {
            assert_eq!(pattern(shown), known);
        }
    }
}
