//! DNS records of a zone.
//!
//! <https://developers.cloudflare.com/api/resources/dns/subresources/records/>

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::accepted::{Accepted, FromResult};
use super::call::Call;
use super::error::Family;
use super::host::read_host;
use super::permissions;
use super::read::ReadOf;
use crate::http::Method;

/// `GET /zones/{zone}/dns_records`: all records, those of exactly one host, or those with a comment of ours.
pub fn list(zone_id: &str, filter: RecordFilter<'_>) -> ReadOf<Vec<Record>> {
    let subject = format!("DNS records of zone {zone_id}");
    let read = ReadOf::new((Family::Dns, permissions::DNS), &["zones", zone_id, "dns_records"], subject);
    let per_page = if filter == RecordFilter::All { 5_000 } else { 100 };
    let read = match filter {
        RecordFilter::All => read,
        RecordFilter::Name(name) => read.with("name.exact", name),
        RecordFilter::CommentPrefix(prefix) => read.with("comment.startswith", prefix),
        RecordFilter::NameOrComment { name, prefix } => {
            read.with("match", "any").with("name.exact", name).with("comment.startswith", prefix)
        }
    };
    read.in_pages_of(per_page).or_absent()
}

/// `GET /zones/{zone}/dns_records/{record}`: whether it is there, whatever a list says.
pub fn read(zone_id: &str, record_id: &str) -> ReadOf<Record> {
    let path = ["zones", zone_id, "dns_records", record_id];
    ReadOf::new((Family::Dns, permissions::DNS), &path, format!("DNS record {record_id}")).or_absent()
}

/// Which records to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordFilter<'a> {
    /// All of the zone.
    All,
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
pub fn create(zone_id: &str, record: &RecordBody) -> Call {
    Call { body: json!(record), ..call(Method::Post, &["zones", zone_id, "dns_records"]) }.answered_by::<Record>()
}

/// `PATCH /zones/{zone}/dns_records/{record}`: only the members given change.
pub fn patch(zone_id: &str, record_id: &str, record: &RecordBody) -> Call {
    Call { body: json!(record), ..call(Method::Patch, &["zones", zone_id, "dns_records", record_id]) }
        .answered_by::<Record>()
}

/// `DELETE /zones/{zone}/dns_records/{record}`. Absent afterwards either way.
pub fn delete(zone_id: &str, record_id: &str) -> Call {
    let until_gone = Some(read(zone_id, record_id).into());
    Call { until_gone, ..call(Method::Delete, &["zones", zone_id, "dns_records", record_id]) }
}

fn call(method: Method, path: &[&str]) -> Call {
    Call::new((Family::Dns, permissions::DNS), method, path)
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

impl FromResult for Record {
    fn from_result(accepted: Accepted) -> Result<Self, String> {
        accepted.required()
    }
}

impl Record {
    /// Whether it belongs to a custom domain, R2 or mail and can't be changed here.
    pub fn is_read_only(&self) -> bool {
        self.meta.as_ref().is_some_and(|meta| meta.read_only == Some(true))
    }
}
