//! Resource kinds: one file each; [`state`] holds the desired and the live sets.

pub mod operation;
pub mod record;
pub mod route;
pub mod script;
pub mod state;
pub mod zone;

pub use operation::{Operation, RecordWrite, TagWrite, Upload};
pub use record::{DesiredRecord, LiveRecord, RecordContent};
pub use route::{DesiredRoute, LiveRoute};
pub use script::{
    Bundle, DesiredScript, LiveBinding, LiveDeployment, LiveScript, LiveVersion, Observability, SecretEdit, WorkersDev,
};
pub use state::{
    BundleFacts, DesiredManifest, DesiredState, Drift, LiveManifest, LiveState, LiveZoneContent, RenamedScript,
    Routing, Wait, ZoneRef,
};
pub use zone::LiveZone;
