//! What must hold before a Worker is deleted: it is ours, under work of ours, and nothing of others goes with it.

use super::claim::{Claim, Permit};
use super::removal::Removal;
use super::route;
use super::script::{self, removed};
use super::sketch::Context;
use super::{Change, Reason, inventory};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::Address;
use crate::model::marks::{Inventory, ScriptMarks};
use crate::resource::LiveScript;

/// A Worker that is to go.
pub(super) struct Deletion<'a> {
    pub name: &'a str,
    pub live: &'a LiveScript,
    /// What refers to it, in words.
    pub used_by: &'a [String],
}

impl Deletion<'_> {
    /// As a change of the plan; what others put into the Worker is named.
    pub(super) fn change(&self, reason: &Reason) -> Change {
        let marks = ScriptMarks::parse(&self.live.tags);
        let theirs = self.live.bindings.iter().filter(|binding| !marks.set(&binding.name));
        Change::deletion(Address::script(self.name), reason, theirs.map(removed).collect())
    }

    /// Entries of its inventory that no list shows and that are not proven gone either: its tags go with it.
    pub(super) fn unseen(&self, context: &Context<'_>, removals: &[Removal]) -> Inventory {
        let marks = ScriptMarks::parse(&self.live.tags);
        let unseen = inventory::unseen(context, &marks, removals);
        inventory::without(&unseen, &inventory::proven_gone(context, &marks, &unseen))
    }

    /// Why it may not be deleted: each with the flag that allows it, where one does.
    pub(super) fn conflicts(&self, context: &Context<'_>) -> Vec<Diagnostic> {
        let mut conflicts: Vec<Diagnostic> = self.not_ours(context).into_iter().collect();
        for pattern in route::foreign_to(context, self.name, &ScriptMarks::parse(&self.live.tags)) {
            let address = Address::route(pattern);
            if !context.options.takes(&address) {
                let message = format!(
                    "the route `{pattern}` leads to `{}` and would go with it: somebody else made it",
                    self.name
                );
                let help = "point the route elsewhere, or delete it where it was made";
                let mut finding = Diagnostic::error(Code::TakenRoute, message).with_help(help);
                finding.resolve = WayOut::taking(&address);
                finding.loses = Some("the route".into());
                conflicts.push(finding.about(address));
            }
        }
        if !self.used_by.is_empty() {
            // Cloudflare would refuse to delete it once its routes and records are gone.
            let message = format!("`{}` is still used: {}", self.name, self.used_by.join(", "));
            let finding =
                Diagnostic::error(Code::ServiceReferences, message).with_help("remove what refers to it first");
            conflicts.push(finding.about(Address::script(self.name)));
        }
        conflicts
    }

    fn not_ours(&self, context: &Context<'_>) -> Option<Diagnostic> {
        let address = Address::script(self.name);
        let claim = script::claim(context, self.name, self.live)?;
        let allowed = match claim.permit {
            Permit::Adopt => context.options.adopts(&address, false),
            Permit::Take => context.options.takes(&address),
        };
        let lost = Some("the Worker, with all that others put into it".into());
        let keep = "leave it as it is: delete it with what deployed it".into();
        (!allowed).then(|| Claim { keep, loses: lost, ..claim }.conflict(&address))
    }
}

/// The Workers that go: under an earlier name with `--prune`, all when everything is destroyed.
pub(super) fn find<'a>(context: &Context<'a>) -> Vec<Deletion<'a>> {
    let own = context.live.script.as_ref().filter(|_| context.destroys).map(|live| Deletion {
        name: &context.desired.script.name,
        live,
        used_by: &context.live.used_by,
    });
    let renamed = context.live.renamed.iter().filter(|_| context.deletes_renamed());
    let renamed =
        renamed.map(|renamed| Deletion { name: &renamed.name, live: &renamed.live, used_by: &renamed.used_by });
    own.into_iter().chain(renamed).collect()
}
