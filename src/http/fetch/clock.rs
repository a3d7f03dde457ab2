//! Time in JavaScript.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::http::{Clock, LocalFuture};

/// Longest delay that `setTimeout` takes; it would fire at once beyond.
const LONGEST_MS: f64 = 2_147_483_647.0;

/// `Date.now`, `performance.now`, `setTimeout`, `Math.random`.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsClock;

impl Clock for JsClock {
    fn wall_ms(&self) -> f64 {
        js_sys::Date::now()
    }

    fn monotonic_ms(&self) -> f64 {
        performance_now()
    }

    fn sleep(&self, milliseconds: f64) -> LocalFuture<'_, ()> {
        // Runtimes cut fractions off: a timer that fires early would only have to be set again.
        Box::pin(Sleep::new(milliseconds.ceil()))
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
            timer = set_timeout(&resolve, milliseconds.clamp(0.0, LONGEST_MS)).unwrap_or(JsValue::UNDEFINED);
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
        clear_timeout(&self.timer);
    }
}

// By name, not from the global object: js/engine.js gives each instance timers of its own, which end with it.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(run: &Function, milliseconds: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}
