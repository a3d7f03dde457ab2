//! Simulates whole runs of the engine against an account in memory, on a virtual clock: with drift, faults and races,
//! all from one seed. See `main.rs` for how it is run.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test program, not the engine")]

pub mod account;
mod act;
pub mod case;
pub mod cells;
pub mod conduct;
mod consumer_truth;
mod consumptions;
mod documents;
pub mod fault;
mod files;
pub mod first;
pub mod generate;
mod generate_consumers;
mod generate_members;
mod generate_references;
mod generate_stores;
mod generate_wishes;
mod goal;
mod invariants;
pub mod kinds;
mod manifest;
pub mod members;
pub mod named;
pub mod names;
mod order;
pub mod play;
pub mod race;
pub mod random;
pub mod seen;
mod shrink;
pub mod stage;
mod store_invariants;
mod store_truth;
pub mod suite;
pub mod things;
pub mod truth;
pub mod verdict;
pub mod watch;
pub mod world;

/// All that a pasted test names.
pub mod prelude {
    pub use crate::account::{Subject::*, Switches};
    pub use crate::case::{
        Act::*, Allow, Bind::*, By, Case, Consumes, Deployer, Described, Dns::*, Lead::*, Other::*, Past::*, Peer,
        Routing, Tells,
    };
    pub use crate::case::{Verb::*, Wanted, Wish::*, ZoneBy::*};
    pub use crate::fault::{Fault, Kind::*};
    pub use crate::suite::holds;
    pub use crate::{play, race, stage};
}
