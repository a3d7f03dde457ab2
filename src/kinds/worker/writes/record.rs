//! Writes of a record, and whether one is there that this run creates.

use std::rc::Rc;

use crate::cloudflare::dns_records::{self, Record, RecordBody, RecordFilter};
use crate::cloudflare::{Call, Heard, Search, Sighting};
use crate::diagnostic::{Code, Diagnostic};
use crate::resource::RecordContent;

/// A record to write.
#[derive(Clone, Debug)]
pub(in super::super) struct RecordWrite {
    /// Zone id.
    pub zone: String,
    /// Host.
    pub name: String,
    pub content: RecordContent,
    /// Our mark.
    pub comment: String,
}

impl RecordWrite {
    pub(in super::super) fn create(self) -> Call {
        let call = dns_records::create(&self.zone, &self.body());
        Call { look: Some(Rc::new(SearchRecord(self))), ..call }
    }

    /// Changes a record in place: its id stays, so there is no moment without a record.
    pub(in super::super) fn update(&self, id: &str) -> Call {
        dns_records::patch(&self.zone, id, &self.body())
    }

    fn body(&self) -> RecordBody {
        RecordBody {
            record_type: Some(self.content.record_type.clone()),
            name: Some(self.name.clone()),
            content: Some(self.content.content.clone()),
            ttl: Some(1),
            proxied: Some(true),
            comment: Some(self.comment.clone()),
        }
    }
}

/// Looks for the record of a host that decides where requests go, ours first.
#[derive(Debug)]
struct SearchRecord(RecordWrite);

impl Search for SearchRecord {
    fn next(&self, heard: &Heard) -> Sighting {
        let Self(write) = self;
        let list = dns_records::list(&write.zone, RecordFilter::Name(&write.name));
        let records = match heard.get(&list) {
            None => return Sighting::Ask(list.into()),
            Some(Err(_)) => return Sighting::Unclear,
            Some(Ok(records)) => records,
        };
        let addresses = |record: &&Record| matches!(record.record_type.as_str(), "A" | "AAAA" | "CNAME");
        let is_ours = |record: &&Record| record.comment.as_ref() == Some(&write.comment);
        let here: Vec<&Record> = records.iter().filter(addresses).collect();
        match here.iter().find(|record| is_ours(record)).or(here.first()) {
            None => Sighting::Absent,
            Some(record) if is_ours(record) => Sighting::There(serde_json::Value::Null),
            Some(record) => Sighting::Taken(Box::new(appeared(write, record))),
        }
    }
}

fn appeared(write: &RecordWrite, record: &Record) -> Diagnostic {
    let content = record.content.as_deref().unwrap_or_default();
    let message =
        format!("somebody else created a record for `{}` meanwhile: {} {content}", write.name, record.record_type);
    Diagnostic::error(Code::ForeignRecord, message).with_help("run the same command again to see whose it is")
}
