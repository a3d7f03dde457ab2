//! What a kind says of its resources: the words between the kinds and the planner.

use std::rc::Rc;

use crate::diagnostic::Diagnostic;
use crate::model::{Address, Field};
use crate::resource::{Operation, Watch};

use super::claim::Claim;
use super::{Left, PlannedManifest, Reason};

/// All that the kind of a document has to say of it.
#[derive(Debug)]
pub struct Sketches {
    /// Index of the document in the desired state.
    pub manifest: usize,
    /// Who it is.
    pub planned: PlannedManifest,
    /// Its resources, in the order in which they are made.
    pub resources: Vec<Sketch>,
    /// Parts of its resources that it does not name.
    pub kept: Vec<Left>,
    /// Its own, no longer named.
    pub orphans: Vec<Left>,
    /// Other people's, seen beside its own.
    pub unmanaged: Vec<Left>,
    /// What is to be said before its resources.
    pub before: Vec<Diagnostic>,
    /// What is to be said after them.
    pub after: Vec<Diagnostic>,
    /// What is looked at beside its writes.
    pub watch: Option<Rc<dyn Watch>>,
}

impl Sketches {
    /// Nothing said yet.
    pub fn new(manifest: usize, planned: PlannedManifest) -> Self {
        Self {
            manifest,
            planned,
            resources: Vec::new(),
            kept: Vec::new(),
            orphans: Vec::new(),
            unmanaged: Vec::new(),
            before: Vec::new(),
            after: Vec::new(),
            watch: None,
        }
    }
}

/// One resource beside what the account has for it.
#[derive(Debug)]
pub struct Sketch {
    /// Which one.
    pub address: Address,
    /// Whether it is to be there.
    pub wish: Wish,
    /// Whose it is now.
    pub owner: Owner,
    /// What differs.
    pub fields: Vec<Field>,
    /// What must be there before it is made, or be gone before it goes.
    pub needs: Vec<Address>,
    /// What it takes.
    pub writes: Vec<Write>,
    /// For one that goes: what takes references to others out of it, where those wait for it and it for them.
    pub loosens: Option<Operation>,
    /// What is to be said of it.
    pub diagnostics: Vec<Diagnostic>,
    /// What other documents of the run take over from it: its last write, which lets go of that, waits for them.
    pub gives_up: Vec<Address>,
    /// It keeps data: where it goes, it goes last.
    pub holds_data: bool,
    /// Others can see what they could not see before.
    pub exposes: bool,
    /// What is in it will be deleted in time.
    pub expires: bool,
    /// What it was before comes back.
    pub reverts: bool,
    /// Parts of it that go with all data in them.
    pub loses: Vec<Address>,
}

/// What a document asks of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It is to be there.
    Keep,
    /// It is to go.
    Remove(Reason),
}

/// Whose a resource is.
#[derive(Debug)]
pub enum Owner {
    /// It is not there.
    Absent,
    /// It is ours; why it has to change, if it has to.
    Ours(Option<Reason>),
    /// It is there, and its name is all that makes it the one that is meant.
    Found,
    /// Another owner of ours gives it up in this run.
    Released(Reason),
    /// It is somebody else's, or ours under somebody else's work.
    Claimed(Claim),
}

/// One write of a resource.
#[derive(Debug)]
pub struct Write {
    /// When it goes out.
    pub phase: Phase,
    /// What it does.
    pub operation: Operation,
}

/// When a write goes out, beside the others of its document. INVARIANT: every prefix is a state that a user can live
/// with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// When what the resource needs is there; what needs the resource waits for it.
    Make,
    /// What it holds before others use it: they wait for that also where the resource is there.
    Fill,
    /// After the resource was made; nobody waits for it.
    Beside,
    /// Old goes when new stands.
    Remove,
    /// After all of those.
    Close,
    /// After everything: what the document leaves behind.
    Last,
}

impl Sketch {
    /// A resource that is to be there, about which nothing is known yet.
    pub fn wanted(address: Address, needs: Vec<Address>) -> Self {
        Self {
            address,
            wish: Wish::Keep,
            owner: Owner::Ours(None),
            fields: Vec::new(),
            needs,
            writes: Vec::new(),
            loosens: None,
            diagnostics: Vec::new(),
            gives_up: Vec::new(),
            holds_data: false,
            exposes: false,
            expires: false,
            reverts: false,
            loses: Vec::new(),
        }
    }

    /// A resource of ours that is to go.
    pub fn removed(address: Address, reason: Reason, fields: Vec<Field>, write: Write) -> Self {
        Self { wish: Wish::Remove(reason), fields, writes: vec![write], ..Self::wanted(address, Vec::new()) }
    }

    /// Whether others that need it wait for its writes of a phase. A need that the account meets already orders nothing.
    pub(super) fn is_awaited(&self, phase: Phase) -> bool {
        let is_made = phase == Phase::Make && matches!(self.owner, Owner::Absent);
        self.wish == Wish::Keep && (is_made || phase == Phase::Fill)
    }

    /// Adds a write.
    pub fn write(&mut self, phase: Phase, operation: Operation) {
        self.writes.push(Write { phase, operation });
    }
}
