//! How to see whether what a write makes is there, after an answer that left it open.

use std::fmt;

use serde_json::Value;

use super::heard::Heard;
use super::read::Read;
use crate::diagnostic::Diagnostic;

/// Looks for what a write makes. Pure: what is read, and what follows from it.
pub trait Search: fmt::Debug {
    /// What comes next, by what was heard of this look.
    fn next(&self, heard: &Heard) -> Sighting;
}

/// What a look comes to.
#[derive(Debug)]
pub enum Sighting {
    /// First this has to be read.
    Ask(Read),
    /// It is there, as the account shows it.
    There(Value),
    /// It is not there.
    Absent,
    /// Somebody else made it meanwhile.
    Taken(Box<Diagnostic>),
    /// It can't be told.
    Unclear,
}
