//! The tags of a Worker: one list, which is written whole.

use std::collections::BTreeSet;

use serde::Serialize;

/// A change of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct TagWrite {
    /// The full list before: what else is there when it is written is another run's.
    pub from: Vec<String>,
    /// The full list afterwards.
    pub to: Vec<String>,
}

impl TagWrite {
    /// Another list with what this change does to tags of the user's own; marks are put over it by whoever writes.
    pub(super) fn put_over(&self, now: &[String]) -> Vec<String> {
        let stays = |tag: &&String| !self.from.contains(tag) || self.to.contains(tag);
        let mut all: Vec<String> = now.iter().filter(stays).cloned().collect();
        let new = self.to.iter().filter(|tag| !self.from.contains(tag) && !now.contains(tag));
        all.extend(new.cloned());
        all
    }
}

/// Whether two lists are the same tags: their order on the Worker makes no difference.
pub(super) fn same(one: &[String], other: &[String]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    #[test]
    fn a_change_of_tags_leaves_what_came_meanwhile() {
        let write = TagWrite { from: list(&["old", "stays"]), to: list(&["stays", "new"]) };
        assert_eq!(write.put_over(&list(&["old", "stays", "theirs"])), list(&["stays", "theirs", "new"]));
        assert_eq!(write.put_over(&list(&["new"])), list(&["new"]));
    }
}
