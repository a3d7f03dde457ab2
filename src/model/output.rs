//! Outputs: named values that a resource has once it exists.

use serde::Serialize;

use super::Address;

/// One output of one resource: known from the account, or only after a write ("late").
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Output {
    /// The account that it is in.
    pub account: String,
    /// Of what.
    pub of: Address,
    /// Its name, such as `namespace_id`.
    pub name: String,
}
