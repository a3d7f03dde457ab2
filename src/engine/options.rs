//! What a caller says beside the manifests.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

use crate::model::OutputSet;
use crate::plan::PlanOptions;
use crate::r2::Credentials as S3Keys;
use crate::secret::Secret;

/// Options of a call; everything left out allows nothing and changes nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Options {
    /// Account where a manifest does not say; credentials may name it as well.
    pub account_id: Option<String>,
    /// Addresses that may become ours; `*` = whatever already equals the plan.
    pub adopt: Vec<String>,
    /// Addresses that may be taken from their owner.
    pub take: Vec<String>,
    /// Fingerprint of the plan that was approved.
    pub expect: Option<String>,
    /// Remove what is ours and no longer in a manifest.
    pub prune: bool,
    /// The yes to what the plan deletes, adopts, takes, opens to everybody, or lets expire.
    pub allow_deletes: bool,
    /// Addresses of stores that `destroy` may delete.
    pub delete_data: Vec<String>,
    /// Values of `$variables-group/<group>/<key>`, by `group/key`.
    pub values: BTreeMap<String, String>,
    /// Outputs of other resources that references resolve to.
    pub outputs: OutputSet,
    /// Files of migrations, by the name of their database as outputs stand under it: name of the file → its text.
    pub migrations: BTreeMap<String, BTreeMap<String, String>>,
    /// Static assets, by the name of their Worker as outputs stand under it: path of the file → its content.
    pub assets: BTreeMap<String, BTreeMap<String, Bytes>>,
    /// Today's date (UTC), `YYYY-MM-DD`: compatibility dates in the future are then found early.
    pub today: Option<String>,
    /// Wait until the Worker answers through its hostname.
    pub wait: bool,
    /// Milliseconds after which the run stops; default ten minutes.
    pub timeout_ms: Option<f64>,
    /// `PATH=VALUE` pairs that overlay every manifest.
    pub set: Vec<(String, String)>,
    /// A secret without a given value is an error, even where the live Worker has it.
    pub require_secrets: bool,
    /// Names that belong to the pipeline and its credentials, which `${NAME}` may read all the same.
    pub allow_env: Vec<String>,
    /// Live modules are downloaded and compared with those of the bundles.
    pub verify_content: bool,
    /// Environment of wrangler's configurations; their top level where none is named.
    pub environment: Option<String>,
    /// Sources that are laid over a configuration of wrangler's: name of the source → name of the configuration.
    pub overlays: BTreeMap<String, String>,
    /// `destroy`, `rollback` and `promote` only plan.
    pub dry_run: bool,
    /// New versions get so many of a hundred requests, 0 to 100; absent: all of them, at once.
    pub percentage: Option<f64>,
    /// `PATH` or `PATH=STATUS`: new versions go live in steps, each is asked there, and what answers otherwise goes back.
    pub guard: Option<String>,
    /// Set by that.
    #[serde(skip)]
    pub guarded: bool,
    /// The version that `rollback` goes back to; absent: the one that was live before.
    pub to: Option<String>,
}

impl Options {
    /// The part that planning looks at.
    pub fn planning(&self, offline: bool) -> PlanOptions {
        PlanOptions {
            adopt: self.adopt.clone(),
            take: self.take.clone(),
            delete_data: self.delete_data.clone(),
            prune: self.prune,
            percentage: self.percentage,
            guarded: self.guarded,
            offline,
        }
    }
}

/// Credentials of a call. They never appear in a plan, an event or an error.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Credentials {
    /// API token: preferred.
    pub api_token: Option<Secret>,
    /// Global API key, together with `email`.
    pub api_key: Option<Secret>,
    /// E-mail address of the key's user.
    pub email: Option<String>,
    /// Account where a manifest does not say.
    pub account_id: Option<String>,
    /// S3 keys of R2; derived from the API token where absent.
    pub r2: Option<R2Credentials>,
    /// API base, including `/client/v4`.
    pub base_url: Option<String>,
    /// Values of secrets: `NAME`, or `group/key`.
    pub secrets: BTreeMap<String, Secret>,
    /// Key of the digest over the secret set; the API token where absent.
    pub fingerprint_key: Option<Secret>,
    /// What is secret besides, such as the password of a proxy: never sent, and hidden in whatever others say.
    pub masked: Vec<Secret>,
}

/// Keys and endpoint of R2's S3 interface.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct R2Credentials {
    /// Access key id.
    pub access_key_id: Option<String>,
    /// Secret access key.
    pub secret_access_key: Option<Secret>,
    /// Session token of temporary credentials.
    pub session_token: Option<Secret>,
    /// Endpoint; default `https://<account>.r2.cloudflarestorage.com`.
    pub endpoint: Option<String>,
}

impl Credentials {
    /// All that opens something at Cloudflare or R2: no Worker may be given one of them unasked.
    pub fn all(&self) -> Vec<Secret> {
        let r2 = self.r2.iter().flat_map(|r2| [r2.secret_access_key.clone(), r2.session_token.clone()]);
        let derived = self.api_token.as_ref().map(S3Keys::secret_of);
        let own = [self.api_token.clone(), self.api_key.clone(), self.fingerprint_key.clone(), derived];
        let endpoints = [self.base_url.as_deref(), self.r2.as_ref().and_then(|r2| r2.endpoint.as_deref())];
        let of_endpoints = endpoints.into_iter().flatten().filter_map(password);
        own.into_iter().chain(r2).flatten().chain(of_endpoints).chain(self.masked.iter().cloned()).collect()
    }

    /// What the digest over secrets is keyed by.
    pub fn key_material(&self) -> Option<&Secret> {
        self.fingerprint_key.as_ref().or(self.api_token.as_ref()).or(self.api_key.as_ref())
    }
}

/// The password in an address: all that stands before its host, which may be a token alone.
fn password(address: &str) -> Option<Secret> {
    let after_scheme = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (user_info, _) = after_scheme.rsplit_once('@')?;
    let password = user_info.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty());
    Some(Secret::new(password.unwrap_or(user_info.trim_end_matches(':'))))
}

#[cfg(test)]
mod tests {
    use super::password;

    #[test]
    fn the_password_of_an_address_is_all_before_its_host_but_a_name() {
        let of = |address| password(address).map(|secret| secret.reveal().to_owned());
        assert_eq!(of("https://me:s3cr3t@a.example/x"), Some("s3cr3t".into()));
        assert_eq!(of("https://t0ken@a.example"), Some("t0ken".into()));
        assert_eq!(of("https://t0ken:@a.example"), Some("t0ken".into()));
        assert_eq!(of("me:p@ss word@a.example"), Some("p@ss word".into()));
        assert_eq!(of("https://a.example/x"), None);
    }
}
