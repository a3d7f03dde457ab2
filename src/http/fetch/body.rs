//! The body of an answer: a stream, read or cancelled.

use js_sys::{Array, Function, Promise, Reflect, Symbol, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::Flight;
use super::failure::failure;
use crate::http::{Body, LocalFuture, TransportError};

/// Body of a `fetch` answer. Dropped unread, its connection is given up.
pub(super) struct FetchBody {
    stream: JsValue,
    length: Option<usize>,
    flight: Flight,
}

impl FetchBody {
    pub(super) fn new(stream: JsValue, length: Option<usize>, mut flight: Flight) -> Self {
        if stream.is_null() || stream.is_undefined() {
            flight.land();
        }
        Self { stream, length, flight }
    }

    async fn collect(mut self, limit: usize) -> Result<Vec<u8>, TransportError> {
        if self.stream.is_null() || self.stream.is_undefined() {
            return Ok(Vec::new());
        }
        // One allocation where the size is known: growing by doubling would take twice the memory.
        let mut bytes = Vec::with_capacity(self.length.unwrap_or_default().min(limit));
        let chunks = Chunks::of(&self.stream).map_err(|error| failure(&error))?;
        loop {
            let read = call(&chunks.source, chunks.next).map_err(|error| failure(&error))?;
            let chunk = JsFuture::from(Promise::resolve(&read)).await.map_err(|error| failure(&error))?;
            if member(&chunk, "done").is_truthy() {
                self.flight.land();
                return Ok(bytes);
            }
            append(&mut bytes, &member(&chunk, "value"), limit).map_err(|error| failure(&error))?;
            if bytes.len() > limit {
                settle(call(&chunks.source, chunks.stop));
                return Ok(bytes);
            }
        }
    }
}

impl Body for FetchBody {
    fn read(self: Box<Self>, limit: usize) -> LocalFuture<'static, Result<Vec<u8>, TransportError>> {
        Box::pin(self.collect(limit))
    }

    fn cancel(self: Box<Self>) {
        if !self.flight.landed {
            settle(call(&self.stream, "cancel"));
        }
    }
}

/// Where the chunks of a body come from: a stream of the web, or what can be iterated, as Node's streams can.
struct Chunks {
    source: JsValue,
    next: &'static str,
    stop: &'static str,
}

impl Chunks {
    fn of(stream: &JsValue) -> Result<Self, JsValue> {
        if member(stream, "getReader").is_function() {
            return Ok(Self { source: call(stream, "getReader")?, next: "read", stop: "cancel" });
        }
        let iterate = Reflect::get(stream, &Symbol::async_iterator())?.dyn_into::<Function>()?;
        Ok(Self { source: iterate.call0(stream)?, next: "next", stop: "return" })
    }
}

/// Appends a chunk; of one that goes beyond the limit only what shows that it does.
fn append(bytes: &mut Vec<u8>, chunk: &JsValue, limit: usize) -> Result<(), JsValue> {
    let chunk = as_bytes(chunk)?;
    let start = bytes.len();
    let room = limit.saturating_sub(start).saturating_add(1);
    let taken = (chunk.length() as usize).min(room);
    bytes.resize(start + taken, 0);
    if let Some(target) = bytes.get_mut(start..) {
        chunk.subarray(0, taken as u32).copy_to(target);
    }
    Ok(())
}

/// Bytes in whatever a stream holds them. What is none may throw when it is looked at, which is the stream's failure.
fn as_bytes(chunk: &JsValue) -> Result<Uint8Array, JsValue> {
    if let Some(bytes) = chunk.dyn_ref::<Uint8Array>() {
        return Ok(bytes.clone());
    }
    if !chunk.is_object() {
        return Err("the body of the answer holds something that is no bytes".into());
    }
    let constructor = Reflect::get(&js_sys::global(), &"Uint8Array".into())?.dyn_into::<Function>()?;
    Reflect::construct(&constructor, &Array::of1(chunk))?.dyn_into()
}

fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn call(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())?.dyn_into::<Function>()?.call0(object)
}

/// Lets a promise end without anybody waiting: a rejection must not end the process.
fn settle(promise: Result<JsValue, JsValue>) {
    if let Ok(promise) = promise {
        spawn_local(async move {
            let _ = JsFuture::from(Promise::resolve(&promise)).await;
        });
    }
}
