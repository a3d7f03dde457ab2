//! Manifests: YAML text becomes desired state and findings with their places.
//!
//! One linear event pass builds a small tree; the shape check walks it against the schema of the types;
//! what passed is read into the types, bare scalars as `serde_yaml` means them; rules look at all that is readable;
//! `lower` knows the defaults.

mod cursor;
mod date;
mod drawing;
mod edit;
#[cfg(test)]
mod editor_schema;
mod env;
mod events;
mod findings;
mod frame;
mod generations;
mod hidden;
mod hostname;
mod json_schema;
mod kind;
mod kv;
mod limits;
mod lower;
mod masked;
mod moved;
mod names;
mod nearest;
mod path;
mod pattern;
mod pipeline;
mod places;
mod quote;
mod read;
mod reference;
mod rules;
mod scalar;
pub mod schema;
mod secrets;
mod set;
mod shape;
mod text;
mod tree;
mod wanted;

pub use drawing::{Finding, Look, draw};
pub use edit::set_value;
pub use hostname::is_within;
pub use nearest::nearest;
pub use places::{Places, SecretText, secret_text};
pub use quote::quote;
pub use read::{DocumentReference, Read, ReadOptions, Source, read};
pub use secrets::{SecretValues, UnresolvedSecret, resolve_secrets};
pub use set::is_settable;
pub use tree::Span;
