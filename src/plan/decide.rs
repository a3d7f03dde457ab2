//! The one table of decisions: whose a resource is × what is asked of it × what the caller allows → what happens.

use super::sketch::{Owner, Sketch, Wish};
use super::{Action, PlanOptions, Reason};
use crate::diagnostic::Diagnostic;

/// What happens to a resource.
pub struct Decision {
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The run may not do it.
    pub conflict: Option<Diagnostic>,
}

/// Decides by owner, wish and options.
pub fn decide(sketch: &Sketch, options: &PlanOptions) -> Decision {
    let settled = |action, reason: &Reason| Decision { action, reason: reason.clone(), conflict: None };
    match (&sketch.wish, &sketch.owner) {
        (Wish::Keep, Owner::Absent) => settled(Action::Create, &Reason::NotFound),
        (Wish::Keep, Owner::Ours(None)) => settled(Action::NoOp, &Reason::Unchanged),
        (Wish::Keep, Owner::Found) => settled(Action::NoOp, &Reason::FoundByName),
        (Wish::Keep, Owner::Ours(Some(reason)) | Owner::Released(reason)) => settled(Action::Update, reason),
        (Wish::Keep, Owner::Claimed(claim)) => {
            Decision { conflict: claim.conflict(&sketch.address, options), ..settled(Action::Adopt, &claim.reason) }
        }
        (Wish::Remove(reason), Owner::Claimed(claim)) => {
            Decision { conflict: claim.conflict(&sketch.address, options), ..settled(Action::Delete, reason) }
        }
        (Wish::Remove(reason), Owner::Absent | Owner::Ours(_) | Owner::Found | Owner::Released(_)) => {
            settled(Action::Delete, reason)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Owner, PlanOptions, Reason, Sketch, Wish, decide};
    use crate::diagnostic::Code;
    use crate::model::Address;
    use crate::plan::{Claim, Permit};

    fn claimed(permit: Option<Permit>, equal: bool, allowed: bool) -> Owner {
        Owner::Claimed(Claim {
            code: Code::ForeignScript,
            permit,
            reason: Reason::NotMarked,
            from: "somebody".into(),
            message: "it is somebody's".into(),
            keep: "rename yours".into(),
            loses: None,
            before: None,
            equal,
            allowed,
        })
    }

    fn decided(wish: Wish, owner: Owner, options: &PlanOptions) -> (Action, Reason, bool) {
        let sketch = Sketch { wish, owner, ..Sketch::wanted(Address::script("shop"), Vec::new()) };
        let decision = decide(&sketch, options);
        (decision.action, decision.reason, decision.conflict.is_some())
    }

    #[test]
    fn whose_a_resource_is_and_what_is_asked_of_it_decide_what_happens_to_it() {
        let none = PlanOptions::default();
        let (keep, remove) = (|| Wish::Keep, || Wish::Remove(Reason::Destroyed));
        let rows = [
            (Owner::Absent, (Action::Create, Reason::NotFound)),
            (Owner::Ours(None), (Action::NoOp, Reason::Unchanged)),
            (Owner::Found, (Action::NoOp, Reason::FoundByName)),
            (Owner::Ours(Some(Reason::Differs)), (Action::Update, Reason::Differs)),
            (Owner::Released(Reason::RoutingOff), (Action::Update, Reason::RoutingOff)),
        ];
        for (owner, (action, reason)) in rows {
            let shown = format!("{owner:?}");
            assert_eq!(decided(keep(), owner, &none), (action, reason, false), "{shown}");
        }
        let ours = [Owner::Absent, Owner::Ours(None), Owner::Found, Owner::Released(Reason::RoutingOff)];
        for owner in ours {
            let shown = format!("{owner:?}");
            assert_eq!(decided(remove(), owner, &none), (Action::Delete, Reason::Destroyed, false), "{shown}");
        }
    }

    #[test]
    fn what_is_somebody_elses_is_a_conflict_until_the_option_for_it_names_it() {
        let named = || vec!["script:shop".to_owned()];
        let of = |adopt: Vec<String>, take: Vec<String>| PlanOptions { adopt, take, ..PlanOptions::default() };
        let everything = || of(vec!["*".into()], Vec::new());
        let (nothing, adopts, takes) = (|| of(vec![], vec![]), || of(named(), vec![]), || of(vec![], named()));
        let (adopt, take) = (Some(Permit::Adopt), Some(Permit::Take));
        let rows = [
            // What it takes, whether having it changes nothing, whether the manifest says so: what keeps it from us.
            (adopt, false, false, nothing(), true),
            (adopt, false, false, everything(), true),
            (adopt, true, false, everything(), false),
            (adopt, false, false, takes(), true),
            (adopt, false, false, adopts(), false),
            (adopt, false, true, nothing(), false),
            (take, true, false, everything(), true),
            (take, false, false, adopts(), true),
            (take, false, false, takes(), false),
            (take, false, true, nothing(), false),
            (None, false, false, nothing(), false),
        ];
        for (permit, equal, allowed, options, is_conflict) in rows {
            let shown = format!("{permit:?}, equal: {equal}, allowed: {allowed}, {options:?}");
            let kept = decided(Wish::Keep, claimed(permit, equal, allowed), &options);
            assert_eq!(kept, (Action::Adopt, Reason::NotMarked, is_conflict), "{shown}");
            let removed = decided(Wish::Remove(Reason::Destroyed), claimed(permit, equal, allowed), &options);
            assert_eq!(removed, (Action::Delete, Reason::Destroyed, is_conflict), "{shown}");
        }
    }
}
