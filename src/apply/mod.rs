//! Plan → requests → outcome. Does what the steps say and nothing else.
//!
//! INVARIANT: a step goes out only when every step before it took effect; what can be settled is settled,
//! then told: done, not done, unknown.

mod call;
mod code;
mod gone;
mod import;
mod queue;
mod race;
mod record;
mod route;
mod script;
mod tags;
mod unnamed;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use futures_util::future::{LocalBoxFuture, join3};
use futures_util::stream::FuturesUnordered;

pub use self::code::{Code, Loaded, NotLoaded};
use self::queue::{Queue, State};
use self::race::{Found, Looks};
use self::unnamed::TagLooks;
use crate::binding::Binding;
use crate::cloudflare::{Api, Endpoint, FromResult, ReadOf};
use crate::diagnostic::{self, Diagnostic};
use crate::http::{CallError, Client};
use crate::model::marks::VersionMark;
use crate::model::{Address, Event, Output};
use crate::plan::{Plan, Step};
use crate::resource::{
    DesiredManifest, DesiredScript, DesiredState, LiveScript, LiveState, Operation, Upload, code_digest,
};
use crate::secret::Secret;

/// Writes in flight at once: what a Worker may have open.
/// <https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections>
const AT_ONCE: usize = 6;

/// Code and secrets of a manifest: they travel beside the plan, never in it.
#[derive(Default)]
pub struct Payload {
    /// The code; absent when nothing is uploaded.
    pub code: Option<Box<dyn Code>>,
    /// Values of secrets by binding name.
    pub secrets: BTreeMap<String, Secret>,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Changes that took effect.
    pub done: Vec<Address>,
    /// Changes that did not happen.
    pub not_done: Vec<Address>,
    /// Changes that may have happened: the request went out, the answer was lost.
    pub unknown: Vec<Address>,
    /// Why, one finding a failed write.
    pub failures: Vec<Diagnostic>,
    /// The caller wanted to stop.
    pub aborted: bool,
    /// A write took effect, or may have.
    pub wrote: bool,
    /// Workers that somebody else deployed at the same time.
    pub raced: Vec<Diagnostic>,
    /// Version that a manifest's upload made, by index of the manifest.
    pub versions: BTreeMap<usize, String>,
    /// Values that writes made.
    pub outputs: BTreeMap<Output, String>,
}

/// Who applies what to which account.
pub struct Run<'a> {
    /// The API.
    pub api: &'a Api,
    /// Sends.
    pub client: &'a Client,
    /// What the plan was made for.
    pub desired: &'a DesiredState,
    /// What the plan was made from.
    pub live: &'a LiveState,
    /// Code and secrets by index of the manifest.
    pub payloads: &'a [Payload],
    /// Who watches.
    pub events: &'a dyn Fn(Event),
    /// Starts the message of every version that this run makes: another run that deploys the same has another one.
    pub signature: String,
    /// What writes of this run made so far.
    pub made: RefCell<BTreeMap<Output, String>>,
}

impl Run<'_> {
    /// A value that another write of this run made.
    fn late(&self, output: &Output) -> Option<String> {
        self.made.borrow().get(output).cloned()
    }
}

/// How a step ended.
enum Ended {
    Done(Made),
    /// It did not take effect, or (`unknown`) nobody can tell.
    Failed {
        finding: Box<Diagnostic>,
        unknown: bool,
        aborted: bool,
    },
}

/// What a step made that others want to know.
#[derive(Default)]
struct Made {
    /// Version of an upload.
    version: Option<String>,
    /// The upload was to create the Worker, and found one there.
    found: bool,
    /// Another run wrote the same list meanwhile.
    raced: Option<Diagnostic>,
    /// Outputs by name.
    outputs: BTreeMap<&'static str, String>,
}

/// A step that went out and came back.
struct Finished {
    index: usize,
    ended: Ended,
    /// Deployments of the Worker, when they were looked at beside it.
    found: Option<Found>,
    /// Tags of the Worker, when they were read beside it.
    tags: Option<Vec<String>>,
}

