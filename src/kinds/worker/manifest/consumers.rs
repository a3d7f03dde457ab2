//! Entries of `queue_consumers`: queues whose messages the Worker gets.

use crate::binding::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::resource::{ConsumerSettings, DesiredConsumer, QueueRef};

use super::generations::spec_path;
use super::spec::QueueConsumer;
use crate::manifest::names::{hexadecimal, is_label};
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::{self, Text};
use crate::manifest::referring::{CONSUMED, DEAD_LETTERS, Field};
use crate::manifest::schema::{Items, TextOrFrom};
use crate::manifest::text_or_from::{self, Fault, Said};

/// Where an entry stands.
pub(super) fn path(index: usize) -> Path {
    spec_path().key("queue_consumers").index(index)
}

/// The queues that are wanted; nothing where an entry can't be read.
pub(super) fn lower(entries: &Items<QueueConsumer>) -> Option<Vec<DesiredConsumer>> {
    entries.each().map(|(index, entry)| consumer(entry, &path(index))).collect()
}

fn consumer(entry: &QueueConsumer, path: &Path) -> Option<DesiredConsumer> {
    let dead_letter_queue = match &entry.dead_letter_queue {
        Some(queue) => named(queue, &DEAD_LETTERS, &path.key("dead_letter_queue")).ok()?,
        None => None,
    };
    Some(DesiredConsumer {
        queue: named(entry.queue.as_ref()?, &CONSUMED, &path.key("queue")).ok()??,
        dead_letter_queue,
        settings: ConsumerSettings {
            batch_size: entry.max_batch_size,
            max_wait_time_ms: entry.max_batch_timeout.map(|seconds| seconds * 1000),
            max_concurrency: entry.max_concurrency,
            max_retries: entry.max_retries,
            retry_delay: entry.retry_delay,
        },
    })
}

/// The queue that a field names; nothing where it is empty.
///
/// # Errors
/// A finding for what names no queue.
pub(super) fn named(given: &TextOrFrom, field: &Field, path: &Path) -> Result<Option<QueueRef>, Fault> {
    let field_path = path.to_string();
    let queue = |named| Ok(Some(QueueRef { named, field: field_path }));
    let (path, text) = match text_or_from::read(given, field, path)? {
        Said::Reference(reference) => return queue(Input::Reference(reference)),
        Said::Text(_, "") => return Ok(None),
        Said::Text(path, text) => (path, text),
    };
    match by_text(text, field, &path) {
        Ok(named) => queue(named),
        Err(finding) => Err((path, finding)),
    }
}

fn by_text(text: &str, field: &Field, path: &Path) -> Result<Input, Diagnostic> {
    match reference::read(text)? {
        Text::Field { kind, name, field_path } => {
            let reference = reference::to(field.name, field.takes, (Some(kind), &name, &field_path), path);
            reference.map(Input::Reference).map_err(|(_, finding)| finding)
        }
        Text::Plain if is_label(text, 1..=63) => Ok(Input::Value(text.to_owned())),
        Text::Plain => hexadecimal(text, 32).map(Input::Value).ok_or_else(|| {
            let finding = Diagnostic::error(Code::StoreName, format!("{} is not the name of a queue", quote(text)));
            finding.with_help("lower-case letters, digits and inner hyphens, at most 63")
        }),
        Text::Variable(_) | Text::Secret(_) => {
            let finding = Diagnostic::error(Code::Reference, format!("{} is not replaced here", quote(text)));
            Err(finding.with_help("variables and secrets stand under `env`; name the queue"))
        }
    }
}
