//! What would let a refused run go on, as data: whoever words it knows how flags are spelt and quoted.

use schemars::JsonSchema;
use serde::Serialize;

use crate::address::Address;

/// Options that would let a refused call go on: spread them over those that it was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WayOut {
    /// What nobody marked becomes ours.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adopt: Vec<Address>,
    /// What somebody else owns becomes ours, or goes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub take: Vec<Address>,
    /// What goes with all data in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delete_data: Vec<Address>,
    /// The yes to what is deleted, adopted or taken.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_deletes: bool,
}

impl WayOut {
    /// To adopt one resource.
    pub fn adopting(address: &Address) -> Self {
        Self { adopt: vec![address.clone()], ..Self::default() }
    }

    /// To take one resource.
    pub fn taking(address: &Address) -> Self {
        Self { take: vec![address.clone()], ..Self::default() }
    }

    /// To delete the data of one resource, which needs a yes as any deletion does.
    pub fn deleting_data(address: &Address) -> Self {
        Self { delete_data: vec![address.clone()], ..Self::default() }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together, each address once.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let add = |list: &mut Vec<Address>, more: &[Address]| {
            for address in more {
                if !list.contains(address) {
                    list.push(address.clone());
                }
            }
        };
        add(&mut self.adopt, &other.adopt);
        add(&mut self.take, &other.take);
        add(&mut self.delete_data, &other.delete_data);
        self.allow_deletes |= other.allow_deletes;
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Address, WayOut};

    #[test]
    fn says_each_address_once_and_nothing_that_is_not_needed() {
        let script = Address::script("shop");
        let both =
            WayOut::adopting(&script).and(&WayOut::adopting(&script)).and(&WayOut::taking(&Address::route("a/*")));
        assert_eq!(json!(both), json!({ "adopt": ["script:shop"], "take": ["route:a/*"] }));
        assert!(WayOut::default().is_empty() && !both.is_empty());
    }
}
