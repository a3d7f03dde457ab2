//! Days of the calendar, `YYYY-MM-DD`.

/// Whether a text is a day that exists.
pub fn is_calendar_day(text: &str) -> bool {
    let mut parts = text.split('-').map(digits);
    let (Some(Some((4, year))), Some(Some((2, month))), Some(Some((2, day))), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// How many digits, and their number.
fn digits(text: &str) -> Option<(usize, u32)> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten().map(|number| (text.len(), number))
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
            "",
            "2024-01-01-",
        ] {
            assert!(!is_calendar_day(other), "{other}");
        }
    }
}
