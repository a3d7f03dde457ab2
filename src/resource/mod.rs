//! Resource kinds: one file each; [`state`] holds the desired and the live sets.

mod assets;
pub mod classes;
mod code_digest;
pub mod consumer;
pub mod domain;
pub mod operation;
pub mod procedure;
pub mod record;
pub mod route;
pub mod schedules;
pub mod script;
pub mod state;
pub mod store;
pub mod watch;
pub mod zone;

pub use assets::{AssetsPlace, DesiredAssets, KnownAssets};
pub use code_digest::code_digest;
pub use consumer::{ConsumerSettings, DesiredConsumer, LiveConsumer, LiveQueue, LiveQueues, QueueRef};
pub use domain::{DesiredDomain, LiveDomain, LiveDomains};
pub use operation::{Act, Operation};
pub use procedure::{AtHand, Ended, Made, Next, Procedure};
pub use record::{DesiredRecord, LiveRecord, RecordContent};
pub use route::{DesiredRoute, LiveRoute};
pub use schedules::LiveSchedules;
pub use script::{
    Build, Bundle, DesiredScript, LiveBinding, LiveDeployment, LiveScript, LiveVersion, OwnCode, SecretEdit, WorkersDev,
};
pub use state::{
    BundleFacts, DesiredDocument, DesiredManifest, DesiredState, Drift, LiveManifest, LiveState, LiveWorkflow,
    LiveZoneContent, ModuleDiffers, ModuleSeen, RenamedScript, Routing, User, Wait, ZonedHost,
};
pub use store::{DesiredStore, LiveStore, StoreInput};
pub use watch::{Moment, Seen, Watch};
pub use zone::{LiveZone, ZoneRef};
