//! What apply does, as values: one step is one write.

use serde::Serialize;

use crate::model::Address;
use crate::resource::Operation;

/// One write, and the steps whose writes must have taken effect before.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// The change that it belongs to.
    pub address: Address,
    /// Index of the manifest in the desired state.
    pub manifest: usize,
    /// What is done.
    pub operation: Operation,
    /// Indexes of steps that come first.
    pub after: Vec<usize>,
}
