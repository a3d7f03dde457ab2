//! The table of cells: action × resource × ownership × fault, how often each was hit, and which can't be.

use std::fmt::Write as _;

use crate::account::Subject;
use crate::documents::ROWS;
use crate::fault::Kind;
use crate::seen::{Deed, Seen};
use crate::truth::Owner;

/// How often each cell must be hit.
pub const LEAST: u32 = 20;

const SUBJECTS: [Subject; 8] = [
    Subject::Script,
    Subject::Record,
    Subject::Route,
    Subject::Consumer,
    Subject::Kv,
    Subject::Queue,
    Subject::Bucket,
    Subject::D1,
];
const OWNERS: [Owner; 6] = [Owner::Absent, Owner::Ours, Owner::Outside, Owner::Original, Owner::Stranger, Owner::Other];

/// Why a row can't be; nothing when it can.
fn impossible(subject: Subject, owner: Owner, deed: Deed) -> Option<&'static str> {
    use Deed::{Adopt, Create, Delete, Keep, Update};
    use Owner::{Absent, Original, Other, Ours, Outside, Stranger};
    if let Some(row) = ROWS.iter().find(|row| row.of == subject) {
        return match (owner, deed) {
            (Absent, Create) | (Ours | Stranger, Keep | Delete) => None,
            (Absent, _) => Some("what is absent is created, or nothing is told of it"),
            (_, Create) => Some("what is there is not created"),
            (_, Adopt) => Some("its name makes it the one that is meant: nothing is adopted"),
            (Outside | Original | Other, _) => {
                Some("who made a store makes no difference: us or not is told apart here")
            }
            (_, Update) => row.settings.is_empty().then_some("it has nothing that could be changed"),
        };
    }
    match (owner, deed) {
        (Absent, Create) => None,
        (Absent, _) => Some("what is absent is created, or nothing is told of it"),
        (_, Create) => Some("what is there is not created"),
        (Ours, Update | Delete | Keep) => None,
        (Ours, Adopt) => Some("what is ours need not be adopted"),
        (Outside, _) if subject != Subject::Script => Some("only the versions of a Worker tell whose work is live"),
        (Outside, Adopt | Delete) => None,
        (Original, _) if subject != Subject::Record => Some("the original system marked records alone"),
        (Original, Adopt) => None,
        (Original, _) => Some("what the original system made is adopted first"),
        (Stranger | Other, Adopt) => None,
        (Stranger | Other, Delete) if subject == Subject::Script => None,
        (Stranger | Other, Delete) => Some("only what is ours is removed"),
        (_, Update | Keep) => Some("what is not ours is adopted, or refused"),
    }
}

/// Why a fault can't strike in a row that can be.
fn out_of_reach(subject: Subject, owner: Owner, deed: Deed) -> Option<&'static str> {
    match (subject, owner, deed) {
        (Subject::Route, Owner::Stranger, Deed::Adopt) => {
            Some("nothing is written: the route leads to the Worker already, only the inventory changes")
        }
        _ => None,
    }
}

/// The table, and the cells that were hit too rarely.
pub fn table(seen: &Seen, least: u32) -> (String, Vec<String>) {
    let (mut text, mut rare, mut reasons) = (String::new(), Vec::new(), Vec::new());
    let _ = write!(text, "{:<24}{:>7}", "", "none");
    for kind in Kind::ALL {
        let _ = write!(text, "{:>7}", short(kind));
    }
    text.push('\n');
    for subject in SUBJECTS {
        for owner in OWNERS {
            for deed in Deed::ALL {
                let name = format!("{subject:?} {owner:?} {deed:?}").to_lowercase();
                if let Some(reason) = impossible(subject, owner, deed) {
                    reasons.push(format!("{name}: {reason}"));
                    continue;
                }
                let unreachable = out_of_reach(subject, owner, deed);
                reasons.extend(unreachable.map(|reason| format!("{name}, any fault: {reason}")));
                let _ = write!(text, "{name:<24}");
                for kind in std::iter::once(None).chain(Kind::ALL.map(Some)) {
                    let count = seen.cells.get(&(subject, owner, deed, kind)).copied().unwrap_or_default();
                    if kind.is_some() && unreachable.is_some() {
                        let _ = write!(text, "{:>7}", "-");
                        continue;
                    }
                    let _ = write!(text, "{count:>7}");
                    if count < least {
                        rare.push(format!("{name}, {}: {count}", kind.map_or("none", short)));
                    }
                }
                text.push('\n');
            }
        }
    }
    let _ = write!(text, "\nCells that can't be:\n  {}\n", reasons.join("\n  "));
    (text, rare)
}

fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::Refused => "refuse",
        Kind::ResetBefore => "reset",
        Kind::LostAfter => "lost",
        Kind::Doubled => "double",
        Kind::Late => "late",
        Kind::Silent => "silent",
        Kind::Truncated => "trunc",
        Kind::Html => "html",
        Kind::Unsuccessful => "unsucc",
        Kind::Throttled => "429",
        Kind::ThrottledFor => "429+30",
        Kind::Blocked => "429-5m",
        Kind::Failed => "500",
        Kind::Unavailable => "503",
        Kind::FailedAfter => "500aft",
        Kind::ForbiddenOnce => "403",
        Kind::Forbidden => "403all",
        Kind::Down => "503all",
        Kind::Slow => "slow",
        Kind::OutageBusy => "out503",
        Kind::OutageReset => "outrst",
        Kind::OutageThrottled => "out429",
        Kind::OutageAtOnce => "429+0",
        Kind::ClockStep => "clock",
        Kind::Stale => "stale",
        Kind::Undone => "undone",
        Kind::KilledBefore => "kill<",
        Kind::KilledAfter => "kill>",
    }
}
