//! What a token must be allowed to do for these manifests, and how to get one that is.

use std::collections::BTreeSet;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::Credentials;
use super::failure::failure;
use super::session::Session;
use crate::cloudflare::permissions::{ALL, D1, DNS, Grant, KV, QUEUES, R2, ROUTES, SCRIPTS, ZONES};
use crate::cloudflare::tokens;
use crate::diagnostic::{Code, Diagnostic};
use crate::error::{Error, Exit};
use crate::http::Meaning;
use crate::kinds;
use crate::resource::{DesiredManifest, DesiredRecord, DesiredState, ZoneRef};

/// A permission that a run needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    pub grant: Grant,
    /// Reading is enough.
    pub read_only: bool,
}

impl Need {
    /// Cloudflare's name of the group.
    pub(super) fn group(&self) -> &'static str {
        self.grant.group(!self.read_only).unwrap_or(self.grant.resource)
    }
}

/// The smallest set of permissions for these manifests.
pub(super) fn needed(desired: &DesiredState, credentials: &Credentials) -> Vec<Need> {
    let has_keys = credentials.r2.as_ref().is_some_and(|r2| r2.access_key_id.is_some());
    let of_bundles = (!has_keys).then_some(Need { grant: R2, read_only: true });
    let of_stores = kinds::grants(desired).map(write);
    // What is referred to by name is looked for.
    let of_references = kinds::grants_of_references(desired).map(|grant| Need { grant, read_only: true });
    let of_bundles =
        of_bundles.filter(|_| !desired.manifests.is_empty() || kinds::files_in_r2(desired).next().is_some());
    let of_manifests = desired.manifests.iter().flat_map(of_manifest);
    let needs: BTreeSet<Need> = of_manifests.chain(of_bundles).chain(of_stores).chain(of_references).collect();
    let is_written = |grant: Grant| needs.contains(&write(grant));
    needs.iter().filter(|need| !need.read_only || !is_written(need.grant)).cloned().collect()
}

fn write(grant: Grant) -> Need {
    Need { grant, read_only: false }
}

fn of_manifest(manifest: &DesiredManifest) -> Vec<Need> {
    let read = |grant| Need { grant, read_only: true };
    let mut needs = vec![write(SCRIPTS)];
    if manifest.routing_disabled {
        // What was attached before is removed.
        needs.extend([write(ROUTES), write(DNS)]);
    }
    for host in &manifest.routing {
        needs.push(write(ROUTES));
        needs.push(match host.record {
            DesiredRecord::Managed(_) => write(DNS),
            DesiredRecord::Existing => read(DNS),
        });
        if !matches!(host.zone, ZoneRef::Id(_)) {
            needs.push(read(ZONES));
        }
    }
    for domain in manifest.domains.iter().flatten() {
        // Whether the host has records of somebody else's.
        needs.push(read(DNS));
        if !matches!(domain.zone, ZoneRef::Id(_)) {
            needs.push(read(ZONES));
        }
    }
    needs
}

/// A token that nobody knows is refused by most endpoints as if a permission were missing: before that is said, the
/// token itself is asked for.
pub(super) async fn examined(error: Error, session: &Session<'_>, desired: &DesiredState) -> Error {
    let lacks = error.diagnostics.iter().any(|finding| finding.code == Code::PermissionMissing);
    let identity = desired.identity(0).filter(|_| lacks && session.api.token().is_some());
    let Some(identity) = identity else { return error };
    match tokens::verify(&session.api, &session.client, &identity.account).await {
        Err(refused) if refused.meaning() == Some(Meaning::Credentials) => failure(vec![refused.diagnostic()]),
        Ok(_) | Err(_) => error,
    }
}

/// Adds to an error about permissions what is missing for certain, what no read can prove, and the link to a
/// token that has it all; to one about the token itself, what a good one needs.
pub(super) fn explained(mut error: Error, desired: &DesiredState, credentials: &Credentials) -> Error {
    let missing = refused(&error.diagnostics);
    let has = |code| error.diagnostics.iter().any(|finding| finding.code == code);
    let is_token_bad = has(Code::CredentialsRefused);
    let is_zone_hidden = error.diagnostics.iter().any(may_lack);
    if missing.is_empty() && !is_token_bad && !is_zone_hidden {
        return error;
    }
    let needs = with_refused(needed(desired, credentials), &missing);
    let unproven: Vec<&str> = unproven(&needs, &missing, is_zone_hidden).collect();
    let again = error.help.take().filter(|_| error.exit_code == Exit::Partial);
    let (lacks, more) = if missing.is_empty() && is_zone_hidden {
        (format!("the manifest needs, which no read can prove: {}", unproven.join(", ")), None)
    } else if missing.is_empty() {
        let all: Vec<&str> = needs.iter().map(Need::group).collect();
        (format!("the manifest needs: {}", all.join(", ")), None)
    } else {
        let more = format!("the manifest also needs, which no read can prove: {}", unproven.join(", "));
        let lacks = missing.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        (format!("the token lacks for certain: {lacks}"), (!unproven.is_empty()).then_some(more))
    };
    let form = format!("a token with all of it: {}", link(&needs));
    let lines: Vec<String> = again.into_iter().chain([lacks]).chain(more).chain([form]).collect();
    error.help = Some(lines.join("\n"));
    error
}

