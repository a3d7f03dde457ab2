//! Verification of API tokens: whether one is good, and its id, which is also its S3 access key id.

use futures_util::future::join;
use serde::Deserialize;

use super::api::{Api, Endpoint};
use super::envelope::{Done, result};
use super::error::Family;
use super::permissions::{self, Grant};
use crate::http::{Answer, CallError, CallErrorKind, Client, Meaning, Method, Refusal, Request};

/// `GET /user/tokens/verify`: for tokens that a user owns.
///
/// <https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/>
#[derive(Clone, Copy, Debug)]
pub struct VerifyUserToken;

/// `GET /accounts/{account}/tokens/verify`: for tokens that an account owns.
///
/// <https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify/>
#[derive(Clone, Copy, Debug)]
pub struct VerifyAccountToken<'a> {
    /// Account id.
    pub account_id: &'a str,
}

/// `GET /user`: whether it may be read is all that is asked.
///
/// <https://developers.cloudflare.com/api/resources/user/methods/get/>
#[derive(Clone, Copy, Debug)]
pub struct ReadUser;

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

impl TokenStatus {
    /// Whether it may be used.
    pub fn is_active(&self) -> bool {
        self.status == "active"
    }
}

impl Endpoint for VerifyUserToken {
    type Output = TokenStatus;
    const FAMILY: Family = Family::Tokens;
    const GRANT: Grant = permissions::TOKENS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["user", "tokens", "verify"])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

impl Endpoint for ReadUser {
    type Output = Done;
    const FAMILY: Family = Family::Tokens;
    const GRANT: Grant = permissions::TOKENS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["user"])
    }

    fn parse(&self, _: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}

impl Endpoint for VerifyAccountToken<'_> {
    type Output = TokenStatus;
    const FAMILY: Family = Family::Tokens;
    const GRANT: Grant = permissions::TOKENS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["accounts", self.account_id, "tokens", "verify"])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

/// Verifies the token whoever owns it: both endpoints are asked together, one of them knows it.
///
/// # Errors
/// [`CallError`] when neither does: the one that is not a plain "not mine" counts.
pub async fn verify(api: &Api, client: &Client, account_id: &str) -> Result<TokenStatus, CallError> {
    let account_token = VerifyAccountToken { account_id };
    let (of_user, of_account) = join(api.call(client, &VerifyUserToken), api.call(client, &account_token)).await;
    match (of_user, of_account) {
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
    api.call(client, &ReadUser).await.map(drop).map_err(as_credentials)
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
