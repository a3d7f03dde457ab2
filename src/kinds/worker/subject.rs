//! A Worker as the plan saw it, and what of it writes are about.

use crate::cloudflare::ReadOf;
use crate::cloudflare::deployments::{self, Deployments};
use crate::cloudflare::scripts::{self, Settings};
use crate::model::{Address, Output};

/// The parts of a Worker that its writes are about, as `Moment::part` says them.
pub(super) mod part {
    pub(in super::super) const VERSION: &str = "version";
    pub(in super::super) const DEPLOYMENT: &str = "deployment";
    pub(in super::super) const TAGS: &str = "tags";
    pub(in super::super) const SCRIPT: &str = "script";
}

/// A Worker as the plan saw it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub account: String,
    pub script: String,
    /// Id of the deployment that got requests.
    pub deployment: Option<String>,
    /// It is created in this run: what asks for it may find it late.
    pub is_new: bool,
}

impl Subject {
    pub(super) fn deployments(&self) -> ReadOf<Deployments> {
        deployments::list(&self.account, &self.script).settling_late(self.is_new)
    }

    pub(super) fn settings(&self) -> ReadOf<Settings> {
        scripts::settings(&self.account, &self.script).settling_late(self.is_new)
    }
}

/// The output of an upload that tells its version.
pub(super) fn version_of(account: &str, script: &str) -> Output {
    Output { account: account.to_owned(), of: Address::script(script), name: "version".to_owned() }
}
