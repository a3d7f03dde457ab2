//! A request from its leaving to the end of its answer.

use super::failure::{failure, unsent};
use super::filling::Filling;
use crate::http::TransportError;

/// A request on its way: dropped before its end, it is aborted.
pub(super) struct Flight {
    pub(super) controller: web_sys::AbortController,
    /// The body that is still on its way: it goes with the answer.
    pub(super) filling: Option<Filling>,
    pub(super) landed: bool,
}

impl Flight {
    pub(super) fn new() -> Result<Self, TransportError> {
        let controller = web_sys::AbortController::new().map_err(|error| unsent(&failure(&error).message))?;
        Ok(Self { controller, filling: None, landed: false })
    }

    /// Nothing is left to abort.
    pub(super) fn land(&mut self) {
        self.landed = true;
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.landed {
            self.controller.abort();
        }
    }
}
