//! A few cases of each suite, and those that once found something. `npm run simulate` plays all of them.

use simulation::suite::{FAULTS, PAIRS, RACES, STALE, Suite};

fn few(suite: &Suite) {
    let tally = suite.run(0..60, 2);
    let first = tally.failures.first().map(|(case, _)| suite.explain(case));
    assert_eq!(tally.failed, 0, "{}", first.unwrap_or_default());
}

#[test]
fn pairs_of_account_and_manifest() {
    few(&PAIRS);
}

#[test]
fn faults_in_twos_and_threes() {
    few(&FAULTS);
}

#[test]
fn lists_that_lag_behind() {
    few(&STALE);
}

#[test]
fn two_who_deploy_at_once() {
    few(&RACES);
}
