//! Settings of a Worker beside its code, its bindings and what leads to it: a row of [`table`] for each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::binding::{Reference, Referred};
use crate::model::Address;

mod compare;
pub mod table;

pub use compare::{is_met, merged, without_nulls};
pub use table::{Of, Row, Setting};

/// The settings that a manifest states.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredSettings {
    /// What each says, as an upload spells it; those that name Workers stand in `tails`.
    pub values: BTreeMap<Setting, Value>,
    /// The Workers that a setting names, in the order of the manifest.
    pub tails: BTreeMap<Setting, Vec<Tail>>,
    /// Tags of the user's own.
    pub tags: Option<Vec<String>>,
}

/// A Worker that gets what the runtime tells of each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Its name.
    pub service: Referred,
    /// What else is said of it, as an upload spells it.
    pub more: Map<String, Value>,
}

impl Tail {
    /// As an upload wants it; nothing while its name is open.
    fn sent(&self) -> Option<Value> {
        let mut sent = self.more.clone();
        sent.insert("service".into(), self.service.known()?.into());
        Some(Value::Object(sent))
    }
}

impl DesiredSettings {
    /// What a setting says, as an upload spells it; nothing where the manifest does not state it, or a name in it is open.
    pub fn value(&self, setting: Setting) -> Option<Value> {
        match self.tails.get(&setting) {
            Some(tails) => tails.iter().map(Tail::sent).collect::<Option<Vec<Value>>>().map(Value::Array),
            None => self.values.get(&setting).cloned(),
        }
    }

    /// Those of versions as they enter the digest of a version; nothing where none is stated.
    pub fn digested(&self) -> Option<Value> {
        let of_version = table::rows().filter(|row| row.of == Of::Version);
        let stated: Map<String, Value> =
            of_version.filter_map(|row| Some((row.word.to_owned(), self.value(row.setting)?))).collect();
        (!stated.is_empty()).then_some(Value::Object(stated))
    }

    /// What in them refers to other Workers.
    pub fn referred(&self) -> impl Iterator<Item = &Referred> {
        self.tails.values().flatten().map(|tail| &tail.service)
    }

    /// The same, to put values in place.
    pub fn referred_mut(&mut self) -> impl Iterator<Item = &mut Referred> {
        self.tails.values_mut().flatten().map(|tail| &mut tail.service)
    }

    /// What must be resolved before planning.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.referred().filter_map(Referred::reference)
    }

    /// The Workers of the same run that they name.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        self.referred().filter_map(|referred| referred.of.as_ref())
    }

    /// What the marks remember of them: each thing that goes when the manifest no longer states it.
    pub fn marked(&self) -> BTreeSet<String> {
        let mut marked: BTreeSet<String> = self.tags.iter().flatten().map(|tag| tag_mark(tag)).collect();
        for row in table::rows() {
            match (row.mark, self.value(row.setting)) {
                (_, None) | (table::Mark::Nothing, Some(_)) => {}
                (table::Mark::Whole, Some(_)) => {
                    marked.insert(mark(&row));
                }
                (table::Mark::Members(before), Some(value)) => {
                    let members = value.as_object().into_iter().flat_map(Map::keys);
                    let new = members.filter(|name| !before.contains(&name.as_str()));
                    marked.extend(new.map(|name| part_mark(&row, name)));
                }
                (table::Mark::Entries, Some(value)) => {
                    marked.extend(
                        value.as_array().into_iter().flatten().filter_map(service_of).map(|of| part_mark(&row, of)),
                    );
                }
            }
        }
        marked
    }
}

/// The Worker that an entry names.
pub fn service_of(entry: &Value) -> Option<&str> {
    entry.get("service")?.as_str()
}

/// Stands for a setting among the names that a manifest sets. No binding can be called so.
pub fn mark(row: &Row) -> String {
    format!("spec.{}", row.word)
}

/// Stands for a part of a setting likewise.
pub fn part_mark(row: &Row, part: &str) -> String {
    format!("spec.{} {part}", row.word)
}

/// Stands for a tag of the user's own likewise.
pub fn tag_mark(tag: &str) -> String {
    format!("spec.tags {tag}")
}
