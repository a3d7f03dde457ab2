//! Cron schedules: each can be read, stands there once, and has no time zone.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::cron::{Cron, InUtc, in_utc};
use crate::kinds::worker::manifest::generations::spec_path;
use crate::kinds::worker::manifest::schedules::{Said, path};
use crate::manifest::findings::Findings;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::resource::LiveSchedules;
use crate::resource::script::PINNED_COMPATIBILITY_DATE;

use super::subject::Subject;

/// Cron schedules that an account takes, on the free plan and on a paid one.
const FREE: usize = 5;
const PAID: usize = 250;

/// Each entry can be read, and stands there once.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(entries) = subject.spec().and_then(|spec| spec.schedules.as_ref()) else { return };
    let mut seen: BTreeMap<String, Path> = BTreeMap::new();
    for (index, entry) in entries.each() {
        let (path, said) = (path(index), Said::of(entry));
        let text = LiveSchedules::canonical(said.cron);
        match (Cron::parse(&text), said.zone) {
            (Err(_), _) if subject.is_broken(&path.key("cron")) => {}
            (Err(fault), _) => {
                let message = format!("{} is not a schedule: {}", quote(&text), fault.problem);
                findings.add(&path, Diagnostic::error(Code::Schedule, message).with_help(fault.help));
            }
            (Ok(cron), Some(zone)) => findings.add(&path, in_zone(subject, &cron, &text, zone)),
            (Ok(cron), None) => {
                findings.add_outcome(&path, cron.numbers_weekdays().map_or(Ok(()), |days| Err(counted(days))));
                repeated(&text, &path, &mut seen, findings);
            }
        }
    }
    so_many(entries.each().count(), findings);
}

fn repeated(text: &str, path: &Path, seen: &mut BTreeMap<String, Path>, findings: &mut Findings<'_>) {
    match seen.get(text) {
        Some(first) => {
            let finding = Diagnostic::error(Code::Schedule, format!("the schedule {} is given twice", quote(text)));
            let first = findings.value_place(first);
            findings.add(path, finding.with_help("keep one of them").and_at(first, "the first one"));
        }
        None => drop(seen.insert(text.to_owned(), path.clone())),
    }
}

/// A schedule in a time zone: refused, with the one in UTC where there is one.
fn in_zone(subject: &Subject<'_>, cron: &Cron, text: &str, zone: &str) -> Diagnostic {
    let from = subject.options.today.as_deref().unwrap_or(PINNED_COMPATIBILITY_DATE);
    let help = match in_utc(cron, zone, from) {
        InUtc::Same(utc) => format!("write {}: that is {} in {}", quote(&utc), quote(text), quote(zone)),
        InUtc::Changes => format!(
            "the clocks of {} change with the season, so no schedule in UTC is the same all year: write the hour in UTC, \
             and let the Worker look at the clock there if it matters",
            quote(zone)
        ),
        InUtc::NotOne => format!(
            "in UTC {} falls on other days or minutes, for which there is no single schedule: write in UTC what is meant",
            quote(text)
        ),
        InUtc::NoZone => format!("write the schedule in UTC; there is no time zone {} either", quote(zone)),
    };
    Diagnostic::error(Code::Schedule, format!("a schedule has no time zone, and this one names {}", quote(zone)))
        .with_help(help)
}

fn counted(days: &str) -> Diagnostic {
    let message = format!("weekdays are counted from 1, which is Sunday: {} may be other days than meant", quote(days));
    Diagnostic::note(Code::Schedule, message).with_help("write names, such as `MON-FRI`: they mean the same everywhere")
}

fn so_many(count: usize, findings: &mut Findings<'_>) {
    let path = spec_path().key("schedules");
    if count > PAID {
        let message = format!("{count} schedules, and an account takes {PAID}, all of its Workers together");
        let help = "let one schedule call the Worker more often, and let the Worker choose what is due";
        findings.add(&path, Diagnostic::warning(Code::Schedule, message).with_help(help));
    } else if count > FREE {
        let message =
            format!("{count} schedules: on the free plan an account takes {FREE}, all of its Workers together");
        findings.add(&path, Diagnostic::note(Code::Schedule, message));
    }
}
