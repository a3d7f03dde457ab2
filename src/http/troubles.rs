//! What holds a run up, for the message of one whose time is over.

use std::cell::RefCell;

use super::Request;

/// Failures that were to be overcome, and requests without an answer.
#[derive(Default)]
pub(super) struct Troubles {
    /// The last failure that was to be overcome, and the request that met it.
    failure: RefCell<Option<(String, String)>>,
    /// Requests without an answer so far.
    under_way: RefCell<Vec<String>>,
    /// The first request whose answer was not waited for any longer.
    given_up: RefCell<Option<String>>,
}

/// A request from its leaving to its answer.
pub(super) struct UnderWay<'a>(&'a Troubles, String);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut under_way = self.0.under_way.borrow_mut();
        if let Some(index) = under_way.iter().position(|target| *target == self.1) {
            under_way.remove(index);
        }
    }
}

impl Troubles {
    pub(super) fn under_way(&self, request: &Request) -> UnderWay<'_> {
        self.under_way.borrow_mut().push(request.target());
        UnderWay(self, request.target())
    }

    pub(super) fn met(&self, request: &Request, reason: String) {
        *self.failure.borrow_mut() = Some((request.target(), reason));
    }

    /// The run stopped before its answer came.
    pub(super) fn gave_up_on(&self, request: &Request) {
        self.given_up.borrow_mut().get_or_insert_with(|| request.target());
    }

    /// A request that failed before went well: it held nobody up.
    pub(super) fn overcome(&self, request: &Request) {
        self.failure.borrow_mut().take_if(|(target, _)| *target == request.target());
    }

    /// What to name to somebody whose run is over.
    pub(super) fn last(&self) -> Option<String> {
        if let Some((target, reason)) = &*self.failure.borrow() {
            return Some(format!("the last failure was: `{target}`: {reason}"));
        }
        let waited_for = self.given_up.borrow().clone().or_else(|| self.under_way.borrow().first().cloned());
        waited_for.map(|target| format!("`{target}` had no answer yet"))
    }
}
