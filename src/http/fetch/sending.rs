//! The body of a request, handed over to JavaScript. A large one exists at most once there beside the engine's own copy.

use bytes::Bytes;
use js_sys::{Array, Function, Promise, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

use crate::http::Content;

/// Smaller bodies are arrays, which every `fetch` of a caller takes.
const LARGE: usize = 1024 * 1024;
/// A larger one is read piece by piece.
const PIECE: usize = 256 * 1024;

/// What `fetch` takes as a body.
///
/// A large one is a stream where the runtime has one of a known length, as workerd does: then nothing of it is copied but
/// the piece on its way. Elsewhere it is a blob, which Node, unlike an array, does not copy again to send it.
pub(super) fn body(content: &Content) -> JsValue {
    let size = content.size();
    if size <= LARGE {
        return content.prepared(|pieces| JsValue::from(array(pieces, size)));
    }
    stream(content, size).unwrap_or_else(|| {
        content.prepared(|pieces| blob(pieces, size).map_or_else(|| array(pieces, size).into(), JsValue::from))
    })
}

fn array(pieces: &[Bytes], size: usize) -> Uint8Array {
    let array = Uint8Array::new_with_length(size as u32);
    let mut start = 0;
    for piece in pieces {
        let end = start + piece.len() as u32;
        array.subarray(start, end).copy_from(piece);
        start = end;
    }
    array
}

/// A blob made of views of this memory, whose bytes it copies; nothing where the runtime makes none.
fn blob(pieces: &[Bytes], size: usize) -> Option<Blob> {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    let views = Array::new();
    for piece in pieces.iter().flat_map(|piece| piece.chunks(PIECE)) {
        let (start, length) = (piece.as_ptr() as u32, piece.len() as u32);
        views.push(&Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), start, length));
    }
    let blob = Blob::new_with_u8_array_sequence(&views).ok()?;
    // Memory that grows takes the bytes of earlier views away.
    (blob.size() == size as f64).then_some(blob)
}

/// A stream that is filled while it is read; nothing where the runtime has none that tells its length.
///
/// <https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream>
fn stream(content: &Content, size: usize) -> Option<JsValue> {
    let constructor = fixed_length_stream()?;
    let stream = Reflect::construct(&constructor, &Array::of1(&JsValue::from(size as f64))).ok()?;
    let writer = call(&Reflect::get(&stream, &"writable".into()).ok()?, "getWriter", &Array::new()).ok()?;
    let content = content.clone();
    // A reader that gives up ends it: the next write is rejected.
    spawn_local(async move { drop(fill(&writer, &content).await) });
    Reflect::get(&stream, &"readable".into()).ok()
}

fn fixed_length_stream() -> Option<Function> {
    Reflect::get(&js_sys::global(), &"FixedLengthStream".into()).ok()?.dyn_into().ok()
}

/// Whether streams are workerd's own: they read from an array of ours and fill one, without arrays in between.
pub(super) fn is_workerd() -> bool {
    fixed_length_stream().is_some()
}

/// Writes piece after piece: what was written is on its way, so all pieces share one array.
async fn fill(writer: &JsValue, content: &Content) -> Result<(), JsValue> {
    let array = Uint8Array::new_with_length(PIECE as u32);
    for piece in content.pieces().iter().flat_map(|piece| piece.chunks(PIECE)) {
        let view = array.subarray(0, piece.len() as u32);
        view.copy_from(piece);
        settled(call(writer, "write", &Array::of1(&view))?).await?;
    }
    settled(call(writer, "close", &Array::new())?).await
}

async fn settled(promise: JsValue) -> Result<(), JsValue> {
    JsFuture::from(Promise::resolve(&promise)).await.map(drop)
}

fn call(object: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    Reflect::get(object, &name.into())?.dyn_into::<Function>()?.apply(object, arguments)
}
