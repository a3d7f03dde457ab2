//! Names of the engine's guards: the checks that keep other people's things, secrets and order safe.
//!
//! A test may switch a single one off, to show that the simulation notices its absence. In what is shipped every
//! guard holds, and nothing of this module is left.

/// A check without which something would be harmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guard {
    /// A record is ours only with our mark in its comment.
    RecordMark,
    /// A record that another product manages is left alone.
    ReadOnlyRecord,
    /// Where several records stand and none is ours, none is taken.
    ManyRecords,
    /// A route is ours only when it stands in the inventory.
    RouteInventory,
    /// Only routes of the inventory are removed.
    RemovalInventory,
    /// A Worker with another identity's mark is theirs.
    OtherIdentity,
    /// A live version by another author is not overwritten unasked.
    OutsideChange,
    /// A rollback by hand is somebody's work too.
    Rollback,
    /// A secret edit is harmless only right on top of our upload.
    SecretEditBase,
    /// Tags name old and new while a run is under way.
    TagUnion,
    /// Tags of others stay.
    ForeignTags,
    /// The inventory names a route before it is made.
    InventoryFirst,
    /// After an unclear create the zone is asked.
    Relist,
    /// A create is not repeated blindly.
    LookFirst,
    /// A step waits for those before it.
    StepOrder,
    /// No route before its record.
    RecordBeforeRoute,
    /// What a list does not show stays in the inventory.
    UnseenStays,
    /// What was deleted is looked for by its id.
    GoneById,
    /// Records go after their routes.
    RoutesGoFirst,
    /// Old goes when new stands.
    OldGoesLast,
    /// A request is tried so often and no more.
    RetryLimit,
    /// The other side says how long to wait.
    RetryAfter,
    /// What is forbidden stays forbidden.
    ForbiddenIsFinal,
    /// A 2xx answer is a yes only when it says so.
    SuccessMember,
    /// What was just created may be found missing for a moment.
    LateSettling,
    /// What is gone already is as good as deleted.
    AbsentIsDone,
    /// Secrets that an upload does not name are kept.
    KeptSecrets,
    /// Other bindings that the manifest does not name are carried over.
    InheritedBindings,
    /// Settings that no manifest names are sent again.
    CarriedSettings,
    /// Secrets of ours that left the manifest are removed for certain.
    RemovedSecrets,
    /// A plan other than the approved one is not carried out.
    ExpectedPlan,
    /// What was left out stays without `--prune`.
    PruneGate,
    /// What the manifest says to delete needs a yes.
    DeletesGate,
    /// A conflict stops the whole run.
    ConflictStops,
    /// A deletion is never forced.
    UnforcedDelete,
    /// Tags that another run wrote meanwhile are kept.
    TagLook,
    /// What another run attached again stays in the tags, although this run removed it.
    AttachedAgain,
    /// At the end the tags name what the run attached, and what another run attached that it overwrote.
    NamedAtTheEnd,
    /// A deployment of somebody else in the same moment is told.
    RaceLook,
}

/// Whether a guard holds: always.
#[cfg(not(feature = "guards"))]
pub(crate) const fn holds(_guard: Guard) -> bool {
    true
}

#[cfg(feature = "guards")]
mod switched {
    use std::cell::Cell;

    use super::Guard;

    thread_local! {
        static OFF: Cell<Option<Guard>> = const { Cell::new(None) };
    }

    /// Whether a guard holds: unless a test switched it off on this thread.
    pub(crate) fn holds(guard: Guard) -> bool {
        OFF.get() != Some(guard)
    }

    /// Does some work without a guard.
    pub fn without<T>(guard: Guard, work: impl FnOnce() -> T) -> T {
        OFF.set(Some(guard));
        let result = work();
        OFF.set(None);
        result
    }
}

#[cfg(feature = "guards")]
pub(crate) use switched::holds;
#[cfg(feature = "guards")]
pub use switched::without;
