//! DNS records.
//!
//! <https://developers.cloudflare.com/api/resources/dns/subresources/records/>

use serde::{Deserialize, Serialize};

use crate::model::Field;

/// The record that the manifest wants for its hostname.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesiredRecord {
    /// Ours: proxied, automatic TTL, our mark in the comment.
    Managed(RecordContent),
    /// `record: existing`: must be there and proxied; never changed.
    Existing,
}

/// Type and content of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordContent {
    /// `A`, `AAAA` or `CNAME`.
    pub record_type: String,
    /// IPv4 or IPv6 address in its canonical form, or a host as a lower-case A-label.
    pub content: String,
}

impl Default for RecordContent {
    /// What the original system wrote: a placeholder that proxied requests never reach.
    fn default() -> Self {
        Self { record_type: "A".into(), content: "100.0.0.1".into() }
    }
}

/// A record as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveRecord {
    /// Record id.
    pub id: String,
    /// Host as a lower-case A-label without trailing dot.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, `TXT`, …
    pub record_type: String,
    /// Content as Cloudflare writes it.
    pub content: String,
    /// Whether requests pass Cloudflare.
    pub proxied: bool,
    /// Seconds; 1 = automatic.
    pub ttl: u32,
    /// Comment, or empty.
    pub comment: String,
    /// Made and kept by another Cloudflare product (custom domain, R2, Email).
    pub read_only: bool,
}

impl LiveRecord {
    /// Whether it decides where web requests for its host go.
    pub fn addresses(&self) -> bool {
        matches!(self.record_type.as_str(), "A" | "AAAA" | "CNAME")
    }

    /// Whether it leads there, however that is spelt.
    pub fn has_content(&self, wanted: &str) -> bool {
        canonical(&self.content) == canonical(wanted)
    }

    /// How it stands beside the wanted one. Case, trailing dots and IPv6 spelling make no difference;
    /// Cloudflare reports TTL 1 for every proxied record.
    pub fn differs(&self, wanted: &RecordContent, comment: &str) -> Vec<Field> {
        let mut fields = Vec::new();
        Field::push(&mut fields, "type", self.record_type.as_str(), wanted.record_type.as_str());
        if !self.has_content(&wanted.content) {
            fields.push(Field::new("content", self.content.as_str(), wanted.content.as_str()));
        }
        Field::push(&mut fields, "proxied", self.proxied, true);
        if !self.proxied {
            Field::push(&mut fields, "ttl", self.ttl, 1);
        }
        Field::push(&mut fields, "comment", self.comment.as_str(), comment);
        fields
    }
}

/// One spelling for addresses and hosts.
fn canonical(content: &str) -> String {
    match content.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_string(),
        Err(_) => content.trim_end_matches('.').to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(content: &str) -> LiveRecord {
        LiveRecord {
            id: "1".into(),
            name: "a.example.com".into(),
            record_type: "AAAA".into(),
            content: content.into(),
            proxied: true,
            ttl: 300,
            comment: "mark".into(),
            read_only: false,
        }
    }

    #[test]
    fn echo_noise_is_no_difference() {
        let wanted = RecordContent { record_type: "AAAA".into(), content: "100::".into() };
        assert_eq!(live("0100:0000:0000:0000:0000:0000:0000:0000").differs(&wanted, "mark"), []);
    }

    #[test]
    fn an_unproxied_record_is_a_difference() {
        let wanted = RecordContent { record_type: "AAAA".into(), content: "100::".into() };
        let mut record = live("100::");
        record.proxied = false;
        let paths: Vec<_> = record.differs(&wanted, "mark").into_iter().map(|field| field.path).collect();
        assert_eq!(paths, ["proxied", "ttl"]);
    }
}
