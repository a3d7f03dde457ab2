//! A command of this tool as data: whoever prints it quotes its words, and prints none that can't be shown exactly.

use schemars::JsonSchema;
use serde::Serialize;

/// A command of the command line, for whoever prints it to quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "NextCommand")]
pub struct Next {
    /// Its verb.
    pub command: &'static str,
    /// Its words after the verb, of whatever origin.
    pub operands: Vec<String>,
}
