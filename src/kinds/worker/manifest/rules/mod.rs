//! What a manifest must keep to beyond its shape; every rule looks at what is readable and tells all it finds.

mod alone;
mod assets;
mod bindings;
mod build;
mod bundle;
mod classes;
mod consumers;
mod dns;
mod domains;
mod identity;
mod schedules;
mod script;
mod settings;
pub(super) mod subject;

use self::subject::Subject;
use crate::manifest::findings::Findings;

/// Checks a document by every rule.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    identity::check(subject, findings);
    script::check(subject, findings);
    bundle::check(subject, findings);
    build::check(subject, findings);
    bindings::check(subject, findings);
    assets::check(subject, findings);
    alone::check(subject, findings);
    classes::check(subject, findings);
    consumers::check(subject, findings);
    domains::check(subject, findings);
    schedules::check(subject, findings);
    dns::check(subject, findings);
    settings::check(subject, findings);
}
