//! The body of a request, handed over to JavaScript. A large one exists at most once there beside the engine's own copy.

use bytes::Bytes;
use js_sys::{Array, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use super::filling::Filling;
use super::objects::is_node;
use crate::http::Content;

/// Smaller bodies are arrays, which every `fetch` of a caller takes.
const LARGE: usize = 1024 * 1024;
/// A view of this engine's memory: what a blob copies at once.
const VIEW: usize = 256 * 1024;

/// What `fetch` takes as a body.
pub(super) enum Outgoing {
    /// All of it.
    Whole(JsValue),
    /// A stream that knows its length.
    FixedLength(Filling),
    /// A stream whose length is stated by a header: Node sends that one instead of chunks of unknown number.
    /// <https://github.com/nodejs/undici#forbidden-and-safelisted-header-names>
    StatedLength(Filling, usize),
}

/// A large body is a stream where the runtime sends one of a known length. Elsewhere it is a blob, which is not copied
/// again to be sent, as an array would be. `takes_streams`: `fetch` is no foreign one, which may know nothing of them.
pub(super) fn outgoing(content: &Content, takes_streams: bool) -> Outgoing {
    let size = content.size();
    if size <= LARGE {
        return Outgoing::Whole(content.prepared(|pieces| JsValue::from(array(pieces, size))));
    }
    if let Some(filling) = Filling::of_fixed_length(content) {
        return Outgoing::FixedLength(filling);
    }
    let web = (takes_streams && is_node()).then(|| Filling::of_web(content)).flatten();
    if let Some(filling) = web {
        return Outgoing::StatedLength(filling, size);
    }
    let copied = |pieces: &[Bytes]| blob(pieces, size).map_or_else(|| array(pieces, size).into(), JsValue::from);
    Outgoing::Whole(content.prepared(copied))
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
    for piece in pieces.iter().flat_map(|piece| piece.chunks(VIEW)) {
        let (start, length) = (piece.as_ptr() as u32, piece.len() as u32);
        views.push(&Uint8Array::new_with_byte_offset_and_length(&memory.buffer(), start, length));
    }
    let blob = Blob::new_with_u8_array_sequence(&views).ok()?;
    // Memory that grows takes the bytes of earlier views away.
    (blob.size() == size as f64).then_some(blob)
}
