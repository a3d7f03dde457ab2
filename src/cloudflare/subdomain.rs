//! workers.dev: the account's name there, and whether a Worker answers under it.

use serde::{Deserialize, Serialize};

use super::api::{Api, Endpoint};
use super::error::Family;
use super::permissions::{self, Grant};
use super::read::{Accepted, FromResult, ReadOf};
use crate::http::{Answer, Method, Repeat, Request};

/// `GET /accounts/{account}/workers/subdomain`. Absent (10007) when the account has none.
///
/// <https://developers.cloudflare.com/api/resources/workers/subresources/subdomains/>
pub fn of_account(account_id: &str) -> ReadOf<AccountSubdomain> {
    let subject = format!("workers.dev name of account {account_id}");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &["accounts", account_id, "workers", "subdomain"], subject)
        .or_absent()
}

/// `GET …/scripts/{script}/subdomain`.
///
/// <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/subdomain/>
pub fn of_script(account_id: &str, script: &str) -> ReadOf<ScriptSubdomain> {
    let subject = format!("workers.dev address of `{script}`");
    ReadOf::new((Family::Workers, permissions::SCRIPTS), &path(account_id, script), subject).or_absent()
}

/// `POST …/scripts/{script}/subdomain`: sets both switches, so sending it twice does no harm.
#[derive(Clone, Copy, Debug)]
pub struct WriteScriptSubdomain<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Script name.
    pub script: &'a str,
    /// Both switches: a missing one would be guessed by Cloudflare.
    pub switches: ScriptSubdomain,
}

/// The account's name on workers.dev.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AccountSubdomain {
    /// `NAME` of `NAME.workers.dev`; empty or absent when none is registered.
    #[serde(default)]
    pub subdomain: Option<String>,
}

/// How a Worker answers on workers.dev.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptSubdomain {
    /// `SCRIPT.NAME.workers.dev`.
    #[serde(default)]
    pub enabled: bool,
    /// Addresses of single versions.
    #[serde(default)]
    pub previews_enabled: bool,
}

impl FromResult for AccountSubdomain {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

impl FromResult for ScriptSubdomain {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

impl Endpoint for WriteScriptSubdomain<'_> {
    type Output = ScriptSubdomain;
    const FAMILY: Family = Family::Workers;
    const GRANT: Grant = permissions::SCRIPTS;

    fn request(&self, api: &Api) -> Request {
        let mut request = api.json(Method::Post, &path(self.account_id, self.script), &self.switches);
        request.repeat = Repeat::Safe;
        request
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(self.switches)
    }
}

fn path<'a>(account_id: &'a str, script: &'a str) -> [&'a str; 6] {
    ["accounts", account_id, "workers", "scripts", script, "subdomain"]
}
