//! What apply does, as values: one step is one write.

use std::rc::Rc;

use serde::Serialize;

use crate::model::Address;
use crate::resource::{Operation, Watch};

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

/// What is looked at beside the writes of a document.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Index of the document in the desired state.
    pub manifest: usize,
    /// What the document is about.
    pub address: Address,
    /// What looks.
    pub watch: Rc<dyn Watch>,
}

/// It follows from the same as the steps.
impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        (self.manifest, &self.address) == (other.manifest, &other.address)
    }
}
