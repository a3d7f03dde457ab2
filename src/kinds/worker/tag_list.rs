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

/// Whether two lists are the same tags: their order on the Worker makes no difference.
pub(super) fn same(one: &[String], other: &[String]) -> bool {
    one.iter().collect::<BTreeSet<_>>() == other.iter().collect()
}
