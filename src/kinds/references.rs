//! References to other resources: outputs that were given first, then documents of the run, then the live account by name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::store::Store;
use super::{store, store_of};
use crate::binding::{Binding, Input, MemberValue, PlainBinding, Reference};
use crate::cloudflare::{Look, Read};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::manifest::{DocumentKind, Worker};
use crate::model::{Address, Identity, Output, OutputSet};
use crate::refresh::Known;
use crate::resource::{DesiredManifest, DesiredState, DesiredStore, LiveState, LiveStore};

/// What was looked for by name, beside all that has the name.
#[derive(Debug, Default)]
pub struct Lists(BTreeMap<Read, BTreeMap<String, Vec<Value>>>);

impl Lists {
    /// Goes through each list once, whoever looks for something in it.
    pub(super) fn index(looks: &[Look], known: &Known) -> Self {
        let mut lists = Self::default();
        for look in looks {
            let Look::Listed { name, .. } = look else { continue };
            lists.0.entry(look.read()).or_default().entry(name.clone()).or_default();
        }
        let mut gone_through: BTreeSet<&Read> = BTreeSet::new();
        for look in looks {
            match look {
                Look::Listed { read, member, .. } => {
                    let Some(names) = lists.0.get_mut(read.as_ref()) else { continue };
                    if !gone_through.insert(read.as_ref()) {
                        continue;
                    }
                    for entry in known.get(read).iter().flat_map(|list| list.iter()) {
                        let name = entry.get(member).and_then(Value::as_str);
                        if let Some(entries) = name.and_then(|name| names.get_mut(name)) {
                            entries.push(entry.clone());
                        }
                    }
                }
                Look::Alone(read) => {
                    let found = known.get(read).map(|found| (*found).clone()).into_iter().collect();
                    lists.0.entry(look.read()).or_default().insert(String::new(), found);
                }
            }
        }
        lists
    }

    /// All that has the name; nothing where the account was not looked at.
    pub(super) fn found(&self, look: &Look) -> Option<&[Value]> {
        let name = match look {
            Look::Listed { name, .. } => name.as_str(),
            Look::Alone(_) => "",
        };
        self.0.get(&look.read())?.get(name).map(Vec::as_slice)
    }
}

/// What is looked for by name: the stores that documents describe, and those that bindings refer to beside them.
pub(super) fn looks(desired: &DesiredState, outputs: &OutputSet) -> Vec<Look> {
    let described = desired.stores.iter().filter_map(store::look);
    let referred = desired.manifests.iter().flat_map(|manifest| {
        let account = manifest.identity.account.as_str();
        let references = manifest.script.bindings.iter().flat_map(Binding::references);
        let elsewhere = references.filter(move |reference| {
            given(reference, outputs).is_none()
                && in_run(&reference.kind, &reference.name, account, &desired.stores).is_none()
        });
        elsewhere.filter_map(move |reference| Some(store_of(&reference.kind)?.look(account, &reference.name)))
    });
    described.chain(referred).collect()
}

/// Puts values where references stand. A reference that stays open is a finding that names its field.
pub(super) fn resolve(
    desired: &mut DesiredState,
    live: &LiveState,
    outputs: &OutputSet,
    lists: &Lists,
) -> Vec<(usize, Diagnostic)> {
    let mut findings = Vec::new();
    let workers = Workers::of(desired);
    let DesiredState { manifests, stores } = desired;
    for manifest in manifests {
        let run = Run { account: &manifest.identity.account, stores, live, workers: &workers, outputs, lists };
        for binding in &mut manifest.script.bindings {
            if let Binding::Plain(binding) = binding {
                let of_binding = run.settle(binding).into_iter().map(|finding| (manifest.document, finding));
                findings.extend(of_binding);
            }
        }
    }
    findings
}

/// The Workers of a run: account and name in the manifest → script name, and every script by its own name.
struct Workers {
    by_name: BTreeMap<(String, String), String>,
    scripts: BTreeSet<(String, String)>,
}

impl Workers {
    fn of(desired: &DesiredState) -> Self {
        let mut workers = Self { by_name: BTreeMap::new(), scripts: BTreeSet::new() };
        for DesiredManifest { identity, script, .. } in &desired.manifests {
            let account = identity.account.clone();
            workers.by_name.insert((account.clone(), identity.name.clone()), script.name.clone());
            workers.scripts.insert((account, script.name.clone()));
        }
        workers
    }

    /// The script that a reference means, by the name in the manifest or by its own.
    fn script(&self, account: &str, name: &str) -> Option<&str> {
        let key = (account.to_owned(), name.to_owned());
        let by_name = self.by_name.get(&key).map(String::as_str);
        by_name.or_else(|| self.scripts.get(&key).map(|(_, script)| script.as_str()))
    }
}

