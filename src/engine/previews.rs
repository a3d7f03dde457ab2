//! Addresses of versions that get no requests yet.

use std::collections::BTreeMap;

use super::prepared::Prepared;
use super::result_names::ResultNames;
use super::session::Session;
use crate::cloudflare::subdomain;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Address;
use crate::refresh::{Known, gather};
use crate::resource::{DesiredManifest, LiveManifest};

/// How a version's id starts in its address.
const DIGITS: usize = 8;
/// A label of a host has so many characters.
const LABEL: usize = 63;

/// By script name as results name it, and what is to be said where a version has none. `versions`: what a run uploaded.
pub(super) async fn of(
    session: &Session<'_>,
    prepared: &Prepared,
    versions: &BTreeMap<String, String>,
) -> (BTreeMap<String, String>, Vec<Diagnostic>) {
    let (mut previews, mut findings) = (BTreeMap::new(), Vec::new());
    let names = ResultNames::of(&prepared.desired);
    let subdomains = subdomains(session, prepared).await;
    for (manifest, live) in prepared.desired.manifests.iter().zip(&prepared.live.manifests) {
        let name = names.script(manifest);
        let Some(version) = versions.get(&name) else { continue };
        match address(manifest, live, subdomains.get(&manifest.identity.account).map(String::as_str), version) {
            Ok(url) => drop(previews.insert(name, url)),
            Err(why) => findings.push(without_address(manifest, why)),
        }
    }
    (previews, findings)
}

/// The accounts' names on workers.dev.
async fn subdomains(session: &Session<'_>, prepared: &Prepared) -> BTreeMap<String, String> {
    let accounts = || prepared.desired.manifests.iter().map(|manifest| manifest.identity.account.as_str());
    let reads = accounts().map(|account| subdomain::of_account(account).into()).collect();
    let known = Known::of(gather(&session.api, &session.client, reads).await);
    let name =
        |account: &str| Some((account.to_owned(), known.get(&subdomain::of_account(account))?.subdomain.clone()?));
    accounts().filter_map(name).collect()
}

fn address(
    manifest: &DesiredManifest,
    live: &LiveManifest,
    subdomain: Option<&str>,
    version: &str,
) -> Result<String, &'static str> {
    let script = &manifest.script;
    let switches = script.workers_dev.or_else(|| live.script.as_ref()?.workers_dev);
    if !switches.is_some_and(|switches| switches.previews_enabled) {
        return Err("its preview addresses are off");
    }
    let subdomain = subdomain.filter(|name| !name.is_empty()).ok_or("its account has no name on workers.dev")?;
    let label = format!("{}-{}", version.get(..DIGITS).unwrap_or(version), script.name);
    if label.len() > LABEL {
        return Err("its name is too long for one");
    }
    Ok(format!("https://{label}.{subdomain}.workers.dev"))
}

fn without_address(manifest: &DesiredManifest, why: &str) -> Diagnostic {
    let message = format!("the new version of `{}` has no address of its own: {why}", manifest.script.name);
    Diagnostic::note(Code::NoPreview, message)
        .with_help("`workers_dev: { enabled: true }` in the manifest switches them on, for everybody to see")
        .about(Address::script(&manifest.script.name))
}
