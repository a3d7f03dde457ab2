//! Days of the calendar, `YYYY-MM-DD`.

use jiff::civil::Date;

/// Whether a text is a day that exists.
pub(crate) fn is_calendar_day(text: &str) -> bool {
    // A date may be written in other ways too, and be followed by a time: Cloudflare takes this one alone.
    text.parse::<Date>().is_ok_and(|day| day.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::is_calendar_day;

    #[test]
    fn knows_the_calendar() {
        for day in ["2024-09-23", "2024-02-29", "2000-02-29", "2023-12-31"] {
            assert!(is_calendar_day(day), "{day}");
        }
        for other in [
            "2024-13-99",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-00-01",
            "2024-1-1",
            "2024/01/01",
            "20240101",
            "2024-01-01T00:00",
            "",
            "2024-01-01-",
        ] {
            assert!(!is_calendar_day(other), "{other}");
        }
    }
}
