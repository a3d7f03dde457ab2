//! The calls: manifests, credentials and options in, a plan or an outcome out.
//!
//! Everything that leaves the process goes through [`Io`]; nothing here knows JavaScript.

mod account;
#[cfg(test)]
mod answers_schema;
mod applying;
mod bundle_asks;
mod bundles;
mod code;
mod content;
mod deploy;
mod doctor;
mod failure;
mod files;
mod findings;
mod guard;
mod history;
mod import;
mod inputs;
mod masked_results;
mod masking;
mod options;
mod outputs;
mod permissions;
mod plan_result;
mod planning;
mod prepared;
mod previews;
mod probe;
mod publish;
mod r2_stores;
mod reading;
mod redeploy;
mod removal;
mod result_names;
mod secrets;
mod session;
mod sites;
mod undo;
mod validate;
mod wait;

pub use applying::apply;
#[cfg(target_family = "wasm")]
pub(crate) use code::MOST_BYTES;
pub use deploy::{ApplyResult, destroy};
pub use doctor::{Check, Checkup, doctor};
pub use history::{HistoryResult, history};
pub use import::{Imported, ImportedManifest, import};
pub use options::{Credentials, Options, R2Credentials};
pub use outputs::{OutputsResult, outputs};
pub use plan_result::PlanResult;
pub use planning::plan;
pub use publish::{BundleTarget, PublishTarget, Published, bundle_targets, pack, publish};
pub use redeploy::{promote, rollback};
pub use session::Io;
pub use undo::{Stays, Undo, UndoCommand};
pub use validate::{Validation, validate};
