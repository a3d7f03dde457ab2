//! Uploads a version and puts it live: code, bindings, secrets, tags and marks in one request.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::assets::{Progress, Stage, failed, senseless};
use super::tails;
use crate::binding::Binding;
use crate::bundle::{CodeBinding, Modules};
use crate::cloudflare::assets;
use crate::cloudflare::scripts::{self, Script};
use crate::cloudflare::upload::{self, Metadata, Uploaded};
use crate::cloudflare::versions::Version;
use crate::cloudflare::{Call, Heard, Turn};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::CallError;
use crate::kinds::worker::rollout::impossible;
use crate::kinds::worker::subject::Subject;
use crate::model::marks::VersionMark;
use crate::model::{Address, Syntax, typed};
use crate::resource::{AtHand, DesiredAssets, DesiredScript, Ended, Made, Next, Procedure, code_digest};
use crate::secret::Secret;
use crate::setting::{Of, Setting, table};

/// Cloudflare's codes for code that does not start, and for code that handles nothing.
///
/// <https://developers.cloudflare.com/workers/observability/errors/>
const NOT_RUNNABLE: i64 = 10021;
const NO_HANDLERS: i64 = 10068;
/// Types of secrets: carried over unless an upload removes one.
pub(in super::super) const SECRET_TYPES: [&str; 2] = ["secret_text", "secret_key"];

/// An upload: code and secrets travel beside it as payload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in super::super) struct Upload {
    /// The Worker is not there yet.
    pub creates: bool,
    /// Bindings that the manifest names; values of secrets are in the payload.
    pub bindings: Vec<Binding>,
    /// Names of live bindings to carry over as they are.
    pub inherit: Vec<String>,
    /// Names of secrets that must be gone afterwards. Not empty: `keep_bindings` is an empty list, and a write that
    /// removes them follows.
    pub remove_secrets: Vec<String>,
    /// Name of the entry module of a single-module bundle.
    pub main_module: Option<String>,
    /// Compatibility date.
    pub compatibility_date: String,
    /// Compatibility flags.
    pub compatibility_flags: Vec<String>,
    /// Workers Logs to set.
    pub observability: Option<Value>,
    /// Other settings to set, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Value>,
    /// Live settings that the manifest does not name, sent again so that they survive.
    pub carried: BTreeMap<String, Value>,
    /// Static assets of the live version are kept.
    pub keep_assets: bool,
    /// Static assets that the manifest states: their files go up before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assets: Option<DesiredAssets>,
    /// Migrations of its classes that are due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Value>,
    /// What its code exports, as the manifest states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exports: Option<Value>,
    /// Full list of tags.
    pub tags: Vec<String>,
    /// Annotation `workers/tag`. Where a binding is known late, its digest is made anew from what is sent.
    #[serde(serialize_with = "as_text")]
    pub mark: VersionMark,
    /// SHA-256 of the bundle.
    #[serde(skip)]
    pub sha256: String,
    /// Where the code comes from: the run signs it, then it is the annotation `workers/message`.
    pub message: String,
}

fn as_text<S: Serializer>(mark: &VersionMark, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(mark)
}

/// An upload of one Worker.
#[derive(Debug)]
pub(in super::super) struct Uploading {
    pub subject: Subject,
    pub upload: Upload,
    /// The Worker as the manifest wants it, where one of its bindings is known late.
    pub wanted: Option<Box<DesiredScript>>,
    /// The version gets no request by it.
    pub stages: bool,
}

impl Uploading {
    pub(in super::super) fn new(subject: Subject, upload: Upload, wanted: &DesiredScript, stages: bool) -> Self {
        let is_late = upload.bindings.iter().any(Binding::is_late);
        Self { subject, upload, wanted: is_late.then(|| Box::new(wanted.clone())), stages }
    }
}

impl Procedure for Uploading {
    fn shown(&self) -> Value {
        let mut shown = json!(self.upload);
        if let Some(members) = shown.as_object_mut().filter(|_| self.stages) {
            members.insert("stages".into(), true.into());
        }
        shown
    }