/// The needs and all that was refused: a run may also remove what an earlier manifest attached.
fn with_refused(mut needs: Vec<Need>, refused: &BTreeSet<String>) -> Vec<Need> {
    let is_refused = |grant: Grant, writes: bool| grant.group(writes).is_some_and(|group| refused.contains(group));
    for grant in ALL {
        let known = needs.iter().any(|need| need.grant == grant && !need.read_only);
        if is_refused(grant, true) && !known {
            needs.retain(|need| need.grant != grant);
            needs.push(Need { grant, read_only: false });
        } else if is_refused(grant, false) && !needs.iter().any(|need| need.grant == grant) {
            needs.push(Need { grant, read_only: true });
        }
    }
    needs
}

/// Groups that no read can prove, those left out that were refused all the same. Reading zones is one of them while
/// no zone was shown.
pub(super) fn unproven<'a>(
    needs: &'a [Need],
    missing: &'a BTreeSet<String>,
    is_zone_hidden: bool,
) -> impl Iterator<Item = &'static str> + 'a {
    let needs = needs.iter().filter(move |need| !need.read_only || (is_zone_hidden && need.grant == ZONES));
    needs.map(Need::group).filter(|group| !missing.contains(*group))
}

/// Whether a finding can come from a permission that is missing, and need not: no zone was shown.
pub(super) fn may_lack(finding: &Diagnostic) -> bool {
    finding.code == Code::ZoneNotFound && finding.permission.is_some()
}

/// Groups that are missing for certain.
pub(super) fn refused(findings: &[Diagnostic]) -> BTreeSet<String> {
    let certain = findings.iter().filter(|finding| !may_lack(finding));
    certain.filter_map(|finding| finding.permission.clone()).collect()
}

/// The dashboard's form for a new token, filled in.
///
/// <https://developers.cloudflare.com/fundamentals/api/how-to/account-owned-token-template/>
pub(super) fn link(needs: &[Need]) -> String {
    let keys: Vec<_> =
        needs.iter().filter_map(|need| Some(json!({ "key": key(need.grant)?, "type": level(need) }))).collect();
    let keys = json!(keys).to_string();
    format!(
        "https://dash.cloudflare.com/profile/api-tokens?permissionGroupKeys={}&accountId=%2A&zoneId=all&name=cfworker-deploy",
        utf8_percent_encode(&keys, NON_ALPHANUMERIC)
    )
}

fn level(need: &Need) -> &'static str {
    if need.read_only { "read" } else { "edit" }
}

/// The form's own name of a group.
fn key(grant: Grant) -> Option<&'static str> {
    [
        (SCRIPTS, "workers_scripts"),
        (ROUTES, "workers_routes"),
        (DNS, "dns"),
        (ZONES, "zone"),
        (KV, "workers_kv_storage"),
        (QUEUES, "queues"),
        (D1, "d1"),
        (R2, "workers_r2"),
    ]
    .into_iter()
    .find(|(known, _)| *known == grant)
    .map(|(_, key)| key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(groups: &[&str]) -> Vec<String> {
        let base = vec![Need { grant: SCRIPTS, read_only: false }, Need { grant: DNS, read_only: true }];
        let refused = groups.iter().map(|group| (*group).to_owned()).collect();
        with_refused(base, &refused).iter().map(|need| need.group().to_owned()).collect()
    }

    #[test]
    fn the_link_names_what_was_refused_beside_all_that_the_manifest_needs() {
        assert_eq!(refused(&[]), ["Workers Scripts Write", "DNS Read"]);
        assert_eq!(refused(&["DNS Write"]), ["Workers Scripts Write", "DNS Write"]);
        assert_eq!(refused(&["Workers Routes Write"]), ["Workers Scripts Write", "DNS Read", "Workers Routes Write"]);
        assert_eq!(refused(&["DNS Read", "Workers Scripts Write"]), ["Workers Scripts Write", "DNS Read"]);
    }
}
