//! What is looked at beside the writes of each document, and what is done about it at the end.

use std::collections::BTreeMap;

use super::Run;
use super::call::hear;
use super::procedure::follow;
use crate::cloudflare::{Heard, Read};
use crate::diagnostic::Diagnostic;
use crate::http::Client;
use crate::plan::{Plan, Step, Watched};
use crate::resource::{Ended, Moment, Seen};

/// Who looks, and what was seen so far, by index of the document.
pub(super) struct Watchers<'a>(BTreeMap<usize, (&'a Watched, Seen)>);

impl<'a> Watchers<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self(plan.watched.iter().map(|watched| (watched.manifest, (watched, Seen::default()))).collect())
    }

    /// What is read beside a step.
    pub(super) fn beside(&self, step: &Step, is_last: bool) -> (Moment, Vec<Read>) {
        let moment = Moment { part: step.operation.part, is_last };
        let watched = self.0.get(&step.manifest);
        (moment, watched.map(|(watched, seen)| watched.watch.beside(moment, seen)).unwrap_or_default())
    }

    /// Keeps what a step brought.
    pub(super) fn add(&mut self, step: &Step, ended: &Ended, sight: Option<(Moment, Heard)>) {
        let Some((_, seen)) = self.0.get_mut(&step.manifest) else { return };
        if let Ended::Done(made) = ended {
            seen.found |= made.found;
            seen.written.insert(step.operation.part);
        }
        seen.sights.extend(sight);
    }

    /// What is left to do when every write took effect; gives what others did.
    pub(super) async fn end(self, run: &Run<'_>) -> Vec<Diagnostic> {
        let mut raced = Vec::new();
        for (manifest, (Watched { address, watch, .. }, seen)) in self.0 {
            let client = run.client.named(&address.to_string());
            let next =
                |heard: &Heard| run.at_hand((address, manifest), None, |at_hand| watch.next(&seen, heard, at_hand));
            match follow(run, &client, address, next).await {
                Ended::Done(made) => raced.extend(made.raced),
                Ended::Failed { finding, .. } => raced.push(*finding),
            }
        }
        raced
    }
}

/// Looks beside a write; nothing where nobody wants to.
pub(super) async fn look(run: &Run<'_>, client: &Client, reads: &[Read]) -> Option<Heard> {
    if reads.is_empty() {
        return None;
    }
    let mut heard = Heard::default();
    heard.add(hear(run, client, reads.to_vec()).await);
    Some(heard)
}
