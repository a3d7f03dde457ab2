//! `history`: the versions of Workers, and which of them get requests.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::failure::failure;
use super::findings::located;
use super::reading::read_with;
use super::result_names::ResultNames;
use super::secrets::Secrets;
use super::session::Session;
use super::validate::read_options;
use super::{Credentials, Io, Options, account, permissions};

use crate::error::Error;
use crate::kinds::worker::{self, WorkerHistory};
use crate::manifest::{Read, ReadOptions, Source};

/// What happened to the Workers of manifests.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "History")]
pub struct HistoryResult {
    /// By script name; by `account/ID/NAME` where several accounts of the run have one. A Worker that is not there has none.
    pub workers: BTreeMap<String, WorkerHistory>,
}

/// Reads the versions of Workers with their deployments.
///
/// # Errors
/// Bad manifests, and reads that failed.
pub async fn history(
    sources: &[Source],
    credentials: &Credentials,
    options: &Options,
    io: &Io,
) -> Result<HistoryResult, Error> {
    let work = async |session: Session<'_>| read(&session, sources, options).await;
    Session::run(io, credentials, options.timeout_ms, work).await
}

async fn read(session: &Session<'_>, sources: &[Source], options: &Options) -> Result<HistoryResult, Error> {
    let without_values =
        ReadOptions { without_values: true, ..read_options(options, session.credentials.account_id.as_deref()) };
    let (Read { desired, places, .. }, _) = read_with(sources, &without_values)?;
    // Nothing is done with values of secrets here, but whoever wrote a message may know them.
    Secrets::read(session, options, &desired, &places, &mut Vec::new());
    match account::histories(session, &desired).await {
        Ok(known) => {
            let names = ResultNames::of(&desired);
            let told = |manifest| Some((names.script(manifest), worker::history(manifest, &known)?));
            Ok(HistoryResult { workers: desired.manifests.iter().filter_map(told).collect() })
        }
        Err(failures) => {
            let error = permissions::examined(failure(located(&places, failures)), session, &desired).await;
            Err(permissions::explained(error, &desired, session.credentials))
        }
    }
}
