//! Circles: what waits for each other, near or far, so that no order does all of it.

use std::collections::BTreeSet;

use super::step::Step;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Address;

/// One finding a circle, with every resource of it named.
pub(super) fn findings(steps: &[Step], destroys: bool) -> Vec<Diagnostic> {
    let waits: Vec<&[usize]> = steps.iter().map(|step| step.after.as_slice()).collect();
    circles(&waits).iter().map(|circle| finding(steps, circle, destroys)).collect()
}

fn finding(steps: &[Step], circle: &BTreeSet<usize>, destroys: bool) -> Diagnostic {
    let members: BTreeSet<&Address> = circle.iter().filter_map(|index| Some(&steps.get(*index)?.address)).collect();
    let names: Vec<String> = members.iter().map(|address| format!("`{address}`")).collect();
    let message = format!("each of these waits for another one of them: {}", names.join(", "));
    let help = if destroys {
        "take the binding out of one of them, deploy that, then destroy them"
    } else {
        "take the binding out of one of them and deploy that first"
    };
    let finding = Diagnostic::error(Code::Circle, message).with_help(help);
    match members.into_iter().next() {
        Some(first) => finding.about(first.clone()),
        None => finding,
    }
}

/// Sets of those that wait for each other; `waits` says for each one what it waits for.
pub(super) fn circles<W: AsRef<[usize]>>(waits: &[W]) -> Vec<BTreeSet<usize>> {
    let mut left = in_circles_or_between(waits);
    let mut circles = Vec::new();
    while let Some(first) = left.iter().next().copied() {
        let below = reached(waits, first, &left);
        let circle: BTreeSet<usize> =
            below.iter().copied().filter(|index| reached(waits, *index, &left).contains(&first)).collect();
        left.remove(&first);
        left.retain(|index| !circle.contains(index));
        circles.extend(circle.contains(&first).then_some(circle));
    }
    circles
}

/// Whether some order does all of it.
pub(super) fn is_in_order<W: AsRef<[usize]>>(waits: &[W]) -> bool {
    stuck(waits).is_empty()
}

/// Those that no order reaches from either end: what merely waits for a circle is none of them.
fn in_circles_or_between<W: AsRef<[usize]>>(waits: &[W]) -> BTreeSet<usize> {
    let stuck_before = stuck(waits);
    let mut waited_for_by: Vec<Vec<usize>> = vec![Vec::new(); waits.len()];
    for index in &stuck_before {
        for before in before(waits, *index).filter(|before| stuck_before.contains(before)) {
            waited_for_by.get_mut(before).into_iter().for_each(|by| by.push(*index));
        }
    }
    stuck(&waited_for_by)
}

/// The members of circles, and all that wait for them: no order reaches them.
fn stuck<W: AsRef<[usize]>>(waits: &[W]) -> BTreeSet<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); waits.len()];
    for index in 0..waits.len() {
        open.push(before(waits, index).count());
        for before in before(waits, index) {
            waiting.get_mut(before).into_iter().for_each(|waiting| waiting.push(index));
        }
    }
    let mut stuck: BTreeSet<usize> = (0..waits.len()).collect();
    let mut free: Vec<usize> = (0..waits.len()).filter(|index| open.get(*index) == Some(&0)).collect();
    while let Some(done) = free.pop() {
        stuck.remove(&done);
        for index in waiting.get(done).into_iter().flatten() {
            let Some(open) = open.get_mut(*index) else { continue };
            *open -= 1;
            free.extend((*open == 0).then_some(*index));
        }
    }
    stuck
}

/// What one of them waits for.
fn before<W: AsRef<[usize]>>(waits: &[W], index: usize) -> impl Iterator<Item = usize> + '_ {
    let all = waits.get(index).into_iter().flat_map(|waits| waits.as_ref().iter().copied());
    all.filter(|before| *before < waits.len())
}

/// All among `within` that one waits for, near and far.
fn reached<W: AsRef<[usize]>>(waits: &[W], from: usize, within: &BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(index) = next.pop() {
        next.extend(before(waits, index).filter(|before| within.contains(before) && reached.insert(*before)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::resource::Operation;

    fn step(name: &str, after: &[usize]) -> Step {
        let operation = Operation::any();
        Step { address: Address::script(name), manifest: 0, operation, after: after.to_vec() }
    }

    #[test]
    fn an_order_that_exists_is_no_circle() {
        let steps = [step("a", &[1, 2]), step("b", &[2]), step("c", &[])];
        assert!(findings(&steps, false).is_empty());
        assert!(is_in_order(&[&[1, 2][..], &[2], &[]]));
    }

    #[test]
    fn a_circle_names_each_of_its_members_and_nothing_that_only_waits_for_it() {
        let steps = [step("a", &[1]), step("b", &[2]), step("c", &[0]), step("waits", &[0]), step("first", &[])];
        let findings = findings(&steps, false);
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["each of these waits for another one of them: `script:a`, `script:b`, `script:c`"]);
    }

    #[test]
    fn a_circle_through_stores_is_found_as_well() {
        let store = |key: &str, after: &[usize]| {
            let address = Address::new(Kind::Bucket, key);
            Step { address, ..step(key, after) }
        };
        let steps = [store("files", &[1]), step("shop", &[2]), store("media", &[0])];
        let findings = findings(&steps, false);
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        let circle = "each of these waits for another one of them: `script:shop`, `bucket:files`, `bucket:media`";
        assert_eq!(messages, [circle]);
    }

    #[test]
    fn a_long_row_that_waits_for_a_circle_is_no_part_of_it() {
        let row = 5_000;
        // Each waits for the next one, and the last two for each other.
        let waits: Vec<[usize; 1]> =
            (0..row).map(|index| [if index + 1 < row { index + 1 } else { row - 2 }]).collect();
        assert_eq!(circles(&waits), [BTreeSet::from([row - 2, row - 1])]);
        assert!(!is_in_order(&waits));
    }

    #[test]
    fn two_circles_are_two_findings() {
        let steps = [step("a", &[1]), step("b", &[0]), step("between", &[0]), step("c", &[4, 2]), step("d", &[3])];
        assert_eq!(findings(&steps, false).len(), 2);
    }

    #[test]
    fn the_way_out_of_a_circle_is_that_of_the_call() {
        let steps = [step("a", &[1]), step("b", &[0])];
        let help = |destroys| findings(&steps, destroys)[0].help.clone();
        assert_eq!(help(false), Some("take the binding out of one of them and deploy that first".into()));
        assert_eq!(help(true), Some("take the binding out of one of them, deploy that, then destroy them".into()));
    }
}
