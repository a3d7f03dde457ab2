//! The queues whose messages the Worker gets.

use std::collections::BTreeSet;
use std::rc::Rc;

use serde_json::{Value, json};

use super::context::Context;
use super::queues::Queue;
use crate::cloudflare::permissions::QUEUES as GRANT;
use crate::cloudflare::{Call, Family, Search, Segment, queues};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::Method;
use crate::model::marks::{self, Inventory, ScriptMarks};
use crate::model::{Address, Field};
use crate::plan::{Action, Claim, Left, Owner, Permit, Phase, Reason, Sketch, decide};
use crate::resource::{DesiredConsumer, LiveConsumer, Operation};

/// Cloudflare's code for a Worker that handles no messages.
const NO_HANDLER: i64 = 11001;

/// The consumers that the manifest wants. `creates`: the Worker is made in this run.
pub(super) fn plan(context: &Context<'_>, marks: &ScriptMarks, creates: bool) -> Vec<Sketch> {
    let mut sketches: Vec<Sketch> = Vec::new();
    for wanted in context.desired.consumers.iter().flatten() {
        let sketch = one(context, marks, creates, wanted);
        match sketches.iter_mut().find(|known| known.address == sketch.address) {
            Some(known) => known.diagnostics.push(twice(context, &sketch.address.key, wanted)),
            None => sketches.push(sketch),
        }
    }
    sketches
}

/// Two entries that name one queue in different words.
fn twice(context: &Context<'_>, queue: &str, wanted: &DesiredConsumer) -> Diagnostic {
    Diagnostic::error(Code::Consumer, format!("two entries name the queue `{queue}`"))
        .with_help("keep one of them")
        .on(wanted.queue.field.clone())
        .in_document(context.desired.document)
}

/// Those that are written, as an inventory has them.
pub(super) fn attached(consumers: &[Sketch]) -> Inventory {
    let written = consumers.iter().filter(|sketch| !sketch.writes.is_empty());
    let hashes: BTreeSet<String> = written.map(|sketch| marks::hash(&sketch.address.key)).collect();
    if hashes.is_empty() { Inventory::new() } else { Inventory::from([(marks::QUEUES.to_owned(), hashes)]) }
}

/// The address of what gets the messages of a queue.
pub(super) fn address(context: &Context<'_>, queue: &str) -> Address {
    Address::consumer(queue).of_account(context.account())
}

/// The names of the queues whose messages the manifest wants.
pub(super) fn wanted<'a>(context: &'a Context<'_>) -> impl Iterator<Item = String> + 'a {
    let wanted = context.desired.consumers.iter().flatten();
    wanted.filter_map(|wanted| Some(context.queues.find(context.account(), &wanted.queue).ok()?.name))
}

fn one(context: &Context<'_>, marks: &ScriptMarks, creates: bool, wanted: &DesiredConsumer) -> Sketch {
    let found = context.queues.find(context.account(), &wanted.queue);
    let dead = wanted.dead_letter_queue.as_ref().map(|dead| context.queues.find_or_new(context.account(), dead));
    match (found, dead.transpose()) {
        (Ok(queue), Ok(Some(dead))) if queue.name == dead.name => {
            let finding = Diagnostic::error(Code::Consumer, "messages that failed would come back to the same queue");
            let field = wanted.dead_letter_queue.as_ref().map(|dead| dead.field.clone()).unwrap_or_default();
            unusable(context, &queue.name, [finding.with_help("name another queue").on(field)])
        }
        (Ok(queue), Ok(dead)) => Consumer { context, marks, creates, wanted, queue, dead }.sketch(),
        (found, dead) => {
            let name = found.as_ref().map_or_else(|_| wanted.queue.shown().to_owned(), |queue| queue.name.clone());
            unusable(context, &name, [found.err(), dead.err()].into_iter().flatten())
        }
    }
}

/// What is said of an entry that can't be carried out.
fn unusable(context: &Context<'_>, queue: &str, findings: impl IntoIterator<Item = Diagnostic>) -> Sketch {
    let mut sketch = Sketch::wanted(address(context, queue), Vec::new());
    sketch.owner = Owner::Absent;
    let document = context.desired.document;
    sketch.diagnostics = findings.into_iter().map(|finding| finding.in_document(document)).collect();
    sketch
}

