//! The versions of a Worker and what gets requests of them: its history, and how it goes back or on to one of them.

mod history;
mod timeline;

pub use history::{HistoryDeployment, HistoryVersion, WorkerHistory, history, history_reads};
