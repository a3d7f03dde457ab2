//! A file of a run.

/// A manifest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name as findings show it; `-` is standard input.
    pub name: String,
    /// Its text.
    pub text: String,
}
