//! Resources that wait for each other: no order makes them all.

use std::collections::BTreeSet;

use super::step::Step;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Address;

/// One finding a circle, with every resource of it named.
pub(super) fn findings(steps: &[Step]) -> Vec<Diagnostic> {
    let mut stuck = stuck(steps);
    let mut findings = Vec::new();
    while let Some(first) = stuck.iter().next().copied() {
        let below = reached(steps, first);
        let circle: BTreeSet<usize> =
            below.iter().copied().filter(|index| reached(steps, *index).contains(&first)).collect();
        if circle.contains(&first) {
            findings.push(finding(steps, &circle));
        }
        stuck.remove(&first);
        stuck.retain(|index| !circle.contains(index));
    }
    findings
}

fn finding(steps: &[Step], circle: &BTreeSet<usize>) -> Diagnostic {
    let members: BTreeSet<&Address> = circle.iter().filter_map(|index| Some(&steps.get(*index)?.address)).collect();
    let names: Vec<String> = members.iter().map(|address| format!("`{address}`")).collect();
    let message = format!("each of these waits for another one of them: {}", names.join(", "));
    let help = "take the binding out of one of them and deploy that first";
    let finding = Diagnostic::error(Code::Circle, message).with_help(help);
    match members.into_iter().next() {
        Some(first) => finding.about(first.clone()),
        None => finding,
    }
}

/// The steps that no order reaches: those of circles, and all that wait for them.
fn stuck(steps: &[Step]) -> BTreeSet<usize> {
    let mut stuck: BTreeSet<usize> = (0..steps.len()).collect();
    loop {
        let waits = |index: &usize| {
            steps.get(*index).is_some_and(|step| step.after.iter().any(|before| stuck.contains(before)))
        };
        let left: BTreeSet<usize> = stuck.iter().copied().filter(waits).collect();
        if left.len() == stuck.len() {
            return stuck;
        }
        stuck = left;
    }
}

/// All that a step waits for, near and far.
fn reached(steps: &[Step], from: usize) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(index) = next.pop() {
        let after = steps.get(index).into_iter().flat_map(|step| step.after.iter().copied());
        next.extend(after.filter(|before| reached.insert(*before)));
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
        assert!(findings(&[step("a", &[1, 2]), step("b", &[2]), step("c", &[])]).is_empty());
    }

    #[test]
    fn a_circle_names_each_of_its_members_and_nothing_that_only_waits_for_it() {
        let steps = [step("a", &[1]), step("b", &[2]), step("c", &[0]), step("waits", &[0]), step("first", &[])];
        let findings = findings(&steps);
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["each of these waits for another one of them: `script:a`, `script:b`, `script:c`"]);
    }

    #[test]
    fn a_circle_through_stores_is_found_as_well() {
        let store = |key: &str, after: &[usize]| {
            let address = Address::new(Kind::Bucket, key);
            Step { address, ..step(key, after) }
        };
        let findings = findings(&[store("files", &[1]), step("shop", &[2]), store("media", &[0])]);
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        let circle = "each of these waits for another one of them: `script:shop`, `bucket:files`, `bucket:media`";
        assert_eq!(messages, [circle]);
    }

    #[test]
    fn two_circles_are_two_findings() {
        let steps = [step("a", &[1]), step("b", &[0]), step("between", &[0]), step("c", &[4, 2]), step("d", &[3])];
        assert_eq!(findings(&steps).len(), 2);
    }
}
