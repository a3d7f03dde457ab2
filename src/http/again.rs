//! What follows a try that was not accepted: an error, a wait of its own, or a place in line behind an outage.

use super::attempt::{Attempt, Attempts, Failure};
use super::client::{Client, Gate, Pending};
use super::outage::{Cause, Effect, Limits};
use super::retry::{Policy, retry_after};
use super::{Again, CallError, CallErrorKind, Repeat, Request};

const THROTTLED: &str = "throttled by the other side";

impl Client {
    /// Decides after a try that was not accepted; `probe`: it was sent to see whether an outage is over.
    pub(super) fn after_failure(
        &self,
        request: &Request,
        (gate, probe): (&Gate, bool),
        state: &mut Attempts,
        attempt: Attempt,
    ) -> Result<Option<Pending>, CallError> {
        let wall_ms = self.clock().wall_ms();
        let asked = attempt.answer().and_then(|answer| retry_after(answer, wall_ms));
        let is_answer = attempt.answer().is_some();
        let mut failure = Failure::of(attempt, request.method.writes());
        state.arrived |= failure.may_have_arrived;
        if failure.kind == CallErrorKind::Aborted {
            self.shared.troubles.gave_up_on(request);
            failure.kind = self.stop();
        }
        match failure.again {
            Again::Never | Again::NotYet => {
                if probe && is_answer {
                    gate.outages.end(self.now());
                }
                if failure.again == Again::NotYet
                    && let Some(pending) = self.not_yet(state, asked)
                {
                    return Ok(Some(pending));
                }
            }
            Again::Throttled | Again::Unclear => {
                self.shared.troubles.met(request, failure.reason());
                if let Some(effect) = self.waits_for_outage(request, (gate, probe), state, &mut failure, asked) {
                    return Ok(self.own_wait(state, effect, &failure));
                }
            }
        }
        Err(state.failed(request, failure.into_kind(request.repeat == Repeat::LookFirst)))
    }

    /// A wait until what a request needs is there, if that is worth it.
    fn not_yet(&self, state: &mut Attempts, asked: Option<f64>) -> Option<Pending> {
        state.not_yet += 1;
        let policy = &self.shared.policy;
        let milliseconds = policy.not_yet_wait(state.not_yet).max(asked.unwrap_or_default());
        let in_time = self.now() + milliseconds - state.started <= policy.give_up_after;
        (state.not_yet < policy.not_yet_tries && in_time)
            .then(|| Pending { milliseconds, why: "what it needs is not visible yet".into() })
    }

    /// An outage that begins anew although the request failed before: others were answered meanwhile, so the origin's
    /// back-off started over. That of the request does not.
    fn own_wait(&self, state: &Attempts, effect: Effect, failure: &Failure) -> Option<Pending> {
        let failed_before = effect == Effect::Begins && failure.again == Again::Unclear && state.unclear > 1;
        failed_before.then(|| Pending {
            milliseconds: self.shared.policy.outage_wait(false, state.unclear, self.clock().random()),
            why: failure.reason(),
        })
    }

    /// Notes what a failure says of its origin: what it changes there, if the request may be sent again when that is over.
    fn waits_for_outage(
        &self,
        request: &Request,
        (gate, probe): (&Gate, bool),
        state: &mut Attempts,
        failure: &mut Failure,
        asked: Option<f64>,
    ) -> Option<Effect> {
        let policy = self.policy();
        let now = self.now();
        let throttled = failure.again == Again::Throttled;
        if !throttled {
            state.unclear += 1;
            state.unclear_since.get_or_insert(now);
        }
        let cause = Cause {
            why: if throttled { THROTTLED.into() } else { failure.reason() },
            kind: come_back(failure.kind.clone(), asked),
            throttled,
            asked,
        };
        let run_ends_at = self.shared.signal.as_ref().and_then(|signal| signal.ends_at_ms());
        let limits = Limits { policy, run_ends_at };
        let effect = gate.outages.failed(probe, now, self.clock().random(), cause, limits);
        let cost = if throttled { policy.throttled_cost } else { policy.unclear_cost };
        let is_affordable = effect != Effect::Begins || self.take(state, cost);
        if effect == Effect::Ends {
            failure.kind = come_back(failure.kind.clone(), asked);
        }
        let is_unclear_create = request.repeat == Repeat::LookFirst && !throttled && failure.may_have_arrived;
        let goes_on = effect != Effect::Ends && is_affordable && !is_unclear_create;
        (goes_on && !self.is_used_up(state, &policy)).then_some(effect)
    }

    /// Whether a request failed so often and so long that its failure is its own, whatever others see of its origin.
    fn is_used_up(&self, state: &Attempts, policy: &Policy) -> bool {
        let since = state.unclear_since.unwrap_or(f64::INFINITY);
        state.unclear >= policy.tries && self.now() - since > policy.patience
    }

    fn policy(&self) -> Policy {
        self.shared.policy
    }

    fn take(&self, state: &mut Attempts, cost: u32) -> bool {
        let taken = self.shared.budget.take(cost);
        if taken {
            state.taken += cost;
        }
        taken
    }
}

/// A refusal that says when to come back.
fn come_back(kind: CallErrorKind, asked: Option<f64>) -> CallErrorKind {
    match kind {
        CallErrorKind::Refused(mut refusal) => {
            refusal.come_back_in_s = asked.filter(|asked| *asked > 0.0).map(|asked| (asked / 1_000.0).ceil() as u64);
            CallErrorKind::Refused(refusal)
        }
        other => other,
    }
}