    fn takes_code(&self) -> bool {
        true
    }

    fn without(&self, others: &BTreeSet<Address>) -> Option<Rc<dyn Procedure>> {
        Some(Rc::new(self.with(self.upload.without(others)?)))
    }

    fn again(&self) -> Option<Rc<dyn Procedure>> {
        // What the first one migrated is done.
        Some(Rc::new(self.with(Upload { creates: false, migrations: None, ..self.upload.clone() })))
    }

    fn next(&self, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        match &self.upload.assets {
            Some(assets) => self.next_of_assets(assets, heard, at_hand),
            None => match heard.sent() {
                None => sent(self.call(at_hand, None)),
                Some(result) => self.answered(result, heard, at_hand, None),
            },
        }
    }
}

impl Upload {
    /// Takes out what no version holds, for a write of its own.
    pub(super) fn take_unversioned(&mut self) -> BTreeMap<String, Value> {
        let of_worker = |word: &String| table::rows().any(|row| row.of == Of::Worker && row.word == word);
        self.carried.retain(|word, _| !of_worker(word));
        let (unversioned, settings) =
            std::mem::take(&mut self.settings).into_iter().partition(|(word, _)| of_worker(word));
        self.settings = settings;
        let mut unversioned: BTreeMap<String, Value> = unversioned;
        let observability = self.observability.take();
        unversioned.extend(observability.map(|wanted| (Setting::Observability.row().word.to_owned(), wanted)));
        unversioned
    }

    /// An upload that another one follows: its mark is that of no manifest.
    fn without(&self, others: &BTreeSet<Address>) -> Option<Self> {
        let refers = |binding: &Binding, other: &Address| binding.needs().any(|need| is_same(need, other));
        let binds = |other: &Address| self.bindings.iter().any(|binding| refers(binding, other));
        if !others.iter().all(|other| binds(other) || tails::lead_to(&self.settings, other)) {
            return None;
        }
        let stays = |binding: &&Binding| !others.iter().any(|other| refers(binding, other));
        let bindings = self.bindings.iter().filter(stays).cloned().collect();
        let settings = tails::without(&self.settings, others);
        Some(Self { bindings, settings, mark: self.mark.clone().unfinished(), ..self.clone() })
    }
}

/// What the upload says of its static assets, once all files are there.
fn assets_of(token: &Secret, assets: &DesiredAssets) -> Value {
    json!({ "jwt": token.reveal(), "config": assets.config })
}

/// A binding leads to a resource of its own account, whose name the plan may tell with the account.
pub(super) fn is_same(one: &Address, other: &Address) -> bool {
    one.kind == other.kind && one.key == other.key
}

/// Annotations of a version of ours.
pub(super) fn marks_of(mark: &VersionMark, message: String) -> BTreeMap<String, String> {
    BTreeMap::from([("workers/tag".to_owned(), mark.to_string()), ("workers/message".to_owned(), message)])
}

fn internal(message: String) -> Diagnostic {
    Diagnostic::error(Code::Internal, message)
}

fn sent(call: Result<Call, Diagnostic>) -> Next {
    match call {
        Ok(call) => Next::Send(Box::new(call)),
        Err(finding) => Next::End(Ended::refused(finding)),
    }
}

impl Uploading {
    fn with(&self, upload: Upload) -> Self {
        Self { upload, wanted: self.wanted.clone(), subject: self.subject.clone(), ..*self }
    }

    fn next_of_assets(&self, assets: &DesiredAssets, heard: &Heard, at_hand: AtHand<'_>) -> Next {
        let progress = Progress::of(heard);
        let Subject { account, script, .. } = &self.subject;
        let Some(files) = assets.files.as_deref() else { return sent(Err(internal("an upload has no assets".into()))) };
        match &progress.stage {
            Stage::Announce => sent(Ok(assets::announce(account, script, files.announced()))),
            Stage::Send(token) => sent(progress.call(account, token, files)),
            Stage::Complete(token) => sent(self.call(at_hand, Some(assets_of(token, assets)))),
            Stage::Uploaded(result, token) => self.answered(result, heard, at_hand, Some(assets_of(token, assets))),
            Stage::Failed(error) => Next::End(failed(error)),
            Stage::Senseless(what) => Next::End(senseless(what)),
        }
    }

