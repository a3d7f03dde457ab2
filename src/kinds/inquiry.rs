//! What a run wants to know of the account, and what the answers come to.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::worker::{Looking, ZoneIds};
use super::{references, stores, worker};
use crate::cloudflare::{Look, Read};
use crate::model::OutputSet;
use crate::refresh::Known;
use crate::resource::{DesiredState, DesiredStore, LiveState};

/// All that a run looks at.
pub struct Inquiry<'a> {
    desired: &'a DesiredState,
    workers: Looking<'a>,
    /// The stores, as they are looked at.
    stores: Cow<'a, [DesiredStore]>,
    /// What is looked for by name.
    looks: Vec<Look>,
}

impl<'a> Inquiry<'a> {
    /// For a plan. `prunes`: Workers under an earlier name go, so they are looked at as well.
    pub fn new(desired: &'a DesiredState, zones: &'a ZoneIds, outputs: &OutputSet, prunes: bool) -> Self {
        let workers = Looking::new(desired, zones, prunes);
        let looks = references::looks(desired, outputs);
        Self { desired, workers, stores: Cow::Borrowed(&desired.stores), looks }
    }

    /// For a removal. Nothing is bound or attached any more: only the stores that documents describe are looked for.
    pub fn of_removal(desired: &'a DesiredState, zones: &'a ZoneIds) -> Self {
        let alone = desired.stores.iter().map(|store| DesiredStore { inputs: Vec::new(), ..store.clone() });
        let alone = DesiredState { stores: alone.collect(), ..DesiredState::default() };
        let looks = references::looks(&alone, &OutputSet::new());
        let workers = Looking::new(desired, zones, true);
        Self { desired, workers, stores: Cow::Owned(alone.stores), looks }
    }

    /// The same with every Worker in full, however many there are.
    #[must_use]
    pub fn in_full(self) -> Self {
        Self { workers: self.workers.in_full(), ..self }
    }

    /// All that is asked, as far as what is known tells what to ask.
    pub fn reads(&self, known: &Known) -> Vec<Read> {
        let details = self.stores.iter().flat_map(|store| stores::details(store, stores::live(store, known).as_ref()));
        let named = self.looks.iter().map(Look::read);
        self.workers.reads(known).into_iter().chain(named).chain(details.map(|(_, read)| read.into())).collect()
    }

    /// What the account has.
    pub fn live(&self, known: &Known) -> LiveState {
        LiveState {
            stores: self.desired.stores.iter().map(|store| stores::live(store, known)).collect(),
            ..self.workers.live(known)
        }
    }
}

/// What an empty account has.
pub fn in_empty_account(desired: &DesiredState) -> LiveState {
    let manifests = worker::in_empty_account(desired);
    LiveState { manifests, stores: desired.stores.iter().map(|_| None).collect(), ..LiveState::default() }
}

/// Those of these documents of whose Workers only lists told.
pub fn incomplete(live: &LiveState, which: BTreeSet<usize>) -> BTreeSet<usize> {
    let is_from_lists = |index: &usize| live.manifests.get(*index)?.script.as_ref().map(|script| script.is_from_lists);
    which.into_iter().filter(|index| is_from_lists(index) == Some(true)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::zones;
    use crate::manifest::{ReadOptions, Source};

    const ACCOUNT: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_removal_looks_for_the_stores_of_its_documents_and_for_nothing_that_they_refer_to() {
        let domain = "{ enabled: true, domain: media.example.com, zone_id: { value_from: { name: example.com } } }";
        let text = format!(
            "apiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareR2Bucket\nmetadata: {{ name: media }}\n\
             spec: {{ account_id: {ACCOUNT}, bucket_name: media, custom_domain: {domain} }}\n"
        );
        let desired = crate::kinds::read(&[Source { name: "a".into(), text }], &ReadOptions::default()).desired;
        let (zones, outputs) = (ZoneIds::new(), OutputSet::new());
        let zone = Read::from(zones::named("example.com", ACCOUNT));
        let planned = Inquiry::new(&desired, &zones, &outputs, false).reads(&Known::default());
        assert!(planned.contains(&zone) && planned.len() > 1, "{planned:?}");
        let alone: Vec<Read> = planned.into_iter().filter(|read| *read != zone).collect();
        assert_eq!(Inquiry::of_removal(&desired, &zones).reads(&Known::default()), alone);
    }
}
