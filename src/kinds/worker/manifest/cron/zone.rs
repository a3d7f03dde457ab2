//! A schedule in a time zone, and the same in UTC where one expression can say it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};

use super::field::{HOUR, MINUTE, Set};
use super::{Cron, Weekdays, shown};

const MINUTES_OF_DAY: i32 = 24 * 60;

/// What a schedule in a time zone is in UTC.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum InUtc {
    /// This, all year.
    Same(String),
    /// The clocks of the zone change.
    Changes,
    /// The clocks do not change, and still no single expression says the same.
    NotOne,
    /// There is no such zone.
    NoZone,
}

/// The same schedule in UTC, from a day on: `YYYY-MM-DD`.
pub(in super::super) fn in_utc(cron: &Cron, zone: &str, from: &str) -> InUtc {
    let Ok(zone) = TimeZone::get(zone) else { return InUtc::NoZone };
    match from.parse().ok().and_then(|from| fixed_offset(&zone, from)) {
        Some(offset) => cron.shifted(offset.seconds() / 60).map_or(InUtc::NotOne, InUtc::Same),
        None => InUtc::Changes,
    }
}

/// The difference to UTC, where no change of the clocks lies ahead.
fn fixed_offset(zone: &TimeZone, from: Date) -> Option<Offset> {
    let start: Timestamp = from.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let now = zone.to_offset(start);
    zone.following(start).all(|change| change.offset() == now).then_some(now)
}

impl Cron {
    /// The expression for UTC of one for a clock that is so many minutes ahead of it.
    fn shifted(&self, ahead: i32) -> Option<String> {
        let mut days = BTreeSet::new();
        let mut times = BTreeSet::new();
        for (hour, minute) in self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (hour, minute))) {
            let at = i32::from(*hour) * 60 + i32::from(*minute) - ahead;
            let time = at.rem_euclid(MINUTES_OF_DAY);
            days.insert(at.div_euclid(MINUTES_OF_DAY));
            times.insert((u8::try_from(time / 60).ok()?, u8::try_from(time % 60).ok()?));
        }
        let hours: Set = times.iter().map(|(hour, _)| *hour).collect();
        let minutes: Set = times.iter().map(|(_, minute)| *minute).collect();
        if times.len() != hours.len() * minutes.len() {
            return None;
        }
        let [minute, hour, day, month, weekday] = &self.texts;
        let minute = if minutes == self.minutes { minute.clone() } else { shown(&minutes, &MINUTE) };
        let hour = if hours == self.hours { hour.clone() } else { shown(&hours, &HOUR) };
        let weekday = self.on_other_days(&days, weekday)?;
        Some(format!("{minute} {hour} {day} {month} {weekday}"))
    }

    /// The weekdays, where all times fall on days that are so many later.
    fn on_other_days(&self, days: &BTreeSet<i32>, weekday: &str) -> Option<String> {
        let is_same_day = days.iter().eq([&0]);
        match &self.weekdays {
            Weekdays::Every if self.every_day || is_same_day => Some(weekday.to_owned()),
            Weekdays::These(_) | Weekdays::Counted if is_same_day => Some(weekday.to_owned()),
            Weekdays::These(set) if self.every_day && days.len() == 1 => {
                let later = i32::from(days.first() == Some(&1)) - i32::from(days.first() == Some(&-1));
                Some(names(set, later))
            }
            Weekdays::Every | Weekdays::These(_) | Weekdays::Counted => None,
        }
    }
}

/// Weekdays by name, so many days later.
fn names(days: &BTreeSet<u8>, later: i32) -> String {
    const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let moved: BTreeSet<i32> = days.iter().map(|day| (i32::from(*day) - 1 + later).rem_euclid(7)).collect();
    let names = moved.into_iter().filter_map(|day| NAMES.get(usize::try_from(day).ok()?).copied());
    names.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str, zone: &str) -> InUtc {
        in_utc(&Cron::parse(text).expect(text), zone, "2026-07-01")
    }

    fn same(text: &str) -> InUtc {
        InUtc::Same(text.into())
    }

    #[test]
    fn a_zone_whose_clocks_never_change_has_one_expression_in_utc() {
        assert_eq!(utc("0 9 * * *", "Asia/Tokyo"), same("0 0 * * *"));
        assert_eq!(utc("*/15 8-11 1 * *", "Asia/Tokyo"), InUtc::NotOne);
        assert_eq!(utc("*/15 9-11 1 * *", "Asia/Tokyo"), same("*/15 0-2 1 * *"));
        assert_eq!(utc("30 9 * * MON-FRI", "Asia/Kolkata"), same("0 4 * * MON-FRI"));
        assert_eq!(utc("0 3 * * MON,SUN", "Asia/Tokyo"), same("0 18 * * SUN,SAT"));
        assert_eq!(utc("0 20 * * SAT", "America/Phoenix"), same("0 3 * * SUN"));
        assert_eq!(utc("*/5 * * * *", "Asia/Tokyo"), same("*/5 * * * *"));
        assert_eq!(utc("0 9,17 * * *", "UTC"), same("0 9,17 * * *"));
    }

    #[test]
    fn a_day_of_the_month_stays_where_the_day_in_utc_is_the_same_and_moves_nowhere() {
        assert_eq!(utc("0 12 L * *", "Asia/Tokyo"), same("0 3 L * *"));
        assert_eq!(utc("0 3 L * *", "Asia/Tokyo"), InUtc::NotOne);
        assert_eq!(utc("0 3 * * 6L", "Asia/Tokyo"), InUtc::NotOne);
        assert_eq!(utc("0 * * JUN *", "Asia/Tokyo"), InUtc::NotOne);
    }

    #[test]
    fn half_hours_are_shifted_where_all_times_are_still_hours_and_minutes() {
        assert_eq!(utc("0 0 * * *", "Asia/Kathmandu"), same("15 18 * * *"));
        assert_eq!(utc("0,30 6 * * *", "Asia/Kolkata"), InUtc::NotOne);
        assert_eq!(utc("0,30 * * * *", "Asia/Kolkata"), same("0,30 * * * *"));
    }

    #[test]
    fn a_zone_with_a_summer_time_and_one_that_is_none_have_no_expression() {
        assert_eq!(utc("0 9 * * *", "Europe/Berlin"), InUtc::Changes);
        assert_eq!(utc("0 9 * * *", "Middle/Earth"), InUtc::NoZone);
    }
}
