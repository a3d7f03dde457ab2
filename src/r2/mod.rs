//! R2 through its S3 API: presigned requests as values, and a store that sends them.
//!
//! <https://developers.cloudflare.com/r2/api/s3/api/>

mod credentials;
mod endpoint;
mod error;
mod listing;
mod object;
mod store;

pub use credentials::{Credentials, Given, Source, given};
pub use endpoint::S3Endpoint;
pub use error::{R2Error, R2ErrorKind};
pub use listing::ListedObject;
pub use object::{Depth, Object};
pub use store::{ObjectHead, Put, Reading, Store, Written};
