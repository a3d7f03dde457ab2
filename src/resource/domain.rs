//! Custom domains: hosts that belong to a Worker whole, with a record and a certificate that Cloudflare keeps.
//!
//! <https://developers.cloudflare.com/workers/configuration/routing/custom-domains/>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::zone::ZoneRef;

/// A custom domain that the manifest wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DesiredDomain {
    /// Host as a lower-case A-label.
    pub hostname: String,
    /// The zone that it lies in.
    pub zone: ZoneRef,
    /// Path of the field that names the host.
    pub field: String,
}

/// A custom domain as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveDomain {
    /// Its id.
    pub id: String,
    /// The Worker that answers.
    pub service: String,
    /// Id of the zone.
    pub zone: String,
}

/// The custom domains of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveDomains {
    /// By host.
    pub domains: BTreeMap<String, LiveDomain>,
    /// When Cloudflare answered, in seconds since the epoch by its own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<u64>,
}
