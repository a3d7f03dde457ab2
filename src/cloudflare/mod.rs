//! Cloudflare's HTTP API as values: one file per endpoint family.
//!
//! An [`Endpoint`] builds a request and reads its answer; it does not know how it is sent.
//! [`Api::call`] sends one.
//!
//! <https://developers.cloudflare.com/api/>

mod api;
mod envelope;
mod error;
mod multipart;
mod page;

pub mod accounts;
pub mod deployments;
pub mod dns_records;
pub mod host;
pub mod kv;
pub mod permissions;
pub mod routes;
pub mod scripts;
pub mod secrets;
pub mod subdomain;
pub mod tokens;
pub mod upload;
pub mod versions;
pub mod workers;
pub mod zones;

pub use api::{Api, Auth, Endpoint};
pub use envelope::{Done, Envelope, ResultInfo};
pub use error::Family;
pub use page::{Page, Paged, all};
