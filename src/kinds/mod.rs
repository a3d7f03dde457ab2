//! Kinds of documents: what each one wants, beside what the account has for it.
//!
//! INVARIANT: the order of the files makes no difference.

mod labels;
pub mod worker;

use crate::plan::{self, Plan, PlanOptions};
use crate::resource::{DesiredState, LiveState};

use labels::Labels;
use worker::SecretFacts;

/// Plans a run. `secrets` has one entry a manifest: the digest of the values at hand.
pub fn plan(desired: &DesiredState, live: &LiveState, secrets: &[Option<SecretFacts>], options: &PlanOptions) -> Plan {
    let labels = Labels::of(desired, live);
    let documents = worker::all(desired, live, secrets, options, &labels);
    plan::plan(documents, options, false)
}

/// Plans the removal of everything that the manifests' identities own. Stores are never touched.
pub fn destroy(desired: &DesiredState, live: &LiveState, options: &PlanOptions) -> Plan {
    let labels = Labels::of(desired, live);
    let documents = worker::all_gone(desired, live, options, &labels);
    plan::plan(documents, options, true)
}
