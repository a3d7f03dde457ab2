//! Workers KV namespaces.
//!
//! <https://developers.cloudflare.com/api/resources/kv/subresources/namespaces/>

use serde::Deserialize;

use super::api::{Api, Endpoint, with_query};
use super::error::Family;
use super::page::{self, Page, Paged};
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET /accounts/{account}/storage/kv/namespaces`, one page. There is no filter: list and match titles.
#[derive(Clone, Copy, Debug)]
pub struct ListNamespaces<'a> {
    /// Account id.
    pub account_id: &'a str,
    /// Page, from 1.
    pub page: u32,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Namespace {
    /// 32 lower-case hex digits.
    pub id: String,
    /// Unique in its account.
    pub title: String,
}

impl Endpoint for ListNamespaces<'_> {
    type Output = Page<Namespace>;
    const FAMILY: Family = Family::Kv;
    const GRANT: Grant = permissions::KV;

    fn request(&self, api: &Api) -> Request {
        let (page, per_page) = (self.page.max(1).to_string(), Self::PER_PAGE.to_string());
        let request = api.request(Method::Get, &["accounts", self.account_id, "storage", "kv", "namespaces"]);
        with_query(request, &[("page", &page), ("per_page", &per_page)])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        page::page(answer)
    }
}

impl Paged for ListNamespaces<'_> {
    type Item = Namespace;
    const PER_PAGE: u32 = 100;

    fn at_page(&self, page: u32) -> Self {
        Self { page, ..*self }
    }
}
