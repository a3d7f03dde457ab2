//! Cloudflare's HTTP API as values: one file per endpoint family.
//!
//! A [`Read`] says what to ask and what its answer is read into, an [`Endpoint`] builds the request of a write; neither
//! knows how it is sent. [`Api::ask`] and [`Api::read`] make a read, [`Api::call`] a write.
//!
//! <https://developers.cloudflare.com/api/>

mod api;
mod call;
mod envelope;
mod error;
mod multipart;
mod page;
mod read;

pub mod accounts;
pub mod d1;
pub mod deployments;
pub mod dns_records;
pub mod host;
pub mod kv;
pub mod permissions;
pub mod queues;
pub mod r2_buckets;
pub mod routes;
pub mod scripts;
pub mod secrets;
pub mod settings;
pub mod subdomain;
pub mod tokens;
pub mod upload;
pub mod versions;
pub mod workers;
pub mod zones;

pub use api::{Api, Auth, Endpoint};
pub use call::{Call, Look, Segment};
pub use envelope::{Done, Envelope, ResultInfo};
pub use error::Family;
pub use read::{Accepted, FromResult, Listing, Read, ReadOf, Reply};