/// One consumer that is wanted, with the queues that it names.
struct Consumer<'a> {
    context: &'a Context<'a>,
    marks: &'a ScriptMarks,
    creates: bool,
    wanted: &'a DesiredConsumer,
    queue: Queue,
    /// Where messages go that failed.
    dead: Option<Queue>,
}

impl Consumer<'_> {
    fn script(&self) -> &str {
        &self.context.desired.script.name
    }

    fn sketch(&self) -> Sketch {
        let mut sketch = Sketch::wanted(address(self.context, &self.queue.name), self.needs());
        let Some(live) = self.live() else {
            sketch.owner = Owner::Absent;
            sketch.fields = vec![Field::new("script", Value::Null, self.script())];
            sketch.fields.extend(self.dead_letters(None));
            sketch.fields.extend(self.wanted.settings.made());
            sketch.write(Phase::Make, self.create());
            return sketch;
        };
        Field::push(&mut sketch.fields, "script", live.script.as_deref(), self.script());
        sketch.fields.extend(self.dead_letters(live.dead_letter_queue.as_deref()));
        sketch.fields.extend(self.wanted.settings.differs(&live.settings));
        sketch.owner = self.owner(live, sketch.fields.is_empty());
        if matches!(sketch.owner, Owner::Ours(None)) && !sketch.fields.is_empty() {
            sketch.owner = Owner::Ours(Some(Reason::Differs));
        }
        if decide(&sketch, self.context.options).action != Action::NoOp && !sketch.fields.is_empty() {
            self.change(live).into_iter().for_each(|operation| sketch.write(Phase::Make, operation));
        }
        sketch
    }

    /// Who has the messages: our Worker, if it is among them.
    fn live(&self) -> Option<&LiveConsumer> {
        let consumers = &self.context.queues.listed(self.context.account(), &self.queue.name)?.consumers;
        let ours = consumers.iter().find(|consumer| consumer.script.as_deref() == Some(self.script()));
        ours.or_else(|| consumers.first())
    }

    /// The Worker, and the queues where documents of the run describe them.
    fn needs(&self) -> Vec<Address> {
        let script = Address::script(self.script());
        let dead = self.dead.as_ref().and_then(|dead| dead.of.clone());
        self.queue.of.clone().into_iter().chain(dead).chain([script]).collect()
    }

    fn dead_letters(&self, live: Option<&str>) -> Option<Field> {
        let live = live.filter(|name| !name.is_empty());
        let wanted = self.dead.as_ref().map(|dead| dead.name.as_str());
        (live != wanted).then(|| Field::new("dead_letter_queue", live, wanted))
    }

    /// A consumer carries no mark: it is ours when it leads to our Worker and stands in the inventory.
    fn owner(&self, live: &LiveConsumer, is_equal: bool) -> Owner {
        let (queue, script) = (&self.queue.name, self.script());
        let account = self.context.account();
        let (reason, message) = match live.script.as_deref() {
            Some(owner) if owner == script && self.marks.consumes(queue) => return Owner::Ours(None),
            Some(owner) if owner == script => (
                Reason::NotMarked,
                format!("`{script}` gets the messages of the queue `{queue}`, and nothing shows that we made it so"),
            ),
            Some(owner) if self.context.live.renamed.iter().any(|renamed| renamed.consumes(owner, queue)) => {
                return Owner::Released(Reason::RenamedFrom(owner.to_owned()));
            }
            Some(owner) if self.context.queues.is_released(account, queue, owner) => {
                return Owner::Released(Reason::GivenUpBy(owner.to_owned()));
            }
            Some(owner) => {
                (Reason::OtherWorker, format!("another Worker gets the messages of the queue `{queue}`: `{owner}`"))
            }
            None => (Reason::Pulled, format!("the messages of the queue `{queue}` are fetched over HTTP")),
        };
        Owner::Claimed(claim(live, reason, message, is_equal))
    }

    fn body(&self) -> Value {
        let settings = self.wanted.settings.sent();
        let mut body = json!({ "type": "worker", "script_name": self.script(), "settings": settings });
        if let (Some(members), Some(dead)) = (body.as_object_mut(), &self.dead) {
            members.insert("dead_letter_queue".into(), dead.name.as_str().into());
        }
        body
    }

    fn create(&self) -> Operation {
        let look = queues::consumption(self.context.account(), &self.queue.name, self.script());
        self.write(Method::Post, None, Some(Rc::new(look)))
    }

    /// A consumer is one Worker's or nobody's in particular: its kind can't be changed.
    fn change(&self, live: &LiveConsumer) -> Vec<Operation> {
        match live.script {
            Some(_) => vec![self.write(Method::Put, Some(&live.id), None)],
            None => vec![delete(self.context, &self.queue.id, live), self.create()],
        }
    }

    fn write(&self, method: Method, id: Option<&str>, look: Option<Rc<dyn Search>>) -> Operation {
        let is_new = self.creates || matches!(self.queue.id, Segment::Late(_));
        let path = path(self.context.account(), &self.queue.id, id);
        let help = Some((NO_HANDLER, "export a handler in the Worker's code: `async queue(batch, env, context) {}`"));
        let call = Call { path, body: self.body(), settles_late: is_new, look, help, ..call(method) };
        Operation::call("consumer", call)
    }
}

