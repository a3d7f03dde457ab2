//! Names of resources inside a plan, such as `route:api.example.com/*`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Kind of a resource, by the word that starts its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A Worker script.
    Script,
    /// A DNS record.
    Record,
    /// A Worker route.
    Route,
    /// A KV namespace.
    Kv,
    /// A queue.
    Queue,
    /// An R2 bucket.
    Bucket,
    /// A database of D1.
    D1,
}

impl Kind {
    /// All kinds, in the order in which they are created.
    pub const ALL: [Self; 7] = [Self::Kv, Self::Queue, Self::Bucket, Self::D1, Self::Script, Self::Record, Self::Route];

    /// Whether its name is unique among all accounts: a host lies in one zone, and a zone holds a pattern once.
    pub fn is_of_zone(self) -> bool {
        match self {
            Self::Record | Self::Route => true,
            Self::Script | Self::Kv | Self::Queue | Self::Bucket | Self::D1 => false,
        }
    }

    /// The word that starts an address of this kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Record => "record",
            Self::Route => "route",
            Self::Kv => "kv",
            Self::Queue => "queue",
            Self::Bucket => "bucket",
            Self::D1 => "d1",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// `kind:key`, or `kind:zone/ID/key` and `kind:account/ID/key` where the short form is not unique.
///
/// Keys: script name; lower-case A-label host; route pattern as shown; KV title; name of a queue or a database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// What it is.
    pub kind: Kind,
    /// Its name among its kind.
    pub key: String,
}

impl Address {
    /// What tells it from things of the same name in other accounts of a run.
    pub fn in_account<'a>(&'a self, account: &'a str) -> (&'a str, &'a Self) {
        (if self.kind.is_of_zone() { "" } else { account }, self)
    }

    /// Address of a Worker script.
    pub fn script(name: &str) -> Self {
        Self { kind: Kind::Script, key: name.to_owned() }
    }

    /// Address of a DNS record, by its host as a lower-case A-label.
    pub fn record(host: &str) -> Self {
        Self { kind: Kind::Record, key: host.to_owned() }
    }

    /// Address of a route, by its pattern.
    pub fn route(pattern: &str) -> Self {
        Self { kind: Kind::Route, key: pattern.to_owned() }
    }

    /// Address of a KV namespace, by its title.
    pub fn kv(title: &str) -> Self {
        Self { kind: Kind::Kv, key: title.to_owned() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.kind, self.key)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, key) = text.split_once(':').ok_or_else(|| format!("`{text}` is not KIND:KEY"))?;
        let kind = Kind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or_else(|| format!("`{kind}` is not a kind of resource"))?;
        if key.is_empty() {
            return Err(format!("`{text}` names nothing after the colon"));
        }
        Ok(Self { kind, key: key.to_owned() })
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn splits_at_the_first_colon_only() {
        let address: Address = "route:https://a.example.com/*".parse().expect("an address");
        assert_eq!(address, Address::route("https://a.example.com/*"));
        assert_eq!(address.to_string(), "route:https://a.example.com/*");
    }

    #[test]
    fn refuses_what_names_nothing() {
        for text in ["script", "script:", "zone:example.com"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
