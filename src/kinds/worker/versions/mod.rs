//! The versions of a Worker and what gets requests of them: its history, and how it goes back or on to one of them.

mod choice;
mod compare;
mod gone;
mod history;
mod redeploy;
mod timeline;

pub use choice::Goal;
pub use history::{HistoryDeployment, HistoryVersion, WorkerHistory, history, history_reads};
pub(in crate::kinds) use redeploy::redeploy;
pub use redeploy::{bound_reads, can_go_back, redeploy_reads};