/// Carries a plan out.
pub async fn apply(run: &Run<'_>, plan: &Plan) -> Outcome {
    let mut queue = Queue::new(&plan.steps);
    let mut outcome = Outcome::default();
    let (mut looks, mut tag_looks) = (Looks::default(), TagLooks::default());
    let mut running: FuturesUnordered<LocalBoxFuture<'_, Finished>> = FuturesUnordered::new();
    loop {
        while running.len() < AT_ONCE && !run.client.is_aborted() {
            let Some((index, step)) = queue.take() else { break };
            if queue.begins(step, run.client.clock().monotonic_ms()) {
                (run.events)(Event::Start { address: step.address.clone() });
            }
            let looks = queue.is_last(step) && looks.are_due(run, step);
            running.push(Box::pin(timed(run, plan, index, step, looks)));
        }
        let Some(finished) = running.next().await else { break };
        let Some(step) = plan.steps.get(finished.index) else { break };
        looks.add(step.manifest, &finished);
        let tags = finished.tags.clone();
        tags.into_iter().for_each(|tags| tag_looks.add(run, step, tags));
        let index = finished.index;
        let state = settle(run, step, finished, &mut outcome);
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
        let seen = looks.judge(run, plan, &outcome.versions).await;
        outcome.raced.extend(seen);
        outcome.raced.extend(tag_looks.mend(run, plan).await);
    }
    let mut told = BTreeSet::new();
    outcome.raced.retain(|finding| told.insert(finding.message.clone()));
    outcome
}

async fn timed(run: &Run<'_>, plan: &Plan, index: usize, step: &Step, looks: bool) -> Finished {
    let client = run.client.named(&step.address.to_string());
    let manifest = run.desired.manifests.get(step.manifest);
    // Nobody else writes what keeps data: no look is made beside it.
    if let (Operation::Call(call), None) = (&step.operation, manifest) {
        return Finished { index, ended: call::carry_out(run, &client, call).await, found: None, tags: None };
    }
    if let Operation::Import(import) = &step.operation {
        let ended = import::carry_out(run, &client, &step.address, import).await;
        return Finished { index, ended, found: None, tags: None };
    }
    let Some(manifest) = manifest else {
        let finding = Diagnostic::error(diagnostic::Code::Internal, "a step belongs to no manifest");
        return Finished { index, ended: failed(finding, false), found: None, tags: None };
    };
    // Before the look, which is to happen beside the write.
    let code = match load(run, step).await {
        Ok(code) => code,
        Err(NotLoaded { finding, aborted }) => {
            let ended = Ended::Failed { finding, unknown: false, aborted };
            return Finished { index, ended, found: None, tags: None };
        }
    };
    let target = Target::new(run, &client, step.manifest, manifest, creates_script(plan, step.manifest));
    let watcher = run.client.named(&step.address.to_string());
    let beside = Target { client: &watcher, ..target };
    let reads_tags = TagLooks::are_due(plan, step, looks);
    let look = async { if looks { Some(race::look(&beside).await) } else { None } };
    let tag_look = async { if reads_tags { Some(unnamed::look(&beside).await) } else { None } };
    let (ended, mut found, mut tags) = join3(carry_out(run, &target, step, code.as_ref()), look, tag_look).await;
    drop(code);
    if looks && client.repeated() {
        // The write took long, perhaps minutes: what was seen beside its first try is out of date.
        found = Some(race::look(&beside).await);
        tags = if reads_tags { Some(unnamed::look(&beside).await) } else { None };
    }
    if looks && matches!(&tags, Some(Err(error)) if error.is_absent()) {
        // The later one of two looks counts: what is gone stays gone.
        found = Some(Found::Gone);
    }
    Finished { index, ended, found, tags: tags.and_then(Result::ok) }
}

/// The code of an upload, once there is room for it.
async fn load(run: &Run<'_>, step: &Step) -> Result<Option<Loaded>, NotLoaded> {
    let code = run.payloads.get(step.manifest).and_then(|payload| payload.code.as_ref());
    match (&step.operation, code) {
        (Operation::Upload(_), Some(code)) => code.load().await.map(Some),
        _ => Ok(None),
    }
}

