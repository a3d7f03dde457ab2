//! One thing of ours that goes, or stays as an orphan.

use crate::diagnostic::Diagnostic;
use crate::model::{Address, Field, Output};
use crate::plan::{Phase, Reason, Sketch, Write};
use crate::resource::{Made, Operation};

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

/// What a removal takes off the marks, unless it finds nothing to remove.
#[derive(Debug)]
pub(super) struct TakenOff {
    /// Whether there was nothing.
    pub absent: Output,
    /// Zone id, or another place of an inventory.
    pub place: String,
    /// Hashes in the inventory.
    pub hashes: Vec<String>,
}

impl Removal {
    /// What it takes off the marks.
    pub(super) fn taken_off(&self, account: &str) -> TakenOff {
        let absent = Output { account: account.to_owned(), of: self.address.short(), name: Made::ABSENT.to_owned() };
        TakenOff { absent, place: self.zone.clone(), hashes: self.hashes.clone() }
    }

    /// As a resource that goes.
    pub(super) fn sketch(self, reason: &Reason) -> Sketch {
        let write = Write { phase: Phase::Remove, operation: self.operation };
        let mut sketch = Sketch::removed(self.address, reason.clone(), vec![self.field], write);
        sketch.diagnostics.extend(self.loses);
        sketch
    }
}
