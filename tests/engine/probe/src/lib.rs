//! A small engine that answers, waits, and fails in every way that an engine can, on request.

use std::hint::black_box;

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Request, RequestInit, Response};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(request: &Request) -> Promise;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(run: &JsValue, ms: u32) -> JsValue;

    #[wasm_bindgen(js_name = reportPanic)]
    fn report_panic(location: &str);

    type Headers;

    #[wasm_bindgen(constructor)]
    fn new() -> Headers;

    /// Bound without `catch`: what it throws passes through the engine's frames.
    #[wasm_bindgen(method)]
    fn set(this: &Headers, name: &str, value: &str);
}

#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(location) = panic.location() {
            report_panic(&format!("{}:{}", location.file(), location.line()));
        }
    }));
}

/// Gives back what it was given.
#[wasm_bindgen]
pub fn echo(text: &str, options: JsValue) -> Result<JsValue, JsValue> {
    if text == "refuse" {
        return Err(JsValue::from_str("refused"));
    }
    let answer = Object::new();
    Reflect::set(&answer, &"text".into(), &text.into())?;
    Reflect::set(&answer, &"options".into(), &options)?;
    Ok(answer.into())
}

/// Sends one request and gives back the answer's text.
#[wasm_bindgen]
pub async fn send(url: String, method: String, _options: JsValue) -> Result<String, JsValue> {
    request(&url, &method).await
}

#[wasm_bindgen]
pub fn panic_at_once() {
    panic!("a secret is in here: cnry-panic-6TfM2xJ9");
}

#[wasm_bindgen]
pub async fn panic_in_first_poll() {
    panic!("in the first poll");
}

#[wasm_bindgen]
pub async fn panic_after(url: String, method: String) -> Result<(), JsValue> {
    request(&url, &method).await?;
    panic!("after an answer");
}

/// Panics on one answer while another task waits for its own, to write then.
#[wasm_bindgen]
pub async fn panic_beside(slow: String, fast: String, _options: JsValue) -> Result<(), JsValue> {
    spawn_local(async move {
        let _ = request(&slow, "GET").await;
        let _ = request(&slow, "PUT").await;
    });
    request(&fast, "GET").await?;
    panic!("beside a pending request");
}

/// Panics while a timer of ten minutes runs, as a retry does.
#[wasm_bindgen]
pub async fn panic_beside_timer(url: String) -> Result<(), JsValue> {
    spawn_local(async move {
        let timer = Promise::new(&mut |resolve, _| {
            set_timeout(&resolve, 600_000);
        });
        let _ = JsFuture::from(timer).await;
    });
    request(&url, "GET").await?;
    panic!("beside a timer");
}

/// Uses up the stack that Rust keeps in linear memory.
#[wasm_bindgen]
pub fn overflow(depth: u32) -> u32 {
    let mut block = [0_u8; 4096];
    black_box(&mut block);
    if depth == 0 { 0 } else { overflow(depth - 1).wrapping_add(u32::from(block[0])) }
}

/// Uses up the runtime's own stack: nothing of this frame lies in linear memory.
#[wasm_bindgen]
pub fn recurse(depth: u32) -> u32 {
    if depth == 0 { 0 } else { black_box(recurse(black_box(depth - 1))).wrapping_add(1) }
}

#[wasm_bindgen]
pub async fn overflow_after(url: String) -> Result<u32, JsValue> {
    request(&url, "GET").await?;
    Ok(overflow(u32::MAX))
}

#[wasm_bindgen]
pub fn exhaust_memory() -> usize {
    let mut blocks = Vec::new();
    loop {
        blocks.push(black_box(Vec::<u8>::with_capacity(1 << 30)));
    }
}

/// `Headers.set` throws on a value of two lines.
#[wasm_bindgen]
pub async fn throw_through(url: String) -> Result<String, JsValue> {
    request(&url, "GET").await?;
    Headers::new().set("x", "one\ntwo");
    request(&url, "GET").await
}

async fn request(url: &str, method: &str) -> Result<String, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    let request = Request::new_with_str_and_init(url, &init)?;
    let response: Response = JsFuture::from(fetch(&request)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok(text.as_string().unwrap_or_default())
}
