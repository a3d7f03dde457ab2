//! Which endpoints may be given credentials.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::diagnostic::plain;

/// Reads an endpoint: `https`, or `http` for this machine alone; no credentials, query or fragment in it.
/// Its path has no trailing slash afterwards.
///
/// # Errors
/// What is wrong with it, to be put after the name of the setting.
pub fn endpoint(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text.trim()).map_err(|error| format!("is not a URL: {error}"))?;
    let host = url.host().ok_or("names no host")?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        "http" => return Err("must be https: http is for this machine (loopback) alone".into()),
        other => return Err(format!("must be https, not `{other}`")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not hold a query or fragment".into());
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// An address that was given, as it may be shown: without what stands before its host, and without query and fragment.
/// A token may stand in each of them.
pub fn shown_address(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
    let from_host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let address = from_host.split(['?', '#']).next().unwrap_or_default();
    let address = plain(address, 200);
    if scheme.is_empty() { address } else { format!("{}://{address}", plain(scheme, 20)) }
}

/// Whether a URL leads to this machine, where Local Cloudflare answers.
pub fn is_local(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| url.host().is_some_and(|host| is_loopback(&host)))
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

#[cfg(test)]
mod tests {
    use super::{endpoint, shown_address};

    #[test]
    fn an_address_is_shown_without_password_query_and_fragment() {
        for (given, shown) in [
            ("https://me:pass@a.example/x", "https://a.example/x"),
            ("https://me:p?s@s#@a.example/x?token=t#t", "https://a.example/x"),
            ("me:pass@a.example:99999", "a.example:99999"),
            ("https://a.example/client/v4", "https://a.example/client/v4"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(shown_address(given), shown);
        }
    }

    #[test]
    fn https_everywhere_and_http_for_loopback() {
        for good in [
            "https://api.cloudflare.com/client/v4",
            "http://127.0.0.1:8787",
            "http://[::1]:1/x",
            "http://a.localhost",
            "https://bücher.example/x",
        ] {
            assert!(endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.cloudflare.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://0x7f.1.example.com",
            "ftp://localhost",
            "https://user:pass@example.com",
            "https://example.com/?a=b",
            "https://example.com/#x",
            "example.com",
            "file:///etc/passwd",
            "",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn loses_the_trailing_slash() {
        assert_eq!(
            endpoint("https://a.example/client/v4/").map(String::from),
            Ok("https://a.example/client/v4".into())
        );
    }
}
