//! The stores that a run makes.

use std::collections::BTreeSet;

use crate::binding::PlainBinding;
use crate::model::Address;
use crate::resource::{DesiredState, LiveState};

/// By account.
#[derive(Default)]
pub(super) struct NewStores<'a>(BTreeSet<(&'a str, &'a Address)>);

impl<'a> NewStores<'a> {
    pub(super) fn of(desired: &'a DesiredState, live: &LiveState) -> Self {
        let is_new = |index: usize| live.stores.get(index).is_none_or(Option::is_none);
        let new = desired.stores.iter().enumerate().filter(|(index, _)| is_new(*index));
        Self(new.map(|(_, store)| (store.identity.account.as_str(), &store.address)).collect())
    }

    /// The one that a binding is to lead to.
    pub(super) fn of_binding<'b>(&self, account: &str, binding: &'b PlainBinding) -> Option<&'b Address> {
        let mut named = binding.referred().filter_map(|referred| referred.of.as_ref());
        named.find(|address| self.0.contains(&(account, *address)))
    }
}
