//! Writes and the reads beside them as values: whoever plans says what is to be sent, one place sends it.

use serde::Serialize;
use serde_json::{Value, json};

use super::api::Api;
use super::error::Family;
use super::permissions::Grant;
use super::read::{Listing, Read, ReadOf, Reply};
use super::scripts::Script;
use super::zones::Zone;
use crate::http::{CallError, CallErrorKind, Client, Method, Request};
use crate::model::Output;
use crate::secret::Secret;

/// A part of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Segment {
    /// As it is.
    Text(String),
    /// What another write of the run makes.
    Late(Output),
}

impl From<&str> for Segment {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// One write.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: Method,
    /// Its path.
    pub path: Vec<Segment>,
    /// Its headers beside the usual ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// Members of its body that other writes of the run make, each where it stands as a JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<(&'static str, Output)>,
    /// Whose error codes its answers use.
    #[serde(skip)]
    pub family: Family,
    /// The permission that it needs.
    #[serde(skip)]
    pub grant: Grant,
    /// Outputs that it makes: name, and where the answer's result says the value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub makes: Vec<(&'static str, &'static str)>,
    /// What it needs was made by this run and may settle late: where Cloudflare does not know it, it is asked again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub settles_late: bool,
    /// How to see whether what it makes is there, where that can't be made twice; or whether what it deletes is gone.
    #[serde(skip)]
    pub look: Option<Look>,
    /// The way out where Cloudflare refuses with this code.
    #[serde(skip)]
    pub help: Option<(i64, &'static str)>,
}

impl Call {
    /// A write without a body, which makes nothing that others want to know.
    pub fn new((family, grant): (Family, Grant), method: Method, path: &[&str]) -> Self {
        Self {
            method,
            path: path.iter().map(|segment| (*segment).into()).collect(),
            headers: Vec::new(),
            body: Value::Null,
            late: Vec::new(),
            family,
            grant,
            makes: Vec::new(),
            settles_late: false,
            look: None,
            help: None,
        }
    }
}

impl Call {
    /// The body with what other writes made; the name of the output that none of them made.
    fn body_with(&self, made: &dyn Fn(&Output) -> Option<String>) -> Result<Value, String> {
        let mut body = self.body.clone();
        for (at, output) in &self.late {
            let value = made(output).ok_or_else(|| output.name.clone())?;
            let place = body.pointer_mut(at).ok_or_else(|| output.name.clone())?;
            *place = Value::from(value);
        }
        Ok(body)
    }
}

/// How something is looked for by its name.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// In a list.
    Listed {
        /// The list.
        read: ReadOf<Listing>,
        /// Member that holds the name.
        member: &'static str,
        /// The name.
        name: String,
    },
    /// In a list inside an entry of a list.
    Inside {
        /// The list.
        read: ReadOf<Listing>,
        /// Member of an entry, and what it must hold.
        entry: (&'static str, String),
        /// Member of the entry that holds the list in it.
        list: &'static str,
        /// Members of what is looked for: any of them may hold the name.
        members: &'static [&'static str],
        /// The name.
        name: String,
    },
    /// By a path that holds the name.
    Alone(ReadOf<Value>),
    /// A Worker, in the list of all of them.
    Script {
        /// The list.
        read: ReadOf<Vec<Script>>,
        /// The name.
        name: String,
    },
    /// A zone.
    Zone {
        /// The zones of that name.
        read: ReadOf<Vec<Zone>>,
        /// The name.
        name: String,
    },
}

impl Look {
    /// What is read.
    pub fn read(&self) -> Read {
        match self {
            Self::Listed { read, .. } | Self::Inside { read, .. } => read.as_ref().clone(),
            Self::Alone(read) => read.as_ref().clone(),
            Self::Script { read, .. } => read.as_ref().clone(),
            Self::Zone { read, .. } => read.as_ref().clone(),
        }
    }

