//! What is looked at beside the writes of a Worker: who deploys at the same time, and what the tags name.

mod named;
mod race;

use super::subject::{Subject, part, version_of};
use super::tag_list::TagWrite;
use crate::cloudflare::{Heard, Read};
use crate::diagnostic::Diagnostic;
use crate::model::Kind;
use crate::model::marks::Inventory;
use crate::resource::{AtHand, Ended, Made, Moment, Next, Seen, Watch};

use race::{Did, Found, Judged, judge};
pub(super) use race::{deployed, gone, overtaken, tags_changed};

/// What a run does to a Worker and in front of it.
#[derive(Debug)]
pub(super) struct WorkerWatch {
    pub subject: Subject,
    /// The Worker was there when the plan was made.
    pub is_there: bool,
    /// The marks' identity.
    pub id: String,
    /// Starts the comment of its records.
    pub comment_prefix: String,
    /// There is more than one write.
    pub writes_several: bool,
    pub removes_secrets: bool,
    /// What the tags name that the plan saw, and those that an upload writes.
    pub known: Inventory,
    /// What is put in front of the Worker.
    pub attached: Inventory,
    /// The last write of the tags.
    pub tags: Option<TagWrite>,
    /// What is removed: its place in an inventory, kind and id.
    pub removed: Vec<(String, Kind, String)>,
}

impl WorkerWatch {
    /// Where a run has a round to spare the tags are read in it: beside an upload that is not its last write, and beside
    /// the last write of a run that attaches something. Where they are written they are read right before.
    fn reads_tags(&self, moment: Moment, seen: &Seen) -> bool {
        let is_again = seen.written.contains(part::VERSION);
        match moment.part {
            // An upload alone has no request left, a first one overwrites nothing.
            part::VERSION => is_again || (!self.subject.is_new && self.writes_several),
            part::TAGS => false,
            _ => self.looks(moment, seen) && !self.attached.is_empty(),
        }
    }

    /// The look beside the last write of a first deploy would be its thirteenth request: there the answer to the upload
    /// tells whether a look is worth while. Whoever deletes has looked already.
    fn looks(&self, moment: Moment, seen: &Seen) -> bool {
        moment.is_last && moment.part != part::SCRIPT && (self.is_there || seen.found)
    }

    fn ends(&self, seen: &Seen, heard: &Heard, at_hand: AtHand<'_>) -> Result<Vec<Diagnostic>, Next> {
        let overtaken = self.overtaken(seen, heard, at_hand)?;
        let renamed = self.name_again(seen, heard)?;
        Ok(overtaken.into_iter().chain(renamed).collect())
    }

    /// Whether somebody else deployed the Worker.
    fn overtaken(&self, seen: &Seen, heard: &Heard, at_hand: AtHand<'_>) -> Result<Option<Diagnostic>, Next> {
        let read = self.subject.deployments();
        let beside = seen.sights.iter().rev().find_map(|(_, sight)| {
            // The later one of two looks counts: what is gone stays gone.
            let is_gone = matches!(sight.get(&self.subject.settings()), Some(Err(error)) if error.is_absent());
            let found = Found::of(sight.get(&read)?);
            Some(if is_gone { Found::Gone } else { found })
        });
        let found = match beside {
            Some(found) => found,
            // The upload was the last write, and only its answer said that a look is worth while.
            None if seen.found => Found::of(heard.get(&read).ok_or_else(|| Next::Read(vec![read.into()]))?),
            None => return Ok(None),
        };
        let version = (at_hand.late)(&version_of(&self.subject.account, &self.subject.script));
        let did = Did { version: version.as_deref(), removed_secrets: self.removes_secrets };
        match judge(&self.subject, &did, &found, heard, at_hand.signature) {
            Judged::Ask(read) => Err(Next::Read(vec![read])),
            Judged::Said(finding) => Ok(finding),
        }
    }
}

impl Watch for WorkerWatch {
    fn beside(&self, moment: Moment, seen: &Seen) -> Vec<Read> {
        let deployments = self.looks(moment, seen).then(|| self.subject.deployments().into());
        let tags = self.reads_tags(moment, seen).then(|| self.subject.settings().into());
        deployments.into_iter().chain(tags).collect()
    }

    fn next(&self, seen: &Seen, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        match self.ends(seen, heard, at_hand) {
            Ok(raced) => Next::End(Ended::Done(Made { raced, ..Made::default() })),
            Err(next) => next,
        }
    }
}
