//! Reads as a set: each is made once, all of a round together.

use std::collections::BTreeSet;

use super::Known;
use super::failures::{Failure, Owner, failures};
use crate::cloudflare::deployments::{Deployment, ListDeployments};
use crate::cloudflare::dns_records::{ListRecords, Record, RecordFilter};
use crate::cloudflare::kv::{ListNamespaces, Namespace};
use crate::cloudflare::routes::{ListRoutes, RouteList};
use crate::cloudflare::scripts::{ListScripts, ReadSettings, Script, Settings};
use crate::cloudflare::subdomain::{ReadAccountSubdomain, ReadScriptSubdomain, ScriptSubdomain};
use crate::cloudflare::versions::{ListVersions, ReadVersion, Version};
use crate::cloudflare::zones::{ReadZone, Zone};
use crate::cloudflare::{Api, all};
use crate::http::{CallError, Client, Meaning, join_all};
use crate::resource::DesiredState;

/// One read, by what it is about.
#[expect(missing_docs, reason = "the names of the fields say all there is to say")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Read {
    /// All scripts of an account, with tags.
    Scripts { account: String },
    /// Settings of the newest version.
    Settings { account: String, script: String },
    /// Deployments, newest first.
    Deployments { account: String, script: String },
    /// Newest deployable versions.
    Versions { account: String, script: String },
    /// One version with its bindings.
    Version { account: String, script: String, version: String },
    /// workers.dev address of a script.
    WorkersDev { account: String, script: String },
    /// The account's part of workers.dev addresses.
    AccountSubdomain { account: String },
    /// KV namespaces of an account.
    Namespaces { account: String },
    /// A zone by its id.
    Zone { zone: String },
    /// All routes of a zone.
    Routes { zone: String },
    /// Records of a host, and records whose comment starts so.
    Records { zone: String, host: Option<String>, comment: String },
}

impl Read {
    /// Whose id stands in its path.
    pub(super) fn owner(&self) -> Owner<'_> {
        match self {
            Self::Scripts { account }
            | Self::Settings { account, .. }
            | Self::Deployments { account, .. }
            | Self::Versions { account, .. }
            | Self::Version { account, .. }
            | Self::WorkersDev { account, .. }
            | Self::AccountSubdomain { account }
            | Self::Namespaces { account } => Owner::Account(account),
            Self::Zone { zone } | Self::Routes { zone } | Self::Records { zone, .. } => Owner::Zone(zone),
        }
    }

    /// What it looks at, for people.
    pub fn subject(&self) -> String {
        match self {
            Self::Scripts { account } => format!("scripts of account {account}"),
            Self::Settings { script, .. } => format!("settings of `{script}`"),
            Self::Deployments { script, .. } => format!("deployments of `{script}`"),
            Self::Versions { script, .. } => format!("versions of `{script}`"),
            Self::Version { script, version, .. } => format!("version {version} of `{script}`"),
            Self::WorkersDev { script, .. } => format!("workers.dev address of `{script}`"),
            Self::AccountSubdomain { account } => format!("workers.dev name of account {account}"),
            Self::Namespaces { account } => format!("KV namespaces of account {account}"),
            Self::Zone { zone } => format!("zone {zone}"),
            Self::Routes { zone } => format!("routes of zone {zone}"),
            Self::Records { zone, .. } => format!("DNS records of zone {zone}"),
        }
    }
}

/// The answer to a read.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// See [`Read::Scripts`].
    Scripts(Vec<Script>),
    /// See [`Read::Settings`].
    Settings(Box<Settings>),
    /// See [`Read::Deployments`].
    Deployments(Vec<Deployment>),
    /// See [`Read::Versions`].
    Versions(Vec<Version>),
    /// See [`Read::Version`].
    Version(Box<Version>),
    /// See [`Read::WorkersDev`].
    WorkersDev(ScriptSubdomain),
    /// See [`Read::AccountSubdomain`].
    AccountSubdomain(Option<String>),
    /// See [`Read::Namespaces`].
    Namespaces(Vec<Namespace>),
    /// See [`Read::Zone`].
    Zone(Zone),
    /// See [`Read::Routes`].
    Routes(RouteList),
    /// See [`Read::Records`].
    Records(Vec<Record>),
    /// It is not there.
    Absent,
    /// The token may not look; what is missing is told where it matters.
    Hidden,
}

