//! Lists that come in pages.

use serde::de::DeserializeOwned;

use super::api::{Api, Endpoint};
use super::envelope::{self, ResultInfo};
use crate::http::{Answer, CallError, CallErrorKind, Client};

/// More pages than any list of ours has: a server that ignores `page` is stopped here.
const MOST_PAGES: u32 = 500;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its entries.
    pub items: Vec<T>,
    /// Where the list stands, when told.
    pub info: ResultInfo,
}

/// An endpoint that lists in pages.
pub trait Paged: Endpoint<Output = Page<Self::Item>> {
    /// What it lists.
    type Item: PartialEq;

    /// The same list at another page; pages count from 1.
    #[must_use]
    fn at_page(&self, page: u32) -> Self;

    /// How many entries we ask for a page.
    const PER_PAGE: u32;
}

/// Reads all pages. Nothing is taken for granted: the totals may be missing or wrong.
///
/// # Errors
/// [`CallError`] of the first page that failed; or malformed when the list does not end.
pub async fn all<E: Paged>(api: &Api, client: &Client, endpoint: &E) -> Result<Vec<E::Item>, CallError> {
    let mut items: Vec<E::Item> = Vec::new();
    for number in 1..=MOST_PAGES {
        let page = api.call(client, &endpoint.at_page(number)).await?;
        let count = page.items.len();
        let repeated = count > 0 && items.len() >= count && items.iter().rev().take(count).rev().eq(page.items.iter());
        if repeated {
            return Err(endless::<E>(api, endpoint, number, "a page came twice"));
        }
        items.extend(page.items);
        let asked = u64::from(E::PER_PAGE);
        let is_full = count as u64 >= page.info.per_page.unwrap_or(asked).min(asked);
        if count == 0 || !is_full || is_told_last(&page.info, number, items.len()) {
            return Ok(items);
        }
    }
    Err(endless::<E>(api, endpoint, MOST_PAGES, "the list does not end"))
}

/// Whether both totals, where they are told, say that nothing is left: one of them alone may be wrong.
fn is_told_last(info: &ResultInfo, page: u32, items: usize) -> bool {
    info.total_pages.is_some_and(|total| u64::from(page) >= total)
        && info.total_count.is_none_or(|total| items as u64 >= total)
}

fn endless<E: Paged>(api: &Api, endpoint: &E, tries: u32, reason: &str) -> CallError {
    let target = endpoint.request(api).target();
    let kind = CallErrorKind::Malformed { reason: reason.to_owned(), cf_ray: None };
    CallError { target, tries, may_have_arrived: false, kind }
}

/// Reads one page whose `result` is the list.
pub(crate) fn page<T: DeserializeOwned>(answer: &Answer) -> Result<Page<T>, String> {
    let envelope = envelope::read(answer)?;
    let info = envelope.result_info.unwrap_or_default();
    Ok(Page { items: envelope.result()?.unwrap_or_default(), info })
}
