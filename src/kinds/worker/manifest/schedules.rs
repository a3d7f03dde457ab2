//! Entries of `schedules`: cron expressions, in UTC as everything at Cloudflare.

use super::generations::spec_path;
use super::spec::Schedule;
use crate::manifest::path::Path;
use crate::manifest::schema::Items;
use crate::resource::LiveSchedules;

/// Where an entry stands.
pub(super) fn path(index: usize) -> Path {
    spec_path().key("schedules").index(index)
}

/// The schedules that are wanted, each once.
pub(super) fn lower(entries: &Items<Schedule>) -> Vec<String> {
    let mut crons: Vec<String> = Vec::new();
    for (_, entry) in entries.each() {
        let cron = LiveSchedules::canonical(Said::of(entry).cron);
        if !crons.contains(&cron) {
            crons.push(cron);
        }
    }
    crons
}

/// An entry in its parts.
pub(super) struct Said<'a> {
    pub cron: &'a str,
    /// The time zone that it names, which none can have.
    pub zone: Option<&'a str>,
}

impl<'a> Said<'a> {
    pub(super) fn of(entry: &'a Schedule) -> Self {
        match entry {
            Schedule::Cron(text) => Self::of_text(text),
            Schedule::Zoned(zoned) => {
                let said = Self::of_text(zoned.cron.as_deref().unwrap_or_default());
                Self { zone: zoned.timezone.as_deref().or(said.zone), ..said }
            }
        }
    }

    /// Other crons read a time zone before the fields.
    fn of_text(text: &'a str) -> Self {
        let text = text.trim_start();
        let zoned = ["CRON_TZ=", "TZ="].into_iter().find_map(|prefix| text.strip_prefix(prefix));
        match zoned.map(|rest| rest.split_once(char::is_whitespace).unwrap_or((rest, ""))) {
            Some((zone, cron)) => Self { cron, zone: Some(zone) },
            None => Self { cron: text, zone: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_found_wherever_other_crons_have_it() {
        let said = |text: &str| (Said::of_text(text).zone.map(str::to_owned), Said::of_text(text).cron.to_owned());
        assert_eq!(said(" CRON_TZ=Asia/Tokyo  0 9 * * *"), (Some("Asia/Tokyo".into()), " 0 9 * * *".into()));
        assert_eq!(said("TZ=UTC"), (Some("UTC".into()), String::new()));
        assert_eq!(said("0 9 * * *"), (None, "0 9 * * *".into()));
    }
}
