//! References to other resources: outputs that were given first, then documents of the run, then the live account by name.

mod referrer;
mod values;

use serde_json::Value;

use super::documents::Documents;
use super::findable::Findable;
use super::stores;
use crate::binding::{Binding, Reference, Referred};
use crate::cloudflare::Look;
use crate::diagnostic::Diagnostic;
use crate::model::{Identity, OutputSet};
use crate::refresh::Known;
use crate::resource::{DesiredConsumer, DesiredState, DesiredStore, LiveState};

use referrer::Referrer;

/// All references of a run that are still open, each with who refers. A zone of hosts is found before all else.
pub(super) fn open(desired: &DesiredState) -> impl Iterator<Item = (&Identity, &Reference)> {
    let of_workers = desired.manifests.iter().flat_map(|manifest| {
        let of_bindings = manifest.script.bindings.iter().flat_map(Binding::references);
        let references = of_bindings.chain(manifest.script.settings.references());
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
        let run = Referrer { who: &manifest.identity, stores, live, documents: &documents, outputs, known };
        for queue in manifest.consumers.iter_mut().flatten().flat_map(DesiredConsumer::queues_mut) {
            findings.extend(run.settle_queue(queue).err().map(|finding| (manifest.document, finding)));
        }
        let of_binding = manifest.script.bindings.iter_mut().flat_map(|binding| run.settle(binding));
        findings.extend(of_binding.map(|finding| (manifest.document, finding)));
        for service in manifest.script.settings.referred_mut() {
            findings.extend(run.settle_worker(service).err().map(|finding| (manifest.document, finding)));
        }
    }
    // A store may refer to another one, or to itself.
    let found = stores.iter().enumerate().flat_map(|(index, store)| {
        let run = Referrer { who: &store.identity, stores, live, documents: &documents, outputs, known };
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diagnostic::Code;
    use crate::manifest::{ReadOptions, Source, referring};
    use crate::model::{Address, Kind};
    use crate::resource::LiveStore;

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
            let live = LiveStore { id: "id".into(), settings: Value::Null, used_by: None };
            let texts = store.outputs(&wanted, &live).into_iter();
            let texts = texts.filter(|(_, value)| value.as_str().is_some_and(|text| !text.is_empty()));
            for (output, _) in texts {
                assert!(referring::outputs(store.name()).contains(&output.as_str()), "{} {output}", store.name());
            }
        }
    }
}
