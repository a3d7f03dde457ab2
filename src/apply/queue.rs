//! Which step goes out next, and how each one ended. Every step and every edge between two of them is looked at a fixed
//! number of times, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::Outcome;
use crate::model::Address;
use crate::plan::Step;

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Waiting,
    Running,
    Done,
    NotDone,
    Unknown,
}

/// The steps of a plan on their way.
pub(super) struct Queue<'a> {
    entries: Vec<Entry<'a>>,
    /// Steps that may go out now, in the order of the plan.
    ready: BTreeSet<usize>,
    resources: BTreeMap<&'a Address, Resource>,
    /// Steps of each document that did not go out yet.
    waiting: BTreeMap<usize, usize>,
    #[cfg(test)]
    visits: usize,
}

struct Entry<'a> {
    step: &'a Step,
    state: State,
    /// How many steps must take effect before it.
    before: usize,
    /// The steps that wait for it.
    next: Vec<usize>,
}

/// A resource can take several writes: it begins with its first one and is done with its last one.
#[derive(Default)]
struct Resource {
    since: Option<f64>,
    unfinished: usize,
}

impl<'a> Queue<'a> {
    pub(super) fn new(steps: &'a [Step]) -> Self {
        let entry = |step| Entry { step, state: State::Waiting, before: 0, next: Vec::new() };
        let mut queue = Self {
            entries: steps.iter().map(entry).collect(),
            ready: BTreeSet::new(),
            resources: BTreeMap::new(),
            waiting: BTreeMap::new(),
            #[cfg(test)]
            visits: 0,
        };
        for (index, step) in steps.iter().enumerate() {
            queue.add(index, step);
        }
        queue
    }

    fn add(&mut self, index: usize, step: &'a Step) {
        for before in &step.after {
            self.visit();
            if let Some(entry) = self.entries.get_mut(*before) {
                entry.next.push(index);
            }
        }
        self.visit();
        if let Some(entry) = self.entries.get_mut(index) {
            entry.before = step.after.len();
        }
        if step.after.is_empty() {
            self.ready.insert(index);
        }
        self.resources.entry(&step.address).or_default().unfinished += 1;
        *self.waiting.entry(step.manifest).or_default() += 1;
    }

    /// Takes the next step that may go out, which then is under way.
    pub(super) fn take(&mut self) -> Option<(usize, &'a Step)> {
        let index = self.ready.pop_first()?;
        self.visit();
        let entry = self.entries.get_mut(index)?;
        entry.state = State::Running;
        let step = entry.step;
        if let Some(waiting) = self.waiting.get_mut(&step.manifest) {
            *waiting -= 1;
        }
        Some((index, step))
    }

    /// Whether no other step of its document waits: its write is the last one to go out.
    pub(super) fn is_last(&self, step: &Step) -> bool {
        self.waiting.get(&step.manifest).is_none_or(|waiting| *waiting == 0)
    }

    /// Whether this is the first write of its resource; then the time is kept.
    pub(super) fn begins(&mut self, step: &'a Step, now: f64) -> bool {
        let resource = self.resources.entry(&step.address).or_default();
        let begins = resource.since.is_none();
        resource.since.get_or_insert(now);
        begins
    }

    /// Keeps how a step ended: what waited for it alone may go out when it took effect. Gives the time at which its
    /// resource began, when this was the last of that resource's writes.
    pub(super) fn end(&mut self, index: usize, state: State) -> Option<f64> {
        self.visit();
        let entry = self.entries.get_mut(index)?;
        entry.state = state;
        if state != State::Done {
            return None;
        }
        let step = entry.step;
        for next in std::mem::take(&mut entry.next) {
            self.visit();
            if let Some(waits) = self.entries.get_mut(next) {
                waits.before -= 1;
                if waits.before == 0 {
                    self.ready.insert(next);
                }
            }
        }
        let resource = self.resources.get_mut(&step.address)?;
        resource.unfinished -= 1;
        resource.since.filter(|_| resource.unfinished == 0)
    }

    /// Whether some step did not take effect.
    pub(super) fn is_unfinished(&self) -> bool {
        self.states().any(|state| state != State::Done)
    }

    /// Whether some write took effect, or may have.
    pub(super) fn wrote(&self) -> bool {
        self.states().any(|state| matches!(state, State::Done | State::Unknown))
    }

