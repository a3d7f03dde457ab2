//! A run: who applies what to which account, and what is at hand for it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::code::Code;
use super::event::Event;
use crate::bundle::Modules;
use crate::cloudflare::Api;
use crate::http::Client;
use crate::model::{Address, Output};
use crate::resource::{AtHand, DesiredState};
use crate::secret::Secret;

/// Code and secrets of a manifest: they travel beside the plan, never in it.
#[derive(Default)]
pub struct Payload {
    /// The code; absent when nothing is uploaded.
    pub code: Option<Box<dyn Code>>,
    /// Values of secrets by binding name.
    pub secrets: BTreeMap<String, Secret>,
}

/// Who applies what to which account.
pub struct Run<'a> {
    /// The API.
    pub api: &'a Api,
    /// Sends.
    pub client: &'a Client,
    /// What the plan was made for.
    pub desired: &'a DesiredState,
    /// Code and secrets by index of the manifest.
    pub payloads: &'a [Payload],
    /// Who watches.
    pub events: &'a dyn Fn(Event),
    /// Starts the message of every version that this run makes: another run that deploys the same has another one, and the
    /// annotation `workers/tag` has room for the mark alone. Compared as it is, never taken apart.
    pub signature: String,
    /// What writes of this run made so far.
    pub made: RefCell<BTreeMap<Output, String>>,
}

impl Run<'_> {
    /// A value that another write of this run made.
    pub(super) fn late(&self, output: &Output) -> Option<String> {
        self.made.borrow().get(output).cloned()
    }

    /// Does some work with what is at hand for a document.
    pub(super) fn at_hand<T>(
        &self,
        (address, manifest): (&Address, usize),
        code: Option<&Modules>,
        work: impl FnOnce(AtHand<'_>) -> T,
    ) -> T {
        let none = BTreeMap::new();
        let secrets = self.payloads.get(manifest).map_or(&none, |payload| &payload.secrets);
        work(AtHand { address, late: &|output| self.late(output), signature: &self.signature, code, secrets })
    }
}
