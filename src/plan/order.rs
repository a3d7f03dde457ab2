//! The order of the writes of one manifest.
//!
//! Create side: Worker → record → routes. Remove side: routes → records. Tags cover old and new in
//! between. INVARIANT: every prefix is a state that a user can live with.

use super::removal::Removal;
use super::route::RoutePlan;
use super::script::ScriptPlan;
use super::step::{Operation, Step, TagWrite};
use super::tags::{self, Tags};
use super::{Action, Plan};
use crate::guard::{self, Guard};
use crate::model::Address;
use crate::model::marks::Inventory;

/// Appends the steps of one manifest to a plan.
pub(super) struct Order<'a> {
    plan: &'a mut Plan,
    manifest: usize,
    script: Address,
    /// Tags that the Worker has after the steps so far.
    written: Vec<String>,
    /// Steps so far.
    steps: Vec<usize>,
}

impl<'a> Order<'a> {
    pub(super) fn new(plan: &'a mut Plan, manifest: usize, script: Address, live_tags: &[String]) -> Self {
        Self { plan, manifest, script, written: live_tags.to_vec(), steps: Vec::new() }
    }

    /// The Worker itself; without an upload, its tags come first when something is going to be attached.
    pub(super) fn worker(&mut self, script: &mut ScriptPlan, tags: &Tags, attaches: bool) {
        let address = self.script.clone();
        if let Some(mut upload) = script.upload.take() {
            upload.tags.clone_from(&tags.during);
            self.written.clone_from(&tags.during);
            let names = upload.remove_secrets.clone();
            let uploaded = self.push(&address, Operation::Upload(Box::new(upload)), &[]);
            if !names.is_empty() && guard::holds(Guard::RemovedSecrets) {
                self.push(&address, Operation::RemoveSecrets { names }, &[uploaded]);
            }
        } else {
            let before = (attaches && guard::holds(Guard::InventoryFirst) && !tags::same(&tags.during, &self.written))
                .then(|| tags.during.clone());
            self.patch(before, script.observability.take(), &[]);
        }
        if let Some(workers_dev) = script.workers_dev {
            // Beside the record: nobody waits for the workers.dev address.
            let after = self.steps.clone();
            self.push(&address, Operation::SetWorkersDev(workers_dev), &after);
        }
    }

    /// The record, then the routes side by side.
    pub(super) fn attach(&mut self, record: Option<(Address, Operation)>, routes: &[RoutePlan]) {
        let mut before: Vec<usize> = self.steps.first().copied().into_iter().collect();
        if let Some((address, operation)) = record {
            let step = self.push(&address, operation, &before.clone());
            if guard::holds(Guard::RecordBeforeRoute) {
                before.push(step);
            }
        }
        for route in routes {
            if let Some(operation) = &route.operation {
                self.push(&route.change.address, operation.clone(), &before);
            }
        }
    }

    /// Old routes go when all new ones stand; old records when no route needs them.
    pub(super) fn detach(&mut self, removals: &[Removal]) {
        let attached = if guard::holds(Guard::OldGoesLast) { self.steps.clone() } else { Vec::new() };
        let mut before_records = attached.clone();
        for removal in removals {
            let after = if removal.is_route() { attached.clone() } else { before_records.clone() };
            let step = self.push(&removal.address, removal.operation.clone(), &after);
            if removal.is_route() && guard::holds(Guard::RoutesGoFirst) {
                before_records.push(step);
            }
        }
    }

    /// The tags as they stay.
    pub(super) fn finish(&mut self, tags: &Tags, exists: bool) {
        let exists = exists || !self.steps.is_empty();
        if exists && !tags::same(&tags.target, &self.written) {
            let after = self.steps.clone();
            self.patch(Some(tags.target.clone()), None, &after);
        }
    }

    /// Workers under an earlier name, after everything else.
    pub(super) fn delete_scripts<'n>(&mut self, deletions: impl Iterator<Item = (&'n str, Inventory)>) {
        let after = self.steps.clone();
        for (name, unseen) in deletions {
            self.push(&Address::script(name), Operation::DeleteScript { name: name.to_owned(), unseen }, &after);
        }
    }

    fn patch(
        &mut self,
        tags: Option<Vec<String>>,
        observability: Option<crate::resource::Observability>,
        after: &[usize],
    ) {
        if tags.is_none() && observability.is_none() {
            return;
        }
        let tags = tags.map(|to| TagWrite { from: std::mem::replace(&mut self.written, to.clone()), to });
        let address = self.script.clone();
        self.push(&address, Operation::PatchSettings { tags, observability }, after);
    }

    fn push(&mut self, address: &Address, operation: Operation, after: &[usize]) -> usize {
        let index = self.plan.steps.len();
        self.plan.steps.push(Step {
            address: address.clone(),
            manifest: self.manifest,
            operation,
            after: after.to_vec(),
        });
        self.steps.push(index);
        index
    }
}

/// Whether anything is put in front of the Worker in this run.
pub(super) fn attaches(record: Option<&Operation>, routes: &[RoutePlan]) -> bool {
    record.is_some() || routes.iter().any(|route| route.change.action != Action::NoOp)
}
