//! Bytes across the border: a bundle that the caller gives, one that was made here.

use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::diagnostic::{Code, plain};
use crate::engine::MOST_BYTES;
use crate::error::{Error, Exit};
use crate::http::fetch::read_stream;

/// The bytes of a `Uint8Array`, or of a `Blob`: that one is read piece by piece, so that they exist here alone.
pub(super) async fn bytes(given: &JsValue) -> Result<Vec<u8>, Error> {
    if let Some(array) = given.dyn_ref::<Uint8Array>() {
        return Ok(array.to_vec());
    }
    let size = member(given, "size").as_f64().unwrap_or_default() as usize;
    if size > MOST_BYTES {
        return Err(Error::new(Code::BadArgument, Exit::Usage, "the bundle is larger than any that a Worker can have"));
    }
    let stream = member(given, "stream").dyn_into::<Function>().and_then(|stream| stream.call0(given));
    let read = match &stream {
        Ok(stream) => read_stream(stream, Some(size), MOST_BYTES).await,
        Err(error) => Err(error.clone()),
    };
    match read {
        Ok(bytes) if bytes.len() == size => Ok(bytes),
        Ok(bytes) => Err(unreadable(&format!("{} bytes came of {size}", bytes.len()))),
        Err(error) => Err(unreadable(&member(&error, "message").as_string().unwrap_or_default())),
    }
}

/// `{ ok }` with bytes, or `{ error }`.
pub(super) fn tagged(result: Result<Vec<u8>, Error>) -> JsValue {
    let bytes = match result {
        Ok(bytes) => Uint8Array::from(bytes.as_slice()),
        Err(error) => return super::tagged::tagged::<()>(Err(error)),
    };
    let answer = Object::new();
    // A new object takes any member: this can't fail.
    let _ = Reflect::set(&answer, &"ok".into(), &bytes);
    answer.into()
}

fn unreadable(reason: &str) -> Error {
    let message = format!("the bundle can't be read: {}", plain(reason, 200));
    Error::new(Code::BadArgument, Exit::Usage, message)
        .with_help("publish it when nothing writes into its file any more")
}

fn member(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
