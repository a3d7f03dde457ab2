//! What came of a run.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::model::{Address, Output};

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Changes that took effect.
    pub done: Vec<Address>,
    /// Changes that did not happen.
    pub not_done: Vec<Address>,
    /// Changes that may have happened: the request went out, the answer was lost.
    pub unknown: Vec<Address>,
    /// Why, one finding a failed write.
    pub failures: Vec<Diagnostic>,
    /// The caller wanted to stop.
    pub aborted: bool,
    /// A write took effect, or may have.
    pub wrote: bool,
    /// What somebody else did at the same time.
    pub raced: Vec<Diagnostic>,
    /// Values that writes made.
    pub outputs: BTreeMap<Output, String>,
}
