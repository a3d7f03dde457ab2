//! One thing of ours that goes, or stays as an orphan.

use crate::diagnostic::Diagnostic;
use crate::model::{Address, Field};
use crate::plan::{Phase, Reason, Sketch, Write};
use crate::resource::Operation;

/// One thing of ours that the manifest no longer wants.
#[derive(Debug)]
pub(super) struct Removal {
    pub address: Address,
    /// Zone id, or another place of an inventory.
    pub zone: String,
    pub id: String,
    pub operation: Operation,
    /// Hashes in the inventory.
    pub hashes: Vec<String>,
    /// The Worker that it leads to, for what leads to one.
    pub script: Option<String>,
    pub field: Field,
    /// What is lost beside it.
    pub loses: Option<Diagnostic>,
}

impl Removal {
    /// As a resource that goes.
    pub(super) fn sketch(self, reason: &Reason) -> Sketch {
        let write = Write { phase: Phase::Remove, operation: self.operation };
        let mut sketch = Sketch::removed(self.address, reason.clone(), vec![self.field], write);
        sketch.diagnostics.extend(self.loses);
        sketch
    }
}