/// The write that takes a queue's messages from whoever has them.
pub(super) fn delete(context: &Context<'_>, queue: &Segment, live: &LiveConsumer) -> Operation {
    let path = path(context.account(), queue, Some(&live.id));
    let until_gone = match queue {
        Segment::Text(queue) => Some(queues::consumer(context.account(), queue, &live.id).into()),
        Segment::Late(_) => None,
    };
    Operation::call("consumer", Call { path, until_gone, ..call(Method::Delete) })
}

fn call(method: Method) -> Call {
    Call::new((Family::Queues, GRANT), method, &[])
}

fn path(account: &str, queue: &Segment, id: Option<&str>) -> Vec<Segment> {
    let start = ["accounts", account, "queues"].into_iter().map(Segment::from);
    let end = ["consumers"].into_iter().chain(id).map(Segment::from);
    start.chain([queue.clone()]).chain(end).collect()
}

/// A consumer of somebody else's, or one that may be.
fn claim(live: &LiveConsumer, reason: Reason, message: String, is_equal: bool) -> Claim {
    let (code, permit, loses) = match &live.script {
        _ if reason == Reason::NotMarked => (Code::ForeignConsumer, Permit::Adopt, None),
        Some(owner) => {
            let loses = format!("messages no longer reach `{owner}`");
            (Code::TakenConsumer, Permit::Take, Some(loses))
        }
        None => (Code::TakenConsumer, Permit::Take, Some("nobody can fetch them any more".to_owned())),
    };
    let keep = match permit {
        Permit::Adopt => "leave the queue out: it stays as it is",
        Permit::Take => "name another queue: one has one consumer",
    };
    Claim {
        code,
        permit: Some(permit),
        from: live.script.clone().unwrap_or_else(|| "whoever fetches them".into()),
        before: Some(json!(live)),
        equal: reason == Reason::NotMarked && is_equal,
        reason,
        message,
        keep: keep.into(),
        loses,
        allowed: false,
    }
}

/// Queues whose messages our Worker gets although we did not make it so: named, never touched.
pub(super) fn unmanaged(context: &Context<'_>, marks: &ScriptMarks) -> Vec<Left> {
    let foreign =
        foreign_to(context, &context.desired.script.name, marks).into_iter().map(|queue| address(context, queue));
    let left = foreign.filter(|address| !(context.destroys && context.options.takes(address)));
    left.map(|address| Left { address, path: None, reason: Reason::LeadsHere }).collect()
}

/// Names of queues whose messages a Worker of ours gets without standing in its inventory, or in the manifest.
pub(super) fn foreign_to<'a>(context: &Context<'a>, script: &str, marks: &ScriptMarks) -> Vec<&'a str> {
    let wanted: Vec<String> = wanted(context).collect();
    let consumed = context.queues.consumed_by(context.account(), script).iter().map(|(queue, _)| *queue);
    consumed.filter(|queue| !marks.consumes(queue) && !wanted.iter().any(|wanted| wanted == queue)).collect()
}

/// What is told where messages of others would be lost with a Worker.
pub(super) fn goes_along(script: &str, queue: &str) -> Diagnostic {
    let message = format!("`{script}` gets the messages of the queue `{queue}`: somebody else made it so");
    Diagnostic::error(Code::TakenConsumer, message)
        .with_help("give the queue another consumer, or take this one away where it was made")
}
