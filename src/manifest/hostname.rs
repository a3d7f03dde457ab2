//! Hostnames, as lower-case A-labels.

use std::net::IpAddr;

use crate::diagnostic::{Code, Diagnostic};
use crate::dns_name::a_labels;

use super::quote::quote;

/// A host as Cloudflare wants it: lower-case A-labels, at least two; `*.` may stand in front.
///
/// # Errors
/// A finding for anything that is no hostname.
pub fn hostname(text: &str) -> Result<String, Diagnostic> {
    let refused = |help: String| {
        let finding = Diagnostic::error(Code::Hostname, format!("{} is not a usable hostname", quote(text)));
        Err(finding.with_help(help))
    };
    if let Some((_, rest)) = text.split_once("://") {
        let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
        return refused(format!("leave out the scheme and the path: {}", quote(host)));
    }
    if let Some((host, _)) = text.split_once(['/', ':', '?', '#']) {
        return refused(match text.parse::<IpAddr>() {
            Ok(_) => "an address can't be a route of a Worker".to_owned(),
            Err(_) => format!("leave out port and path: {}", quote(host)),
        });
    }
    if text.parse::<IpAddr>().is_ok() {
        return refused("an address can't be a route of a Worker".to_owned());
    }
    // A name in full may end with a dot; Cloudflare holds it without.
    let text = text.strip_suffix('.').unwrap_or(text);
    let (wildcard, rest) = match text.strip_prefix("*.") {
        Some(rest) => ("*.", rest),
        None => ("", text),
    };
    match a_labels(rest) {
        Some(host) if !host.contains('.') => refused("a full name is due, such as `api.example.com`".to_owned()),
        Some(host) if is_host(&host) => Ok(format!("{wildcard}{host}")),
        _ => refused(
            "labels of 1 to 63 letters, digits, underscores and inner hyphens, 253 characters in all".to_owned(),
        ),
    }
}

/// Whether `host` is `zone` or lies below it; a wildcard lies where its rest lies.
pub fn is_within(host: &str, zone: &str) -> bool {
    let host = host.strip_prefix("*.").unwrap_or(host);
    host == zone || host.strip_suffix(zone).is_some_and(|front| front.ends_with('.'))
}

/// The last two labels of a host.
pub(crate) fn last_two_labels(host: &str) -> &str {
    let before_last = host.rfind('.').and_then(|last| host.get(..last)?.rfind('.'));
    before_last.and_then(|dot| host.get(dot + 1..)).unwrap_or(host)
}

fn is_host(host: &str) -> bool {
    let usable = |label: &str| !label.starts_with('-') && !label.ends_with('-');
    let top_is_a_name = host.rsplit('.').next().is_some_and(|top| !top.bytes().all(|byte| byte.is_ascii_digit()));
    host.split('.').all(usable) && top_is_a_name
}

#[cfg(test)]
mod tests {
    use super::{hostname, is_within, last_two_labels};

    #[test]
    fn hosts_become_a_labels() {
        assert_eq!(hostname("API.Example.COM").as_deref(), Ok("api.example.com"));
        assert_eq!(hostname("bücher.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(hostname("*.example.com").as_deref(), Ok("*.example.com"));
        assert_eq!(hostname("Origin.Example.com.").as_deref(), Ok("origin.example.com"));
        assert_eq!(hostname("_proxy.a_b.example.com").as_deref(), Ok("_proxy.a_b.example.com"));
    }

    #[test]
    fn refuses_what_is_no_host() {
        let long = format!("{}.com", "a".repeat(64));
        let others = [
            "https://a.com/x",
            "a.com/x",
            "a.com:80",
            "a.com..",
            "localhost",
            "1.2.3.4",
            "::1",
            "a..com",
            "-a.com",
            "a-.com",
        ];
        for text in others.into_iter().chain(["a b.com", "a.*.com", "", ".com", "xn--a.com", "a.123", &long]) {
            assert!(hostname(text).is_err(), "{text}");
        }
        let help = hostname("https://api.example.com/x").expect_err("refused").help;
        assert_eq!(help.as_deref(), Some("leave out the scheme and the path: `api.example.com`"));
    }

    #[test]
    fn knows_what_lies_below() {
        assert!(is_within("a.example.com", "example.com") && is_within("*.example.com", "example.com"));
        assert!(!is_within("myexample.com", "example.com"));
        assert_eq!(last_two_labels("a.b.example.com"), "example.com");
        assert_eq!(last_two_labels("com"), "com");
    }
}
