//! Writes as values: whoever plans says what is to be sent, one place sends it.

use std::rc::Rc;

use serde::Serialize;
use serde_json::Value;

use super::accepted::{Accepted, FromResult};
use super::api::{Api, malformed, with_query};
use super::error::Family;
use super::permissions::Grant;
use super::presigned;
use super::raw_body::RawBody;
use super::read::{Parser, Read};
use super::search::Search;
use crate::http::{CallError, CallErrorKind, Client, Method, Repeat, Request};
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

/// Where a write goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// The API, with the credentials of the run.
    #[default]
    Api,
    /// A presigned address that an answer gave: it takes no credentials, and is never shown whole.
    Presigned(Secret),
    /// The API, with a token of its own in place of the credentials of the run: an answer gave it for this.
    Bearer(Secret),
}

/// Headers that say who asks.
const CREDENTIALS: [&str; 3] = ["authorization", "x-auth-email", "x-auth-key"];

/// One write.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: Method,
    /// Where it goes: path and query are those of the API.
    #[serde(skip)]
    pub origin: Origin,
    /// Its path.
    pub path: Vec<Segment>,
    /// What stands behind the path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<(&'static str, &'static str)>,
    /// Its headers beside the usual ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub body: Value,
    /// Members of its body that other writes of the run make, each where it stands as a JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub late: Vec<(&'static str, Output)>,
    /// The type of the body, where it is JSON of another one.
    #[serde(skip)]
    pub body_type: Option<&'static str>,
    /// What is sent in place of JSON: it may hold secrets, and shows nothing.
    #[serde(skip)]
    pub raw: Option<RawBody>,
    /// Whose error codes its answers use.
    #[serde(skip)]
    pub family: Family,
    /// The permission that it needs.
    #[serde(skip)]
    pub grant: Grant,
    /// Sending it twice ends in the same state, although it is a `POST`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeats: bool,
    /// It is never sent again blindly: after an unclear answer whoever sends it looks first, also where sending it twice ends
    /// in the same state, since others may have written in between.
    #[serde(skip)]
    pub looks_first: bool,
    /// What it is about is made in this run: "not there" is asked again for some seconds.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub settles_late: bool,
    /// Outputs that it makes: name, and where the answer's result says the value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub makes: Vec<(&'static str, &'static str)>,
    /// How to see whether what it makes is there, where that can't be made twice.
    #[serde(skip)]
    pub look: Option<Rc<dyn Search>>,
    /// It deletes what this shows, and goes on until it is gone: an accepted deletion is no proof.
    #[serde(skip)]
    pub until_gone: Option<Read>,
    /// The way out where Cloudflare refuses with this code.
    #[serde(skip)]
    pub help: Option<(i64, &'static str)>,
    /// What an answer must hold: one that does not leaves open what became of the write.
    #[serde(skip)]
    pub answer: Option<Parser>,
}

impl Call {
    /// A write without a body, which makes nothing that others want to know.
    pub fn new((family, grant): (Family, Grant), method: Method, path: &[&str]) -> Self {
        Self {
            method,
            origin: Origin::Api,
            path: path.iter().map(|segment| (*segment).into()).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Value::Null,
            late: Vec::new(),
            body_type: None,
            raw: None,
            family,
            grant,
            repeats: false,
            looks_first: false,
            settles_late: false,
            makes: Vec::new(),
            look: None,
            until_gone: None,
            help: None,
            answer: None,
        }
    }

    /// The same, with an answer that must be a `T`.
    pub(super) fn answered_by<T: FromResult>(mut self) -> Self {
        self.answer = Some(Parser::of::<T>());
        self
    }

    /// What is sent; `made` gives the values that other writes made.
    ///
    /// # Errors
    /// A member of the body that none of them made: nothing is sent.
    pub fn request(&self, api: &Api, made: &dyn Fn(&Output) -> Option<String>) -> Result<Request, CallError> {
        let segment = |segment: &Segment| match segment {
            Segment::Text(text) => text.clone(),
            // Nothing is sent for a path with an empty segment.
            Segment::Late(output) => made(output).unwrap_or_default(),
        };
        let path: Vec<String> = self.path.iter().map(segment).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let request = match self.body_with(made) {
            Ok(Value::Null) => api.request(self.method, &path),
            Ok(body) => api.json(self.method, &path, &body),
            Err(name) => {
                let target = api.request(self.method, &path).target();
                let kind = CallErrorKind::Unsendable { reason: format!("its `{name}` is not known") };
                return Err(CallError { target, tries: 0, may_have_arrived: false, kind });
            }
        };
        let mut request = with_query(request, &self.query);
        request.headers.extend(self.headers.iter().map(|(name, value)| (*name, Secret::new(value.as_str()))));
        if let (Some(body_type), Some((content_type, _))) = (self.body_type, &mut request.body) {
            body_type.clone_into(content_type);
        }
        if let Some(raw) = &self.raw {
            request.body = Some((raw.content_type.clone(), raw.content.clone()));
        }
        if let Origin::Bearer(token) = &self.origin {
            request.headers.retain(|(name, _)| !CREDENTIALS.contains(name));
            request.headers.push((CREDENTIALS[0], Secret::new(format!("Bearer {}", token.reveal()))));
        }
        if self.repeats {
            request.repeat = Repeat::Safe;
        }
        if self.looks_first {
            request.repeat = Repeat::LookFirst;
        }
        Ok(request)
    }

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

impl Api {
    /// Sends a write; `late` gives the values that other writes made. The result is what Cloudflare answers.
    ///
    /// # Errors
    /// [`CallError`]; a refusal says what it means and which permission group it needs.
    pub async fn carry(
        &self,
        client: &Client,
        call: &Call,
        late: &dyn Fn(&Output) -> Option<String>,
    ) -> Result<Value, CallError> {
        if let Origin::Presigned(address) = &call.origin {
            let request = presigned::request(call.method, address, call.raw.as_ref())?;
            return client.exchange(&request, &presigned::judge).await.map(|_| Value::Null);
        }
        let request = call.request(self, late)?;
        let (answer, envelope) = self.exchange(client, &request, (call.family, call.grant), call.settles_late).await?;
        if let Some(parser) = call.answer {
            let accepted = Accepted { result: envelope.result.clone(), answered_at: None };
            let read = parser.read(accepted).map(drop);
            read.map_err(|reason| malformed(request.target(), answer.cf_ray(), &reason))?;
        }
        Ok(envelope.result.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
