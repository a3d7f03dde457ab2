//! Queues whose messages the Worker gets.

use std::collections::BTreeMap;

use crate::binding::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::consumers::{self, named};
use crate::manifest::findings::Findings;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::referring::{CONSUMED, DEAD_LETTERS, Field};
use crate::manifest::schema::TextOrFrom;
use crate::resource::QueueRef;

use super::subject::Subject;

/// Each entry names one queue, once, and not itself for messages that failed.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec() else { return };
    let mut seen: BTreeMap<String, Path> = BTreeMap::new();
    for (index, entry) in spec.queue_consumers.iter().flat_map(|list| list.each()) {
        let path = consumers::path(index);
        let own = path.key("queue");
        if matches!(&entry.queue, Some(TextOrFrom::Text(text)) if text.is_empty()) {
            let finding = Diagnostic::error(Code::Consumer, format!("`{own}` names no queue"));
            findings.add(&own, finding.with_help("write its name, or `{value_from: {name: …}}`"));
        }
        let queue = queue(subject, (entry.queue.as_ref(), &CONSUMED), &own, findings);
        let dead = path.key("dead_letter_queue");
        let dead_letters = self::queue(subject, (entry.dead_letter_queue.as_ref(), &DEAD_LETTERS), &dead, findings);
        let Some(queue) = queue else { continue };
        let name = meant(&queue);
        if dead_letters.is_some_and(|dead_letters| meant(&dead_letters) == name) {
            let finding = Diagnostic::error(Code::Consumer, "messages that failed would come back to the same queue");
            findings.add(&dead, finding.with_help("name another queue, or leave it out: they are lost then"));
        }
        if let Some(first) = seen.get(&name) {
            let message = format!("two entries name the queue {}", quote(queue.shown()));
            let first = findings.value_place(first);
            let finding = Diagnostic::error(Code::Consumer, message).with_help("keep one of them");
            findings.add(&own, finding.and_at(first, "first named here"));
        } else {
            seen.insert(name, own);
        }
    }
}

/// What tells a queue from others: a document may have the name of another queue.
fn meant(queue: &QueueRef) -> String {
    let by = if matches!(queue.named, Input::Value(_)) { "" } else { "document " };
    format!("{by}{}", queue.shown())
}

/// The queue that a field names; what is missing or unreadable was told.
fn queue(
    subject: &Subject<'_>,
    (given, field): (Option<&TextOrFrom>, &Field),
    path: &Path,
    findings: &mut Findings<'_>,
) -> Option<QueueRef> {
    match named(given?, field, path) {
        Ok(queue) => queue,
        Err((path, _)) if subject.is_broken(&path) => None,
        Err((path, finding)) => {
            findings.add(&path, finding);
            None
        }
    }
}
