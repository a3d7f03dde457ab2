//! A binding of a type without a behaviour of its own: its row of the table says what it is made of.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::row::Row;
use super::table;
use super::{Input, Reference};
use crate::model::{Address, Output};

/// A binding as the manifest wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainBinding {
    /// Name in JavaScript.
    pub name: String,
    /// Cloudflare's word for the type.
    pub type_name: String,
    /// What else is given, by the names of an upload.
    pub members: BTreeMap<String, MemberValue>,
}

/// What is given for a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberValue {
    /// Itself.
    Given(Value),
    /// The id or name of another resource.
    Referred {
        /// The value, or where it comes from.
        value: Input,
        /// The resource, where a document of the same run describes it.
        of: Option<Address>,
    },
}

impl PlainBinding {
    /// A binding that refers to another resource and says nothing else.
    pub fn referring(name: String, type_name: &str, member: &str, value: Input) -> Self {
        let value = MemberValue::Referred { value, of: None };
        Self { name, type_name: type_name.to_owned(), members: BTreeMap::from([(member.to_owned(), value)]) }
    }

    /// Its row; none for a type that this release does not know.
    pub fn row(&self) -> Option<&'static Row> {
        table::row(&self.type_name)
    }

    /// As the upload's metadata wants it; nothing while a reference is open.
    pub fn metadata(&self) -> Option<Value> {
        let mut metadata = Map::new();
        for (name, value) in &self.members {
            metadata.insert(name.clone(), value.known()?);
        }
        metadata.insert("type".into(), self.type_name.as_str().into());
        metadata.insert("name".into(), self.name.as_str().into());
        Some(Value::Object(metadata))
    }

    /// The references that are still open.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.members.values().filter_map(|value| match value {
            MemberValue::Referred { value: Input::Reference(reference), .. } => Some(reference),
            MemberValue::Referred { value: Input::Value(_) | Input::Late(_), .. } | MemberValue::Given(_) => None,
        })
    }

    /// The resources of the run that it refers to.
    pub fn needs(&self) -> impl Iterator<Item = &Address> {
        self.members.values().filter_map(|value| match value {
            MemberValue::Referred { of, .. } => of.as_ref(),
            MemberValue::Given(_) => None,
        })
    }

    /// Whether one of its values is made by another write of the run.
    pub fn is_late(&self) -> bool {
        self.members.values().any(MemberValue::is_late)
    }

    /// Puts the values in place that other writes of the run made.
    pub(super) fn settle(&mut self, late: &dyn Fn(&Output) -> Option<String>) {
        for member in self.members.values_mut() {
            if let MemberValue::Referred { value, .. } = member
                && let Input::Late(output) = value
                && let Some(made) = late(output)
            {
                *value = Input::Value(made);
            }
        }
    }
}

impl MemberValue {
    /// The value, once it is known.
    pub fn known(&self) -> Option<Value> {
        match self {
            Self::Given(value) => Some(value.clone()),
            Self::Referred { value: Input::Value(text), .. } => Some(Value::from(text.as_str())),
            Self::Referred { value: Input::Reference(_) | Input::Late(_), .. } => None,
        }
    }

    /// Whether another write of the run makes it.
    pub fn is_late(&self) -> bool {
        matches!(self, Self::Referred { value: Input::Late(_), .. })
    }
}

impl Serialize for PlainBinding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.type_name)?;
        map.serialize_entry("name", &self.name)?;
        for (name, value) in &self.members {
            match value {
                MemberValue::Given(value) => map.serialize_entry(name, value)?,
                MemberValue::Referred { value, .. } => map.serialize_entry(name, value)?,
            }
        }
        // A row refers to one resource at most.
        if let Some(of) = self.needs().next() {
            map.serialize_entry("of", of)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Kind;

    fn late() -> PlainBinding {
        let of = Address { kind: Kind::Kv, key: "shop".into() };
        let value = Input::Late(Output { account: "a".into(), of: of.clone(), name: "namespace_id".into() });
        let mut binding = PlainBinding::referring("CACHE".into(), "kv_namespace", "namespace_id", value.clone());
        binding.members.insert("namespace_id".into(), MemberValue::Referred { value, of: Some(of) });
        binding
    }

    #[test]
    fn a_value_that_another_write_makes_goes_up_once_it_is_made() {
        let mut binding = late();
        assert!(binding.is_late() && binding.metadata().is_none());
        binding.settle(&|output| (output.name == "namespace_id").then(|| "abc".into()));
        assert!(!binding.is_late());
        let sent = json!({ "type": "kv_namespace", "name": "CACHE", "namespace_id": "abc" });
        assert_eq!(binding.metadata(), Some(sent));
        assert_eq!(binding.needs().count(), 1);
    }

    #[test]
    fn a_member_of_the_users_can_never_replace_name_or_type() {
        let mut binding = late();
        binding.members = BTreeMap::from([("type".into(), MemberValue::Given(json!("other")))]);
        assert_eq!(binding.metadata().expect("metadata")["type"], "kv_namespace");
    }
}
