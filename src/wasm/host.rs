//! The caller's side of a run: how to fetch, who watches, when to stop.

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortSignal;

use super::tagged::to_js;
use crate::apply::Event;
use crate::diagnostic::Code;
use crate::engine::Io;
use crate::error::{Error, Exit};
use crate::http::fetch::{Fetch, JsClock};
use crate::http::{LocalFuture, Signal};

/// `{ fetch?, takesStreams?, onEvent?, signal? }`.
pub(super) struct Host {
    fetch: Option<Function>,
    takes_streams: bool,
    on_event: Option<Function>,
    signal: Option<AbortSignal>,
}

impl Host {
    pub(super) fn new(host: &JsValue) -> Result<Self, Error> {
        let member = |name: &str| Reflect::get(host, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED);
        Ok(Self {
            fetch: member("fetch").dyn_into().ok(),
            takes_streams: member("takesStreams").is_truthy(),
            on_event: member("onEvent").dyn_into().ok(),
            // A signal of another realm is no instance of ours: its shape counts.
            signal: Some(member("signal")).filter(JsValue::is_object).map(JsCast::unchecked_into),
        })
    }

    pub(super) fn io(&self) -> Result<Io, Error> {
        let on_event = self.on_event.clone();
        let events = move |event: Event| {
            if let Some(on_event) = &on_event {
                // A listener that throws must not leave a deployment half done.
                let _ = on_event.call1(&JsValue::NULL, &to_js(&event));
            }
        };
        let signal = self.signal.clone().map(|signal| Rc::new(JsSignal::new(signal)) as Rc<dyn Signal>);
        let fetch = Fetch::new(self.fetch.clone(), self.takes_streams)
            .map_err(|reason| Error::new(Code::BadArgument, Exit::Usage, reason))?;
        Ok(Io { transport: Rc::new(fetch), clock: Rc::new(JsClock), signal, events: Rc::new(events) })
    }
}

/// An `AbortSignal`, listened to once however many requests wait for it.
struct JsSignal {
    signal: AbortSignal,
    aborted: Promise,
}

impl JsSignal {
    fn new(signal: AbortSignal) -> Self {
        let aborted = Promise::new(&mut |resolve, _| {
            if signal.aborted() {
                let _ = resolve.call0(&JsValue::NULL);
                return;
            }
            let listener = Closure::once_into_js(move || drop(resolve.call0(&JsValue::NULL)));
            let _ = signal.add_event_listener_with_callback("abort", listener.unchecked_ref());
        });
        Self { signal, aborted }
    }
}

impl Signal for JsSignal {
    fn is_aborted(&self) -> bool {
        self.signal.aborted()
    }

    fn aborted(&self) -> LocalFuture<'_, ()> {
        let aborted = self.aborted.clone();
        Box::pin(async move { drop(JsFuture::from(aborted).await) })
    }
}