/// Makes reads that are not known yet, all together.
///
/// # Errors
/// A finding for each cause of a failed read.
pub(super) async fn make(
    api: &Api,
    client: &Client,
    desired: &DesiredState,
    reads: Vec<Read>,
    known: &mut Known,
) -> Result<(), Vec<Failure>> {
    let new = reads.into_iter().filter(|read| !known.contains_key(read)).collect();
    let mut failed = Vec::new();
    for (read, answer) in look(api, client, new).await {
        match answer {
            Ok(found) => drop(known.insert(read, found)),
            Err(error) => failed.push((read, error)),
        }
    }
    let failed: Vec<_> = failed.iter().map(|(read, error)| (read, error)).collect();
    let failures = failures(desired, &failed);
    if failures.is_empty() { Ok(()) } else { Err(failures) }
}

/// Makes reads, all together, and gives each its own answer.
pub(super) async fn look(api: &Api, client: &Client, reads: BTreeSet<Read>) -> Vec<(Read, Result<Found, CallError>)> {
    let answers = join_all(reads.iter().map(|read| one(api, client, read))).await;
    reads.into_iter().zip(answers).collect()
}

async fn one(api: &Api, client: &Client, read: &Read) -> Result<Found, CallError> {
    let answer = ask(api, client, read).await;
    match answer {
        Err(error) if error.is_absent() => Ok(Found::Absent),
        // Every token that may deploy may read a zone by id, except some narrow ones: Cloudflare checks names then.
        Err(error) if matches!(read, Read::Zone { .. }) && error.meaning() == Some(Meaning::Permission) => {
            Ok(Found::Hidden)
        }
        answer => answer,
    }
}

async fn ask(api: &Api, client: &Client, read: &Read) -> Result<Found, CallError> {
    Ok(match read {
        Read::Scripts { account } => Found::Scripts(api.call(client, &ListScripts { account_id: account }).await?),
        Read::Settings { account, script } => {
            Found::Settings(Box::new(api.call(client, &ReadSettings { account_id: account, script }).await?))
        }
        Read::Deployments { account, script } => {
            Found::Deployments(api.call(client, &ListDeployments { account_id: account, script }).await?)
        }
        Read::Versions { account, script } => {
            Found::Versions(api.call(client, &ListVersions { account_id: account, script }).await?)
        }
        Read::Version { account, script, version } => {
            let read = ReadVersion { account_id: account, script, version_id: version };
            Found::Version(Box::new(api.call(client, &read).await?))
        }
        Read::WorkersDev { account, script } => {
            Found::WorkersDev(api.call(client, &ReadScriptSubdomain { account_id: account, script }).await?)
        }
        Read::AccountSubdomain { account } => {
            Found::AccountSubdomain(api.call(client, &ReadAccountSubdomain { account_id: account }).await?.subdomain)
        }
        Read::Namespaces { account } => {
            Found::Namespaces(all(api, client, &ListNamespaces { account_id: account, page: 1 }).await?)
        }
        Read::Zone { zone } => Found::Zone(api.call(client, &ReadZone { zone_id: zone }).await?),
        Read::Routes { zone } => Found::Routes(api.call(client, &ListRoutes { zone_id: zone }).await?),
        Read::Records { zone, host, comment } => {
            let filter = match host {
                Some(host) => RecordFilter::NameOrComment { name: host, prefix: comment },
                None => RecordFilter::CommentPrefix(comment),
            };
            Found::Records(all(api, client, &ListRecords { zone_id: zone, filter, page: 1 }).await?)
        }
    })
}
