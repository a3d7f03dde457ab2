//! `CloudflareWorker`, as far as reading it goes: its types, its rules, and its defaults in `lower.rs`.

mod assets;
mod bindings;
mod build;
mod classes;
mod consumers;
mod cron;
mod domains;
mod env;
mod generations;
mod hosts;
mod kv;
mod lower;
mod members;
mod moved;
mod pattern;
mod rules;
mod schedules;
mod secrets;
mod settings;
pub mod spec;

use serde_json::Value as Schema;

use crate::manifest::json_schema;
use crate::manifest::kind::{DocumentKind, Lowered, Moved, Reading};
use crate::manifest::referring::WORKER;
use crate::resource::DesiredDocument;
use lower::{claims, envelope, lower};
use rules::subject::Subject;
use spec::Spec;

pub(in crate::kinds) use assets::unread;
pub(crate) use generations::bundle_path;
pub use secrets::{SecretValues, UnresolvedSecret, resolve_secrets};

/// A Cloudflare Worker: its code in R2, its bindings, and the host that it answers on.
pub struct Worker;

impl DocumentKind for Worker {
    fn name(&self) -> &'static str {
        WORKER
    }

    fn shape(&self) -> &'static Schema {
        json_schema::shape(WORKER)
    }

    fn moved(&self) -> &'static [Moved] {
        moved::OF_WORKER
    }

    fn read(&self, reading: &mut Reading<'_, '_>) -> Lowered {
        let Some(manifest) = reading.typed::<Spec>() else { return Lowered::default() };
        let broken = reading.broken.clone();
        let subject = Subject { manifest: &manifest, broken: &broken, options: reading.options };
        envelope(&subject).check(reading);
        rules::check(&subject, &mut reading.findings);
        Lowered {
            desired: lower(&subject, reading.document).map(|worker| DesiredDocument::Worker(Box::new(worker))),
            claims: claims(&subject),
        }
    }
}