    /// What follows from the answer to an upload. One with migrations that was refused may be the second of two that were
    /// sent, of which the first took effect: then the account is where it should be, and the rest goes up without them.
    fn answered(
        &self,
        result: &Result<Value, CallError>,
        heard: &Heard,
        at_hand: AtHand<'_>,
        assets: Option<Value>,
    ) -> Next {
        let is_refused = matches!(result, Err(error) if error.refusal().is_some());
        let Some(migrations) = self.upload.migrations.as_ref().filter(|_| is_refused) else {
            return self.ended(result, at_hand);
        };
        let read = scripts::list(&self.subject.account);
        let Some(listed) = heard.get(&read) else { return Next::Read(vec![read.into()]) };
        let has_looked = matches!(heard.turns().last(), Some(Turn::Replies(_)));
        let new_tag = migrations.get("new_tag").and_then(Value::as_str);
        let is_migrated = |it: &Script| it.id == self.subject.script && it.migration_tag.as_deref() == new_tag;
        if !has_looked || !listed.is_ok_and(|scripts| scripts.iter().any(is_migrated)) {
            return self.ended(result, at_hand);
        }
        let rest = Upload { migrations: None, ..self.upload.clone() };
        sent(self.with(rest).call(at_hand, assets))
    }

    fn ended(&self, result: &Result<Value, CallError>, at_hand: AtHand<'_>) -> Next {
        Next::End(match result {
            Ok(result) if self.stages => self.staged(result),
            Ok(result) => Ended::Done(self.made(result)),
            Err(error) => self.refused(error, at_hand.code.map(|code| code.syntax)),
        })
    }

    fn call(&self, at_hand: AtHand<'_>, assets: Option<Value>) -> Result<Call, Diagnostic> {
        let modules = at_hand.code.ok_or_else(|| internal("an upload has no code".into()))?;
        let mut metadata = metadata(&self.with_late(at_hand), at_hand.secrets, modules, at_hand.signature)
            .map_err(|name| internal(format!("the binding `{name}` has no value")))?;
        metadata.assets = assets;
        if self.stages {
            return Ok(staging(&self.subject, metadata, modules));
        }
        let call = upload::put(&self.subject.account, &self.subject.script, &metadata, modules);
        Ok(Call { settles_late: self.subject.is_new, ..call })
    }

