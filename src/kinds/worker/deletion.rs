//! What must hold before a Worker is deleted: it is ours, under work of ours, and nothing of others goes with it.

use std::collections::BTreeSet;

use super::bound;
use super::classes;
use super::context::{Context, newest_is_not_live};
use super::inventory;
use super::removal::Removal;
use super::removals;
use super::script;
use super::script_fields::removed;
use super::subject::{Subject, part};
use super::writes::{Deleting, Unbinding};
use super::{consumer, domain, route, schedules};
use crate::diagnostic::{Code, Diagnostic, WayOut};
use crate::model::Address;
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::plan::{Claim, Owner, Phase, Reason, Sketch, Write};
use crate::resource::{LiveScript, Operation, User};
use crate::setting::Setting;

/// A Worker that is to go.
pub(super) struct Deletion<'a> {
    pub name: &'a str,
    pub live: &'a LiveScript,
    /// What refers to it.
    pub used_by: &'a [User],
}

impl<'a> Deletion<'a> {
    /// As a resource that goes; what others put into the Worker is named.
    pub(super) fn sketch(&self, context: &Context<'_>, reason: &Reason, unseen: Inventory) -> Sketch {
        let live_marks = ScriptMarks::parse(&self.live.tags);
        let theirs = self.live.bindings.iter().filter(|binding| !live_marks.set(&binding.name)).map(removed);
        let deleting = Deleting {
            subject: self.subject(context),
            unseen,
            comment_prefix: marks::comment_prefix(&context.desired.identity),
            is_judged: self.name == context.desired.script.name,
        };
        let write = Write { phase: Phase::Last, operation: Operation::procedure(part::SCRIPT, deleting) };
        let mut sketch = Sketch::removed(self.address(context), reason.clone(), theirs.collect(), write);
        if let Some(claim) = self.claim(context) {
            sketch.owner = Owner::Claimed(claim);
        }
        sketch.gives_up = removals::given_up(context, self.name, &live_marks);
        sketch.gives_up.extend(self.let_go_of(context).map(Address::script));
        let gone_first: BTreeSet<Address> = self.gone_first(context).map(Address::script).collect();
        sketch.needs = gone_first.into_iter().collect();
        sketch.loosens = self.unbind(context).map(|unbinding| Operation::procedure("bindings", unbinding));
        sketch.diagnostics = self.held(context);
        sketch.loses = self.classes(context).collect();
        sketch
    }

    fn address(&self, context: &Context<'_>) -> Address {
        Address::script(self.name).of_account(&context.desired.identity.account)
    }

    /// What takes its bindings to other Workers out of it. Not where a version waits that gets no requests: that one
    /// would go live.
    fn unbind(&self, context: &Context<'_>) -> Option<Unbinding> {
        if newest_is_not_live(self.live) {
            return None;
        }
        let bindings = || self.live.bindings.iter();
        let leads_to = bindings().filter_map(|binding| Some((binding.name.clone(), bound::leads_to(binding)?)));
        Some(Unbinding {
            subject: self.subject(context),
            is_judged: self.name == context.desired.script.name,
            leaves: Vec::new(),
            keeps: bindings().map(|binding| binding.name.clone()).collect(),
            leads_to: leads_to.collect(),
            tails: self.live.setting(Setting::TailConsumers).as_array().cloned().unwrap_or_default(),
            leaves_tails: false,
        })
    }

    fn subject(&self, context: &Context<'_>) -> Subject {
        Subject {
            account: context.desired.identity.account.clone(),
            script: self.name.to_owned(),
            deployment: self.live.deployment.as_ref().map(|deployment| deployment.id.clone()),
            is_new: false,
        }
    }

    /// Entries of its inventory that no list shows and that are not proven gone either: its tags go with it.
    pub(super) fn unseen(&self, context: &Context<'_>, removals: &[Removal]) -> Inventory {
        let marks = ScriptMarks::parse(&self.live.tags);
        let mut unseen = inventory::unseen(context, self.name, &marks, removals);
        // Its schedules are its own: they go with it.
        unseen.remove(marks::SCHEDULES);
        inventory::without(&unseen, &inventory::proven_gone(context, &marks, &unseen))
    }

