//! Resource kinds: one file each; [`state`] holds the desired and the live sets.

pub mod record;
pub mod route;
pub mod script;
pub mod state;

pub use record::{DesiredRecord, RecordContent};
pub use route::DesiredRoute;
pub use script::{Bundle, DesiredScript, Observability, WorkersDev};
pub use state::{DesiredManifest, DesiredState, Drift, Routing, Wait, ZoneRef};
