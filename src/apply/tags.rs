//! The tags of a Worker are one list, written whole, without compare-and-set. Two runs that both change what is in front
//! of a Worker would each forget what the other one attached: so the list is read right before it is written, and what
//! another run put there meanwhile stays.

use std::collections::BTreeSet;

use super::{Target, race};
use crate::cloudflare::scripts;
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::model::marks::{Inventory, ScriptMarks};
use crate::resource::TagWrite;

/// The list to write, and what is to be told when another run changed it. A look that fails says nothing.
///
/// # Errors
/// The Worker is another identity's by now.
pub(super) async fn beside(
    target: &Target<'_>,
    write: &TagWrite,
) -> Result<(Vec<String>, Option<Diagnostic>), Diagnostic> {
    let read = scripts::settings(target.account(), target.script());
    let known = |now: &[String]| {
        let planned = target.live.map(|live| live.tags.as_slice()).unwrap_or_default();
        // A read may lag behind this run's own writes.
        [write.from.as_slice(), write.to.as_slice(), planned].into_iter().any(|list| same(list, now))
    };
    match target.read(&read).await {
        Ok(settings) if !known(&settings.tags) && guard::holds(Guard::TagLook) => {
            let tags = kept(target, write, &settings.tags)?;
            Ok((tags, Some(race::tags_changed(target))))
        }
        Ok(_) | Err(_) => Ok((write.to.clone(), None)),
    }
}

fn same(one: &[String], other: &[String]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
}

/// What this run wants, with all that came to the list since.
fn kept(target: &Target<'_>, write: &TagWrite, now: &[String]) -> Result<Vec<String>, Diagnostic> {
    let [from, wanted, now_marks] = [&write.from[..], &write.to[..], now].map(ScriptMarks::parse);
    let id = target.manifest.identity.id();
    if let Some(other) = now_marks.ids.iter().find(|other| **other != id && !from.ids.contains(*other)) {
        let message = format!("`{}` was taken over by the manifest with id {other} meanwhile", target.script());
        let finding = Diagnostic::error(Code::OtherIdentityScript, message);
        return Err(finding.with_help("look at what is live with `cfworker-deploy plan`"));
    }
    let mut marks = wanted;
    add_new(&mut marks.inventory, &from.inventory, &now_marks.inventory);
    marks.names.extend(now_marks.names.difference(&from.names).cloned());
    if now_marks.bundle != from.bundle {
        marks.bundle = now_marks.bundle;
    }
    Ok(marks.merged_into(now))
}

/// Adds all entries of another inventory.
pub(super) fn add(inventory: &mut Inventory, other: &Inventory) {
    for (zone, hashes) in other {
        inventory.entry(zone.clone()).or_default().extend(hashes.iter().cloned());
    }
}

/// Adds what came since.
fn add_new(inventory: &mut Inventory, from: &Inventory, now: &Inventory) {
    for (zone, hashes) in now {
        let known = from.get(zone).cloned().unwrap_or_default();
        let new: Vec<String> = hashes.difference(&known).cloned().collect();
        if !new.is_empty() {
            inventory.entry(zone.clone()).or_default().extend(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Inventory, add_new};

    fn inventory(entries: &[(&str, &[&str])]) -> Inventory {
        let hashes = |hashes: &[&str]| hashes.iter().map(|hash| (*hash).to_owned()).collect();
        entries.iter().map(|(zone, entries)| ((*zone).to_owned(), hashes(entries))).collect()
    }

    #[test]
    fn what_another_run_attached_stays_and_what_it_removed_does_not_come_back() {
        let mut mine = inventory(&[("z", &["new"])]);
        add_new(
            &mut mine,
            &inventory(&[("z", &["old", "gone"])]),
            &inventory(&[("z", &["old", "theirs"]), ("y", &["y"])]),
        );
        assert_eq!(mine, inventory(&[("z", &["new", "theirs"]), ("y", &["y"])]));
    }
}
