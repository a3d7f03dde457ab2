//! The writes of a Worker that take more than one request, or are made from what is there when their turn comes.

mod assets;
mod deletion;
mod deployment;
mod domain;
mod record;
mod route;
mod schedules;
mod script;
mod secrets;
mod settings;
mod tails;
mod unbind;
mod upload;

pub(super) use deletion::Deleting;
pub(super) use deployment::{Deploying, Share};
pub(super) use domain::PuttingDomain;
pub(super) use record::RecordWrite;
pub(super) use route::SearchRoute;
pub(super) use schedules::PuttingSchedules;
pub(super) use secrets::RemovingSecrets;
pub(super) use settings::PatchingSettings;
pub(super) use unbind::Unbinding;
pub(super) use upload::{SECRET_TYPES, Upload, Uploading};
