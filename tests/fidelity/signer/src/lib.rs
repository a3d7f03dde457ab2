//! Other people's signatures, to hold ours against: the cases that Amazon ships in the crate of its own signer, that
//! signer itself, and our own as a caller of the engine sees it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    missing_docs,
    reason = "a test says what it expects by stopping, and reads files"
)]

pub mod amazon;
pub mod case;
pub mod ours;
pub mod retarget;
#[path = "../../../wire/mod.rs"]
pub mod wire;
