//! An instant, and how it is written: the part of `jiff` that `rusty-s3` uses.

use std::fmt::{self, Display, Formatter};

use time::OffsetDateTime;

/// An instant of the years -9999 to 9999, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(OffsetDateTime);

/// The instant lies beyond the years that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange;

impl Display for OutOfRange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("it is beyond the year 9999")
    }
}

impl std::error::Error for OutOfRange {}

impl Timestamp {
    /// An instant by its seconds since 1970.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn from_second(seconds: i64) -> Result<Self, OutOfRange> {
        OffsetDateTime::from_unix_timestamp(seconds).map(Self).map_err(|_| OutOfRange)
    }

    /// An instant by its milliseconds since 1970; what is less than a second is left out.
    ///
    /// # Errors
    /// [`OutOfRange`].
    pub fn from_millisecond(milliseconds: i64) -> Result<Self, OutOfRange> {
        Self::from_second(milliseconds.div_euclid(1_000))
    }

    /// For what `rusty-s3` signs at the present time. The engine names the time: its clock is the caller's.
    ///
    /// # Panics
    /// In wasm, where the standard library has no clock.
    #[expect(clippy::disallowed_types, reason = "not for the engine")]
    pub fn now() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Self(OffsetDateTime::UNIX_EPOCH + std::time::Duration::from_secs(now.as_secs()))
    }

    /// The instant in UTC, written as `format` says: `%Y`, `%m`, `%d`, `%H`, `%M`, `%S`, and other text as it stands.
    pub fn strftime<'format>(&self, format: &'format str) -> Written<'format> {
        Written { at: self.0, format }
    }
}

/// An instant and its format.
#[derive(Clone, Copy, Debug)]
pub struct Written<'format> {
    at: OffsetDateTime,
    format: &'format str,
}

impl Display for Written<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut parts = self.format.split('%');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let mut rest = part.chars();
            let number = match rest.next() {
                Some('Y') => {
                    write!(f, "{:04}", self.at.year())?;
                    f.write_str(rest.as_str())?;
                    continue;
                }
                Some('m') => self.at.month().into(),
                Some('d') => self.at.day(),
                Some('H') => self.at.hour(),
                Some('M') => self.at.minute(),
                Some('S') => self.at.second(),
                // `rusty-s3` uses no other.
                _ => return Err(fmt::Error),
            };
            write!(f, "{number:02}{}", rest.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{OutOfRange, Timestamp};

    #[test]
    fn is_written_as_signatures_need_it() {
        for (seconds, written) in [
            (0, "19700101T000000Z"),
            (951_782_400, "20000229T000000Z"),
            (1_369_353_600, "20130524T000000Z"),
            (1_440_938_160, "20150830T123600Z"),
            (4_107_542_399, "21000228T235959Z"),
        ] {
            let at = Timestamp::from_second(seconds).expect("a time");
            assert_eq!(at.strftime("%Y%m%dT%H%M%SZ").to_string(), written);
            assert!(written.starts_with(&format!("{}T", at.strftime("%Y%m%d"))));
            assert_eq!(Timestamp::from_millisecond(seconds * 1_000 + 999), Ok(at));
        }
        assert_eq!(Timestamp::from_second(i64::MAX), Err(OutOfRange));
    }
}
