//! A request's body as a stream that is filled while it is read: nothing of it is copied but the piece on its way.

use futures_util::future::{AbortHandle, abortable};
use js_sys::{Array, Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::objects::{fixed_length_stream, member, settle};
use crate::http::Content;

/// Bytes that are written at once.
const PIECE: usize = 1024 * 1024;

/// A stream that is being filled; dropped before its end, it breaks off and lets go of the content.
pub(super) struct Filling {
    readable: JsValue,
    writer: JsValue,
    task: AbortHandle,
}

impl Filling {
    /// workerd's own kind of stream, which tells its length; nothing elsewhere.
    ///
    /// <https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream>
    pub(super) fn of_fixed_length(content: &Content) -> Option<Self> {
        let constructor = fixed_length_stream()?;
        let stream = Reflect::construct(&constructor, &Array::of1(&JsValue::from(content.size() as f64))).ok()?;
        // What was written is on its way, so all pieces share one array.
        let shared = Uint8Array::new_with_length(PIECE as u32);
        Self::start(&stream, content, move |length| shared.subarray(0, length))
    }

    /// A stream of the web: its length is told beside it.
    pub(super) fn of_web(content: &Content) -> Option<Self> {
        let constructor = member(&js_sys::global(), "TransformStream").dyn_into::<Function>().ok()?;
        let stream = Reflect::construct(&constructor, &Array::new()).ok()?;
        // Whoever reads it keeps each piece as long as it likes.
        Self::start(&stream, content, Uint8Array::new_with_length)
    }

    fn start(stream: &JsValue, content: &Content, room: impl Fn(u32) -> Uint8Array + 'static) -> Option<Self> {
        let writer = call(&member(stream, "writable"), "getWriter", &Array::new()).ok()?;
        let (content, target) = (content.clone(), writer.clone());
        // A reader that gives up ends it: the next write is rejected.
        let (task, handle) = abortable(async move { drop(fill(&target, &content, room).await) });
        spawn_local(async move {
            let _ = task.await;
        });
        Some(Self { readable: member(stream, "readable"), writer, task: handle })
    }

    /// What `fetch` takes.
    pub(super) fn body(&self) -> &JsValue {
        &self.readable
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.task.abort();
        // One that was written to its end takes no harm.
        settle(call(&self.writer, "abort", &Array::new()));
    }
}

async fn fill(writer: &JsValue, content: &Content, room: impl Fn(u32) -> Uint8Array) -> Result<(), JsValue> {
    for piece in content.pieces().iter().flat_map(|piece| piece.chunks(PIECE)) {
        let array = room(piece.len() as u32);
        array.copy_from(piece);
        settled(call(writer, "write", &Array::of1(&array))?).await?;
    }
    settled(call(writer, "close", &Array::new())?).await
}

async fn settled(promise: JsValue) -> Result<(), JsValue> {
    JsFuture::from(Promise::resolve(&promise)).await.map(drop)
}

fn call(object: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())?.dyn_into::<Function>()?.apply(object, arguments)
}
