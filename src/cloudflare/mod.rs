//! Cloudflare's HTTP API as values: one file per endpoint family.
//!
//! A [`Read`] says what to ask and what its answer is read into, a [`Call`] what is sent to write; neither knows when that
//! happens. [`Api::hear`] and [`Api::read`] make a read, [`Api::carry`] a write.
//!
//! <https://developers.cloudflare.com/api/>

mod accepted;
mod api;
mod call;
mod envelope;
mod error;
mod heard;
mod inside;
mod look;
mod multipart;
mod page;
mod presigned;
mod raw_body;
mod read;
mod search;

pub mod accounts;
pub mod assets;
pub mod content;
pub mod d1;
pub mod deployments;
pub mod dns_records;
pub mod domains;
pub mod durable_objects;
pub mod host;
pub mod kv;
pub mod permissions;
pub mod queues;
pub mod r2_buckets;
pub mod routes;
pub mod schedules;
pub mod scripts;
pub mod secrets;
pub mod settings;
pub mod subdomain;
pub mod tokens;
pub mod upload;
pub mod versions;
pub mod workers;
pub mod workflows;
pub mod zones;

pub use accepted::{Accepted, Done, FromResult, Listing};
pub use api::{Api, Auth};
pub use call::{Call, Origin, Segment};
pub use envelope::{Envelope, ResultInfo};
pub use error::Family;
pub use heard::{Heard, Turn};
pub use inside::Inside;
pub use look::Look;
pub use raw_body::RawBody;
pub use read::{Parser, Read, ReadOf, Reply};
pub use search::{Search, Sighting};
