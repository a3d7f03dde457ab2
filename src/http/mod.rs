//! The one edge: how requests leave and how time passes.
//!
//! Nothing here knows an endpoint or a plan. Shipped: fetch by gloo-net (`fetch.rs`, wasm only);
//! in tests: an in-memory account.

mod again;
mod answer;
mod attempt;
mod client;
mod content;
mod date;
mod error;
#[cfg(target_arch = "wasm32")]
pub mod fetch;
mod message;
mod origin;
mod outage;
mod pace;
mod refusal;
mod retry;
mod stop;
mod together;
mod troubles;
mod watch;

use std::future::Future;
use std::pin::Pin;

pub use answer::Answer;
pub use attempt::{Judge, Verdict};
pub use client::{Client, Opened};
pub use content::Content;
pub use date::http_date;
pub use error::{CallError, CallErrorKind};
pub use message::{Body, Lasting, Method, Repeat, Request, Response, TransportError};
pub use origin::{endpoint, is_local, shown_address};
pub use refusal::{Again, Meaning, Refusal};
pub use retry::Policy;
pub use together::{join_all, join_window};
pub use watch::{Sent, Signal, Wait};

/// A future that stays on its thread: wasm has one.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Sends one request, once. Retries, pacing and meaning are somebody else's.
pub trait Transport {
    /// Sends and waits for the head of the answer; the body is read or cancelled by the caller.
    ///
    /// # Errors
    /// [`TransportError`] when no head of an answer came.
    fn send<'a>(&'a self, request: &'a Request) -> LocalFuture<'a, Result<Response, TransportError>>;
}

/// The only source of time.
pub trait Clock {
    /// Milliseconds since the Unix epoch, as this machine's clock says: for signatures and HTTP dates, nothing else.
    /// Somebody may set it at any moment.
    fn wall_ms(&self) -> f64;

    /// Milliseconds since some moment of the past: all waits, deadlines and durations. It never goes back.
    fn monotonic_ms(&self) -> f64;

    /// Waits.
    fn sleep(&self, milliseconds: f64) -> LocalFuture<'_, ()>;

    /// A number in `0.0..1.0`: jitter of waits, nothing else.
    fn random(&self) -> f64;
}
