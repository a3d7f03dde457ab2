//! The engine without one of its guards: something must be harmed, and the suites must see it.

use cfworker_deploy::guard::{Guard, without};

use crate::suite::{FAULTS, PAIRS, RACES, STALE, Suite};

/// Cases of each suite after which a guard counts as needless.
const PATIENCE: u64 = 6_000;

/// Every guard.
pub const GUARDS: [Guard; 39] = [
    Guard::RecordMark,
    Guard::ReadOnlyRecord,
    Guard::ManyRecords,
    Guard::RouteInventory,
    Guard::RemovalInventory,
    Guard::OtherIdentity,
    Guard::OutsideChange,
    Guard::Rollback,
    Guard::SecretEditBase,
    Guard::TagUnion,
    Guard::ForeignTags,
    Guard::InventoryFirst,
    Guard::Relist,
    Guard::LookFirst,
    Guard::StepOrder,
    Guard::RecordBeforeRoute,
    Guard::UnseenStays,
    Guard::GoneById,
    Guard::RoutesGoFirst,
    Guard::OldGoesLast,
    Guard::RetryLimit,
    Guard::RetryAfter,
    Guard::ForbiddenIsFinal,
    Guard::SuccessMember,
    Guard::LateSettling,
    Guard::AbsentIsDone,
    Guard::KeptSecrets,
    Guard::InheritedBindings,
    Guard::CarriedSettings,
    Guard::RemovedSecrets,
    Guard::ExpectedPlan,
    Guard::PruneGate,
    Guard::DeletesGate,
    Guard::ConflictStops,
    Guard::UnforcedDelete,
    Guard::TagLook,
    Guard::AttachedAgain,
    Guard::NamedAtTheEnd,
    Guard::RaceLook,
];

/// How the absence of a guard was seen.
pub struct Caught {
    pub guard: Guard,
    /// Suite and seed of the case.
    pub by: Option<(&'static str, u64)>,
    /// What it said.
    pub what: String,
}

/// Looks for a case that fails without the guard.
pub fn catch(guard: Guard) -> Caught {
    for seed in 0..PATIENCE {
        for suite in [PAIRS, FAULTS, RACES, STALE] {
            if let Some(what) = fails(&suite, seed, guard) {
                return Caught { guard, by: Some((suite.name, seed)), what };
            }
        }
    }
    Caught { guard, by: None, what: format!("nothing fails in {PATIENCE} cases of each suite") }
}

fn fails(suite: &Suite, seed: u64, guard: Guard) -> Option<String> {
    let case = (suite.generate)(seed);
    let failure = without(guard, || suite.guarded(&case)).err()?;
    suite.guarded(&case).ok()?;
    let first: String = failure.broken.first()?.lines().next()?.chars().take(110).collect();
    Some(first)
}
