//! Worker scripts.
//!
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/>

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::assets::DesiredAssets;
use super::classes::{DesiredClasses, LiveClass};
use super::schedules::LiveSchedules;
use crate::binding::table::{DURABLE_OBJECT, WORKFLOW};
use crate::binding::{Binding, PlainBinding};
use crate::model::{Address, Syntax};
use crate::setting::{DesiredSettings, Setting, without_nulls};

/// Compatibility date of a Worker that is created without one: pinned in the release, never "today",
/// so that the same manifest makes the same Worker. Not newer than the workerd of Local Cloudflare.
pub const PINNED_COMPATIBILITY_DATE: &str = "2026-07-01";

/// Containers among what an upload carries over: no manifest states them.
pub const CONTAINERS: &str = "containers";

/// The Worker that the manifest wants.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredScript {
    /// Script name, `^[a-z0-9_][a-z0-9-_]*$`, at most 63 characters.
    pub name: String,
    /// Where its code lies. Absent: it is static assets alone.
    pub bundle: OwnCode,
    /// How its code is written, where the manifest states it.
    pub format: Option<Syntax>,
    /// Name of the entry module of a single-module bundle, absent = `index.js`; of a tar, where more than one may be meant.
    pub main_module: Option<String>,
    /// `YYYY-MM-DD`; absent keeps the live one, on create the date pinned in this release.
    pub compatibility_date: Option<String>,
    /// Exactly these; the default is already filled in.
    pub compatibility_flags: Vec<String>,
    /// `usage_model` as the manifest says it: accepted, told to have no effect.
    pub usage_model: Option<String>,
    /// Variables, secrets and stores, sorted by name.
    pub bindings: Vec<Binding>,
    /// Static assets. Absent: those of others stay, our own go.
    pub assets: Option<DesiredAssets>,
    /// Its own classes of Durable Objects.
    pub classes: DesiredClasses,
    /// Settings that are stated. Without `observability` it is on when the Worker is created, untouched later.
    pub settings: DesiredSettings,
    /// Absent: untouched.
    pub workers_dev: Option<WorkersDev>,
}

impl DesiredScript {
    /// Names of bindings to classes of the Worker itself, each with the class.
    pub fn own_classes(&self) -> impl Iterator<Item = (&str, &str)> {
        let bindings = self.bindings.iter().filter_map(Binding::plain).filter(|it| it.type_name == DURABLE_OBJECT);
        bindings
            .filter(|binding| self.is_own(binding))
            .filter_map(|binding| Some((&*binding.name, binding.text("class_name")?)))
    }

    /// Workflows of the Worker itself, each with the class that it runs; each once.
    pub fn own_workflows(&self) -> BTreeMap<String, String> {
        let bindings = self.bindings.iter().filter_map(Binding::plain).filter(|it| it.type_name == WORKFLOW);
        let own = bindings.filter(|binding| self.is_own(binding));
        own.filter_map(|it| Some((it.text("workflow_name")?.to_owned(), it.text("class_name")?.to_owned()))).collect()
    }

    /// Whether a binding leads to something of the Worker itself.
    pub fn is_own(&self, binding: &PlainBinding) -> bool {
        match binding.members.get("script_name") {
            None => true,
            Some(script) => script.text() == Some(self.name.as_str()),
        }
    }
}

/// The code of a Worker, if it has any.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnCode {
    /// Where it lies.
    pub bundle: Option<Bundle>,
    /// How it is built. Whoever deploys does not look at it.
    pub build: Option<Build>,
}

/// How code is built, by whoever has the files that it is built of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Build {
    /// For the shell, where the manifest lies.
    pub command: String,
    /// What it makes, from where the manifest lies.
    pub output: String,
}

impl Deref for OwnCode {
    type Target = Option<Bundle>;

    fn deref(&self) -> &Option<Bundle> {
        &self.bundle
    }
}

/// As what it is: most Workers have code.
impl fmt::Debug for OwnCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.bundle, &self.build) {
            (Some(bundle), None) => fmt::Debug::fmt(bundle, formatter),
            (Some(bundle), Some(build)) => formatter.debug_tuple("Built").field(bundle).field(build).finish(),
            (None, _) => formatter.write_str("None"),
        }
    }
}

/// An object in R2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Bucket name.
    pub bucket: String,
    /// Object key, verbatim. INVARIANT: no `.` or `..` segment, which URL parsers would fold away.
    pub key: String,
    /// Pinned SHA-256, 64 lower-case hex digits.
    pub sha256: Option<String>,
    /// `eu` or `fedramp`: selects the endpoint.
    pub jurisdiction: Option<String>,
}

