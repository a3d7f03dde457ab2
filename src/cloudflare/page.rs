//! Sends reads, those of lists page by page.

use std::any::Any;
use std::rc::Rc;

use serde_json::Value;

use super::accepted::{Accepted, FromResult};
use super::api::{Api, malformed};
use super::envelope::ResultInfo;
use super::read::{Read, ReadOf, Reply};
use crate::http::{CallError, CallErrorKind, Client, LocalFuture};

/// More pages than any list of ours has: a server that ignores `page` is stopped here.
const MOST_PAGES: u32 = 500;

impl Api {
    /// Makes one read.
    ///
    /// # Errors
    /// [`CallError`], also where the thing is not there; or malformed when a list does not end.
    pub async fn read<T: FromResult>(&self, client: &Client, read: &ReadOf<T>) -> Result<T, CallError> {
        self.answered(client, read.as_ref()).await?.parsed(T::from_result)
    }

    /// Makes one read of whatever type.
    ///
    /// # Errors
    /// As [`Api::read`].
    pub async fn hear(&self, client: &Client, read: &Read) -> Result<Reply, CallError> {
        let parsed: Rc<dyn Any> = self.answered(client, read).await?.parsed(|all| read.parse(all))?;
        Ok(Reply::Found(parsed))
    }

    /// Boxed, so that its code exists once.
    fn answered<'a>(&'a self, client: &'a Client, read: &'a Read) -> LocalFuture<'a, Result<Answered, CallError>> {
        Box::pin(async move {
            match read.entries_a_page() {
                None => Ok(self.page(client, read, 1).await?.0),
                Some(entries) => self.pages(client, read, entries).await,
            }
        })
    }

    /// Reads all pages. Nothing is taken for granted: the totals may be missing or wrong.
    async fn pages(&self, client: &Client, read: &Read, entries: u32) -> Result<Answered, CallError> {
        let mut items: Vec<Value> = Vec::new();
        let mut first_answered_at = None;
        for number in 1..=MOST_PAGES {
            let (mut answered, info) = self.page(client, read, number).await?;
            first_answered_at = first_answered_at.or(answered.accepted.answered_at);
            let new: Vec<Value> = answered.take()?;
            let count = new.len();
            let repeated = count > 0 && items.len() >= count && items.iter().rev().take(count).rev().eq(new.iter());
            if repeated {
                return Err(endless(self, read, number, "a page came twice"));
            }
            items.extend(new);
            let asked = u64::from(entries);
            let is_full = count as u64 >= info.per_page.unwrap_or(asked).min(asked);
            if count == 0 || !is_full || is_told_last(&info, number, items.len()) {
                answered.accepted = Accepted { result: Some(items.into()), answered_at: first_answered_at };
                return Ok(answered);
            }
        }
        Err(endless(self, read, MOST_PAGES, "the list does not end"))
    }

    async fn page(&self, client: &Client, read: &Read, number: u32) -> Result<(Answered, ResultInfo), CallError> {
        let request = read.page(self, number);
        let (answer, envelope) = self.exchange(client, &request, read.needs(), read.settles_late()).await?;
        let (target, cf_ray) = (request.target(), answer.cf_ray());
        let accepted = Accepted { result: envelope.result, answered_at: answer.date() };
        Ok((Answered { accepted, target, cf_ray }, envelope.result_info.unwrap_or_default()))
    }
}

/// An accepted answer, and what to call it should it not be readable.
struct Answered {
    accepted: Accepted,
    target: String,
    cf_ray: Option<String>,
}

impl Answered {
    fn parsed<T>(self, parse: impl FnOnce(Accepted) -> Result<T, String>) -> Result<T, CallError> {
        let Self { accepted, target, cf_ray } = self;
        parse(accepted).map_err(|reason| malformed(target, cf_ray, &reason))
    }

    /// The entries of one page, which go on to the list of all.
    fn take(&mut self) -> Result<Vec<Value>, CallError> {
        let accepted = Accepted { result: self.accepted.result.take(), answered_at: None };
        Vec::from_result(accepted).map_err(|reason| malformed(self.target.clone(), self.cf_ray.clone(), &reason))
    }
}

/// Whether both totals, where they are told, say that nothing is left: one of them alone may be wrong.
fn is_told_last(info: &ResultInfo, page: u32, items: usize) -> bool {
    info.total_pages.is_some_and(|total| u64::from(page) >= total)
        && info.total_count.is_none_or(|total| items as u64 >= total)
}

fn endless(api: &Api, read: &Read, tries: u32, reason: &str) -> CallError {
    let target = read.request(api).target();
    let kind = CallErrorKind::Malformed { reason: reason.to_owned(), cf_ray: None };
    CallError { target, tries, may_have_arrived: false, kind }
}
