//! A tar: files by path in one object, also packed by gzip.
//!
//! Strict: whatever could lead out of it or stand for something else than its own bytes is refused.
//!
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13>

mod pack;
mod path;
mod read;

pub use pack::pack;
#[cfg(test)]
pub(crate) use pack::packed_elsewhere;
pub use read::{files, is_archive, is_gzip};