impl fmt::Display for Bundle {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "r2://{}/{}", self.bucket, self.key)
    }
}

/// The Worker's workers.dev address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkersDev {
    /// Whether `NAME.SUBDOMAIN.workers.dev` answers.
    pub enabled: bool,
    /// Whether preview addresses of versions answer.
    pub previews_enabled: bool,
}

impl WorkersDev {
    /// How a Worker starts.
    pub const OFF: Self = Self { enabled: false, previews_enabled: false };
}

/// A Worker as the account has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveScript {
    /// Cloudflare knows the name and says that nothing was ever uploaded to it, or nothing that is left.
    pub has_no_content: bool,
    /// Its settings were not read: bindings and what is carried over are not known. INVARIANT: what gets requests is an
    /// upload of ours, whose mark proves them.
    pub is_from_lists: bool,
    /// Tags of the script: sticky, not versioned.
    pub tags: Vec<String>,
    /// Bindings of the newest version, secrets without values.
    pub bindings: Vec<LiveBinding>,
    /// Compatibility date of the newest version.
    pub compatibility_date: Option<String>,
    /// Compatibility flags of the newest version.
    pub compatibility_flags: Vec<String>,
    /// Workers Logs and traces.
    pub observability: Option<Value>,
    /// What gets requests now; absent when nothing was ever deployed.
    pub deployment: Option<LiveDeployment>,
    /// Ids of the versions that got requests before.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub deployed: BTreeSet<String>,
    /// Newest deployable versions, highest number first.
    pub versions: Vec<LiveVersion>,
    /// Set when a secret edit made the live version: whether all but secrets equals our last upload.
    pub secret_edit: Option<SecretEdit>,
    /// All settings, as the upload's metadata spells them: sent again, they survive an upload that changes nothing of them.
    pub carried: BTreeMap<String, Value>,
    /// The live version serves static assets.
    pub has_assets: bool,
    /// workers.dev address; absent when it could not be read.
    pub workers_dev: Option<WorkersDev>,
    /// Cron schedules; absent where nobody asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedules: Option<LiveSchedules>,
    /// Handlers of the live version; absent where the list does not tell them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handlers: Option<Vec<String>>,
    /// Tag of the last migration of its classes that was carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migration_tag: Option<String>,
    /// Its classes of Durable Objects; absent where nobody looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<LiveClass>>,
}

/// What gets requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveDeployment {
    /// Deployment id.
    pub id: String,
    /// RFC 3339.
    pub created_on: String,
    /// `wrangler`, `dash`, `api`, …
    pub source: String,
    /// E-mail address of the author, or empty.
    pub author: String,
    /// Version id and its share in percent.
    pub versions: Vec<(String, f64)>,
}

/// A version; versions are immutable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveVersion {
    /// Version id.
    pub id: String,
    /// Counts from 1 in the order of creation.
    pub number: u64,
    /// RFC 3339.
    pub created_on: String,
    /// E-mail address of the author, or empty.
    pub author: String,
    /// `wrangler`, `dash`, `api`, …
    pub source: String,
    /// Annotation `workers/tag`, or empty.
    pub tag: String,
    /// Annotation `workers/triggered_by`, or empty.
    pub triggered_by: String,
}

/// A version that only a secret edit made, beside our last upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretEdit {
    /// Annotation of our last upload.
    pub base_tag: String,
    /// Code, bindings other than secrets and compatibility are the same.
    pub only_secrets: bool,
}

/// A binding as the account shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveBinding {
    /// Name in JavaScript.
    pub name: String,
    /// Cloudflare's word for the type.
    pub type_name: String,
    /// All fields as read; secrets have no value in it.
    pub fields: Value,
}

impl DesiredScript {
    /// The resources of the same run that it refers to.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        self.bindings.iter().flat_map(Binding::needs).chain(self.settings.needs())
    }
}

impl LiveScript {
    /// A setting as the account has it; null where it shows none.
    pub fn setting(&self, setting: Setting) -> Value {
        let row = setting.row();
        let logs = self.observability.as_ref().filter(|_| setting == Setting::Observability);
        let shown = self.carried.get(row.word).or(logs);
        shown.and_then(|value| without_nulls(&row, value)).unwrap_or_default()
    }

    /// The one version that gets all requests; nothing while a split is on.
    pub fn live_version(&self) -> Option<&LiveVersion> {
        let [(id, _)] = self.deployment.as_ref()?.versions.as_slice() else { return None };
        self.versions.iter().find(|version| version.id == *id)
    }

    /// Whether two versions share the requests.
    pub fn is_split(&self) -> bool {
        self.deployment.as_ref().is_some_and(|deployment| deployment.versions.len() > 1)
    }
}
