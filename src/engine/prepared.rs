//! What planning made, with what applying needs.

use super::plan_result::PlanResult;
use crate::apply::Payload;
use crate::plan::Plan;
use crate::resource::{DesiredState, LiveState};

/// What planning made, with what applying needs.
pub(super) struct Prepared {
    pub desired: DesiredState,
    pub live: LiveState,
    pub plan: Plan,
    pub payloads: Vec<Payload>,
    pub reads: u32,
}

impl Prepared {
    /// The plan as callers see it.
    pub(super) fn result(&self) -> PlanResult {
        PlanResult::of(self.plan.clone(), self.reads)
    }
}