    /// The Workers that are bound to it and go in the same run: Cloudflare deletes it once they are gone.
    fn gone_first(&self, context: &Context<'a>) -> impl Iterator<Item = &'a str> {
        let account = context.account();
        let (labels, releases, destroys) = (context.labels, context.releases, context.destroys);
        let goes = move |name: &str| match destroys {
            true => labels.has_worker(account, name),
            false => releases.by_deletion(account, name),
        };
        let workers = self.used_by.iter().filter_map(|user| match user {
            User::Worker(name) | User::Traced(name) => Some(name.as_str()),
            User::Queue(_) | User::Domain(_) => None,
        });
        workers.filter(move |name| goes(name))
    }

    /// The Workers that are bound to it until the run uploads them: it is deleted after that.
    fn let_go_of(&self, context: &Context<'a>) -> impl Iterator<Item = &'a str> {
        let (account, releases, worker) = (context.account(), context.releases, self.name);
        let bound = self.used_by.iter().filter_map(|user| match user {
            User::Worker(name) => Some(name.as_str()),
            User::Traced(_) | User::Queue(_) | User::Domain(_) => None,
        });
        bound.filter(move |user| releases.by_upload(account, user, worker))
    }

    /// Its classes of Durable Objects: their data goes with it.
    fn classes(&self, context: &Context<'_>) -> impl Iterator<Item = Address> {
        classes::of_deleted(self.live).into_iter().map(|class| classes::address(context, self.name, &class))
    }

    /// What keeps it, whosever it is: each with the option that gives it up, where one does.
    fn held(&self, context: &Context<'_>) -> Vec<Diagnostic> {
        let mut held: Vec<Diagnostic> = self.classes(context).filter_map(|it| classes::refused(context, &it)).collect();
        for address in route::foreign_to(context, self.name, &ScriptMarks::parse(&self.live.tags)) {
            if !context.options.takes(&address) {
                let pattern = &address.key;
                let message = format!(
                    "the route `{pattern}` leads to `{}` and would go with it: somebody else made it",
                    self.name
                );
                let help = "point the route elsewhere, or delete it where it was made";
                let mut finding = Diagnostic::error(Code::TakenRoute, message).with_help(help);
                finding.resolve = WayOut::taking(&address);
                finding.loses = Some("the route".into());
                held.push(finding.about(address));
            }
        }
        for queue in consumer::foreign_to(context, self.name, &ScriptMarks::parse(&self.live.tags)) {
            let address = consumer::address(context, queue);
            if !context.options.takes(&address) {
                let mut finding = consumer::goes_along(self.name, queue);
                finding.resolve = WayOut::taking(&address);
                finding.loses = Some("the messages, until something else gets them".into());
                held.push(finding.about(address));
            }
        }
        let told = self.used_by.iter().filter_map(|user| match user {
            User::Domain(host) => Some(host.as_str()),
            User::Worker(_) | User::Traced(_) | User::Queue(_) => None,
        });
        held.extend(domain::held(context, self.name, &ScriptMarks::parse(&self.live.tags), told));
        held.extend(schedules::held(context, self.name, &ScriptMarks::parse(&self.live.tags)));
        // Queues that are listed were looked at one by one.
        let consumed = context.queues.consumed_by(context.account(), self.name);
        let goes = |user: &&User| match user {
            User::Worker(name) => self.gone_first(context).chain(self.let_go_of(context)).any(|it| it == name),
            User::Traced(name) => self.gone_first(context).any(|gone| gone == name),
            User::Queue(name) => consumed.iter().any(|(queue, _)| queue == name),
            // Each is looked at above.
            User::Domain(_) => true,
        };
        let stays: Vec<String> = self.used_by.iter().filter(|user| !goes(user)).map(User::to_string).collect();
        if !stays.is_empty() {
            // Cloudflare would refuse to delete it once its routes and records are gone.
            let message = format!("`{}` is still used: {}", self.name, stays.join(", "));
            let finding =
                Diagnostic::error(Code::ServiceReferences, message).with_help("remove what refers to it first");
            held.push(finding.about(Address::script(self.name)));
        }
        held
    }

    /// Whose it is, where it is not ours alone.
    fn claim(&self, context: &Context<'_>) -> Option<Claim> {
        let claim = script::claim(context, self.name, self.live)?;
        let loses = Some("the Worker, with all that others put into it".into());
        let keep = "leave it as it is: delete it with what deployed it".into();
        Some(Claim { keep, loses, ..claim })
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
