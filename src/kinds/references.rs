//! References to other resources: outputs that were given first, then documents of the run, then the live account by name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::documents::{Described, Documents, Several};
use super::findable::Findable;
use super::found::found;
use super::list::store_of;
use super::stores;
use crate::binding::{Binding, Input, MemberValue, PlainBinding, Reference, Referred};
use crate::cloudflare::Look;
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::model::{Address, Identity, Kind, Output, OutputSet};
use crate::refresh::Known;
use crate::resource::{DesiredConsumer, DesiredState, DesiredStore, LiveState, LiveStore, QueueRef};

/// All references of a run that are still open, each with who refers. A zone of hosts is found before all else.
pub(super) fn open(desired: &DesiredState) -> impl Iterator<Item = (&Identity, &Reference)> {
    let of_workers = desired.manifests.iter().flat_map(|manifest| {
        let references = manifest.script.bindings.iter().flat_map(Binding::references);
        references.map(|reference| (&manifest.identity, reference))
    });
    let of_stores = desired.stores.iter().flat_map(|store| {
        let references = store.inputs.iter().filter_map(|input| input.given.reference());
        references.map(|reference| (&store.identity, reference))
    });
    of_workers.chain(of_stores)
}

/// What is looked for by name: the stores that documents describe, and what is referred to beside them.
pub(super) fn looks(desired: &DesiredState, outputs: &OutputSet) -> Vec<Look> {
    let documents = Documents::of(desired);
    let described = desired.stores.iter().filter_map(stores::look);
    let elsewhere = open(desired).filter(|(who, reference)| {
        let Reference { kind, name, .. } = reference;
        reference.given(outputs, who).is_none() && matches!(documents.find(kind, name, who), Ok(None))
    });
    let referred = elsewhere.filter_map(|(who, reference)| {
        Some(Findable::of(&reference.kind)?.look(&who.account, &reference.name, &reference.output))
    });
    described.chain(referred).collect()
}

/// Puts values where references stand. A reference that stays open is a finding that names its field.
pub(super) fn resolve(
    desired: &mut DesiredState,
    live: &LiveState,
    outputs: &OutputSet,
    known: &Known,
) -> Vec<(usize, Diagnostic)> {
    let mut findings = Vec::new();
    let documents = Documents::of(desired);
    let DesiredState { manifests, stores } = desired;
    for manifest in manifests {
        let run = Run { who: &manifest.identity, stores, live, documents: &documents, outputs, known };
        for queue in manifest.consumers.iter_mut().flatten().flat_map(DesiredConsumer::queues_mut) {
            findings.extend(run.settle_queue(queue).err().map(|finding| (manifest.document, finding)));
        }
        let of_binding = manifest.script.bindings.iter_mut().flat_map(|binding| run.settle(binding));
        findings.extend(of_binding.map(|finding| (manifest.document, finding)));
    }
    // A store may refer to another one, or to itself.
    let found = stores.iter().enumerate().flat_map(|(index, store)| {
        let run = Run { who: &store.identity, stores, live, documents: &documents, outputs, known };
        let open = store.inputs.iter().enumerate().filter_map(|(at, input)| Some((at, input.given.reference()?)));
        open.map(|(at, reference)| (index, at, run.found(reference))).collect::<Vec<_>>()
    });
    for (index, at, found) in found.collect::<Vec<_>>() {
        let Some(store) = stores.get_mut(index) else { continue };
        match found {
            Ok(given) => put(store, at, given),
            Err(finding) => findings.push((store.document, finding)),
        }
    }
    findings
}

/// Puts a value where a store states that it comes from elsewhere.
fn put(store: &mut DesiredStore, index: usize, given: Referred) {
    let Some(input) = store.inputs.get_mut(index) else { return };
    if let (Some(value), Some(place)) = (given.known(), store.wanted.pointer_mut(input.at)) {
        *place = Value::from(value);
    }
    input.given = given;
}

/// What references of one document may lead to.
struct Run<'a> {
    who: &'a Identity,
    stores: &'a [DesiredStore],
    live: &'a LiveState,
    documents: &'a Documents,
    outputs: &'a OutputSet,
    known: &'a Known,
}