/// What references of one Worker may lead to.
struct Run<'a> {
    account: &'a str,
    stores: &'a [DesiredStore],
    live: &'a LiveState,
    workers: &'a Workers,
    outputs: &'a OutputSet,
    lists: &'a Lists,
}

impl Run<'_> {
    /// Puts values in place of the references of a binding; gives what stays open.
    fn settle(&self, binding: &mut PlainBinding) -> Vec<Diagnostic> {
        let row = binding.row();
        let mut findings = Vec::new();
        for (name, member) in &mut binding.members {
            let MemberValue::Referred { value, of } = member else { continue };
            match value {
                Input::Reference(reference) => match self.found(reference) {
                    Ok(found) => (*value, *of) = found,
                    Err(finding) => findings.push(finding),
                },
                Input::Value(text) => {
                    let refers = row.and_then(|row| row.member(name)?.refers);
                    *of = refers.filter(|refers| refers.by_name).and_then(|refers| self.named(refers.kind, text));
                }
                Input::Late(_) => {}
            }
        }
        findings
    }

    /// A value for a reference, and the resource of the run that it comes from.
    fn found(&self, reference: &Reference) -> Result<(Input, Option<Address>), Diagnostic> {
        if let Some(text) = given(reference, self.outputs) {
            return Ok((Input::Value(text.to_owned()), None));
        }
        if let Some((index, store)) = in_run(&reference.kind, &reference.name, self.account, self.stores) {
            let live = self.live.stores.get(index).and_then(Option::as_ref);
            return Ok((of_run(reference, store, live), Some(store.address.clone())));
        }
        let is_worker = reference.kind == Worker.name();
        if let Some(script) = self.workers.script(self.account, &reference.name).filter(|_| is_worker) {
            return Ok((Input::Value(script.to_owned()), Some(Address::script(script))));
        }
        Ok((Input::Value(of_account(reference, self.account, self.lists)?), None))
    }

    /// The resource of the run that has this name in the account.
    fn named(&self, kind: &str, name: &str) -> Option<Address> {
        if kind == Worker.name() {
            let key = (self.account.to_owned(), name.to_owned());
            return self.workers.scripts.contains(&key).then(|| Address::script(name));
        }
        let mut stores =
            self.stores.iter().filter(|store| store.kind == kind && store.identity.account == self.account);
        stores.find(|store| store.address.key == name).map(|store| store.address.clone())
    }
}

fn given<'a>(reference: &Reference, outputs: &'a OutputSet) -> Option<&'a str> {
    outputs.get(&format!("{}/{}", reference.kind, reference.name))?.get(&reference.output)?.as_str()
}

/// The document of the run that a reference names, by its own name or by the store's.
fn in_run<'a>(kind: &str, name: &str, account: &str, stores: &'a [DesiredStore]) -> Option<(usize, &'a DesiredStore)> {
    let is_of_kind = |(_, store): &(usize, &DesiredStore)| store.kind == kind && store.identity.account == account;
    let mut all = stores.iter().enumerate().filter(is_of_kind);
    let by_name = all.clone().find(|(_, store)| store.identity.name == name);
    by_name.or_else(|| all.find(|(_, store)| store.address.key == name))
}

/// The name of a store is known before it is made, an id only afterwards.
fn of_run(reference: &Reference, store: &DesiredStore, live: Option<&LiveStore>) -> Input {
    let is_its_name = store_of(store.kind).is_some_and(|kind| kind.name_output() == Some(reference.output.as_str()));
    if is_its_name {
        return Input::Value(store.address.key.clone());
    }
    let output = live.and_then(|live| store::outputs(store, live).get(&reference.output)?.as_str().map(str::to_owned));
    match output {
        Some(value) => Input::Value(value),
        None => Input::Late(Output {
            account: store.identity.account.clone(),
            of: store.address.clone(),
            name: reference.output.clone(),
        }),
    }
}

