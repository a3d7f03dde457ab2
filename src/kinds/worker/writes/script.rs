//! The writes of the Worker itself, in their order.

use super::{Deploying, PatchingSettings, RemovingSecrets, Upload, Uploading};
use crate::cloudflare::Call;
use crate::cloudflare::subdomain::{self, ScriptSubdomain};
use crate::kinds::worker::context::Context;
use crate::kinds::worker::inventory::union;
use crate::kinds::worker::removal::Removal;
use crate::kinds::worker::rollout::Rollout;
use crate::kinds::worker::script_plan::{Changes, ScriptPlan};
use crate::kinds::worker::subject::{Subject, part};
use crate::kinds::worker::tag_list::{TagWrite, same};
use crate::kinds::worker::tags::Tags;
use crate::model::marks::ScriptMarks;
use crate::plan::Phase;
use crate::resource::{Operation, WorkersDev};

impl ScriptPlan {
    /// Fills in the writes: the Worker first, and its tags before anything is attached; then the tags as they stay.
    /// `gone`: what is removed before the tags are written for good. `stands`: the Worker is there, or comes to be.
    pub(in super::super) fn finish(
        &mut self,
        context: &Context<'_>,
        tags: &Tags,
        gone: &[Removal],
        (attaches, stands): (bool, bool),
    ) {
        tags.shown_in(self);
        let mut written = tags.live.clone();
        if let Some(rollout) = self.rollout.take() {
            let mut staged = self.upload.take();
            self.settings.extend(staged.as_mut().map(Upload::take_unversioned).unwrap_or_default());
            self.roll_out(context, staged, rollout);
        }
        if let Some(mut upload) = self.upload.take() {
            upload.tags.clone_from(&tags.during);
            written.clone_from(&tags.during);
            self.upload(context, upload);
        } else {
            let due = attaches && !same(&tags.during, &written);
            let before = due.then(|| TagWrite { from: written.clone(), to: tags.during.clone() });
            if let Some(write) = &before {
                written.clone_from(&write.to);
            }
            let settings = std::mem::take(&mut self.settings);
            if before.is_some() || !settings.is_empty() {
                self.patch(context, Phase::Make, (before, &[]), settings);
            }
        }
        if let Some(WorkersDev { enabled, previews_enabled }) = self.workers_dev {
            let Subject { account, script, is_new, .. } = &self.subject;
            let switches = ScriptSubdomain { enabled, previews_enabled };
            let call = Call { settles_late: *is_new, ..subdomain::write(account, script, switches) };
            // Beside the record: nobody waits for the workers.dev address.
            self.sketch.write(Phase::Beside, Operation::call("workers.dev", call));
        }
        if stands && !same(&tags.target, &written) {
            let write = TagWrite { from: written, to: tags.target.clone() };
            self.patch(context, Phase::Close, (Some(write), gone), Changes::new());
        }
    }

    fn upload(&mut self, context: &Context<'_>, upload: Upload) {
        let names = upload.remove_secrets.clone();
        self.known = union(&self.live_marks.inventory, &ScriptMarks::parse(&upload.tags).inventory);
        let uploading = Uploading::new(self.subject.clone(), upload, &context.desired.script, false);
        self.sketch.write(Phase::Make, Operation::procedure(part::VERSION, uploading));
        if !names.is_empty() {
            let Subject { account, script, .. } = self.subject.clone();
            self.removes_secrets = true;
            self.sketch
                .write(Phase::Beside, Operation::procedure("secrets", RemovingSecrets { account, script, names }));
        }
    }

    /// A version that gets no request yet, then its share of them. Secrets that leave are left out by the version itself.
    fn roll_out(&mut self, context: &Context<'_>, staged: Option<Upload>, Rollout { shares, message }: Rollout) {
        if let Some(upload) = staged {
            let staging = Uploading::new(self.subject.clone(), upload, &context.desired.script, true);
            self.sketch.write(Phase::Make, Operation::procedure(part::VERSION, staging));
        }
        if !shares.is_empty() {
            let deploying = Deploying { subject: self.subject.clone(), shares, force: false, message };
            self.sketch.write(Phase::Make, Operation::procedure(part::DEPLOYMENT, deploying));
        }
    }

    fn patch(
        &mut self,
        context: &Context<'_>,
        phase: Phase,
        (tags, gone): (Option<TagWrite>, &[Removal]),
        settings: Changes,
    ) {
        let part = if tags.is_some() { part::TAGS } else { "settings" };
        if tags.is_some() {
            self.tags.clone_from(&tags);
        }
        let patching = PatchingSettings {
            subject: self.subject.clone(),
            id: context.desired.identity.id(),
            planned: context.live.script.as_ref().map(|live| live.tags.clone()).unwrap_or_default(),
            tags,
            taken_off: gone.iter().map(|removal| removal.taken_off(context.account())).collect(),
            settings,
        };
        self.sketch.write(phase, Operation::procedure(part, patching));
    }
}
