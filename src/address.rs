//! Names of resources inside a plan, such as `route:api.example.com/*`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Kind of a resource, by the word that starts its address. New ones may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ResourceKind")]
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
    /// A Worker's consumption of a queue.
    Consumer,
    /// A custom domain of a Worker.
    Domain,
    /// The cron schedules of a Worker.
    Schedules,
    /// A Worker's class of Durable Objects.
    Class,
    /// A Workflow of a Worker.
    Workflow,
}

impl Kind {
    /// All kinds, in the order in which they are created.
    pub const ALL: [Self; 12] = [
        Self::Kv,
        Self::Queue,
        Self::Bucket,
        Self::D1,
        Self::Script,
        Self::Record,
        Self::Route,
        Self::Domain,
        Self::Consumer,
        Self::Schedules,
        Self::Class,
        Self::Workflow,
    ];

    /// Whether its name is unique among all accounts: a host lies in one zone, and a zone holds a pattern once.
    pub fn is_of_zone(self) -> bool {
        match self {
            Self::Record | Self::Route | Self::Domain => true,
            Self::Script
            | Self::Kv
            | Self::Queue
            | Self::Bucket
            | Self::D1
            | Self::Consumer
            | Self::Schedules
            | Self::Class
            | Self::Workflow => false,
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
            Self::Consumer => "consumer",
            Self::Domain => "domain",
            Self::Schedules => "schedules",
            Self::Class => "class",
            Self::Workflow => "workflow",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Where a resource is, for those whose name is not the only one of its kind in a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Id of the account.
    Account(String),
    /// Id of the zone.
    Zone(String),
}

/// `kind:key`, or `kind:zone/ID/key` and `kind:account/ID/key` where the short form is not unique.
///
/// Keys: script name; lower-case A-label host; route pattern as shown; KV title; name of a queue or a database; for a
/// consumer the name of its queue; for schedules the name of their Worker; for a class of Durable Objects its Worker and its
/// name, with a slash between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub struct Address {
    /// What it is.
    pub kind: Kind,
    /// Its name among its kind.
    pub key: String,
    /// Where it is; in a plan only where the short form is not unique.
    pub scope: Option<Scope>,
}

impl Address {
    /// Address of a resource by its name among its kind.
    pub fn new(kind: Kind, key: &str) -> Self {
        Self { kind, key: key.to_owned(), scope: None }
    }

    /// The same with the account that it is in.
    #[must_use]
    pub fn of_account(self, account: &str) -> Self {
        Self { scope: Some(Scope::Account(account.to_owned())), ..self }
    }

    /// The same with the zone that it is in.
    #[must_use]
    pub fn of_zone(self, zone: &str) -> Self {
        Self { scope: Some(Scope::Zone(zone.to_owned())), ..self }
    }

    /// The same without account or zone.
    #[must_use]
    pub fn short(&self) -> Self {
        Self { scope: None, ..self.clone() }
    }

    /// Whether a caller means this one, by either form.
    pub fn is_named(&self, typed: &str) -> bool {
        typed == self.to_string() || typed == self.short().to_string()
    }

    /// What tells it from things of the same name in other accounts of a run.
    pub fn in_account<'a>(&'a self, account: &'a str) -> (&'a str, &'a Self) {
        (if self.kind.is_of_zone() { "" } else { account }, self)
    }

    /// Address of a Worker script.
    pub fn script(name: &str) -> Self {
        Self::new(Kind::Script, name)
    }

    /// Address of a DNS record, by its host as a lower-case A-label.
    pub fn record(host: &str) -> Self {
        Self::new(Kind::Record, host)
    }

    /// Address of a route, by its pattern.
    pub fn route(pattern: &str) -> Self {
        Self::new(Kind::Route, pattern)
    }

    /// Address of a consumer, by the name of its queue.
    pub fn consumer(queue: &str) -> Self {
        Self::new(Kind::Consumer, queue)
    }

    /// Address of a custom domain, by its host as a lower-case A-label.
    pub fn domain(host: &str) -> Self {
        Self::new(Kind::Domain, host)
    }

    /// Address of the cron schedules of a Worker.
    pub fn schedules(script: &str) -> Self {
        Self::new(Kind::Schedules, script)
    }

    /// Address of a Workflow, by its name.
    pub fn workflow(name: &str) -> Self {
        Self::new(Kind::Workflow, name)
    }

    /// Address of a class of Durable Objects, by its Worker and its name.
    pub fn class(script: &str, class: &str) -> Self {
        Self::new(Kind::Class, &format!("{script}/{class}"))
    }

    /// The Worker of a class.
    pub fn owner(&self) -> &str {
        self.key.split_once('/').map_or(self.key.as_str(), |(script, _)| script)
    }

    /// The name of a class in the code of its Worker.
    pub fn class_name(&self) -> &str {
        self.key.split_once('/').map_or("", |(_, class)| class)
    }

    /// Address of a KV namespace, by its title.
    pub fn kv(title: &str) -> Self {
        Self::new(Kind::Kv, title)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            None => write!(formatter, "{}:{}", self.kind, self.key),
            Some(Scope::Account(id)) => write!(formatter, "{}:account/{id}/{}", self.kind, self.key),
            Some(Scope::Zone(id)) => write!(formatter, "{}:zone/{id}/{}", self.kind, self.key),
        }
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
        Ok(match scoped(kind, key) {
            Some((scope, key)) => Self { kind, key: key.to_owned(), scope: Some(scope) },
            None => Self::new(kind, key),
        })
    }
}

/// Account or zone, where the text names one before the key.
fn scoped(kind: Kind, text: &str) -> Option<(Scope, &str)> {
    let (word, rest) = text.split_once('/')?;
    let (id, key) = rest.split_once('/')?;
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if !is_id || key.is_empty() {
        return None;
    }
    match (word, kind.is_of_zone()) {
        ("zone", true) => Some((Scope::Zone(id.to_owned()), key)),
        ("account", false) => Some((Scope::Account(id.to_owned()), key)),
        _ => None,
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
    use serde_json::json;

    use super::{Address, Kind};

    #[test]
    fn a_kind_is_told_by_the_word_that_starts_its_addresses() {
        for kind in Kind::ALL {
            assert_eq!(json!(kind), json!(kind.as_str()));
        }
    }

    #[test]
    fn splits_at_the_first_colon_only() {
        let address: Address = "route:https://a.example.com/*".parse().expect("an address");
        assert_eq!(address, Address::route("https://a.example.com/*"));
        assert_eq!(address.to_string(), "route:https://a.example.com/*");
    }

    #[test]
    fn the_form_with_account_or_zone_is_read_as_it_is_told() {
        let id = "0123456789abcdef0123456789abcdef";
        let scoped = [Address::script("api").of_account(id), Address::route("a.example.com/*").of_zone(id)];
        for address in scoped {
            assert_eq!(address.to_string().parse(), Ok(address.clone()));
            assert!(address.is_named(&address.to_string()) && address.is_named(&address.short().to_string()));
            assert!(!address.short().is_named(&address.to_string()));
        }
        // Slashes of a title or a pattern are its own.
        for text in ["kv:account/of/us", "route:zone/a/*", &format!("kv:zone/{id}/x"), &format!("script:account/{id}/")]
        {
            assert_eq!(text.parse::<Address>().map(|address| address.scope), Ok(None), "{text}");
        }
    }

    #[test]
    fn refuses_what_names_nothing() {
        for text in ["script", "script:", "zone:example.com"] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
