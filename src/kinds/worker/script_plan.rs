//! What has to happen to a Worker, while its parts are still being planned.

use std::collections::BTreeMap;

use serde_json::Value;

use super::rollout::Rollout;
use super::subject::Subject;
use super::tag_list::TagWrite;
use super::writes::Upload;
use crate::model::marks::{Inventory, ScriptMarks};
use crate::plan::{Left, Sketch};
use crate::resource::WorkersDev;

/// What changes without an upload, by the names of the settings.
pub(super) type Changes = BTreeMap<String, Value>;

/// What has to happen to the Worker; its tags and writes are filled in once routing is planned too.
#[derive(Debug)]
pub(super) struct ScriptPlan {
    pub sketch: Sketch,
    pub upload: Option<Upload>,
    /// Settings that change without an upload.
    pub settings: Changes,
    /// Shares of requests, where a part of them is asked for.
    pub rollout: Option<Rollout>,
    pub workers_dev: Option<WorkersDev>,
    /// Marks as they are live.
    pub live_marks: ScriptMarks,
    /// Marks after an upload, inventory left as it is.
    pub marks: ScriptMarks,
    pub kept: Vec<Left>,
    pub subject: Subject,
    /// What the tags name that the plan saw, and those of the upload.
    pub known: Inventory,
    pub removes_secrets: bool,
    /// The last write of the tags.
    pub tags: Option<TagWrite>,
}
