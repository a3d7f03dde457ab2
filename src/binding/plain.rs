//! A binding of a type without a behaviour of its own: its row of the table says what it is made of.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::row::Row;
use super::table;
use super::{Input, Referred};
use crate::model::Output;

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
    Referred(Referred),
}

impl PlainBinding {
    /// A binding that refers to another resource and says nothing else.
    pub fn referring(name: String, type_name: &str, member: &str, value: Input) -> Self {
        let value = MemberValue::Referred(value.into());
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

    /// A member that is text, once it is known.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member)?.text()
    }

    /// Its members that name other resources.
    pub fn referred(&self) -> impl Iterator<Item = &Referred> {
        self.members.values().filter_map(|value| match value {
            MemberValue::Referred(referred) => Some(referred),
            MemberValue::Given(_) => None,
        })
    }

    /// Puts the values in place that other writes of the run made.
    pub(super) fn settle(&mut self, late: &dyn Fn(&Output) -> Option<String>) {
        for member in self.members.values_mut() {
            if let MemberValue::Referred(referred) = member {
                referred.settle(late);
            }
        }
    }
}

impl MemberValue {
    /// The value, once it is known.
    pub fn known(&self) -> Option<Value> {
        match self {
            Self::Given(value) => Some(value.clone()),
            Self::Referred(referred) => referred.known().map(Value::from),
        }
    }

    /// The same where it is text.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Given(value) => value.as_str(),
            Self::Referred(referred) => referred.known(),
        }
    }

    /// Whether another write of the run makes it.
    pub fn is_late(&self) -> bool {
        matches!(self, Self::Referred(referred) if referred.late().is_some())
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
                MemberValue::Referred(referred) => map.serialize_entry(name, &referred.value)?,
            }
        }
        // A row refers to one resource at most.
        if let Some(of) = self.referred().find_map(|referred| referred.of.as_ref()) {
            map.serialize_entry("of", of)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::binding::Binding;
    use crate::model::{Address, Kind};

    fn late() -> PlainBinding {
        let of = Address::new(Kind::Kv, "shop");
        let value = Input::Late(Output { account: "a".into(), of: of.clone(), name: "namespace_id".into() });
        let mut binding = PlainBinding::referring("CACHE".into(), "kv_namespace", "namespace_id", value.clone());
        binding.members.insert("namespace_id".into(), MemberValue::Referred(Referred { value, of: Some(of) }));
        binding
    }

    #[test]
    fn a_value_that_another_write_makes_goes_up_once_it_is_made() {
        let binding = Binding::Plain(late());
        assert!(binding.is_late() && binding.plain().and_then(PlainBinding::metadata).is_none());
        let binding = binding.with_late(&|output| (output.name == "namespace_id").then(|| "abc".into()));
        assert!(!binding.is_late());
        let sent = json!({ "type": "kv_namespace", "name": "CACHE", "namespace_id": "abc" });
        assert_eq!(binding.plain().and_then(PlainBinding::metadata), Some(sent));
        assert_eq!(binding.needs().count(), 1);
    }

    #[test]
    fn a_member_of_the_users_can_never_replace_name_or_type() {
        let mut binding = late();
        binding.members = BTreeMap::from([("type".into(), MemberValue::Given(json!("other")))]);
        assert_eq!(binding.metadata().expect("metadata")["type"], "kv_namespace");
    }
}
