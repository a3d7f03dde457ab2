//! Writes of the Worker.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::race::{self, Did, Found};
use super::{Ended, Made, Target, done, ended, failed, gone, tags};
use crate::binding::{Binding, secret_text};
use crate::bundle::{CodeBinding, Modules};
use crate::cloudflare::scripts::{self, DeleteScript, PatchScriptSettings, ScriptSettings};
use crate::cloudflare::secrets::PatchSecrets;
use crate::cloudflare::settings::{PatchSettings, VersionSettings};
use crate::cloudflare::subdomain::{ScriptSubdomain, WriteScriptSubdomain};
use crate::cloudflare::upload::{Metadata, PutScript};
use crate::diagnostic::{Code, Diagnostic};
use crate::guard::{self, Guard};
use crate::http::{CallError, Meaning};
use crate::model::Syntax;
use crate::model::marks::{Inventory, VersionMark};
use crate::resource::{Observability, TagWrite, Unbind, Upload, WorkersDev};
use crate::secret::Secret;

/// Cloudflare's codes for code that does not start, and for code that handles nothing.
///
/// <https://developers.cloudflare.com/workers/observability/errors/>
const NOT_RUNNABLE: i64 = 10021;
const NO_HANDLERS: i64 = 10068;
/// Types of secrets: carried over unless an upload removes one.
const SECRET_TYPES: [&str; 2] = ["secret_text", "secret_key"];

/// Uploads a version and puts it live: code, bindings, secrets, tags and marks in one request.
pub(super) async fn upload(
    target: &Target<'_>,
    upload: &Upload,
    secrets: &BTreeMap<String, Secret>,
    modules: &Modules,
) -> Ended {
    let metadata = match metadata(upload, secrets, modules, target.signature) {
        Ok(metadata) => metadata,
        Err(name) => {
            let message = format!("the binding `{name}` has no value");
            return failed(Diagnostic::error(Code::Internal, message), false);
        }
    };
    let request = PutScript { account_id: target.account(), script: target.script(), metadata: &metadata, modules };
    match target.call(&request).await {
        Ok(uploaded) => {
            let found = upload.creates && uploaded.was_there();
            Ended::Done(Made { version: uploaded.version_id(), found, ..Made::default() })
        }
        Err(error) => refused(&error, modules.syntax, upload.mark.is_unfinished()),
    }
}

/// Code that Cloudflare can't run may be fine and only of the other format, or lack a binding that a second upload would
/// bring: nobody but its author can tell.
fn refused(error: &CallError, syntax: Syntax, is_unfinished: bool) -> Ended {
    let Some(NOT_RUNNABLE | NO_HANDLERS) = error.code() else { return ended(error) };
    let help = match syntax {
        _ if is_unfinished => {
            "it was sent without its bindings to Workers that are bound to it: let it use those when it handles a request, not while it starts"
        }
        Syntax::EsModule => {
            "the code was sent as an ES module, which has `export default`; if it calls `addEventListener` instead, say `script.format: service-worker`"
        }
        Syntax::ServiceWorker => {
            "the code was sent as a service worker, which calls `addEventListener`; if it has `export default`, leave `script.format` out"
        }
    };
    failed(error.diagnostic().with_help(help), error.may_have_arrived)
}

/// The upload's metadata; gives the name of a binding whose value is not at hand.
fn metadata(
    upload: &Upload,
    secrets: &BTreeMap<String, Secret>,
    modules: &Modules,
    signature: &str,
) -> Result<Metadata, String> {
    let mut bindings: Vec<Value> = Vec::new();
    for binding in &upload.bindings {
        let value = match binding {
            Binding::PlainText(binding) => binding.metadata(),
            Binding::SecretText(binding) => secrets.get(&binding.name).map(|value| binding.metadata(value)),
            Binding::Plain(binding) => binding.metadata(),
        };
        bindings.push(value.ok_or_else(|| binding.name().to_owned())?);
    }
    let of_code =
        |CodeBinding { name, type_name, part }: &CodeBinding| json!({ "type": type_name, "name": name, "part": part });
    bindings.extend(modules.bindings.iter().map(of_code));
    bindings.extend(upload.inherit.iter().map(|name| json!({ "type": "inherit", "name": name })));
    let keep: &[&str] =
        if upload.remove_secrets.is_empty() && guard::holds(Guard::KeptSecrets) { &SECRET_TYPES } else { &[] };
    let mut carried = upload.carried.clone();
    let observability = match &upload.observability {
        Some(wanted) => Some(json!(wanted)),
        None => carried.get("observability").cloned(),
    };
    carried.remove("observability");
    Ok(Metadata {
        bindings,
        keep_bindings: Some(keep.iter().map(|&kept| kept.to_owned()).collect()),
        compatibility_date: Some(upload.compatibility_date.clone()),
        compatibility_flags: Some(upload.compatibility_flags.clone()),
        annotations: marks_of(&upload.mark, format!("{signature}: {}", upload.message)),
        tags: Some(upload.tags.clone()),
        observability,
        keep_assets: upload.keep_assets.then_some(true),
        carried,
        ..Metadata::default()
    })
}

