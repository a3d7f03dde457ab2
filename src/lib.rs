//! Engine of `cfworker-deploy`: one YAML manifest becomes a live Cloudflare Worker.
//!
//! ```text
//! YAML → manifest → desired state ┐
//!                                 ├→ plan → apply → outputs
//! Cloudflare ⇄ refresh → live ────┘
//! ```
//!
//! Planning is a pure function of values; everything that leaves the process goes through
//! [`http::Transport`] and everything that waits through [`http::Clock`].

#![warn(unreachable_pub)]

pub mod address;
pub mod diagnostic;
pub mod dns_name;
pub mod error;
pub mod mask;
pub mod model;
pub mod secret;

pub mod archive;
pub mod assets;
pub mod bundle;
pub mod cloudflare;
pub mod http;
pub mod r2;

pub mod binding;
pub mod setting;

pub mod resource;

pub mod manifest;
pub mod refresh;
pub mod wrangler;

pub mod apply;
pub mod engine;
pub mod kinds;
pub mod plan;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
