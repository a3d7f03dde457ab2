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
    let mut stuck = stuck(waits);
    let mut circles = Vec::new();
    while let Some(first) = stuck.iter().next().copied() {
        let below = reached(waits, first);
        let circle: BTreeSet<usize> =
            below.iter().copied().filter(|index| reached(waits, *index).contains(&first)).collect();
        stuck.remove(&first);
        stuck.retain(|index| !circle.contains(index));
        circles.extend(circle.contains(&first).then_some(circle));
    }
    circles
}

/// Whether some order does all of it.
pub(super) fn is_in_order<W: AsRef<[usize]>>(waits: &[W]) -> bool {
    stuck(waits).is_empty()
}

/// Those that no order reaches: the members of circles, and all that wait for them.
fn stuck<W: AsRef<[usize]>>(waits: &[W]) -> BTreeSet<usize> {
    let mut stuck: BTreeSet<usize> = (0..waits.len()).collect();
    loop {
        let is_waiting = |index: &usize| {
            waits.get(*index).is_some_and(|waits| waits.as_ref().iter().any(|before| stuck.contains(before)))
        };
        let left: BTreeSet<usize> = stuck.iter().copied().filter(is_waiting).collect();
        if left.len() == stuck.len() {
            return stuck;
        }
        stuck = left;
    }
}

/// All that one waits for, near and far.
fn reached<W: AsRef<[usize]>>(waits: &[W], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(index) = next.pop() {
        let before = waits.get(index).into_iter().flat_map(|waits| waits.as_ref().iter().copied());
        next.extend(before.filter(|before| reached.insert(*before)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::resource::Operation;

    fn step(name: &str, after: &[usize]) -> Step {
        let operation = Operation::RemoveSecrets { names: Vec::new() };
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
