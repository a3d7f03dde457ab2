//! Verification of API tokens: whether one is good, and its id, which is also its S3 access key id.

use futures_util::future::join;
use serde::Deserialize;

use super::accepted::{Accepted, Done, FromResult};
use super::api::Api;
use super::error::Family;
use super::permissions;
use super::read::ReadOf;
use crate::http::{CallError, CallErrorKind, Client, Meaning, Refusal};

/// `GET /user/tokens/verify`: for tokens that a user owns.
///
/// <https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/>
pub fn of_user() -> ReadOf<TokenStatus> {
    ReadOf::new((Family::Tokens, permissions::TOKENS), &["user", "tokens", "verify"], "token".into())
}

/// `GET /accounts/{account}/tokens/verify`: for tokens that an account owns.
///
/// <https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify/>
pub fn of_account(account_id: &str) -> ReadOf<TokenStatus> {
    let path = ["accounts", account_id, "tokens", "verify"];
    ReadOf::new((Family::Tokens, permissions::TOKENS), &path, "token".into())
}

/// `GET /user`: whether it may be read is all that is asked.
///
/// <https://developers.cloudflare.com/api/resources/user/methods/get/>
pub fn user() -> ReadOf<Done> {
    ReadOf::new((Family::Tokens, permissions::TOKENS), &["user"], "user".into())
}

/// What a verification says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TokenStatus {
    /// Id of the token, 32 hex digits: not secret.
    pub id: String,
    /// `active`, `disabled` or `expired`.
    pub status: String,
    /// When it ends, RFC 3339.
    #[serde(default)]
    pub expires_on: Option<String>,
}

impl FromResult for TokenStatus {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

impl TokenStatus {
    /// Whether it may be used.
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }
}

/// Verifies the token whoever owns it: both endpoints are asked together, one of them knows it.
///
/// # Errors
/// [`CallError`] when neither does: the one that is not a plain "not mine" counts.
pub async fn verify(api: &Api, client: &Client, account_id: &str) -> Result<TokenStatus, CallError> {
    let (user_token, account_token) = (of_user(), of_account(account_id));
    match join(api.read(client, &user_token), api.read(client, &account_token)).await {
        (Ok(status), _) | (_, Ok(status)) => Ok(status),
        (Err(of_user), Err(of_account)) if is_not_mine(&of_user) => Err(as_credentials(of_account)),
        (Err(of_user), Err(_)) => Err(as_credentials(of_user)),
    }
}

/// Tries a global API key: every user may read itself.
///
/// # Errors
/// [`CallError`]; a refusal is one of the key.
pub async fn try_key(api: &Api, client: &Client) -> Result<(), CallError> {
    api.read(client, &user()).await.map(drop).map_err(as_credentials)
}

fn is_not_mine(error: &CallError) -> bool {
    error.refusal().is_some_and(|refusal| matches!(refusal.status, 400..=404))
}

/// Every valid token may verify itself: whoever is refused has bad credentials, not too few permissions.
fn as_credentials(mut error: CallError) -> CallError {
    if is_not_mine(&error)
        && let CallErrorKind::Refused(refusal) = error.kind
    {
        let refusal = Refusal { meaning: Meaning::Credentials, ..*refusal };
        error.kind = CallErrorKind::Refused(Box::new(refusal));
    }
    error
}
