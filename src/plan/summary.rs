//! A plan in numbers.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, Plan};

/// How much of what a plan has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    create: usize,
    update: usize,
    replace: usize,
    delete: usize,
    adopt: usize,
    noop: usize,
    /// Requests that were sent to read.
    reads: u32,
    /// Requests that `apply` will send to write.
    writes: usize,
}

impl Summary {
    /// Counts what a plan has; `reads` is how many requests it took.
    pub fn of(plan: &Plan, reads: u32) -> Self {
        Self {
            create: plan.count(Action::Create),
            update: plan.count(Action::Update),
            replace: plan.count(Action::Replace),
            delete: plan.count(Action::Delete),
            adopt: plan.count(Action::Adopt),
            noop: plan.count(Action::NoOp),
            reads,
            writes: plan.steps.len(),
        }
    }
}
