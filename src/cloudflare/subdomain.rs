//! workers.dev: the account's name there, and whether a Worker answers under it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

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

/// `POST …/scripts/{script}/subdomain`: sets both switches, as a missing one would be guessed by Cloudflare; so sending
/// it twice does no harm.
pub fn write(account_id: &str, script: &str, switches: ScriptSubdomain) -> Call {
    let call = Call::new((Family::Workers, permissions::SCRIPTS), Method::Post, &path(account_id, script));
    Call { body: json!(switches), repeats: true, ..call }
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

fn path<'a>(account_id: &'a str, script: &'a str) -> [&'a str; 6] {
    ["accounts", account_id, "workers", "scripts", script, "subdomain"]
}