async fn carry_out(run: &Run<'_>, target: &Target<'_>, step: &Step, code: Option<&Loaded>) -> Ended {
    match &step.operation {
        Operation::Upload(upload) => match run.payloads.get(step.manifest).zip(code) {
            Some((payload, code)) => {
                let upload = with_late(run, target, upload);
                script::upload(target, &upload, &payload.secrets, &code.modules).await
            }
            None => failed(Diagnostic::error(diagnostic::Code::Internal, "an upload has no code"), false),
        },
        Operation::Call(call) => call::carry_out(run, target.client, call).await,
        Operation::Import(import) => import::carry_out(run, target.client, &step.address, import).await,
        Operation::RemoveSecrets { names } => script::remove_secrets(target, names).await,
        Operation::PatchSettings { tags, observability } => {
            script::patch_settings(target, tags.as_ref(), observability.as_ref()).await
        }
        Operation::Unbind(unbind) => script::unbind(target, unbind).await,
        Operation::SetWorkersDev(switches) => script::set_workers_dev(target, *switches).await,
        Operation::DeleteScript { name, unseen } => script::delete(target, name, unseen).await,
        Operation::CreateRecord(write) => record::create(target, write).await,
        Operation::UpdateRecord { id, write } => record::update(target, id, write).await,
        Operation::DeleteRecord { zone, id } => record::delete(target, zone, id).await,
        Operation::CreateRoute { zone, pattern } => route::create(target, zone, pattern).await,
        Operation::UpdateRoute { zone, id, pattern } => route::update(target, zone, id, pattern).await,
        Operation::DeleteRoute { zone, id } => route::delete(target, zone, id).await,
    }
}

/// An upload with the values that other writes made: its digest is that of what is sent.
fn with_late<'a>(run: &Run<'_>, target: &Target<'_>, upload: &'a Upload) -> Cow<'a, Upload> {
    let late = |output: &Output| run.late(output);
    if !upload.bindings.iter().any(Binding::is_late) {
        return Cow::Borrowed(upload);
    }
    let all = |bindings: &[Binding]| bindings.iter().map(|binding| binding.clone().with_late(&late)).collect();
    let script = DesiredScript { bindings: all(&target.manifest.script.bindings), ..target.manifest.script.clone() };
    let code = code_digest(&upload.sha256, &script, &upload.compatibility_date);
    let mark = match upload.mark.is_unfinished() {
        true => upload.mark.clone(),
        false => VersionMark { code, ..upload.mark.clone() },
    };
    Cow::Owned(Upload { bindings: all(&upload.bindings), mark, ..upload.clone() })
}

/// Where one step writes.
#[derive(Clone, Copy)]
struct Target<'a> {
    api: &'a Api,
    client: &'a Client,
    manifest: &'a DesiredManifest,
    /// The Worker as the plan saw it.
    live: Option<&'a LiveScript>,
    /// As in [`Run::signature`].
    signature: &'a str,
    /// The Worker is created in this run: what needs it may find it late.
    new: bool,
}

impl<'a> Target<'a> {
    fn new(run: &'a Run<'_>, client: &'a Client, index: usize, manifest: &'a DesiredManifest, new: bool) -> Self {
        let live = run.live.manifests.get(index).and_then(|live| live.script.as_ref());
        Self { api: run.api, client, manifest, live, signature: &run.signature, new }
    }

    fn account(&self) -> &str {
        &self.manifest.identity.account
    }

    fn script(&self) -> &str {
        &self.manifest.script.name
    }

    /// Sends a request about the Worker; one that this run creates settles late, so "not there" is asked again.
    async fn call<E: Endpoint>(&self, endpoint: &E) -> Result<E::Output, CallError> {
        if self.new {
            self.api.call_just_created(self.client, endpoint).await
        } else {
            self.api.call(self.client, endpoint).await
        }
    }

    /// Makes a read about the Worker, with the same patience.
    async fn read<T: FromResult>(&self, read: &ReadOf<T>) -> Result<T, CallError> {
        if self.new {
            self.api.read_just_created(self.client, read).await
        } else {
            self.api.read(self.client, read).await
        }
    }
}

fn creates_script(plan: &Plan, manifest: usize) -> bool {
    plan.steps
        .iter()
        .any(|step| step.manifest == manifest && matches!(&step.operation, Operation::Upload(upload) if upload.creates))
}

fn settle(run: &Run<'_>, step: &Step, finished: Finished, outcome: &mut Outcome) -> State {
    match finished.ended {
        Ended::Done(made) => {
            if matches!(step.operation, Operation::Upload(_)) {
                (run.events)(Event::Uploaded { address: step.address.clone() });
            }
            if let Some(version) = made.version {
                outcome.versions.insert(step.manifest, version);
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

fn done() -> Ended {
    Ended::Done(Made::default())
}

fn failed(finding: Diagnostic, unknown: bool) -> Ended {
    Ended::Failed { finding: Box::new(finding), unknown, aborted: false }
}

/// A call that gave no result, as the end of a step.
fn ended(error: &CallError) -> Ended {
    Ended::Failed {
        finding: Box::new(error.diagnostic()),
        unknown: error.may_have_arrived,
        aborted: error.is_aborted(),
    }
}
