//! What the run says beside the manifests.

use std::collections::BTreeMap;

use bytes::Bytes;

/// What they are read by.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Files that documents refer to: `KIND/NAME` → name of the file → its text.
    pub files: BTreeMap<String, BTreeMap<String, String>>,
    /// Static assets that documents refer to: `KIND/NAME` → path of the file → its content.
    pub assets: BTreeMap<String, BTreeMap<String, Bytes>>,
    /// Today's date in UTC, `YYYY-MM-DD`; absent: a compatibility date in the future is left to Cloudflare.
    pub today: Option<String>,
    /// Account of manifests that name none.
    pub account_id: Option<String>,
    /// Values of `$variables-group/GROUP/KEY`, by `GROUP/KEY` or by `GROUP__KEY`.
    pub values: BTreeMap<String, String>,
    /// References to variables stay as they are: for those who look or remove, and upload nothing.
    pub without_values: bool,
    /// `--set PATH=VALUE`, in order.
    pub set: Vec<(String, String)>,
    /// Names of the pipeline that `${NAME}` may read all the same.
    pub allow_env: Vec<String>,
    /// Environment of wrangler's configurations; their top level where none is named.
    pub environment: Option<String>,
    /// Sources that are laid over others: name of the source → name of the one below it.
    pub overlays: BTreeMap<String, String>,
    /// What a configuration of another tool leaves open is guessed, and told: for those who write a manifest of it.
    pub guesses: bool,
}