impl Run<'_> {
    /// Puts values in place of the references of a binding; gives what stays open.
    fn settle(&self, binding: &mut Binding) -> Vec<Diagnostic> {
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

    fn settle_reference(&self, referred: &mut Referred) -> Result<(), Diagnostic> {
        if let Some(reference) = referred.reference() {
            *referred = self.found(reference)?;
        }
        Ok(())
    }

    /// What is neither given nor described in the run is looked for by whoever plans.
    fn settle_queue(&self, queue: &mut QueueRef) -> Result<(), Diagnostic> {
        if let Input::Reference(reference) = &queue.named {
            let found = self.described(reference)?.map(|referred| referred.value);
            queue.named = found.unwrap_or_else(|| queue.named.clone());
        }
        Ok(())
    }

    /// A value for a reference, and the resource of the run that it comes from.
    fn found(&self, reference: &Reference) -> Result<Referred, Diagnostic> {
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

/// What a document says of a store is known before it is made, its id only afterwards.
fn of_run(reference: &Reference, store: &DesiredStore, live: Option<&LiveStore>) -> Result<Input, Diagnostic> {
    let Reference { kind: kind_name, output, .. } = reference;
    let Some(kind) = store_of(store.kind) else { return Err(open_at(reference, "nothing describes it".into())) };
    let text = |outputs: BTreeMap<String, Value>| outputs.get(output)?.as_str().map(str::to_owned);
    let known = text(kind.known_outputs(store)).or_else(|| text(stores::outputs(store, live?)));
    match known {
        Some(value) => Ok(Input::Value(value)),
        None if output == kind.id_output() => Ok(Input::Late(Output {
            account: store.identity.account.clone(),
            of: store.address.clone(),
            name: output.clone(),
        })),
        None => Err(open_at(reference, format!("its document gives it no `{output}`"))
            .with_help(format!("refer to another output, or let the document of kind `{kind_name}` state it"))),
    }
}

fn open_at(reference: &Reference, problem: String) -> Diagnostic {
    let message = format!("the reference to `{}` can't be resolved: {problem}", reference.name);
    Diagnostic::error(Code::ReferenceUnresolved, message).on(reference.path.clone())
}

fn of_account(reference: &Reference, account: &str, known: &Known) -> Result<String, Diagnostic> {
    let Reference { kind: kind_name, name, output, .. } = reference;
    let open = |problem: String| open_at(reference, problem);
    let Some(kind) = Findable::of(kind_name) else {
        return Err(open(format!("no outputs of `{kind_name}/{name}` hold `{output}`"))
            .with_help("give them as a file of outputs")
            .by(CallOption::Outputs));
    };
    let Some(found) = found(&kind.look(account, name, output), known) else {
        return Err(open("the account was not looked at".into())
            .with_help("give credentials, or a file of outputs")
            .by(CallOption::Outputs));
    };
    let noun = kind.noun();
    match found.as_slice() {
        [one] => kind.output(account, name, output, one).ok_or_else(|| {
            open(format!("the {noun} has no output `{output}`"))
                .with_help("give them as a file of outputs")
                .by(CallOption::Outputs)
        }),
        [] => Err(open(format!("the account has no {noun} with that name")).with_help(kind.help(kind_name))),
        [_, _, ..] => Err(open(format!("several {noun}s have that name")).with_help("use the id instead")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binding::table;
    use crate::manifest::{ReadOptions, Source, referring};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    fn settled(type_name: &str, member: &str, value: Input, outputs: &OutputSet) -> (PlainBinding, Vec<Diagnostic>) {
        let worker = DOCUMENTS.split("---").next().unwrap_or_default();
        let worker = worker.replace("metadata: { name: shop }", "metadata: { name: backend }");
        let source = Source { name: "a".into(), text: worker.replace("worker_name: shop", "worker_name: api") };
        let documents = Documents::of(&crate::kinds::read(&[source], &ReadOptions::default()).desired);
        let who = Identity { account: ACCOUNT.into(), org: String::new(), env: String::new(), name: "front".into() };
        let (live, known) = (LiveState::default(), Known::default());
        let run = Run { who: &who, stores: &[], live: &live, documents: &documents, outputs, known: &known };
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

    const DOCUMENTS: &str = "apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareWorker
metadata: { name: shop }
spec:
  account_id: 0123456789abcdef0123456789abcdef
  worker_name: shop
  script_bundle: { bucket: bundles, path: shop.js }
  env:
    variables:
      ID: $cloudflare-d1-database/shop/status.outputs.database_id
      NAME: $cloudflare-d1-database/shop/status.outputs.database_name
      PEER: $cloudflare-worker/shop/status.outputs.script_id
      ELSEWHERE: $cloudflare-queue/jobs/status.outputs.queue_id
---
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareD1Database
metadata: { name: shop }
spec: { account_id: 0123456789abcdef0123456789abcdef, database_name: shop-data }
---
apiVersion: cloudflare.project-planton.org/v1
kind: CloudflareR2Bucket
metadata: { name: media }
spec:
  account_id: 0123456789abcdef0123456789abcdef
  bucket_name: shop-media
  custom_domain: { enabled: true, domain: media.example.com, zone_id: { value_from: { name: Example.com } } }
";

    fn read() -> DesiredState {
        let source = Source { name: "a".into(), text: DOCUMENTS.into() };
        let read = crate::kinds::read(&[source], &ReadOptions::default());
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        read.desired
    }

    fn outputs(kind_and_name: &str, output: &str, value: &str) -> OutputSet {
        OutputSet::from([(kind_and_name.into(), BTreeMap::from([(output.into(), Value::from(value))]))])
    }

    fn variable(desired: &DesiredState, name: &str) -> Referred {
        let mut bindings = desired.manifests.iter().flat_map(|manifest| &manifest.script.bindings);
        match bindings.find(|binding| binding.name() == name) {
            Some(Binding::PlainText(variable)) => variable.text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_variable_waits_for_what_only_the_run_makes_and_for_nothing_else() {
        let mut desired = read();
        let live = LiveState { stores: vec![None, None], ..LiveState::default() };
        let given = outputs("CloudflareQueue/jobs", "queue_id", "given");
        resolve(&mut desired, &live, &given, &Known::default());
        let database = Address::new(Kind::D1, "shop-data");
        let id = variable(&desired, "ID");
        assert_eq!(
            (id.late().map(|output| output.name.as_str()), id.of.clone()),
            (Some("database_id"), Some(database.clone()))
        );
        let name = variable(&desired, "NAME");
        assert_eq!((name.known(), &name.of), (Some("shop-data"), &Some(database)));
        // Two Workers that name each other are no circle.
        let peer = variable(&desired, "PEER");
        assert_eq!((peer.known(), &peer.of), (Some("shop"), &None));
        let elsewhere = variable(&desired, "ELSEWHERE");
        assert_eq!((elsewhere.known(), &elsewhere.of), (Some("given"), &None));
    }

    #[test]
    fn a_zone_is_looked_for_by_its_name_in_the_spelling_of_the_account() {
        let desired = read();
        let zones = |outputs: &OutputSet| -> Vec<String> {
            let looks = looks(&desired, outputs);
            let zones = looks.iter().filter(|look| matches!(look, Look::Zone { .. }));
            zones.filter_map(|look| look.name().map(str::to_owned)).collect()
        };
        assert_eq!(zones(&OutputSet::new()), ["example.com"]);
        assert!(zones(&outputs("CloudflareDnsZone/Example.com", "zone_id", "1")).is_empty());
    }

    #[test]
    fn what_is_found_of_a_store_goes_where_the_store_states_it() {
        let mut desired = read();
        let live = LiveState { stores: vec![None, None], ..LiveState::default() };
        let zone = "1111111111111111111111111111111a";
        let given = outputs("CloudflareDnsZone/Example.com", "zone_id", zone);
        resolve(&mut desired, &live, &given, &Known::default());
        let bucket = desired.stores.last().expect("the bucket");
        assert_eq!(bucket.wanted.pointer("/domain/zoneId"), Some(&Value::from(zone)));
    }

    #[test]
    fn every_reference_that_stays_open_names_its_own_field() {
        let mut desired = read();
        let live = LiveState { stores: vec![None, None], ..LiveState::default() };
        let open = resolve(&mut desired, &live, &OutputSet::new(), &Known::default());
        let told: Vec<_> = open.iter().map(|(document, finding)| (*document, finding.path())).collect();
        let (variable, zone) = ("spec.env.variables.ELSEWHERE", "spec.custom_domain.zone_id.value_from");
        assert_eq!(told, [(0, Some(variable)), (2, Some(zone))]);
        assert!(open.iter().all(|(_, finding)| finding.code == Code::ReferenceUnresolved));
    }

    #[test]
    fn references_may_name_every_output_that_is_text() {
        for store in crate::kinds::list::STORES {
            let wanted = DesiredStore { wanted: serde_json::json!({}), ..read().stores.remove(0) };
            let live = LiveStore { id: "id".into(), settings: Value::Null };
            let texts = store.outputs(&wanted, &live).into_iter();
            let texts = texts.filter(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()));
            for (output, _) in texts {
                assert!(referring::outputs(store.name()).contains(&output.as_str()), "{} {output}", store.name());
            }
        }
    }
}
