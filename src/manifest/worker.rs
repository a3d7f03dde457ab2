//! `CloudflareWorker`, as far as reading it goes.

use serde_json::Value as Schema;

use super::json_schema;
use super::kind::{DocumentKind, Lowered, Moved, Reading};
use super::lower::{claims, envelope, lower};
use super::moved;
use super::rules::{self, Subject};
use super::schema::{Spec, WORKER};
use crate::resource::DesiredDocument;

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
