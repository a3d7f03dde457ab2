//! Plans as folders: `manifest.yaml` and `live.json` in, `plan.json` out.
//!
//! `options.json` may hold `adopt`, `take`, `delete_data`, `migrations`, `assets`, `outputs`, `prune`, `destroy`, `secrets` and `key_of_token`. In `live.json` these stand for what our
//! marks compute: `{id}` and `{id ORG/ENV/NAME}` for an identity, `{hashes TEXT …}` for hashes of patterns or names,
//! `{bundle}` for the tag of the bundle, and `{code}`, `{secrets}`, `{key}` for the parts of the version mark that the
//! manifest would write. `UPDATE_SPECS=1` rewrites the expectations.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what it expects by stopping"
)]
#![expect(clippy::disallowed_methods, reason = "tests read their specs from files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use cfworker_deploy::binding::Binding;
use cfworker_deploy::kinds::{self, worker::SecretFacts};
use cfworker_deploy::manifest::{ReadOptions, Source};
use cfworker_deploy::model::marks::{self, ScriptMarks, VersionMark};
use cfworker_deploy::model::{Identity, OutputSet};
use cfworker_deploy::plan::{self, Plan, PlanOptions};
use cfworker_deploy::refresh::Known;
use cfworker_deploy::resource::{
    DesiredManifest, DesiredState, LiveManifest, LiveQueue, LiveQueues, LiveState, LiveZoneContent,
};
use cfworker_deploy::secret::Secret;
use serde_json::{Value, json};

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    adopt: Vec<String>,
    take: Vec<String>,
    delete_data: Vec<String>,
    /// Files of migrations, by `CloudflareD1Database/NAME`.
    migrations: BTreeMap<String, BTreeMap<String, String>>,
    /// Contents of static assets, by `CloudflareWorker/NAME`.
    assets: BTreeMap<String, BTreeMap<String, String>>,
    /// Outputs of other resources, as a file of outputs has them.
    outputs: OutputSet,
    prune: bool,
    /// New versions get so many of a hundred requests.
    percentage: Option<f64>,
    guarded: bool,
    destroy: bool,
    /// Values at hand, by name; where this stands, values of other secrets are not, and those are kept.
    secrets: Option<BTreeMap<String, Secret>>,
    /// The key of the digest is made from the API token.
    key_of_token: bool,
}

/// One folder.
struct Spec {
    folder: PathBuf,
    desired: DesiredState,
    live: LiveState,
    secrets: Vec<Option<SecretFacts>>,
    options: Options,
}

impl Spec {
    fn read(folder: PathBuf) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).expect(name);
        let source = Source { name: "manifest.yaml".into(), text: text("manifest.yaml") };
        let options = match fs::read(folder.join("options.json")) {
            Ok(bytes) => serde_json::from_slice::<Options>(&bytes).expect("options.json"),
            Err(_) => Options::default(),
        };
        let contents = |files: BTreeMap<String, String>| files.into_iter().map(|(path, text)| (path, text.into()));
        let assets = options.assets.clone().into_iter().map(|(name, files)| (name, contents(files).collect()));
        let given =
            ReadOptions { files: options.migrations.clone(), assets: assets.collect(), ..ReadOptions::default() };
        let read = kinds::read(&[source], &given);
        let errors: Vec<_> = read.diagnostics.iter().filter(|finding| finding.is_error()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", folder.display());
        let desired = read.desired;
        let secrets: Vec<_> = desired.manifests.iter().map(|manifest| secret_facts(manifest, &options)).collect();
        let mut live: Value = serde_json::from_str(&text("live.json")).expect("live.json");
        let states = live.get_mut("manifests").and_then(Value::as_array_mut).expect("manifests");
        for (index, state) in states.iter_mut().enumerate() {
            let alone = DesiredState {
                manifests: desired.manifests.get(index..=index).expect("a manifest").to_vec(),
                stores: Vec::new(),
            };
            let secrets = secrets.get(index..=index).expect("secrets");
            fill(state, &Marks::of(&alone, state, secrets));
        }
        let mut live: LiveState = serde_json::from_value(live).expect("live.json");
        live.stores.resize(desired.stores.len(), None);
        let mut desired = desired;
        let open = kinds::resolve(&mut desired, &live, &options.outputs, &Known::default());
        assert_eq!(open, [], "{}", folder.display());
        Self { folder, desired, live, secrets, options }
    }

    fn name(&self) -> String {
        self.folder.file_name().expect("a name").to_string_lossy().into_owned()
    }

    fn plan(&self, live: &LiveState) -> Plan {
        let Options { adopt, take, delete_data, prune, percentage, guarded, destroy, .. } = &self.options;
        let options = PlanOptions {
            adopt: adopt.clone(),
            take: take.clone(),
            delete_data: delete_data.clone(),
            prune: *prune,
            percentage: *percentage,
            guarded: *guarded,
            offline: false,
        };
        match destroy {
            true => kinds::destroy(&self.desired, live, &options),
            false => kinds::plan(&self.desired, live, &self.secrets, &options),
        }
    }
}