    fn states(&self) -> impl Iterator<Item = State> + '_ {
        self.entries.iter().map(|entry| entry.state)
    }

    /// Sorts the resources: one is done when all its steps are, unknown when one of them is.
    pub(super) fn sort_addresses(&self, outcome: &mut Outcome) {
        let mut worst: BTreeMap<&Address, u8> = BTreeMap::new();
        for Entry { step, state, .. } in &self.entries {
            let rank = match state {
                State::Done => 0,
                State::Waiting | State::Running | State::NotDone => 1,
                State::Unknown => 2,
            };
            let known = worst.entry(&step.address).or_default();
            *known = rank.max(*known);
        }
        for (address, rank) in worst {
            let list = match rank {
                0 => &mut outcome.done,
                1 => &mut outcome.not_done,
                _ => &mut outcome.unknown,
            };
            list.push(address.clone());
        }
    }

    #[cfg(test)]
    fn visit(&mut self) {
        self.visits += 1;
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests count here")]
    fn visit(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Operation;

    fn step(name: &str, manifest: usize, after: Vec<usize>) -> Step {
        let operation = Operation::any();
        Step { address: Address::script(name), manifest, operation, after }
    }

    /// Runs all steps, and gives them in the order in which they went out.
    fn drained(queue: &mut Queue<'_>) -> Vec<usize> {
        let mut order = Vec::new();
        while let Some((index, step)) = queue.take() {
            queue.begins(step, 0.0);
            queue.is_last(step);
            queue.end(index, State::Done);
            order.push(index);
        }
        order
    }

    /// Chains of five steps, as a Worker with records and routes has them; each chain also waits for the one before.
    fn chains(steps: usize) -> Vec<Step> {
        let after = |index: usize| match index {
            0 => Vec::new(),
            _ if index.is_multiple_of(5) => vec![index - 1, index - 5],
            _ => vec![index - 1],
        };
        (0..steps).map(|index| step(&format!("w{}", index / 5), index / 5, after(index))).collect()
    }

    #[test]
    fn ten_times_the_steps_are_ten_times_the_visits() {
        let visits = |count: usize| {
            let steps = chains(count);
            let edges: usize = steps.iter().map(|step| step.after.len()).sum();
            let mut queue = Queue::new(&steps);
            assert_eq!(drained(&mut queue).len(), count);
            // Each step is added, taken and ended; each edge is added, and freed.
            assert_eq!(queue.visits, 3 * count + 2 * edges);
            queue.visits
        };
        assert!(visits(10_000) < 11 * visits(1_000));
    }

    #[test]
    fn steps_that_all_wait_for_one_are_visited_once_each() {
        let mut steps = vec![step("first", 0, Vec::new())];
        steps.extend((1..10_000).map(|index| step(&format!("w{index}"), index, vec![0])));
        let mut queue = Queue::new(&steps);
        assert_eq!(drained(&mut queue).len(), 10_000);
        assert_eq!(queue.visits, 3 * 10_000 + 2 * 9_999);
    }

    #[test]
    fn a_step_goes_out_when_all_before_it_took_effect_and_the_order_of_the_plan_breaks_ties() {
        let steps = [
            step("c", 0, vec![1, 2]),
            step("a", 1, Vec::new()),
            step("b", 2, Vec::new()),
            step("d", 3, vec![0]),
            step("nowhere", 4, vec![99]),
        ];
        let mut queue = Queue::new(&steps);
        let (first, _) = queue.take().expect("a step");
        let (second, _) = queue.take().expect("a step");
        assert_eq!((first, second, queue.take().is_none()), (1, 2, true));
        queue.end(1, State::Done);
        assert!(queue.take().is_none());
        queue.end(2, State::Done);
        assert_eq!(drained(&mut queue), [0, 3]);
        assert!(queue.is_unfinished());
    }

    #[test]
    fn what_waits_for_a_step_that_failed_never_goes_out() {
        let steps = [step("a", 0, Vec::new()), step("b", 0, vec![0])];
        let mut queue = Queue::new(&steps);
        queue.take().expect("a step");
        queue.end(0, State::Unknown);
        assert!(queue.take().is_none() && queue.wrote());
        let mut outcome = Outcome::default();
        queue.sort_addresses(&mut outcome);
        assert_eq!((outcome.unknown, outcome.not_done), (vec![Address::script("a")], vec![Address::script("b")]));
    }

    #[test]
    fn a_resource_begins_with_its_first_write_and_is_done_with_its_last() {
        let steps = [step("a", 0, Vec::new()), step("a", 0, vec![0])];
        let mut queue = Queue::new(&steps);
        let (first, of_first) = queue.take().expect("a step");
        assert!(queue.begins(of_first, 7.0) && !queue.is_last(of_first));
        assert_eq!(queue.end(first, State::Done), None);
        let (second, of_second) = queue.take().expect("a step");
        assert!(!queue.begins(of_second, 9.0) && queue.is_last(of_second));
        assert_eq!(queue.end(second, State::Done), Some(7.0));
    }
}
