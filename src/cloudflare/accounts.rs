//! Accounts that the credentials can see.

use serde::Deserialize;

use super::error::Family;
use super::permissions;
use super::read::ReadOf;

/// `GET /accounts`.
///
/// <https://developers.cloudflare.com/api/resources/accounts/methods/list/>
pub fn list() -> ReadOf<Vec<Account>> {
    ReadOf::new((Family::Accounts, permissions::ACCOUNTS), &["accounts"], "accounts".into()).in_pages_of(50)
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// 32 lower-case hex digits.
    pub id: String,
    /// Name in the dashboard.
    #[serde(default)]
    pub name: Option<String>,
}
