//! Writes and the reads beside them as values: whoever plans says what is to be sent, one place sends it.

use serde::Serialize;
use serde_json::Value;

use super::api::Api;
use super::error::Family;
use super::permissions::Grant;
use super::read::{Read, ReadOf};
use crate::http::{CallError, Client, Method, Request};
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
    /// Whose error codes its answers use.
    #[serde(skip)]
    pub family: Family,
    /// The permission that it needs.
    #[serde(skip)]
    pub grant: Grant,
    /// Outputs that it makes: name, and where the answer's result says the value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub makes: Vec<(&'static str, &'static str)>,
    /// How to see whether what it makes is there, where that can't be made twice.
    #[serde(skip)]
    pub look: Option<Look>,
}

impl Call {
    /// A write without a body, which makes nothing that others want to know.
    pub fn new((family, grant): (Family, Grant), method: Method, path: &[&str]) -> Self {
        Self {
            method,
            path: path.iter().map(|segment| (*segment).into()).collect(),
            headers: Vec::new(),
            body: Value::Null,
            family,
            grant,
            makes: Vec::new(),
            look: None,
        }
    }
}

/// How something is looked for by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// In a list.
    Listed {
        /// The list.
        read: ReadOf<Vec<Value>>,
        /// Member that holds the name.
        member: &'static str,
        /// The name.
        name: String,
    },
    /// By a path that holds the name.
    Alone(ReadOf<Value>),
}

impl Look {
    /// What is read.
    pub fn read(&self) -> Read {
        match self {
            Self::Listed { read, .. } => read.as_ref().clone(),
            Self::Alone(read) => read.as_ref().clone(),
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
        let mut request = match &call.body {
            Value::Null => self.request(call.method, &path),
            body => self.json(call.method, &path, body),
        };
        add_headers(&mut request, &call.headers);
        let (_, envelope) = self.exchange(client, &request, (call.family, call.grant), false).await?;
        Ok(envelope.result.unwrap_or_default())
    }

    /// Looks for something by its name; nothing when it is not there.
    ///
    /// # Errors
    /// [`CallError`], as for every read.
    pub async fn find(&self, client: &Client, look: &Look) -> Result<Option<Value>, CallError> {
        match look {
            Look::Listed { read, member, name } => {
                let is_it = |entry: &Value| entry.get(member).and_then(Value::as_str) == Some(name.as_str());
                Ok(self.read(client, read).await?.into_iter().find(is_it))
            }
            Look::Alone(read) => match self.read(client, read).await {
                Ok(found) => Ok(Some(found)),
                Err(error) if error.is_absent() => Ok(None),
                Err(error) => Err(error),
            },
        }
    }
}

fn add_headers(request: &mut Request, headers: &[(&'static str, String)]) {
    request.headers.extend(headers.iter().map(|(name, value)| (*name, Secret::new(value.as_str()))));
}
