//! Plan → requests → outcome. Does what the steps say and nothing else.
//!
//! INVARIANT: a step goes out only when every step before it took effect; what can be settled is settled,
//! then told: done, not done, unknown.

mod beside;
mod call;
mod code;
mod event;
mod outcome;
mod procedure;
mod queue;
mod run;

use std::collections::BTreeSet;

use futures_util::StreamExt;
use futures_util::future::{LocalBoxFuture, join};
use futures_util::stream::FuturesUnordered;

use self::beside::Watchers;
pub use self::code::{Code, Loaded, NotLoaded};
pub use self::event::{Event, PlanOverview, PlannedChange};
pub use self::outcome::Outcome;
use self::procedure::follow;
use self::queue::{Queue, State};
pub use self::run::{Payload, Run};
use crate::cloudflare::{Heard, Read};
use crate::http::Client;
use crate::model::{Address, Output};
use crate::plan::{Plan, Step};
use crate::resource::{Act, Ended, Moment};

/// Writes in flight at once: what a Worker may have open.
/// <https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>
const AT_ONCE: usize = 6;

/// A step that went out and came back.
struct Finished {
    index: usize,
    ended: Ended,
    /// What was seen beside it.
    sight: Option<(Moment, Heard)>,
}

/// Carries a plan out.
pub async fn apply(run: &Run<'_>, plan: &Plan) -> Outcome {
    let mut queue = Queue::new(&plan.steps);
    let mut outcome = Outcome::default();
    let mut watchers = Watchers::new(plan);
    let mut running: FuturesUnordered<LocalBoxFuture<'_, Finished>> = FuturesUnordered::new();
    loop {
        while running.len() < AT_ONCE && !run.client.is_aborted() {
            let Some((index, step)) = queue.take() else { break };
            if queue.begins(step, run.client.clock().monotonic_ms()) {
                (run.events)(Event::Start { address: step.address.clone() });
            }
            let beside = watchers.beside(step, queue.is_last(step));
            running.push(Box::pin(carry_out(run, plan, index, step, beside)));
        }
        let Some(Finished { index, ended, sight }) = running.next().await else { break };
        let Some(step) = plan.steps.get(index) else { break };
        watchers.add(step, &ended, sight);
        let state = settle(run, step, ended, &mut outcome);
        if let Some(since) = queue.end(index, state) {
            let ms = (run.client.clock().monotonic_ms() - since).max(0.0) as u64;
            (run.events)(Event::Done { address: step.address.clone(), ms });
        }
    }
    let unfinished = queue.is_unfinished();
    outcome.aborted |= unfinished && run.client.is_aborted();
    outcome.wrote = queue.wrote();
    queue.sort_addresses(&mut outcome);
    outcome.outputs.clone_from(&run.made.borrow());
    if !unfinished {
        outcome.raced.extend(watchers.end(run).await);
    }
    let mut told = BTreeSet::new();
    outcome.raced.retain(|finding| told.insert(finding.message.clone()));
    outcome
}

/// Carries a step out, with a look beside it.
async fn carry_out(
    run: &Run<'_>,
    plan: &Plan,
    index: usize,
    step: &Step,
    (moment, reads): (Moment, Vec<Read>),
) -> Finished {
    let client = run.client.named(&step.address.to_string());
    // Before the look, which is to happen beside the write.
    let code = match load(run, plan, index, step).await {
        Ok(code) => code,
        Err(NotLoaded { finding, aborted }) => {
            return Finished { index, ended: Ended::Failed { finding, unknown: false, aborted }, sight: None };
        }
    };
    let watcher = run.client.named(&step.address.to_string());
    let look = || beside::look(run, &watcher, &reads);
    let (ended, mut sight) = join(write(run, &client, step, code.as_ref()), look()).await;
    drop(code);
    if moment.is_last && client.repeated() {
        // The write took long, perhaps minutes: what was seen beside its first try is out of date.
        sight = look().await;
    }
    Finished { index, ended, sight: sight.map(|heard| (moment, heard)) }
}

/// The code that a write takes, once there is room for it.
async fn load(run: &Run<'_>, plan: &Plan, index: usize, step: &Step) -> Result<Option<Loaded>, NotLoaded> {
    let code = run.payloads.get(step.manifest).and_then(|payload| payload.code.as_ref());
    match code.filter(|_| step.operation.takes_code()) {
        Some(code) => {
            let mut later = plan.steps.iter().skip(index + 1).take_while(|other| other.manifest == step.manifest);
            code.load(later.any(|other| other.operation.takes_code())).await.map(Some)
        }
        None => Ok(None),
    }
}

async fn write(run: &Run<'_>, client: &Client, step: &Step, code: Option<&Loaded>) -> Ended {
    match &step.operation.act {
        Act::Call(call) => call::carry_out(run, client, call).await,
        Act::Procedure(procedure) => {
            let modules = code.map(|code| &code.modules);
            let next = |heard: &Heard| {
                run.at_hand((&step.address, step.manifest), modules, |at_hand| procedure.next(heard, at_hand))
            };
            follow(run, client, &step.address, next).await
        }
    }
}

fn settle(run: &Run<'_>, step: &Step, ended: Ended, outcome: &mut Outcome) -> State {
    match ended {
        Ended::Done(made) => {
            if step.operation.takes_code() {
                (run.events)(Event::Uploaded { address: step.address.clone() });
            }
            outcome.raced.extend(made.raced);
            for (name, value) in made.outputs {
                let account = run.desired.identity(step.manifest).map(|identity| identity.account.clone());
                let of = step.address.short();
                let output = Output { account: account.unwrap_or_default(), of, name: name.to_owned() };
                run.made.borrow_mut().insert(output, value);
            }
            State::Done
        }
        Ended::Failed { mut finding, unknown, aborted } => {
            (run.events)(Event::Failed { address: step.address.clone(), code: finding.code });
            outcome.aborted |= aborted;
            let told = |address: &mut Address| {
                if *address == step.address.short() {
                    address.clone_from(&step.address);
                }
            };
            finding.rename(&told);
            outcome.failures.push(*finding);
            if unknown { State::Unknown } else { State::NotDone }
        }
    }
}