    /// The name that is looked for in a list; nothing where the path holds it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Listed { name, .. }
            | Self::Inside { name, .. }
            | Self::Script { name, .. }
            | Self::Zone { name, .. } => Some(name),
            Self::Alone(_) => None,
        }
    }

    /// What an answer lists under names that are wanted, each with its name.
    pub fn listed(&self, reply: &Reply, is_wanted: &dyn Fn(&str) -> bool) -> Vec<(String, Value)> {
        fn all<T>(list: Option<&Vec<T>>, named: impl Fn(&T) -> Option<(String, Value)>) -> Vec<(String, Value)> {
            list.into_iter().flatten().filter_map(named).collect()
        }
        match self {
            Self::Listed { read, member, .. } => {
                let list = read.result(reply);
                all(list.as_deref().map(|list| &list.entries), |entry: &Value| {
                    let name = entry.get(member)?.as_str().filter(|name| is_wanted(name))?;
                    Some((name.to_owned(), entry.clone()))
                })
            }
            Self::Inside { read, entry: (member, entry), list, members, name } => {
                let holders = read.result(reply);
                let holder = holders.iter().flat_map(|all| &all.entries).find(|listed| holds(listed, member, entry));
                let inside = holder.and_then(|holder| holder.get(list)?.as_array()).into_iter().flatten();
                let is_it = |one: &&Value| is_wanted(name) && members.iter().any(|member| holds(one, member, name));
                inside.filter(is_it).map(|one| (name.clone(), one.clone())).collect()
            }
            Self::Alone(read) => {
                read.result(reply).map(|found| (String::new(), (*found).clone())).into_iter().collect()
            }
            Self::Script { read, .. } => all(read.result(reply).as_deref(), |script| {
                is_wanted(&script.id).then(|| (script.id.clone(), json!({ "id": script.id })))
            }),
            Self::Zone { read, .. } => all(read.result(reply).as_deref(), |zone| {
                is_wanted(&zone.name).then(|| (zone.name.clone(), json!({ "id": zone.id })))
            }),
        }
    }
}

impl Api {
    /// Sends a write; `late` gives the values that other writes made. The result is what Cloudflare answers.
    ///
    /// # Errors
    /// [`CallError`], as for every request.
    pub async fn carry(
        &self,
        client: &Client,
        call: &Call,
        late: &dyn Fn(&Output) -> Option<String>,
    ) -> Result<Value, CallError> {
        let segment = |segment: &Segment| match segment {
            Segment::Text(text) => text.clone(),
            // Nothing is sent for a path with an empty segment.
            Segment::Late(output) => late(output).unwrap_or_default(),
        };
        let path: Vec<String> = call.path.iter().map(segment).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let mut request = match call.body_with(late) {
            Ok(Value::Null) => self.request(call.method, &path),
            Ok(body) => self.json(call.method, &path, &body),
            Err(name) => {
                let target = self.request(call.method, &path).target();
                let kind = CallErrorKind::Unsendable { reason: format!("its `{name}` is not known") };
                return Err(CallError { target, tries: 0, may_have_arrived: false, kind });
            }
        };
        add_headers(&mut request, &call.headers);
        let (_, envelope) = self.exchange(client, &request, (call.family, call.grant), call.settles_late).await?;
        Ok(envelope.result.unwrap_or_default())
    }

    /// Looks for something by its name; nothing when it is not there.
    ///
    /// # Errors
    /// [`CallError`], as for every read.
    pub async fn find(&self, client: &Client, look: &Look) -> Result<Option<Value>, CallError> {
        let reply = match self.ask(client, &look.read()).await {
            Ok(reply) => reply,
            Err(error) if error.is_absent() && look.name().is_none() => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_it = |name: &str| look.name().is_none_or(|wanted| wanted == name);
        Ok(look.listed(&reply, &is_it).into_iter().next().map(|(_, entry)| entry))
    }
}

fn holds(entry: &Value, member: &str, name: &str) -> bool {
    entry.get(member).and_then(Value::as_str) == Some(name)
}

fn add_headers(request: &mut Request, headers: &[(&'static str, String)]) {
    request.headers.extend(headers.iter().map(|(name, value)| (*name, Secret::new(value.as_str()))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudflare::permissions::R2;
    use crate::model::Address;

    #[test]
    fn what_another_write_makes_goes_into_the_body_and_nothing_is_sent_before() {
        let zone = Output { account: "a".into(), of: Address::kv("zone"), name: "zone_id".into() };
        let call = Call {
            body: json!({ "domain": "media.example.com", "zoneId": null }),
            late: vec![("/zoneId", zone.clone())],
            ..Call::new((Family::R2, R2), Method::Post, &["accounts"])
        };
        let made = call.body_with(&|output| (*output == zone).then(|| "1a".into()));
        assert_eq!(made, Ok(json!({ "domain": "media.example.com", "zoneId": "1a" })));
        assert_eq!(call.body_with(&|_| None), Err("zone_id".into()));
    }
}
