//! What every JavaScript runtime knows, and what would take a tenth of the engine: international names of hosts,
//! decimal numbers, dates of HTTP. In wasm the runtime is asked, elsewhere the usual crates.
//!
//! A name becomes A-labels (UTS 46) by the runtime's `URL`, elsewhere by an `idna` with tables of its own. The `idna` of
//! `url` has none (see Cargo.toml): it reads ASCII.

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

/// The decimal number that a text writes out, as `1`, `-.5` or `1e3`; infinite where it is too large.
pub fn float(text: &str) -> Option<f64> {
    // What one of the two reads and the other does not: names, blanks, digits of other bases.
    let is_decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    if text.is_empty() || !text.bytes().all(is_decimal) {
        return None;
    }
    decimal(text)
}

/// Milliseconds since the epoch of an HTTP date, as `Wed, 21 Oct 2015 07:28:00 GMT`.
pub fn http_date(text: &str) -> Option<f64> {
    date(text).filter(|(_, written)| written == text).map(|(milliseconds, _)| milliseconds)
}

#[cfg(target_arch = "wasm32")]
fn decimal(text: &str) -> Option<f64> {
    // JavaScript's own conversion.
    let number = wasm_bindgen::JsValue::from_str(text).unchecked_into_f64();
    (!number.is_nan()).then_some(number)
}

#[cfg(not(target_arch = "wasm32"))]
fn decimal(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The date of a text, and the same date as HTTP writes it: a runtime also reads other texts, each its own.
#[cfg(target_arch = "wasm32")]
fn date(text: &str) -> Option<(f64, String)> {
    let milliseconds = js_sys::Date::parse(text);
    let written = || js_sys::Date::new(&milliseconds.into()).to_utc_string().into();
    (!milliseconds.is_nan()).then(|| (milliseconds, written()))
}

#[cfg(not(target_arch = "wasm32"))]
fn date(text: &str) -> Option<(f64, String)> {
    let date = httpdate::parse_http_date(text).ok()?;
    let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some((since.as_millis() as f64, httpdate::fmt_http_date(date)))
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

    use super::{a_labels, float, http_date, with_a_labels};

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
    fn only_decimal_numbers_and_dates_of_http_are_read() {
        for (text, number) in
            [("1", 1.0), ("-.5", -0.5), ("+5.", 5.0), ("1e3", 1e3), ("1E-1", 0.1), ("1e999", f64::INFINITY)]
        {
            assert_eq!(float(text), Some(number), "{text}");
        }
        for text in ["", ".", "e", "1e", "--1", "1.2.3", " 1", "1_0", "0x1", "inf", "NaN", "Infinity"] {
            assert_eq!(float(text), None, "{text}");
        }
        assert_eq!(http_date("Wed, 21 Oct 2015 07:28:00 GMT"), Some(1_445_412_480_000.0));
        for text in [
            "",
            "2015-10-21T07:28:00Z",
            "1445412480",
            "Wed, 99 Oct 2015 07:28:00 GMT",
            "Mon, 21 Oct 2015 07:28:00 GMT",
            "Wed, 21-Oct-2015 07:28:00 GMT",
            "Wednesday, 21-Oct-15 07:28:00 GMT",
            "soon 5 GMT",
        ] {
            assert_eq!(http_date(text), None, "{text}");
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