/// Leaving a secret out of an upload is not sure to remove it: the set is read back.
pub(super) async fn remove_secrets(target: &Target<'_>, names: &[String]) -> Ended {
    match try_to_remove(target, names).await {
        // One of them went meanwhile, perhaps by our own request whose answer was lost: the rest is still there.
        Err(error) if error.is_absent() => settled(try_to_remove(target, names).await),
        result => settled(result),
    }
}

async fn try_to_remove(target: &Target<'_>, names: &[String]) -> Result<(), CallError> {
    let read = scripts::settings(target.account(), target.script());
    let settings = target.api.read(target.client, &read).await?;
    let is_there = |name: &&String| {
        settings.bindings.iter().any(|live| live.name == **name && live.binding_type == secret_text::TYPE)
    };
    let secrets: BTreeMap<String, Option<Secret>> =
        names.iter().filter(is_there).map(|name| (name.clone(), None)).collect();
    if secrets.is_empty() {
        return Ok(());
    }
    let patch = PatchSecrets { account_id: target.account(), script: target.script(), secrets: &secrets };
    target.api.call(target.client, &patch).await.map(drop)
}

fn settled(result: Result<(), CallError>) -> Ended {
    match result {
        Ok(()) => done(),
        Err(error) => ended(&error),
    }
}

/// Changes tags or logs; makes no version.
pub(super) async fn patch_settings(
    target: &Target<'_>,
    tags: Option<&TagWrite>,
    observability: Option<&Observability>,
) -> Ended {
    let (tags, raced) = match tags {
        Some(write) => match tags::beside(target, write).await {
            Ok((tags, raced)) => (Some(tags), raced),
            Err(finding) => return failed(finding, false),
        },
        None => (None, None),
    };
    let settings =
        ScriptSettings { tags, observability: observability.map(|wanted| json!(wanted)), ..ScriptSettings::default() };
    let request = PatchScriptSettings { account_id: target.account(), script: target.script(), settings: &settings };
    match target.call(&request).await {
        Ok(_) => Ended::Done(Made { raced, ..Made::default() }),
        Err(error) => ended(&error),
    }
}

/// Deploys a Worker that is to go without some of its bindings, never over what somebody deployed since the plan. The
/// version says that it is ours, so that a run that comes after an interruption goes on.
pub(super) async fn unbind(target: &Target<'_>, unbind: &Unbind) -> Ended {
    if let Some(raced) = overtaken(target, &unbind.name).await {
        return failed(raced, false);
    }
    let bindings = unbind.keeps.iter().map(|name| json!({ "type": "inherit", "name": name })).collect();
    let message = format!("{}: goes without {}", target.signature, unbind.leaves.join(", "));
    let annotations = marks_of(&VersionMark::of_nothing(), message);
    let settings = VersionSettings { bindings, annotations };
    let request = PatchSettings { account_id: target.account(), script: &unbind.name, settings: &settings };
    match target.api.call(target.client, &request).await {
        Ok(_) => done(),
        // It is gone already, and its references with it.
        Err(error) if error.is_absent() => done(),
        Err(error) => ended(&error),
    }
}

/// What is to be said where somebody else deployed the document's Worker since the plan.
async fn overtaken(target: &Target<'_>, name: &str) -> Option<Diagnostic> {
    if name != target.script() {
        return None;
    }
    let found = race::look(target).await;
    match found {
        Found::Deployments(_) => race::judge(target, &Did::default(), &found).await,
        Found::Gone | Found::Nothing => None,
    }
}

/// Annotations of a version of ours.
fn marks_of(mark: &VersionMark, message: String) -> BTreeMap<String, String> {
    BTreeMap::from([("workers/tag".to_owned(), mark.to_string()), ("workers/message".to_owned(), message)])
}

/// Switches the workers.dev address; both switches are always sent.
pub(super) async fn set_workers_dev(target: &Target<'_>, wanted: WorkersDev) -> Ended {
    let switches = ScriptSubdomain { enabled: wanted.enabled, previews_enabled: wanted.previews_enabled };
    let request = WriteScriptSubdomain { account_id: target.account(), script: target.script(), switches };
    match target.call(&request).await {
        Ok(_) => done(),
        Err(error) => ended(&error),
    }
}

/// Deletes a Worker, never forced, and never what somebody deployed since the plan; gone already is as good. Its
/// inventory goes with it, so what that names and no list showed is looked for once more.
pub(super) async fn delete(target: &Target<'_>, name: &str, unseen: &Inventory) -> Ended {
    if !unseen.is_empty()
        && let Some(ended) = gone::look_again(target, name, unseen).await
    {
        return ended;
    }
    if let Some(raced) = overtaken(target, name).await {
        return failed(raced, false);
    }
    match target.api.call(target.client, &DeleteScript { account_id: target.account(), script: name }).await {
        Ok(_) => done(),
        Err(error) if error.is_absent() && guard::holds(Guard::AbsentIsDone) => done(),
        Err(error) if error.meaning() == Some(Meaning::Conflict) => {
            let message = format!("`{name}` is still used: {error}");
            failed(
                Diagnostic::error(Code::ServiceReferences, message).with_help("remove what refers to it first"),
                false,
            )
        }
        Err(error) => ended(&error),
    }
}