fn secret_facts(manifest: &DesiredManifest, options: &Options) -> Option<SecretFacts> {
    let canaries: BTreeMap<String, Secret> = serde_json::from_str(include_str!("canaries/values.json")).expect("JSON");
    let key = canaries.get("fingerprintKey").expect("a canary");
    let given = options.secrets.as_ref()?;
    let wanted = manifest.script.bindings.iter().filter(|binding| matches!(binding, Binding::SecretText(_)));
    let kept = wanted.map(|binding| binding.name().to_owned()).filter(|name| !given.contains_key(name)).collect();
    let facts = kinds::worker::secret_facts(&manifest.identity, key, given);
    Some(SecretFacts { kept, key_of_token: options.key_of_token, ..facts })
}

/// What our marks would say after the manifest was applied.
struct Marks {
    identity: Identity,
    version: VersionMark,
    bundle: String,
}

impl Marks {
    fn of(desired: &DesiredState, state: &Value, secrets: &[Option<SecretFacts>]) -> Self {
        let facts = state.get("bundle").cloned().unwrap_or_default();
        let bundle = serde_json::from_value(facts).expect("a bundle");
        let live =
            LiveState { manifests: vec![LiveManifest { bundle, ..LiveManifest::default() }], ..LiveState::default() };
        let first = kinds::plan(desired, &live, secrets, &PlanOptions::default());
        let steps = first.steps.iter().map(|step| json!(step.operation));
        let upload = steps.into_iter().find(|operation| operation["part"] == "version");
        let upload = upload.expect("a first deploy uploads")["procedure"].take();
        let tags: Vec<String> = serde_json::from_value(upload["tags"].clone()).expect("tags");
        let mark = upload["mark"].as_str().and_then(VersionMark::parse).expect("a mark");
        let marks = ScriptMarks::parse(&tags);
        let bundle = ScriptMarks { bundle: marks.bundle, ..ScriptMarks::default() }.tags().concat();
        let identity = desired.manifests.first().expect("a manifest").identity.clone();
        Self { identity, version: mark, bundle }
    }

    fn named(&self, word: &str) -> String {
        let mut words = word.split(' ');
        match words.next() {
            Some("id") => words.next().map_or_else(|| self.identity.id(), |label| self.other(label).id()),
            Some("hashes") => words.map(marks::hash).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("."),
            Some("bundle") => self.bundle.clone(),
            Some("code") => self.version.code.clone(),
            Some("secrets") => self.version.secrets.clone(),
            Some("key") => self.version.key.clone(),
            _ => panic!("`{{{word}}}` stands for nothing"),
        }
    }

    fn other(&self, label: &str) -> Identity {
        let mut parts = label.split('/').map(str::to_owned);
        let mut part = || parts.next().expect("org/env/name");
        Identity { account: self.identity.account.clone(), org: part(), env: part(), name: part() }
    }
}

fn fill(value: &mut Value, marks: &Marks) {
    match value {
        Value::String(text) => *text = filled(text, marks),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, marks)),
        Value::Object(members) => members.values_mut().for_each(|member| fill(member, marks)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn filled(text: &str, marks: &Marks) -> String {
    match text.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (word, after))) => format!("{before}{}{}", marks.named(word), filled(after, marks)),
        None => text.to_owned(),
    }
}

fn specs() -> Vec<Spec> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/plan");
    let mut folders: Vec<_> = fs::read_dir(root).expect("specs").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    folders.into_iter().map(Spec::read).collect()
}

