//! DNS records of a zone.
//!
//! <https://developers.cloudflare.com/api/resources/dns/subresources/records/>

use serde::{Deserialize, Serialize};

use super::api::{Api, Endpoint, with_query};
use super::envelope::{Done, result};
use super::error::Family;
use super::host::read_host;
use super::page::{self, Page, Paged};
use super::permissions::{self, Grant};
use crate::http::{Answer, Method, Request};

/// `GET /zones/{zone}/dns_records`: records of exactly one host, or with a comment of ours.
#[derive(Clone, Copy, Debug)]
pub struct ListRecords<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Which.
    pub filter: RecordFilter<'a>,
    /// Page, from 1.
    pub page: u32,
}

/// Which records to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFilter<'a> {
    /// Exactly this host, whatever the type.
    Name(&'a str),
    /// A comment that starts so (letter case does not matter).
    CommentPrefix(&'a str),
    /// Either of the two, in one list.
    NameOrComment {
        /// Exactly this host, whatever the type.
        name: &'a str,
        /// A comment that starts so.
        prefix: &'a str,
    },
}

/// `POST /zones/{zone}/dns_records`. After an unclear answer, list by name before sending again.
#[derive(Clone, Copy, Debug)]
pub struct CreateRecord<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// The record.
    pub record: &'a RecordBody,
}

/// `PATCH /zones/{zone}/dns_records/{record}`: only the members given change.
#[derive(Clone, Copy, Debug)]
pub struct PatchRecord<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Record id.
    pub record_id: &'a str,
    /// What changes.
    pub record: &'a RecordBody,
}

/// `DELETE /zones/{zone}/dns_records/{record}`. Absent afterwards either way.
#[derive(Clone, Copy, Debug)]
pub struct DeleteRecord<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Record id.
    pub record_id: &'a str,
}

/// `GET /zones/{zone}/dns_records/{record}`: whether it is there, whatever a list says.
#[derive(Clone, Copy, Debug)]
pub struct ReadRecord<'a> {
    /// Zone id.
    pub zone_id: &'a str,
    /// Record id.
    pub record_id: &'a str,
}

/// Members of a record to write; what is absent is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordBody {
    /// `A`, `AAAA`, `CNAME`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    /// Full host name as a lower-case A-label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Address or host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Seconds; 1 = automatic, the only value of proxied records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Whether requests go through Cloudflare, and so to Workers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxied: Option<bool>,
    /// One line, at most 100 characters on free plans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A record as it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// 32 lower-case hex digits.
    pub id: String,
    /// `A`, `AAAA`, `CNAME`, `TXT`, ….
    #[serde(rename = "type")]
    pub record_type: String,
    /// Full host name as lower-case A-labels.
    #[serde(deserialize_with = "read_host")]
    pub name: String,
    /// Address, host or text; absent for structured types.
    #[serde(default)]
    pub content: Option<String>,
    /// Seconds; 1 = automatic.
    #[serde(default)]
    pub ttl: Option<u32>,
    /// Whether requests go through Cloudflare.
    #[serde(default)]
    pub proxied: Option<bool>,
    /// What somebody noted.
    #[serde(default)]
    pub comment: Option<String>,
    /// What Cloudflare knows about it.
    #[serde(default)]
    pub meta: Option<RecordMeta>,
}

/// What Cloudflare knows about a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RecordMeta {
    /// It belongs to a custom domain, R2 or mail and can't be changed here.
    #[serde(default)]
    pub read_only: Option<bool>,
}

impl Record {
    /// Whether it belongs to a custom domain, R2 or mail and can't be changed here.
    pub fn is_read_only(&self) -> bool {
        self.meta.as_ref().is_some_and(|meta| meta.read_only == Some(true))
    }
}

impl Endpoint for ListRecords<'_> {
    type Output = Page<Record>;
    const FAMILY: Family = Family::Dns;
    const GRANT: Grant = permissions::DNS;

    fn request(&self, api: &Api) -> Request {
        let (page, per_page) = (self.page.max(1).to_string(), Self::PER_PAGE.to_string());
        let mut query = match self.filter {
            RecordFilter::Name(name) => vec![("name.exact", name)],
            RecordFilter::CommentPrefix(prefix) => vec![("comment.startswith", prefix)],
            RecordFilter::NameOrComment { name, prefix } => {
                vec![("match", "any"), ("name.exact", name), ("comment.startswith", prefix)]
            }
        };
        query.extend([("page", page.as_str()), ("per_page", per_page.as_str())]);
        let request = api.request(Method::Get, &["zones", self.zone_id, "dns_records"]);
        with_query(request, &query)
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        page::page(answer)
    }
}

impl Paged for ListRecords<'_> {
    type Item = Record;
    const PER_PAGE: u32 = 100;

    fn at_page(&self, page: u32) -> Self {
        Self { page, ..*self }
    }
}

impl Endpoint for CreateRecord<'_> {
    type Output = Record;
    const FAMILY: Family = Family::Dns;
    const GRANT: Grant = permissions::DNS;

    fn request(&self, api: &Api) -> Request {
        api.json(Method::Post, &["zones", self.zone_id, "dns_records"], self.record)
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

impl Endpoint for ReadRecord<'_> {
    type Output = Record;
    const FAMILY: Family = Family::Dns;
    const GRANT: Grant = permissions::DNS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Get, &["zones", self.zone_id, "dns_records", self.record_id])
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

impl Endpoint for PatchRecord<'_> {
    type Output = Record;
    const FAMILY: Family = Family::Dns;
    const GRANT: Grant = permissions::DNS;

    fn request(&self, api: &Api) -> Request {
        api.json(Method::Patch, &["zones", self.zone_id, "dns_records", self.record_id], self.record)
    }

    fn parse(&self, answer: &Answer) -> Result<Self::Output, String> {
        result(answer)
    }
}

impl Endpoint for DeleteRecord<'_> {
    type Output = Done;
    const FAMILY: Family = Family::Dns;
    const GRANT: Grant = permissions::DNS;

    fn request(&self, api: &Api) -> Request {
        api.request(Method::Delete, &["zones", self.zone_id, "dns_records", self.record_id])
    }

    fn parse(&self, _answer: &Answer) -> Result<Self::Output, String> {
        Ok(Done)
    }
}
