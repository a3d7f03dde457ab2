//! One request as the account sees it.

use bytes::Bytes;
use cfworker_deploy::http::Request;

use super::database::UPLOADS;
use super::stores::Family;
use crate::names;

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Script,
    Record,
    Route,
    Kv,
    Queue,
    Consumer,
    Bucket,
    D1,
    Zone,
    Bundle,
    Rest,
}

/// Where a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Api,
    /// R2's S3 interface.
    Bundles,
    /// Where files of databases are uploaded to.
    Uploads,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which run sent it.
    pub run: usize,
    pub method: &'static str,
    /// Path segments below the API's base, decoded.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    pub content_type: String,
    pub body: Bytes,
    pub subject: Subject,
    pub origin: Origin,
    authorisation: Option<String>,
}

const API: &str = "https://api.cloudflare.com/client/v4/";

impl Call {
    pub fn of(run: usize, request: &Request) -> Self {
        let (address, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let rest = address.strip_prefix(API).unwrap_or_else(|| address.splitn(4, '/').last().unwrap_or_default());
        let origin = match address {
            api if api.starts_with(API) => Origin::Api,
            upload if upload.starts_with(UPLOADS) => Origin::Uploads,
            _ => Origin::Bundles,
        };
        let path: Vec<String> = rest.split('/').map(decoded).collect();
        let query = query.split('&').filter(|pair| !pair.is_empty());
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        };
        let (content_type, body) = match &request.body {
            Some((content_type, content)) => (content_type.clone(), content.to_vec().into()),
            None => (String::new(), Bytes::new()),
        };
        let authorisation = request.headers.iter().find(|(name, _)| *name == "authorization");
        Self {
            run,
            method: request.method.as_str(),
            subject: match origin {
                Origin::Api => subject(&path),
                Origin::Bundles => Subject::Bundle,
                Origin::Uploads => Subject::D1,
            },
            origin,
            path,
            query: query.map(pair).collect(),
            content_type,
            body,
            authorisation: authorisation.map(|(_, value)| value.reveal().to_owned()),
        }
    }

    /// A query asks a database, and changes nothing.
    pub fn writes(&self) -> bool {
        let asks = self.subject == Subject::D1 && self.path.last().is_some_and(|last| last == "query");
        !matches!(self.method, "GET" | "HEAD") && !asks
    }

    pub fn is_api(&self) -> bool {
        self.origin == Origin::Api
    }

    pub fn is_authorised(&self) -> bool {
        self.authorisation.as_deref() == Some(&format!("Bearer {}", names::TOKEN))
    }

    /// Method and path; never a query, which may be signed.
    pub fn target(&self) -> String {
        format!("{} /{}", self.method, self.path.join("/"))
    }

    pub fn query_value(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn subject(path: &[String]) -> Subject {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        ["zones", _, "dns_records", ..] => Subject::Record,
        ["zones", _, "workers", "routes", ..] => Subject::Route,
        ["zones", ..] => Subject::Zone,
        ["accounts", _, "workers", "scripts" | "workers", ..] => Subject::Script,
        ["accounts", _, "queues", _, "consumers", ..] => Subject::Consumer,
        ["accounts", _, rest @ ..] => Family::at(rest).map_or(Subject::Rest, |(family, _)| family.of),
        _ => Subject::Rest,
    }
}

fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
