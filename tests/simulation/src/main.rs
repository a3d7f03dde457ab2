//! Runs the suites, prints what they came to, and fails when anything that must hold does not.
//!
//! The cases are the same each time. `--fresh` plays others, and says which: `--fresh=SEED` plays those again.
//! `--first-failure=FROM..TO` plays cases of all suites by turns until one fails, and answers with one line of JSON.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stdout, reason = "a test program")]

use std::ops::Range;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use simulation::seen::Seen;
use simulation::suite::{FAULTS, PAIRS, RACES, STALE, Suite};
use simulation::{cells, first, kinds};

/// Cases of a usual run.
const SUITES: [(Suite, u64); 4] = [(PAIRS, 8_000), (FAULTS, 70_000), (RACES, 20_000), (STALE, 12_000)];

/// While a cell was hit too rarely, so many more cases with faults are played …
const TOP_UP: u64 = 5_000;
/// … so many times at the most.
const TOP_UPS: u64 = 6;
/// Fresh seeds begin beyond all that a usual run plays.
const FRESH: u64 = 1_000_000_000;

/// Pairs of runs of which neither can see the other, in ten thousand: nothing in the API compares and sets, and the look
/// beside a last write comes too early for what follows it. A first deploy has no look at all.
const MOST_MIXED: u64 = 200;
/// The same, for those that leave a part behind which neither order gives.
const MOST_TORN: u64 = 10;
/// The same, for those that leave a route which no list of ours names.
const MOST_FORGOTTEN: u64 = 2;

fn main() -> ExitCode {
    let started = Instant::now();
    let (options, words): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    let runs = |name: &str| words.is_empty() || words.iter().any(|word| word == name);
    let fresh = options.iter().find_map(|option| fresh_seed(option));
    let first = fresh.map_or(0, |seed| FRESH + seed * FRESH);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    if let Some(places) = options.iter().find_map(|option| places(option)) {
        println!("{}", first::failure(places, threads));
        return ExitCode::SUCCESS;
    }
    if let Some(seed) = fresh {
        println!("fresh seed {seed}: `npm run simulate -- --fresh={seed}` plays the same cases again");
    }
    let (mut good, mut all) = (true, Seen::default());
    for (suite, count) in SUITES {
        if runs(suite.name) {
            let (failed, seen) = run(&suite, first, scaled(count), threads);
            good &= !failed;
            all.add(seen);
        }
    }
    // What fresh cases hit is chance.
    if runs("pairs") && runs("faults") && fresh.is_none() {
        good &= top_up(&mut all, threads);
        good &= show_cells(&all);
    }
    if words.is_empty() && fresh.is_none() {
        good &= show_kinds(&all);
    }
    println!("\nsimulation: {} in {:.0} s", if good { "all holds" } else { "FAILED" }, started.elapsed().as_secs_f64());
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// `CASES=N` plays N per cent of the usual number.
fn scaled(count: u64) -> u64 {
    let percent = std::env::var("CASES").ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(100);
    count * percent / 100
}

/// The seed of `--fresh=SEED`, a new one for `--fresh`.
fn fresh_seed(option: &str) -> Option<u64> {
    let given = option.strip_prefix("--fresh")?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    Some(given.strip_prefix('=').and_then(|seed| seed.parse().ok()).unwrap_or(now) % FRESH)
}

/// The places of `--first-failure=FROM..TO`.
fn places(option: &str) -> Option<Range<u64>> {
    let (from, to) = option.strip_prefix("--first-failure=")?.split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
}

/// Plays so many cases, whose seeds follow each other.
fn run(suite: &Suite, first: u64, count: u64, threads: usize) -> (bool, Seen) {
    let tally = suite.run(first..first + count, threads);
    println!("{:>8}: {} cases, {} failed, {:.0} s", suite.name, tally.cases, tally.failed, tally.seconds);
    if suite.name == "stale" {
        let Seen { stale_lists, kept_unseen, undone, .. } = tally.seen;
        println!("          {stale_lists} lists were out of date, {undone} deletions accepted and not done;");
        println!("          {kept_unseen} runs kept in their marks what no list showed");
    }
    let silent = suite.name == "races" && too_silent(&tally.seen, tally.cases);
    for (case, failure) in tally.failures.iter().take(3) {
        println!("\nseed {} of {}: {}\n", case.seed, suite.name, failure.broken.join("\n"));
        println!("{}", suite.explain(case));
    }
    (tally.failed > 0 || silent, tally.seen)
}

/// Whether more pairs of runs than can be helped end well and leave what neither order of the two would leave.
fn too_silent(seen: &Seen, cases: u64) -> bool {
    let Seen { losers, silent, torn, forgotten, .. } = *seen;
    println!("          {losers} runs said that another was faster; both silent: {silent} mixed, {torn} torn,");
    println!("          {forgotten} with a route that no inventory names");
    let over = |count: u32, most: u64| u64::from(count) > (cases * most / 10_000).max(3);
    let too_many = over(silent, MOST_MIXED) || over(torn, MOST_TORN) || over(forgotten, MOST_FORGOTTEN);
    if too_many {
        println!(
            "          that is more than {MOST_MIXED} mixed, {MOST_TORN} torn or {MOST_FORGOTTEN} forgotten in ten thousand"
        );
    }
    too_many
}

fn top_up(all: &mut Seen, threads: usize) -> bool {
    for round in 1..=TOP_UPS {
        if cells::table(all, cells::LEAST).1.is_empty() {
            break;
        }
        let (failed, seen) = run(&FAULTS, round * FRESH / 10, TOP_UP, threads);
        all.add(seen);
        if failed {
            return false;
        }
    }
    true
}

/// Each kind met all that can happen, for docs/faults.md.
fn show_kinds(seen: &Seen) -> bool {
    let (table, rare) = kinds::table(&seen.kinds);
    println!("\nCases in which each kind met what, for docs/faults.md:\n\n{table}");
    if !rare.is_empty() {
        println!("hit less than {} times:\n  {}", kinds::LEAST, rare.join("\n  "));
    }
    rare.is_empty()
}

fn show_cells(seen: &Seen) -> bool {
    let (table, rare) = cells::table(seen, cells::LEAST);
    println!("\n{table}");
    if !rare.is_empty() {
        println!("hit less than {} times:\n  {}", cells::LEAST, rare.join("\n  "));
    }
    rare.is_empty()
}
