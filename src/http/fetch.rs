//! The shipped transport: `fetch` of the runtime, or one that the caller injects.
//!
//! gloo-net builds the request; the call and the answer are handled here, because gloo-net panics on
//! what is no `Error` and no `Response` of its own realm, and drops an error's `cause`. The call is
//! `fetch(url, init)`: a `fetch` of another library (undici, node-fetch, ky) takes no `Request` of
//! this realm.
//!
//! Works in Node, workerd, Deno, Bun and browsers. Redirects are not followed: credentials stay with
//! the origin that they were meant for.

mod body;
mod clock;
mod failure;
mod filling;
mod flight;
mod objects;
mod sending;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

pub(crate) use body::read_stream;
pub use clock::JsClock;

use self::body::FetchBody;
use self::failure::{broken, failure, unsent};
use self::filling::Filling;
use self::flight::Flight;
use self::sending::Outgoing;
use super::{LocalFuture, Request, Response, Transport, TransportError};

/// Sends by `fetch`.
pub struct Fetch {
    function: Function,
    this: JsValue,
    takes_streams: bool,
}

impl Fetch {
    /// The caller's `fetch`, else the global one. `takes_streams`: the caller's is known to send streams as the runtime's
    /// own does.
    ///
    /// # Errors
    /// When the runtime has none.
    pub fn new(injected: Option<Function>, takes_streams: bool) -> Result<Self, &'static str> {
        let global: JsValue = js_sys::global().into();
        if let Some(function) = injected {
            return Ok(Self { function, this: JsValue::UNDEFINED, takes_streams });
        }
        let function = Reflect::get(&global, &"fetch".into()).ok().and_then(|value| value.dyn_into().ok());
        function
            .map(|function| Self { function, this: global, takes_streams: true })
            .ok_or("this runtime has no `fetch`: pass one as an option")
    }
}

impl Transport for Fetch {
    fn send<'a>(&'a self, request: &'a Request) -> LocalFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let mut flight = Flight::new()?;
            let (url, init) = self.build(request, &mut flight)?;
            let promise = self.function.call2(&self.this, &url, &init).map_err(|error| broken(&error))?;
            let value = JsFuture::from(Promise::resolve(&promise)).await.map_err(|error| failure(&error))?;
            response(&value, flight)
        })
    }
}

impl Fetch {
    /// INVARIANT: header values were checked by the client; a value with a line break would make this hang for ever.
    fn build(&self, request: &Request, flight: &mut Flight) -> Result<(JsValue, JsValue), TransportError> {
        let method = request.method.as_str().parse().map_err(|_| unsent("the method is not known"))?;
        let mut builder = gloo_net::http::RequestBuilder::new(&request.url)
            .method(method)
            .redirect(web_sys::RequestRedirect::Manual)
            .abort_signal(Some(&flight.controller.signal()));
        let named = |wanted: &str| request.headers.iter().any(|(name, _)| *name == wanted);
        if !named("user-agent") {
            builder = builder.header("user-agent", concat!("cfworker-deploy/", env!("CARGO_PKG_VERSION")));
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value.reveal());
        }
        if let Some((content_type, _)) = &request.body {
            builder = builder.header("content-type", content_type);
        }
        let built = web_sys::Request::from(builder.build().map_err(|error| unsent(&error.to_string()))?);
        let init = init(&built, flight);
        if let Some((_, content)) = &request.body {
            flight.filling = with_body(&init, &built, sending::outgoing(content, self.takes_streams))?;
        }
        Ok((built.url().into(), init.into()))
    }
}

/// What gloo-net built, as the second argument of `fetch`.
fn init(built: &web_sys::Request, flight: &Flight) -> web_sys::RequestInit {
    let init = web_sys::RequestInit::new();
    init.set_method(&built.method());
    init.set_headers(&built.headers());
    init.set_redirect(built.redirect());
    init.set_signal(Some(&flight.controller.signal()));
    init
}

/// Adds the body, which no `Request` holds: it would be copied once more.
fn with_body(
    init: &web_sys::RequestInit,
    built: &web_sys::Request,
    outgoing: Outgoing,
) -> Result<Option<Filling>, TransportError> {
    let filling = match outgoing {
        Outgoing::Whole(body) => {
            init.set_body(&body);
            return Ok(None);
        }
        Outgoing::FixedLength(filling) => filling,
        Outgoing::StatedLength(filling, size) => {
            let unusable = |error: JsValue| unsent(&failure(&error).message);
            built.headers().set("content-length", &size.to_string()).map_err(unusable)?;
            // `fetch` asks for it beside every stream.
            Reflect::set(init, &"duplex".into(), &"half".into()).map_err(unusable)?;
            // A stream can't be sent twice, which some versions of Node would want to do after a 401 with credentials.
            init.set_credentials(web_sys::RequestCredentials::Omit);
            filling
        }
    };
    init.set_body(filling.body());
    Ok(Some(filling))
}

/// Reads the head of whatever `fetch` gave: a `Response` of any realm, or something that looks like one.
fn response(value: &JsValue, flight: Flight) -> Result<Response, TransportError> {
    let member = |name: &str| Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let status = member("status").as_f64().filter(|status| (0.0..=999.0).contains(status));
    let Some(status) = status else {
        return Err(unsent("it gave something that is no response"));
    };
    let headers = headers(&member("headers"));
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.and_then(|(_, value)| value.trim().parse().ok());
    Ok(Response { status: status as u16, headers, body: Box::new(FetchBody::new(member("body"), length, flight)) })
}

fn headers(value: &JsValue) -> Vec<(String, String)> {
    let Ok(Some(entries)) = js_sys::try_iter(value) else { return Vec::new() };
    let pair = |entry: JsValue| {
        let name = Reflect::get_u32(&entry, 0).ok()?.as_string()?;
        Some((name.to_ascii_lowercase(), Reflect::get_u32(&entry, 1).ok()?.as_string()?))
    };
    entries.filter_map(|entry| pair(entry.ok()?)).collect()
}
