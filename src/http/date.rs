//! Dates of HTTP headers.

use std::time::UNIX_EPOCH;

/// Milliseconds since the epoch of an HTTP date, as `Wed, 21 Oct 2015 07:28:00 GMT`.
///
/// <https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats>
pub fn http_date(text: &str) -> Option<f64> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(since.as_millis() as f64)
}

#[cfg(test)]
mod tests {
    use super::http_date;

    #[test]
    fn only_dates_of_http_are_read() {
        for date in ["Wed, 21 Oct 2015 07:28:00 GMT", "Wednesday, 21-Oct-15 07:28:00 GMT", "Wed Oct 21 07:28:00 2015"] {
            assert_eq!(http_date(date), Some(1_445_412_480_000.0), "{date}");
        }
        for text in ["", "2015-10-21T07:28:00Z", "1445412480", "Wed, 99 Oct 2015 07:28:00 GMT", "soon 5 GMT"] {
            assert_eq!(http_date(text), None, "{text}");
        }
    }
}