fn of_account(reference: &Reference, account: &str, lists: &Lists) -> Result<String, Diagnostic> {
    let Reference { kind: kind_name, name, output, path } = reference;
    let open = |problem: String| {
        let message = format!("the reference to `{name}` can't be resolved: {problem}");
        Diagnostic::error(Code::ReferenceUnresolved, message).on(path.clone())
    };
    let Some(kind) = store_of(kind_name) else {
        return Err(open(format!("no outputs of `{kind_name}/{name}` hold `{output}`"))
            .with_help(format!(
                "describe it by a document of kind `{kind_name}` in the same run, or give them as a file of outputs"
            ))
            .by(CallOption::Outputs));
    };
    let look = kind.look(account, name);
    let Some(found) = lists.found(&look) else {
        return Err(open("the account was not looked at".into())
            .with_help("give credentials, or a file of outputs")
            .by(CallOption::Outputs));
    };
    let noun = kind.noun();
    match found {
        [one] => {
            let named = elsewhere(kind, account, name);
            let live = kind.live(one);
            let value = live.and_then(|live| kind.outputs(&named, &live).get(output)?.as_str().map(str::to_owned));
            value.ok_or_else(|| {
                open(format!("the {noun} has no output `{output}`"))
                    .with_help("give them as a file of outputs")
                    .by(CallOption::Outputs)
            })
        }
        [] => {
            let help = format!("describe it by a document of kind `{kind_name}`, or correct the name");
            Err(open(format!("the account has no {noun} with that name")).with_help(help))
        }
        [_, _, ..] => Err(open(format!("several {noun}s have that name")).with_help("use the id instead")),
    }
}

/// A store that no document of the run describes.
fn elsewhere(kind: &dyn Store, account: &str, name: &str) -> DesiredStore {
    DesiredStore {
        document: 0,
        kind: kind.name(),
        identity: Identity {
            account: account.to_owned(),
            org: String::new(),
            env: String::new(),
            name: name.to_owned(),
        },
        address: kind.address(name),
        wanted: Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::table;

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    fn settled(type_name: &str, member: &str, value: Input, outputs: &OutputSet) -> (PlainBinding, Vec<Diagnostic>) {
        let workers = Workers {
            by_name: BTreeMap::from([((ACCOUNT.to_owned(), "backend".to_owned()), "api".to_owned())]),
            scripts: BTreeSet::from([(ACCOUNT.to_owned(), "api".to_owned())]),
        };
        let (live, lists) = (LiveState::default(), Lists::default());
        let run = Run { account: ACCOUNT, stores: &[], live: &live, workers: &workers, outputs, lists: &lists };
        let mut binding = PlainBinding::referring("X".into(), type_name, member, value);
        let findings = run.settle(&mut binding);
        (binding, findings)
    }

    fn reference(type_name: &str, name: &str) -> Input {
        let refers = table::row(type_name).and_then(|row| row.referring()?.refers).expect("a row that refers");
        let (kind, output) = (refers.kind.to_owned(), refers.output.to_owned());
        Input::Reference(Reference { kind, name: name.to_owned(), output, path: "spec.bindings[0]".into() })
    }

    #[test]
    fn a_worker_of_the_run_is_meant_by_either_of_its_names_and_comes_first() {
        let none = OutputSet::new();
        for value in [reference("service", "backend"), reference("service", "api"), Input::Value("api".into())] {
            let (binding, findings) = settled("service", "service", value, &none);
            assert!(findings.is_empty(), "{findings:?}");
            assert_eq!(binding.metadata().expect("no open reference")["service"], "api");
            assert_eq!(binding.needs().collect::<Vec<_>>(), [&Address::script("api")]);
        }
    }

    #[test]
    fn a_plain_name_that_no_document_describes_is_left_to_cloudflare() {
        let (binding, findings) = settled("service", "service", Input::Value("other".into()), &OutputSet::new());
        assert_eq!((findings.len(), binding.needs().count()), (0, 0));
        // The name in a manifest is not the name in the account.
        let (binding, _) = settled("service", "service", Input::Value("backend".into()), &OutputSet::new());
        assert_eq!(binding.needs().count(), 0);
    }

    #[test]
    fn given_outputs_come_before_everything_else() {
        let id = BTreeMap::from([("database_id".to_owned(), Value::from("given"))]);
        let outputs = OutputSet::from([("CloudflareD1Database/shop".to_owned(), id)]);
        let (binding, findings) = settled("d1", "id", reference("d1", "shop"), &outputs);
        assert!(findings.is_empty() && binding.metadata().expect("known")["id"] == "given");
    }

    #[test]
    fn a_reference_that_nothing_resolves_is_a_finding_that_names_its_field() {
        for (type_name, member) in [("service", "service"), ("d1", "id"), ("queue", "queue_name")] {
            let (binding, findings) = settled(type_name, member, reference(type_name, "nope"), &OutputSet::new());
            let [finding] = findings.as_slice() else { panic!("{findings:?}") };
            assert_eq!(finding.code, Code::ReferenceUnresolved);
            assert!(binding.metadata().is_none(), "a reference never goes up as it is");
        }
    }
}
