//! The list of an account's Workers, gone through once a run: a manifest then takes those that concern it, however many
//! there are.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use crate::cloudflare::scripts::{self, Script};
use crate::model::marks::ScriptMarks;
use crate::refresh::Known;
use crate::setting::service_of;

/// Places in the list by what its entries are known by.
type Places = BTreeMap<String, Vec<usize>>;

/// The Workers of an account.
#[derive(Default)]
pub(in super::super) struct Scripts {
    list: Rc<Vec<Script>>,
    by_name: Places,
    by_identity: Places,
    /// Those whose traces a Worker gets.
    by_tail: Places,
}

impl Scripts {
    /// Those of an account; nothing where they were not listed yet.
    pub(in super::super) fn of(account: &str, known: &Known) -> Option<Rc<Self>> {
        let read = scripts::list(account);
        known.index(read.as_ref(), "name and identity", |reply| Self::index(read.result(reply).unwrap_or_default()))
    }

    fn index(list: Rc<Vec<Script>>) -> Self {
        let (mut by_name, mut by_identity, mut by_tail) = (Places::new(), Places::new(), Places::new());
        for (place, script) in list.iter().enumerate() {
            by_name.entry(script.id.clone()).or_default().push(place);
            for id in ScriptMarks::parse(&script.tags).ids {
                by_identity.entry(id).or_default().push(place);
            }
            let tails = script.shown.tail_consumers.iter().filter_map(Value::as_array).flatten();
            for service in tails.filter_map(service_of) {
                by_tail.entry(service.to_owned()).or_default().push(place);
            }
        }
        Self { list, by_name, by_identity, by_tail }
    }

    /// The script of a name.
    pub(in super::super) fn named(&self, name: &str) -> Option<&Script> {
        self.at(self.by_name.get(name)).next()
    }

    /// Scripts that carry an identity.
    pub(super) fn of_identity(&self, id: &str) -> impl Iterator<Item = &Script> {
        self.at(self.by_identity.get(id))
    }

    /// Names of the other scripts whose traces the one of a name gets.
    pub(super) fn tailed_by(&self, name: &str) -> impl Iterator<Item = &str> {
        let all = self.at(self.by_tail.get(name)).map(|script| script.id.as_str());
        all.filter(move |other| *other != name)
    }

    fn at<'a>(&'a self, places: Option<&'a Vec<usize>>) -> impl Iterator<Item = &'a Script> {
        places.into_iter().flatten().filter_map(|place| self.list.get(*place))
    }
}
