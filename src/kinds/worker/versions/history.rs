//! `history`: the versions of a Worker, who made them and when, and which of them get requests.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::Serialize;

use super::timeline::{self, Timeline, timeline};
use crate::cloudflare::Read;
use crate::cloudflare::deployments::Deployment;
use crate::cloudflare::versions::Version;
use crate::model::marks::{ScriptMarks, VersionMark};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, DesiredState};

/// What happened to a Worker.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WorkerHistory {
    /// Account id.
    pub account: String,
    /// Script name.
    pub script: String,
    /// It carries the mark of this manifest.
    pub ours: bool,
    /// The newest hundred, newest first; and older ones that get requests.
    pub versions: Vec<HistoryVersion>,
}

/// A version, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryVersion {
    /// UUID with hyphens.
    pub id: String,
    /// Counts from 1; null where Cloudflare does not tell it.
    pub number: Option<u64>,
    /// RFC 3339, or empty.
    pub created_on: String,
    /// E-mail address of who made it, or empty.
    pub author: String,
    /// By which program: `api`, `wrangler`, `dash`, …; or empty.
    pub source: String,
    /// What made it: `upload`, `version_upload`, `secret`, …; or empty.
    pub triggered_by: String,
    /// What its maker said of it, for people: of ours where the code came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// We uploaded it: it carries our mark.
    pub ours: bool,
    /// Digest of code and versioned configuration, of a version that we uploaded: equal ones are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How many of a hundred requests it gets now.
    pub percent: f64,
    /// When it got requests, newest first, as far back as Cloudflare tells.
    pub deployments: Vec<HistoryDeployment>,
}

/// A deployment of a version.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryDeployment {
    /// UUID.
    pub id: String,
    /// RFC 3339, or empty.
    pub created_on: String,
    /// E-mail address of who deployed it, or empty.
    pub author: String,
    /// By which program, or empty.
    pub source: String,
    /// What was said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// How many of a hundred requests it got.
    pub percent: f64,
}

/// What is asked for the histories of a run's Workers.
pub fn history_reads(desired: &DesiredState, known: &Known) -> Vec<Read> {
    desired.manifests.iter().flat_map(|manifest| timeline::reads(manifest, known)).collect()
}

/// The history of a manifest's Worker; nothing where there is no such Worker.
pub fn history(manifest: &DesiredManifest, known: &Known) -> Option<WorkerHistory> {
    let timeline = timeline(manifest, known)?;
    let mut versions: Vec<HistoryVersion> = timeline.versions.iter().map(|version| told(version, &timeline)).collect();
    versions.sort_by_key(|version| Reverse(version.number));
    Some(WorkerHistory {
        account: manifest.identity.account.clone(),
        script: manifest.script.name.clone(),
        ours: ScriptMarks::parse(&timeline.tags).ids.contains(&manifest.identity.id()),
        versions,
    })
}

fn told(version: &Version, timeline: &Timeline) -> HistoryVersion {
    let share = |deployment: &Deployment| {
        let shares = deployment.versions.iter().filter(|share| share.version_id == version.id);
        shares.map(|share| share.percentage).reduce(|one, other| one + other)
    };
    let text = |name: &str| version.annotation(name).filter(|text| !text.is_empty()).map(str::to_owned);
    // The mark that an edit of secrets carries on says nothing of the version that it made.
    let is_upload = version.annotation("workers/triggered_by") != Some("secret");
    let mark = text("workers/tag").and_then(|tag| VersionMark::parse(&tag)).filter(|_| is_upload);
    HistoryVersion {
        id: version.id.clone(),
        number: version.number,
        created_on: version.metadata.created_on.clone().unwrap_or_default(),
        author: version.metadata.author_email.clone().unwrap_or_default(),
        source: version.metadata.source.clone().unwrap_or_default(),
        triggered_by: text("workers/triggered_by").unwrap_or_default(),
        message: text("workers/message"),
        ours: mark.is_some(),
        digest: mark.filter(|mark| !mark.is_unfinished()).map(|mark| mark.code),
        percent: timeline.deployments.first().and_then(share).unwrap_or_default(),
        deployments: timeline.deployments.iter().filter_map(|it| Some(deployed(it, share(it)?))).collect(),
    }
}

fn deployed(deployment: &Deployment, percent: f64) -> HistoryDeployment {
    let message = deployment.annotations.get("workers/message").and_then(|message| message.as_str());
    HistoryDeployment {
        id: deployment.id.clone(),
        created_on: deployment.created_on.clone().unwrap_or_default(),
        author: deployment.author_email.clone().unwrap_or_default(),
        source: deployment.source.clone().unwrap_or_default(),
        message: message.map(str::to_owned),
        percent,
    }
}
