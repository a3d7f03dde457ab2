//! Accounts that the credentials can see.

use serde::Deserialize;

use super::api::{Api, Endpoint, with_query};
use super::error::Family;
use super::page::{self, Page, Paged};
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET /accounts`, one page.
///
/// <https://developers.cloudflare.com/api/resources/accounts/methods/list/>
#[derive(Clone, Copy, Debug, Default)]
pub struct ListAccounts {
    page: u32,
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

impl Endpoint for ListAccounts {
    type Output = Page<Account>;
    const FAMILY: Family = Family::Accounts;
    const GRANT: Grant = permissions::ACCOUNTS;

    fn request(&self, api: &Api) -> Request {
        let (page, per_page) = (self.page.max(1).to_string(), Self::PER_PAGE.to_string());
        with_query(api.request(Method::Get, &["accounts"]), &[("page", &page), ("per_page", &per_page)])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        page::page(answer)
    }
}

impl Paged for ListAccounts {
    type Item = Account;
    const PER_PAGE: u32 = 50;

    fn at_page(&self, page: u32) -> Self {
        Self { page }
    }
}