#[test]
fn plans_are_made_as_specified() {
    let update = std::env::var_os("UPDATE_SPECS").is_some();
    let mut failures = Vec::new();
    for spec in specs() {
        let plan = spec.plan(&spec.live);
        let steps = json!(plan.steps);
        let actual = serde_json::to_string_pretty(&json!({ "plan": plan, "steps": steps })).expect("JSON") + "\n";
        let path = spec.folder.join("plan.json");
        if update {
            fs::write(&path, &actual).expect("written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected != actual {
            failures.push(format!("{}:\n--- expected\n{expected}\n+++ actual\n{actual}", path.display()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A folder is called after what its plan does, `KIND-WORD-…`: one that does something else proves nothing.
#[test]
fn every_plan_does_what_its_folder_is_called_after() {
    let other = specs().into_iter().filter(|spec| {
        let name = spec.name();
        let (kind, rest) = name.split_once('-').expect("KIND-WORD");
        !shows(&json!(spec.plan(&spec.live)), kind, rest)
    });
    assert_eq!(names(other), [""; 0]);
}

fn shows(plan: &Value, kind: &str, rest: &str) -> bool {
    let list = |name: &str| plan.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let about = |list: Vec<Value>| list.iter().any(|item| text(item, "address").starts_with(&format!("{kind}:")));
    let finding = |severity: &str| {
        let found = list("diagnostics").into_iter().filter(|finding| text(finding, "severity") == severity).collect();
        if kind == "run" { !Vec::<Value>::is_empty(&found) } else { about(found) }
    };
    for word in ["kept", "orphan", "unmanaged", "conflict", "warning", "note", "no-op"] {
        if rest == word || rest.starts_with(&format!("{word}-")) {
            return match word {
                "kept" => about(list("kept")),
                "orphan" => about(list("orphans")),
                "unmanaged" => about(list("unmanaged")),
                "conflict" => finding("error"),
                "no-op" => list("changes").iter().all(|change| text(change, "action") == "no-op"),
                severity => finding(severity),
            };
        }
    }
    let action = rest.split('-').next().unwrap_or_default();
    list("changes").iter().any(|change| text(change, "kind") == kind && text(change, "action") == action)
}

/// A plan that would be the same in an empty account says nothing about what is there.
#[test]
fn every_plan_would_be_another_one_in_an_empty_account() {
    let same = specs().into_iter().filter(|spec| {
        let empty = empty(&spec.live);
        spec.live != empty && spec.plan(&spec.live) == spec.plan(&empty)
    });
    assert_eq!(names(same), [""; 0]);
}

fn names(specs: impl Iterator<Item = Spec>) -> Vec<String> {
    specs.map(|spec| spec.name()).collect()
}

/// The same zone, bundle, stores and queues, with nothing in front of or behind them.
fn empty(live: &LiveState) -> LiveState {
    let of = |state: &LiveManifest| LiveManifest {
        zones_of_hosts: state.zones_of_hosts.clone(),
        bundle: state.bundle.clone(),
        zones: state.zones.keys().map(|zone| (zone.clone(), LiveZoneContent::default())).collect(),
        ..LiveManifest::default()
    };
    let without_consumers = |queues: &LiveQueues| {
        let queues = queues.queues.iter();
        let queues = queues.map(|(name, queue)| (name.clone(), LiveQueue { consumers: Vec::new(), ..queue.clone() }));
        LiveQueues { queues: queues.collect(), ..LiveQueues::default() }
    };
    LiveState {
        manifests: live.manifests.iter().map(of).collect(),
        stores: live.stores.clone(),
        queues: live.queues.iter().map(|(account, queues)| (account.clone(), without_consumers(queues))).collect(),
        ..LiveState::default()
    }
}

/// Names of secrets are part of what is approved and values are not: whoever plans need not have them.
#[test]
fn the_fingerprint_covers_which_secrets_are_set_and_not_their_values() {
    let changed = |spec: &Spec| spec.name() == "script-update-secret-changed";
    let spec = specs().into_iter().find(changed).expect("a folder");
    let with = |facts: Option<SecretFacts>| {
        plan::fingerprint(&kinds::plan(&spec.desired, &spec.live, &[facts], &PlanOptions::default()))
    };
    let given = spec.secrets.iter().flatten().next().expect("values");
    let facts = |digit: &str| SecretFacts { digest: digit.repeat(22), ..given.clone() };
    assert_eq!(with(Some(facts("x"))), with(Some(facts("y"))));
    // The live digest is all `A`: with those values no secret is set again, which is another plan.
    assert_ne!(with(Some(facts("x"))), with(Some(facts("A"))));
}
