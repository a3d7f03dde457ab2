//! What is looked at beside the writes of a document: others may write the same at the same time, and nothing in the API
//! compares and sets.

use std::collections::BTreeSet;
use std::fmt;

use super::procedure::{AtHand, Next};
use crate::cloudflare::{Heard, Read};

/// What the kind of a document watches during a run. All of it is pure: what is read, and what follows from it.
pub trait Watch: fmt::Debug {
    /// What is read while a write is under way.
    fn beside(&self, moment: Moment, seen: &Seen) -> Vec<Read>;

    /// What comes next when every write of the run took effect. It ends with what others did.
    fn next(&self, seen: &Seen, heard: &Heard, at_hand: AtHand<'_>) -> Next;
}

/// A write that goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The kind's own word for what it writes.
    pub part: &'static str,
    /// No other write of the document waits for its turn.
    pub is_last: bool,
}

/// What came of the writes of a document so far, and what was seen beside them.
#[derive(Debug, Default)]
pub struct Seen {
    /// What the document was to create was there already.
    pub found: bool,
    /// What was written.
    pub written: BTreeSet<&'static str>,
    /// Beside which write what was read, in order.
    pub sights: Vec<(Moment, Heard)>,
}
