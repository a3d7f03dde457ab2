//! Where the code of an upload comes from.

use crate::bundle::{Modules, Place};
use crate::diagnostic::Diagnostic;
use crate::http::LocalFuture;

/// The code of one Worker, given out when the turn of its upload comes: a run of many documents has the bundles of few at
/// hand.
pub trait Code {
    /// Gives it out, once; `again`: it will be asked for once more.
    ///
    /// # Errors
    /// [`NotLoaded`]: nothing was written.
    fn load(&self, again: bool) -> LocalFuture<'_, Result<Loaded, NotLoaded>>;
}

/// Code at hand.
pub struct Loaded {
    /// Itself.
    pub modules: Modules,
    /// Its room among the bundles at hand, given back with it.
    pub place: Place,
}

/// Code that could not be had.
pub struct NotLoaded {
    /// Why.
    pub finding: Box<Diagnostic>,
    /// The run stops.
    pub aborted: bool,
}
