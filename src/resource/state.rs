//! What a run wants and what the account has, manifest by manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::Identity;
use crate::model::marks::ScriptMarks;

use super::{
    DesiredConsumer, DesiredDomain, DesiredRecord, DesiredRoute, DesiredScript, DesiredStore, LiveDomains, LiveQueues,
    LiveRecord, LiveRoute, LiveScript, LiveStore, LiveZone, ZoneRef,
};

/// Everything that the manifests of one run want, in the order of the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredState {
    /// The Workers, one entry a document.
    pub manifests: Vec<DesiredManifest>,
    /// The stores, one entry a document. Steps of a plan count documents through both lists: Workers first.
    pub stores: Vec<DesiredStore>,
}

/// What one document wants.
#[derive(Clone, Debug, PartialEq)]
pub enum DesiredDocument {
    /// `CloudflareWorker`.
    Worker(Box<DesiredManifest>),
    /// A kind that keeps data.
    Store(Box<DesiredStore>),
}

impl DesiredState {
    /// Adds what a document wants.
    pub fn add(&mut self, document: Option<DesiredDocument>) {
        match document {
            Some(DesiredDocument::Worker(worker)) => self.manifests.push(*worker),
            Some(DesiredDocument::Store(store)) => self.stores.push(*store),
            None => {}
        }
    }

    /// Whether no document wants anything.
    pub fn is_empty(&self) -> bool {
        self.manifests.is_empty() && self.stores.is_empty()
    }

    /// Who the document is that a step of a plan counts so.
    pub fn identity(&self, index: usize) -> Option<&Identity> {
        let worker = self.manifests.get(index).map(|manifest| &manifest.identity);
        worker.or_else(|| Some(&self.stores.get(index.checked_sub(self.manifests.len())?)?.identity))
    }
}

/// What one `CloudflareWorker` document wants.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredManifest {
    /// Index of the document among all documents of the run: the key of its places.
    pub document: usize,
    /// Who it is. INVARIANT: `identity.account` is the account that every request of this manifest names.
    pub identity: Identity,
    /// The Worker.
    pub script: DesiredScript,
    /// DNS records and routes, one entry a host; empty without a `dns` block or with `enabled: false`.
    pub routing: Vec<Routing>,
    /// The `dns` block was stated with `enabled: false`: removing is asked for, not an omission.
    pub routing_disabled: bool,
    /// The queues whose messages it gets; absent without a `queue_consumers` block, which may be an oversight.
    pub consumers: Option<Vec<DesiredConsumer>>,
    /// The custom domains that it wants; absent without a `custom_domains` block, which may be an oversight.
    pub domains: Option<Vec<DesiredDomain>>,
    /// The cron schedules that it wants, each once and without needless blanks; absent without a `schedules` block, which
    /// may be an oversight.
    pub schedules: Option<Vec<String>>,
    /// What to do about somebody else's work on the live Worker.
    pub drift: Drift,
    /// Proof wanted by `--wait`.
    pub wait: Option<Wait>,
}

/// Policy for a live version by another author.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drift {
    /// Conflict: stop and say who.
    #[default]
    Stop,
    /// `drift: overwrite` in the annotations: go on.
    Overwrite,
}

/// `wait: {path, header}`: how to prove that the new version answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Path to request.
    pub path: String,
    /// Response header that holds the version id.
    pub header: Option<String>,
}

/// A host of a manifest, and how it names its zone.
#[derive(Clone, Copy, Debug)]
pub struct ZonedHost<'a> {
    /// Host as a lower-case A-label.
    pub hostname: &'a str,
    /// The zone.
    pub zone: &'a ZoneRef,
    /// Path of the field that names the host.
    pub field: &'a str,
}

impl DesiredManifest {
    /// All its hosts, in the order of [`LiveManifest::zones_of_hosts`]: those of routing, then custom domains.
    pub fn hosts(&self) -> impl Iterator<Item = ZonedHost<'_>> {
        let of_routing =
            self.routing.iter().map(|Routing { hostname, zone, field, .. }| ZonedHost { hostname, zone, field });
        let of_domains = self.domains.iter().flatten();
        of_routing.chain(of_domains.map(|DesiredDomain { hostname, zone, field }| ZonedHost { hostname, zone, field }))
    }
}

/// How requests reach the Worker through one host.
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    /// The zone.
    pub zone: ZoneRef,
    /// Host as a lower-case A-label.
    pub hostname: String,
    /// Path of the field that names the host.
    pub field: String,
    /// The DNS record.
    pub record: DesiredRecord,
    /// Routes in the host's zone, in the order of the manifest, without duplicates.
    pub routes: Vec<DesiredRoute>,
}

/// What the account has, as far as the manifests of the run need to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveState {
    /// One entry a Worker, in the same order as the desired ones.
    pub manifests: Vec<LiveManifest>,
    /// One entry a store, likewise; absent where there is none of that name.
    pub stores: Vec<Option<LiveStore>>,
    /// The queues of each account in which a Worker of the run has consumers, or is to have some; by account id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub queues: BTreeMap<String, LiveQueues>,
    /// The custom domains of each account in which a Worker of the run has some, or is to have some; by account id.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: BTreeMap<String, LiveDomains>,
}

