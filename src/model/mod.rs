//! The nouns that every part shares: addresses, identities, marks, outputs.

mod code;
mod document_name;
mod field;
mod identity;
mod json;
pub mod marks;
mod object_key;
mod output;
mod outputs;

pub use crate::address::{Address, Kind, Scope};
pub use code::{Syntax, is_code_binding};
pub use document_name::{document_name, given_for};
pub use field::Field;
pub use identity::{Identity, hex};
pub use json::typed;
pub use object_key::{check_addressable, check_object_key};
pub use output::Output;
pub use outputs::{OutputSet, OutputSetTold, OutputValue, Outputs, OutputsTold};
