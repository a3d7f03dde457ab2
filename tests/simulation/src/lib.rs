//! Simulates whole runs of the engine against an account in memory, on a virtual clock: with drift, faults and races,
//! all from one seed. See `main.rs` for how it is run.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test program, not the engine")]

pub mod account;
mod act;
pub mod case;
pub mod conduct;
pub mod fault;
pub mod generate;
mod goal;
mod invariants;
mod manifest;
pub mod names;
pub mod play;
pub mod random;
pub mod seen;
pub mod truth;
pub mod watch;
pub mod world;
