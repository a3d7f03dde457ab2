//! Time in JavaScript.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::http::{Clock, LocalFuture};

/// Longest delay that `setTimeout` takes; it would fire at once beyond.
const LONGEST_MS: f64 = 2_147_483_647.0;

/// `Date.now`, `setTimeout`, `Math.random`.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsClock;

impl Clock for JsClock {
    fn now_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'_, ()> {
        Box::pin(Sleep::new(milliseconds))
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }
}

/// A timer, cleared when nobody waits any more: it would keep a Node process alive.
struct Sleep {
    timer: JsValue,
    fired: JsFuture,
}

impl Sleep {
    fn new(milliseconds: f64) -> Self {
        let mut timer = JsValue::UNDEFINED;
        let promise = Promise::new(&mut |resolve, _| {
            let delay = JsValue::from(milliseconds.clamp(0.0, LONGEST_MS));
            let set = global("setTimeout").and_then(|set| set.call2(&JsValue::UNDEFINED, &resolve, &delay).ok());
            timer = set.unwrap_or(JsValue::UNDEFINED);
        });
        Self { timer, fired: JsFuture::from(promise) }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.fired).poll(context).map(|_| ())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(clear) = global("clearTimeout") {
            let _ = clear.call1(&JsValue::UNDEFINED, &self.timer);
        }
    }
}

fn global(name: &str) -> Option<Function> {
    Reflect::get(&js_sys::global(), &name.into()).ok()?.dyn_into().ok()
}