    /// With the values that other writes made: its digest is that of what is sent.
    fn with_late(&self, at_hand: AtHand<'_>) -> Cow<'_, Upload> {
        let upload = &self.upload;
        if !upload.bindings.iter().any(Binding::is_late) {
            return Cow::Borrowed(upload);
        }
        let all = |bindings: &[Binding]| bindings.iter().map(|it| it.clone().with_late(at_hand.late)).collect();
        let mark = match self.wanted.as_deref().filter(|_| !upload.mark.is_unfinished()) {
            None => upload.mark.clone(),
            Some(wanted) => {
                let script = DesiredScript { bindings: all(&wanted.bindings), ..wanted.clone() };
                let code = code_digest(&upload.sha256, &script, &upload.compatibility_date);
                VersionMark { code, ..upload.mark.clone() }
            }
        };
        Cow::Owned(Upload { bindings: all(&upload.bindings), mark, ..upload.clone() })
    }

    fn made(&self, result: &Value) -> Made {
        let uploaded = Uploaded::told(result);
        let version = uploaded.as_ref().and_then(Uploaded::version_id);
        let found = self.upload.creates && uploaded.is_some_and(|uploaded| uploaded.was_there());
        Made { outputs: version.map(|id| ("version", id)).into_iter().collect(), found, ..Made::default() }
    }

    /// What Cloudflare made of it is told in the answer: secrets that were to go may be in it all the same, and nothing is
    /// live yet.
    fn staged(&self, result: &Value) -> Ended {
        let version: Option<Version> = typed(result.clone()).ok();
        let Some(version) = version else { return Ended::refused(internal("a version has no id".into())) };
        let bindings = version.resources.map(|resources| resources.bindings).unwrap_or_default();
        let is_left = |name: &&String| bindings.iter().any(|binding| binding.name == **name);
        if let Some(name) = self.upload.remove_secrets.iter().find(is_left) {
            let why = format!("Cloudflare keeps the secret `{name}` in it, which left the manifest");
            return Ended::refused(impossible(&self.subject.script, &why));
        }
        Ended::Done(Made { outputs: BTreeMap::from([("version", version.id)]), ..Made::default() })
    }

    /// Code that Cloudflare can't run may be fine and only of the other format, or lack a binding that a second upload
    /// would bring: nobody but its author can tell.
    fn refused(&self, error: &CallError, syntax: Option<Syntax>) -> Ended {
        if let Some(help) = help_with_classes(error.code()) {
            let finding = error.diagnostic().with_help(help);
            return if error.may_have_arrived { Ended::unknown(finding) } else { Ended::refused(finding) };
        }
        let (Some(NOT_RUNNABLE | NO_HANDLERS), Some(syntax)) = (error.code(), syntax) else {
            return Ended::from(error);
        };
        let help = match syntax {
            _ if self.upload.mark.is_unfinished() => {
                "it was sent without its bindings to Workers that are bound to it: let it use those when it handles a request, not while it starts"
            }
            Syntax::EsModule => {
                "the code was sent as an ES module, which has `export default`; if it calls `addEventListener` instead, say `script.format: service-worker`"
            }
            Syntax::ServiceWorker => {
                "the code was sent as a service worker, which calls `addEventListener`; if it has `export default`, leave `script.format` out"
            }
        };
        let finding = error.diagnostic().with_help(help);
        if error.may_have_arrived { Ended::unknown(finding) } else { Ended::refused(finding) }
    }
}

/// The way out where Cloudflare refuses something about classes of Durable Objects.
///
/// <https://developers.cloudflare.com/durable-objects/reference/durable-objects-migrations/>
fn help_with_classes(code: Option<i64>) -> Option<&'static str> {
    Some(match code? {
        10061 | 10123 => "make the class by a migration, or deploy the Worker whose class it is first",
        10064 => {
            "say in `migrations` what became of the class: `renamed_classes` keeps what its objects store, `deleted_classes` does not"
        }
        10070 => "export the class from the Worker's code",
        10074 => "compare `migrations` with the classes that the Worker has",
        10079 => "somebody else migrated the classes since the plan was made: plan again",
        10097 | 10099 => {
            "write the class under `new_sqlite_classes`: this account makes no class with storage of the earlier kind"
        }
        100_402 => "`exports` and what is there do not fit: mend the entry of each class that is named",
        _ => return None,
    })
}

/// The same for a version alone: it has no tags.
fn staging(subject: &Subject, metadata: Metadata, modules: &Modules) -> Call {
    let metadata = Metadata { tags: None, ..metadata };
    upload::stage(&subject.account, &subject.script, &metadata, modules)
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
    let keep: &[&str] = if upload.remove_secrets.is_empty() { &SECRET_TYPES } else { &[] };
    let mut settings = upload.carried.clone();
    settings.extend(upload.settings.clone());
    settings.extend(upload.observability.clone().map(|wanted| (Setting::Observability.row().word.to_owned(), wanted)));
    Ok(Metadata {
        bindings,
        keep_bindings: Some(keep.iter().map(|&kept| kept.to_owned()).collect()),
        compatibility_date: Some(upload.compatibility_date.clone()),
        compatibility_flags: Some(upload.compatibility_flags.clone()),
        annotations: marks_of(&upload.mark, format!("{signature}: {}", upload.message)),
        tags: Some(upload.tags.clone()),
        keep_assets: upload.keep_assets.then_some(true),
        settings,
        migrations: upload.migrations.clone(),
        exports: upload.exports.clone(),
        ..Metadata::default()
    })
}
