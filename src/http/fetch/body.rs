//! The body of an answer: a stream, read or cancelled.

use js_sys::{Array, Function, Object, Promise, Reflect, Symbol, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::failure::failure;
use super::flight::Flight;
use super::objects::{is_workerd, member, settle};
use crate::http::{Body, LocalFuture, TransportError};

/// Bytes that a reader fills at once.
const FILLED: u32 = 64 * 1024;

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
        let bytes = read_stream(&self.stream, self.length, limit).await.map_err(|error| failure(&error))?;
        if bytes.len() <= limit {
            self.flight.land();
        }
        Ok(bytes)
    }
}

/// Reads a stream to its end; of one that goes beyond the limit only what shows that it does.
///
/// # Errors
/// Whatever the stream threw.
pub(crate) async fn read_stream(stream: &JsValue, length: Option<usize>, limit: usize) -> Result<Vec<u8>, JsValue> {
    let mut chunks = Chunks::of(stream, length.is_some())?;
    let mut received = Received::expecting(length.map(|length| length.min(limit)));
    while let Some(chunk) = chunks.next().await? {
        received.add(&chunk, limit);
        if received.size() > limit {
            settle(call(&chunks.source, chunks.stop));
            break;
        }
    }
    Ok(received.joined())
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
    /// What a reader fills each time, where it fills something of ours.
    filled: Option<Uint8Array>,
}

impl Chunks {
    /// `copied`: each chunk is copied before the next one is asked for.
    fn of(stream: &JsValue, copied: bool) -> Result<Self, JsValue> {
        if member(stream, "getReader").is_function() {
            let filling = if copied && is_workerd() { Self::filling(stream) } else { None };
            return match filling {
                Some(filling) => Ok(filling),
                None => Ok(Self { source: call(stream, "getReader")?, next: "read", stop: "cancel", filled: None }),
            };
        }
        let iterate = Reflect::get(stream, &Symbol::async_iterator())?.dyn_into::<Function>()?;
        Ok(Self { source: iterate.call0(stream)?, next: "next", stop: "return", filled: None })
    }

    /// A reader that fills one array again and again: workerd would else make one of 4 kB for each chunk, and collects them
    /// late.
    fn filling(stream: &JsValue) -> Option<Self> {
        let options = Object::new();
        Reflect::set(&options, &"mode".into(), &"byob".into()).ok()?;
        let get = Reflect::get(stream, &"getReader".into()).ok()?.dyn_into::<Function>().ok()?;
        let source = get.call1(stream, &options).ok()?;
        Some(Self { source, next: "read", stop: "cancel", filled: Some(Uint8Array::new_with_length(FILLED)) })
    }

    /// The next chunk; nothing at the end.
    async fn next(&mut self) -> Result<Option<Uint8Array>, JsValue> {
        let given = self.filled.take();
        let read = Reflect::get(&self.source, &self.next.into())?.dyn_into::<Function>()?;
        let read = match &given {
            Some(array) => read.call1(&self.source, array)?,
            None => read.call0(&self.source)?,
        };
        let answer = JsFuture::from(Promise::resolve(&read)).await?;
        if member(&answer, "done").is_truthy() {
            return Ok(None);
        }
        let chunk = as_bytes(&member(&answer, "value"))?;
        // The array moved with its memory: the chunk is the part of it that was filled.
        self.filled = given.map(|_| Uint8Array::new(&chunk.buffer()));
        Ok(Some(chunk))
    }
}

/// What came so far. INVARIANT: all of it exists once. Growing as it comes would take twice the memory and more, so where
/// the size is not told the chunks wait as they are for the last one.
enum Received {
    Placed(Vec<u8>),
    Chunks(Vec<Uint8Array>),
}

impl Received {
    fn expecting(length: Option<usize>) -> Self {
        length.map_or_else(|| Self::Chunks(Vec::new()), |length| Self::Placed(Vec::with_capacity(length)))
    }

    fn size(&self) -> usize {
        match self {
            Self::Placed(bytes) => bytes.len(),
            Self::Chunks(chunks) => chunks.iter().map(|chunk| chunk.length() as usize).sum(),
        }
    }

    /// Adds a chunk; of one that goes beyond the limit only what shows that it does.
    fn add(&mut self, chunk: &Uint8Array, limit: usize) {
        let room = limit.saturating_sub(self.size()).saturating_add(1);
        let taken = chunk.subarray(0, (chunk.length() as usize).min(room) as u32);
        match self {
            Self::Placed(bytes) => append(bytes, &taken),
            Self::Chunks(chunks) => chunks.push(taken),
        }
    }

    fn joined(self) -> Vec<u8> {
        let size = self.size();
        match self {
            Self::Placed(bytes) => bytes,
            Self::Chunks(chunks) => {
                let mut bytes = Vec::with_capacity(size);
                chunks.into_iter().for_each(|chunk| append(&mut bytes, &chunk));
                bytes
            }
        }
    }
}

fn append(bytes: &mut Vec<u8>, chunk: &Uint8Array) {
    let start = bytes.len();
    bytes.resize(start + chunk.length() as usize, 0);
    if let Some(target) = bytes.get_mut(start..) {
        chunk.copy_to(target);
    }
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

fn call(object: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())?.dyn_into::<Function>()?.call0(object)
}