/// What the account has for one manifest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveManifest {
    /// The Worker of that name; absent when there is none.
    pub script: Option<LiveScript>,
    /// Other Workers that carry this identity: the Worker was renamed in the manifest.
    pub renamed: Vec<RenamedScript>,
    /// The zone of each of the manifest's hosts, in their order.
    #[serde(rename = "zone", with = "one_or_several")]
    pub zones_of_hosts: Vec<LiveZone>,
    /// Records and routes by zone id: the manifest's zones and those of the inventory.
    pub zones: BTreeMap<String, LiveZoneContent>,
    /// The Workflows of its bindings that are there, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub workflows: BTreeMap<String, LiveWorkflow>,
    /// The bundle, as far as it was read.
    pub bundle: Option<BundleFacts>,
    /// Modules that are live otherwise than in the bundle, where somebody looked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<ModuleDiffers>,
    /// The account's part of workers.dev addresses.
    pub account_subdomain: Option<String>,
    /// What refers to the Worker; but for those whose traces it gets, only looked up for a removal.
    pub used_by: Vec<User>,
    /// Ids and names of stores that the live Worker is bound to, that it leaves, and that no list of the account shows.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub gone_stores: BTreeSet<String>,
}

/// A Workflow as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveWorkflow {
    /// The Worker that has its class.
    pub script: String,
    /// The class that it runs.
    pub class: String,
}

/// What refers to a Worker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum User {
    /// A Worker that is bound to it, by its name.
    Worker(String),
    /// A Worker whose traces it gets, by its name.
    Traced(String),
    /// A queue that it consumes, by its name.
    Queue(String),
    /// A custom domain at which it answers, by its host.
    Domain(String),
}

impl fmt::Display for User {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Worker(name) => write!(formatter, "the Worker `{name}` binds it"),
            Self::Traced(name) => write!(formatter, "it gets the traces of the Worker `{name}`"),
            Self::Queue(name) => write!(formatter, "it consumes the queue `{name}`"),
            Self::Domain(host) => write!(formatter, "it answers at the custom domain `{host}`"),
        }
    }
}

/// One zone stands by itself, several as a list, none as null.
mod one_or_several {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::resource::LiveZone;

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Zones {
        One(LiveZone),
        Several(Vec<LiveZone>),
    }

    pub(super) fn serialize<S: Serializer>(zones: &[LiveZone], serializer: S) -> Result<S::Ok, S::Error> {
        match zones {
            [] => serializer.serialize_none(),
            [zone] => zone.serialize(serializer),
            several => several.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<LiveZone>, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            None => Vec::new(),
            Some(Zones::One(zone)) => vec![zone],
            Some(Zones::Several(zones)) => zones,
        })
    }
}

/// A Worker that carries the manifest's identity under another name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RenamedScript {
    /// Its name.
    pub name: String,
    /// Itself. Without a removal only its tags are read: its inventory says which routes are ours.
    pub live: LiveScript,
    /// What refers to it; but for those whose traces it gets, only looked up for a removal.
    pub used_by: Vec<User>,
}

impl RenamedScript {
    /// Whether it is the script of that name, and its inventory has the route.
    pub fn holds(&self, script: &str, zone: &str, pattern: &str) -> bool {
        self.name == script && ScriptMarks::parse(&self.live.tags).holds(zone, pattern)
    }

    /// Whether it is the script of that name, and its inventory has the custom domain.
    pub fn answers_at(&self, script: &str, host: &str) -> bool {
        self.name == script && ScriptMarks::parse(&self.live.tags).domain(host)
    }

    /// Whether it is the script of that name, and its inventory has the queue.
    pub fn consumes(&self, script: &str, queue: &str) -> bool {
        self.name == script && ScriptMarks::parse(&self.live.tags).consumes(queue)
    }
}

/// What a zone holds that can concern a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveZoneContent {
    /// Records of the hosts, and records that carry the identity's mark.
    pub records: Vec<LiveRecord>,
    /// Routes with a pattern of the manifest, and routes that lead to one of its Workers.
    pub routes: Vec<LiveRoute>,
    /// When Cloudflare answered, in seconds since the epoch by its own clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<u64>,
}

/// A module that is live otherwise than the bundle has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleDiffers {
    /// Its name.
    pub name: String,
    /// What is live of it.
    pub live: Option<ModuleSeen>,
    /// What the bundle has of it.
    pub wanted: Option<ModuleSeen>,
}

/// The content of a module, told apart from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleSeen {
    /// How many.
    pub bytes: usize,
    /// 64 lower-case hex digits.
    pub sha256: String,
}

/// What is known of a bundle without holding its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleFacts {
    /// ETag without quotes.
    pub etag: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
    /// Bytes; absent when the body was not read.
    pub size: Option<u64>,
}
