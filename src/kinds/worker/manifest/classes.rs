//! What `migrations` and `exports` of a manifest come to.

use serde_json::{Map, Value, json};

use super::generations::spec_path;
use super::spec::Spec;
use super::spec::classes::Migration;
use crate::manifest::path::Path;
use crate::manifest::schema::Items;
use crate::resource::classes::{DesiredClasses, MigrationStep, RenamedClass, TransferredClass};

/// Cloudflare's word for a class of Durable Objects among exports, and for an entrypoint.
pub(super) const OF_OBJECTS: &str = "durable-object";

/// Where a step stands.
pub(super) fn path_of_step(index: usize) -> Path {
    spec_path().key("migrations").index(index)
}

/// What a document says of its classes; what is missing in it is told by its rules.
pub(super) fn lower(spec: &Spec) -> DesiredClasses {
    let steps = spec.migrations.as_ref().map(|steps| steps.each().map(|(_, step)| lowered(step)).collect());
    let exports = spec.exports.as_ref().map(|exports| {
        let entries = exports.iter().map(|(name, entry)| (name.clone(), json!(entry)));
        entries.collect::<Map<String, Value>>()
    });
    DesiredClasses { migrations: steps, exports }
}

/// One step as an upload sends it.
pub(super) fn lowered(step: &Migration) -> MigrationStep {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let renamed = step.renamed_classes.iter().flat_map(|list| list.each());
    let transferred = step.transferred_classes.iter().flat_map(|list| list.each());
    MigrationStep {
        tag: text(&step.tag),
        new_classes: texts(&step.new_classes),
        new_sqlite_classes: texts(&step.new_sqlite_classes),
        renamed_classes: renamed.map(|(_, it)| RenamedClass { from: text(&it.from), to: text(&it.to) }).collect(),
        deleted_classes: texts(&step.deleted_classes),
        transferred_classes: transferred
            .map(|(_, it)| TransferredClass {
                from: text(&it.from),
                from_script: text(&it.from_script),
                to: text(&it.to),
            })
            .collect(),
    }
}

fn texts(list: &Option<Items<String>>) -> Vec<String> {
    list.iter().flat_map(|list| list.each()).map(|(_, name)| name.clone()).collect()
}
