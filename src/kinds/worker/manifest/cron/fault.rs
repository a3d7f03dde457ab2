//! What a reader says of an expression that it can't take.

/// What is wrong with an expression, and the way out.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Fault {
    pub problem: String,
    pub help: String,
}
