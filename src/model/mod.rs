//! The nouns that every part shares: addresses, identities, outputs.

mod address;
mod identity;
mod outputs;

pub use address::{Address, Kind};
pub use identity::{Identity, hex};
pub use outputs::{OutputSet, Outputs};
