//! Reads as values: what to ask, and what the answer is read into. Equal reads are one request, whoever asked.

use std::any::{Any, TypeId};
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use bytes::Bytes;
use serde_json::Value;

use super::accepted::{Accepted, FromResult};
use super::api::{Api, with_query};
use super::error::Family;
use super::permissions::Grant;
use crate::http::{CallError, Meaning, Method, Repeat, Request};
use crate::secret::Secret;

/// One read: a `GET` with its parameters, what may come in place of a result, and how a result is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Read {
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    /// What is asked by `POST`, as JSON: a query that changes nothing.
    asked: Option<String>,
    pages: Pages,
    family: Family,
    grant: Grant,
    absent_is_an_answer: bool,
    may_be_hidden: bool,
    /// What it looks at may be made in this run: "not there" is asked again for some seconds.
    settles_late: bool,
    subject: String,
    parser: Parser,
}

/// A read whose result is a `T`. Each endpoint family has a constructor for each of its reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOf<T> {
    read: Read,
    result: PhantomData<fn() -> T>,
}

/// How a list comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pages {
    /// All at once.
    One,
    /// So many entries a page; pages count from 1.
    Of(u32),
}

/// What came of a read.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The parsed result; [`ReadOf`] knows its type.
    Found(Rc<dyn Any>),
    /// It is not there.
    Absent,
    /// The token may not look; what is missing is told where it matters.
    Hidden,
}

impl Reply {
    /// The result, where it is read as it is.
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Found(result) => result.downcast_ref(),
            Self::Absent | Self::Hidden => None,
        }
    }
}

impl Read {
    /// What it looks at, for people.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Whose error codes its answers use.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The account whose id stands in its path.
    pub fn account(&self) -> Option<&str> {
        self.below("accounts")
    }

    /// The zone whose id stands in its path.
    pub fn zone(&self) -> Option<&str> {
        self.below("zones")
    }

    fn below(&self, collection: &str) -> Option<&str> {
        match self.segments.as_slice() {
            [first, id, ..] if first == collection => Some(id),
            _ => None,
        }
    }

    /// What is sent, for a list its first page.
    pub fn request(&self, api: &Api) -> Request {
        self.page(api, 1)
    }

    pub(super) fn page(&self, api: &Api, number: u32) -> Request {
        let segments: Vec<&str> = self.segments.iter().map(String::as_str).collect();
        let mut query: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (number, entries) = (number.to_string(), self.entries_a_page().unwrap_or_default().to_string());
        if self.entries_a_page().is_some() {
            query.extend([("page", number.as_str()), ("per_page", entries.as_str())]);
        }
        let request = match &self.asked {
            None => api.request(Method::Get, &segments),
            Some(body) => {
                let mut request = api.request(Method::Post, &segments);
                request.body = Some(("application/json".into(), Bytes::from(body.clone()).into()));
                request.repeat = Repeat::Safe;
                request
            }
        };
        let mut request = with_query(request, &query);
        request.headers.extend(self.headers.iter().map(|(name, value)| (*name, Secret::new(value.as_str()))));
        request
    }

    pub(super) fn entries_a_page(&self) -> Option<u32> {
        match self.pages {
            Pages::One => None,
            Pages::Of(entries) => Some(entries),
        }
    }

    pub(super) fn needs(&self) -> (Family, Grant) {
        (self.family, self.grant)
    }

    /// An answer as it counts for those who want to know what is there: that it is not, or that the token may not look, is
    /// no failure where this read says so.
    ///
    /// # Errors
    /// [`CallError`] of what is no answer to this read.
    pub fn settled(&self, answer: Result<Reply, CallError>) -> Result<Reply, CallError> {
        match answer {
            Err(error) if self.absent_is_an_answer && error.is_absent() => Ok(Reply::Absent),
            Err(error) if self.may_be_hidden && error.meaning() == Some(Meaning::Permission) => Ok(Reply::Hidden),
            answer => answer,
        }
    }

    pub(super) fn settles_late(&self) -> bool {
        self.settles_late
    }

    pub(super) fn parse(&self, accepted: Accepted) -> Result<Rc<dyn Any>, String> {
        self.parser.read(accepted)
    }
}

impl<T: FromResult> ReadOf<T> {
    /// A read of this path; `subject` says for people what it looks at.
    pub(super) fn new((family, grant): (Family, Grant), segments: &[&str], subject: String) -> Self {
        let read = Read {
            segments: segments.iter().map(|segment| (*segment).to_owned()).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            asked: None,
            pages: Pages::One,
            family,
            grant,
            absent_is_an_answer: false,
            may_be_hidden: false,
            settles_late: false,
            subject,
            parser: Parser::of::<T>(),
        };
        Self { read, result: PhantomData }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.read.query.push((name, value.to_owned()));
        self
    }

    pub(super) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.read.headers.push((name, value.to_owned()));
        self
    }

    /// Asks by `POST` with this body, which changes nothing.
    pub(super) fn by_query(mut self, body: &Value) -> Self {
        self.read.asked = Some(body.to_string());
        self
    }

    pub(super) fn in_pages_of(mut self, entries: u32) -> Self {
        self.read.pages = Pages::Of(entries);
        self
    }

    /// In a round of reads, that it is not there is an answer and no failure.
    pub(super) fn or_absent(mut self) -> Self {
        self.read.absent_is_an_answer = true;
        self
    }

    /// In a round of reads, that the token may not look is an answer and no failure.
    pub(super) fn or_hidden(mut self) -> Self {
        self.read.may_be_hidden = true;
        self
    }

    /// With `true`, what it looks at is made in this run: "not there" is asked again for some seconds.
    #[must_use]
    pub fn settling_late(mut self, settles_late: bool) -> Self {
        self.read.settles_late = settles_late;
        self
    }

    /// The result that a reply to this read holds.
    pub fn result(&self, reply: &Reply) -> Option<Rc<T>> {
        match reply {
            Reply::Found(result) => result.clone().downcast().ok(),
            Reply::Absent | Reply::Hidden => None,
        }
    }
}

impl<T> AsRef<Read> for ReadOf<T> {
    fn as_ref(&self) -> &Read {
        &self.read
    }
}

impl<T> From<ReadOf<T>> for Read {
    fn from(typed: ReadOf<T>) -> Self {
        typed.read
    }
}

/// How a result is read, known by what it is read into.
#[derive(Clone, Copy)]
pub struct Parser {
    of: TypeId,
    parse: fn(Accepted) -> Result<Rc<dyn Any>, String>,
}

impl Parser {
    pub(super) fn of<T: FromResult>() -> Self {
        Self { of: TypeId::of::<T>(), parse: |accepted| Ok(Rc::new(T::from_result(accepted)?)) }
    }

    /// Reads a result.
    ///
    /// # Errors
    /// What is missing or wrong in it.
    pub(super) fn read(self, accepted: Accepted) -> Result<Rc<dyn Any>, String> {
        (self.parse)(accepted)
    }
}

impl PartialEq for Parser {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of
    }
}

impl Eq for Parser {}

impl PartialOrd for Parser {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Parser {
    fn cmp(&self, other: &Self) -> Ordering {
        self.of.cmp(&other.of)
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Parser")
    }
}
