//! A command of this tool as data: whoever prints it quotes its words, and prints none that can't be shown exactly.

use serde::Serialize;

/// The command that helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// Its verb.
    pub command: &'static str,
    /// Its words after the verb, of whatever origin.
    pub operands: Vec<String>,
}
