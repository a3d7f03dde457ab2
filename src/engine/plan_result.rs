//! A plan as callers see it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::apply::{Event, PlanOverview, PlannedChange};
use crate::error::Exit;
use crate::plan::{self, Plan, Summary};

/// Version of the format of plans.
const FORMAT: &str = "1.0";

/// What `apply` would do.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan")]
pub struct PlanResult {
    /// Version of this format.
    #[schemars(extend("const" = FORMAT))]
    pub format: &'static str,
    /// Stable over equal changes, values of secrets left out; for `expect`.
    pub fingerprint: String,
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// In numbers.
    pub summary: Summary,
    /// What its findings make of `apply`: 0, 65, 5, 4 or 1.
    #[serde(rename = "exitCode")]
    pub exit_code: Exit,
}

impl PlanResult {
    /// With what it comes to; `reads`: so many requests were made for it.
    pub(super) fn of(plan: Plan, reads: u32) -> Self {
        let summary = Summary::of(&plan, reads);
        Self { format: FORMAT, fingerprint: plan::fingerprint(&plan), exit_code: plan.exit_code(), plan, summary }
    }

    /// Tells it to those who watch.
    pub(super) fn announce(&self, events: &dyn Fn(Event)) {
        for finding in &self.plan.diagnostics {
            events(Event::Diagnostic(Box::new(finding.clone())));
        }
        for change in &self.plan.changes {
            events(Event::Change(Box::new(PlannedChange(change.clone()))));
        }
        let Plan { manifests, kept, orphans, unmanaged, exposes, expires, reverts, loses, destroys, .. } = &self.plan;
        events(Event::Plan(Box::new(PlanOverview {
            summary: self.summary.clone(),
            fingerprint: self.fingerprint.clone(),
            manifests: manifests.clone(),
            kept: kept.clone(),
            orphans: orphans.clone(),
            unmanaged: unmanaged.clone(),
            exposes: exposes.clone(),
            expires: expires.clone(),
            reverts: reverts.clone(),
            loses: loses.clone(),
            exit_code: self.exit_code,
            destroys: *destroys,
        })));
    }
}
