//! DNS records.
//!
//! <https://developers.cloudflare.com/api/resources/dns/subresources/records/>

/// The record that the manifest wants for its hostname.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DesiredRecord {
    /// Ours: proxied, automatic TTL, our mark in the comment.
    Managed(RecordContent),
    /// `record: existing`: must be there and proxied; never changed.
    Existing,
}

/// Type and content of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
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
