//! Who refers: puts values in place of the references of one document.

use super::values::{of_account, of_run, open_at};
use crate::binding::{Binding, Input, MemberValue, PlainBinding, Reference, Referred};
use crate::diagnostic::Diagnostic;
use crate::kinds::documents::{Described, Documents, Several};
use crate::manifest::referring::WORKER;
use crate::model::{Address, Identity, Kind, OutputSet};
use crate::refresh::Known;
use crate::resource::{DesiredStore, LiveState, QueueRef};

/// One document, and what its references may lead to.
pub(super) struct Referrer<'a> {
    pub who: &'a Identity,
    pub stores: &'a [DesiredStore],
    pub live: &'a LiveState,
    pub documents: &'a Documents,
    pub outputs: &'a OutputSet,
    pub known: &'a Known,
}

impl Referrer<'_> {
    /// Puts values in place of the references of a binding; gives what stays open.
    pub(super) fn settle(&self, binding: &mut Binding) -> Vec<Diagnostic> {
        match binding {
            Binding::PlainText(binding) => {
                let open = self.settle_reference(&mut binding.text).err();
                // The name of a Worker is a text like any other: a variable that holds it waits for nobody.
                binding.text.of = binding.text.of.take().filter(|of| of.kind != Kind::Script);
                open.into_iter().collect()
            }
            Binding::Plain(binding) => self.settle_members(binding),
            Binding::SecretText(_) => Vec::new(),
        }
    }

    fn settle_members(&self, binding: &mut PlainBinding) -> Vec<Diagnostic> {
        let row = binding.row();
        let mut findings = Vec::new();
        for (name, member) in &mut binding.members {
            let MemberValue::Referred(referred) = member else { continue };
            if let Input::Value(text) = &referred.value {
                let refers = row.and_then(|row| row.member(name)?.refers);
                referred.of = refers.filter(|refers| refers.by_name).and_then(|refers| self.named(refers.kind, text));
            }
            findings.extend(self.settle_reference(referred).err());
        }
        findings
    }

    /// A Worker by its name, or by the name of its document.
    pub(super) fn settle_worker(&self, referred: &mut Referred) -> Result<(), Diagnostic> {
        if let Input::Value(name) = &referred.value {
            referred.of = self.named(WORKER, name);
        }
        self.settle_reference(referred)
    }

    fn settle_reference(&self, referred: &mut Referred) -> Result<(), Diagnostic> {
        if let Some(reference) = referred.reference() {
            *referred = self.found(reference)?;
        }
        Ok(())
    }

    /// What is neither given nor described in the run is looked for by whoever plans.
    pub(super) fn settle_queue(&self, queue: &mut QueueRef) -> Result<(), Diagnostic> {
        if let Input::Reference(reference) = &queue.named {
            let found = self.described(reference)?.map(|referred| referred.value);
            queue.named = found.unwrap_or_else(|| queue.named.clone());
        }
        Ok(())
    }

    /// A value for a reference, and the resource of the run that it comes from.
    pub(super) fn found(&self, reference: &Reference) -> Result<Referred, Diagnostic> {
        match self.described(reference)? {
            Some(referred) => Ok(referred),
            None => Ok(Input::Value(of_account(reference, &self.who.account, self.known)?).into()),
        }
    }

    /// The same from given outputs and from documents of the run alone.
    fn described(&self, reference: &Reference) -> Result<Option<Referred>, Diagnostic> {
        if let Some(text) = reference.given(self.outputs, self.who) {
            return Ok(Some(Input::Value(text.to_owned()).into()));
        }
        let Reference { kind, name, .. } = reference;
        let described = self.documents.find(kind, name, self.who).map_err(|Several| {
            open_at(reference, "several documents of the run have that name, and none this environment".into())
                .with_help("refer to it by its own name in the account")
        })?;
        Ok(match described {
            None => None,
            Some(Described::Script(script)) => {
                Some(Referred { value: Input::Value(script.clone()), of: Some(Address::script(script)) })
            }
            Some(Described::Store(index)) => match self.stores.get(*index) {
                Some(store) => {
                    let live = self.live.stores.get(*index).and_then(Option::as_ref);
                    Some(Referred { value: of_run(reference, store, live)?, of: Some(store.address.clone()) })
                }
                None => None,
            },
        })
    }

    /// The resource of the run that has this name in the account.
    fn named(&self, kind: &str, name: &str) -> Option<Address> {
        Some(match self.documents.named(kind, &self.who.account, name)? {
            Described::Script(script) => Address::script(script),
            Described::Store(index) => self.stores.get(*index)?.address.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;
    use crate::binding::table;
    use crate::diagnostic::Code;
    use crate::manifest::{ReadOptions, Source};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";
    const DOCUMENT: &str = "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: backend }
spec:
  account_id: 0123456789abcdef0123456789abcdef
  worker_name: api
  script_bundle: { bucket: bundles, path: api.js }
";

    fn settled(type_name: &str, member: &str, value: Input, outputs: &OutputSet) -> (PlainBinding, Vec<Diagnostic>) {
        let source = Source { name: "a".into(), text: DOCUMENT.into() };
        let documents = Documents::of(&crate::kinds::read(&[source], &ReadOptions::default()).desired);
        let who = Identity { account: ACCOUNT.into(), org: String::new(), env: String::new(), name: "front".into() };
        let (live, known) = (LiveState::default(), Known::default());
        let run = Referrer { who: &who, stores: &[], live: &live, documents: &documents, outputs, known: &known };
        let mut binding = PlainBinding::referring("X".into(), type_name, member, value);
        let findings = run.settle_members(&mut binding);
        (binding, findings)
    }

    fn needs(binding: PlainBinding) -> Vec<Address> {
        Binding::Plain(binding).needs().cloned().collect()
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
            assert_eq!(needs(binding), [Address::script("api")]);
        }
    }

    #[test]
    fn a_plain_name_that_no_document_describes_is_left_to_cloudflare() {
        let (binding, findings) = settled("service", "service", Input::Value("other".into()), &OutputSet::new());
        assert_eq!((findings.len(), needs(binding).len()), (0, 0));
        // The name in a manifest is not the name in the account.
        let (binding, _) = settled("service", "service", Input::Value("backend".into()), &OutputSet::new());
        assert_eq!(needs(binding).len(), 0);
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
