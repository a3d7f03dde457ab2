//! What a manifest must keep to beyond its shape; every rule looks at what is readable and tells all it finds.

mod bindings;
mod bundle;
mod consumers;
mod dns;
mod identity;
mod script;
mod subject;

use crate::manifest::findings::Findings;

pub(super) use subject::Subject;

/// Checks a document by every rule.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    identity::check(subject, findings);
    script::check(subject, findings);
    bundle::check(subject, findings);
    bindings::check(subject, findings);
    consumers::check(subject, findings);
    dns::check(subject, findings);
}
