//! Route patterns: `[http://|https://]host[/path]`.
//!
//! <https://developers.cloudflare.com/workers/configuration/routing/routes/>

use crate::diagnostic::{Code, Diagnostic};
use crate::dns_name::a_labels;

use crate::manifest::hostname::{is_within, last_two_labels};
use crate::manifest::quote::quote;

/// A route pattern whose host is in lower-case A-labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// The pattern as it is sent.
    pub text: String,
    /// The host starts with `*`.
    pub wildcard: bool,
    /// The host after its `*`: `.example.com` of `*.example.com`, empty for `*/…`.
    pub suffix: String,
    /// The path with its slash; empty where the pattern has none.
    pub path: String,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A finding for a pattern that Cloudflare refuses.
    pub(super) fn parse(text: &str) -> Result<Self, Diagnostic> {
        let (scheme, rest) =
            split_scheme(text).ok_or_else(|| refused(text, "only `http://` and `https://` are known"))?;
        let slash = rest.find('/').unwrap_or(rest.len());
        let (host, path) = rest.split_at_checked(slash).unwrap_or((rest, ""));
        if rest.contains(['?', '#']) {
            return Err(refused(text, "a pattern has no query and no fragment"));
        }
        if host.contains(':') {
            return Err(refused(text, "a pattern has no port"));
        }
        if path.strip_suffix('*').unwrap_or(path).contains('*') {
            return Err(refused(text, "in the path, `*` may stand only at the end"));
        }
        if path.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(refused(text, "a path holds no spaces; write `%20`"));
        }
        let (star, host) = match host.strip_prefix('*') {
            Some(rest) => ("*", rest),
            None => ("", host),
        };
        if host.contains('*') {
            return Err(refused(text, "in the host, `*` may stand only at the start"));
        }
        let (dot, bare) = match host.strip_prefix('.') {
            Some(bare) if !star.is_empty() => (".", bare),
            _ => ("", host),
        };
        let host = match (star, bare) {
            ("*", "") if dot.is_empty() => String::new(),
            _ => host_of(bare).ok_or_else(|| refused(text, "it starts with a host, such as `api.example.com/*`"))?,
        };
        let suffix = format!("{dot}{host}");
        Ok(Self {
            text: format!("{scheme}{star}{suffix}{path}"),
            wildcard: !star.is_empty(),
            suffix,
            path: path.to_owned(),
        })
    }

    /// Whether the pattern can lie in the zone of a host, as far as names tell.
    pub(super) fn may_share_zone(&self, hostname: &str) -> bool {
        let host = self.suffix.trim_start_matches('.');
        host.is_empty() || last_two_labels(host) == last_two_labels(hostname)
    }

    /// Whether the pattern lies in a zone, given by name.
    pub(super) fn lies_within(&self, zone: &str) -> bool {
        let host = self.suffix.trim_start_matches('.');
        host.is_empty() || is_within(host, zone)
    }

    /// Whether every request to a host matches.
    pub(super) fn covers(&self, hostname: &str) -> bool {
        self.matches(hostname) && self.path == "/*"
    }

    /// Whether some request to a host matches.
    pub(super) fn matches(&self, hostname: &str) -> bool {
        match self.wildcard {
            true => hostname.ends_with(&self.suffix),
            false => self.suffix == hostname,
        }
    }
}

/// The scheme in lower case, if any, and the rest; nothing for another scheme.
fn split_scheme(text: &str) -> Option<(&'static str, &str)> {
    let Some((scheme, rest)) = text.split_once("://") else { return Some(("", text)) };
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some(("http://", rest)),
        "https" => Some(("https://", rest)),
        _ => None,
    }
}

/// The host in A-labels, when it has at least two.
fn host_of(text: &str) -> Option<String> {
    a_labels(text).filter(|host| host.contains('.') && !host.split('.').any(|label| label.ends_with('-')))
}

fn refused(text: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::RoutePattern, format!("{} is not a usable route pattern", quote(text))).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn text(pattern: &str) -> String {
        Pattern::parse(pattern).expect("a pattern").text
    }

    #[test]
    fn keeps_what_cloudflare_takes() {
        for pattern in
            ["a.example.com/*", "https://example.com/a/b*", "*.example.com/*", "*example.com/*", "*/*", "example.com"]
        {
            assert_eq!(text(pattern), pattern);
        }
        assert_eq!(text("HTTPS://Bücher.Example/Straße*"), "https://xn--bcher-kva.example/Straße*");
    }

    #[test]
    fn refuses_what_cloudflare_refuses() {
        let patterns = [
            "",
            "/",
            "/*",
            "a.*.com/*",
            "example.com/*/a",
            "example.com/?a=b",
            "example.com:80/*",
            "ftp://example.com/*",
        ];
        for pattern in patterns.into_iter().chain(["example.com/a b", "com/*", "*.*.com/*", "https:///*", "a..com/*"]) {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn knows_what_it_matches() {
        let pattern = Pattern::parse("*.example.com/api/*").expect("a pattern");
        assert!(!pattern.matches("example.com") && !pattern.matches("myexample.com"));
        assert!(Pattern::parse("*example.com/*").expect("a pattern").matches("myexample.com"));
        assert!(pattern.matches("a.example.com") && !pattern.covers("a.example.com"));
        assert!(pattern.may_share_zone("b.example.com") && !pattern.may_share_zone("example.org"));
        assert!(Pattern::parse("*/*").expect("a pattern").covers("a.example.org"));
        assert!(!Pattern::parse("https://example.com/*").expect("a pattern").may_share_zone("worker.other.org"));
    }
}
