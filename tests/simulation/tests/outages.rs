//! An outage of everything at any point of a first deployment: how it ends, for docs/faults.md.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a test program")]

use std::fmt::Write as _;
use std::path::Path;

use simulation::fault::Kind;
use simulation::prelude::*;

/// Seconds; 0 is half a second.
const LENGTHS: [u8; 9] = [0, 1, 2, 5, 10, 20, 30, 45, 60];

const KINDS: [(Kind, &str); 4] = [
    (OutageBusy, "503"),
    (OutageReset, "connection reset"),
    (OutageThrottled, "429"),
    (OutageAtOnce, "429 with `Retry-After: 0`"),
];

/// The request that meets it first, and what happened to the one before.
fn points(kind: Kind, seconds: u8) -> [(&'static str, Vec<Fault>); 4] {
    let outage = |on, write, nth| Fault { on, write, nth, kind, seconds };
    let lost = Fault { on: Script, write: true, nth: 0, kind: LostAfter, seconds: 0 };
    [
        ("in the plan", vec![outage(Script, false, 0)]),
        ("before the upload", vec![outage(Script, true, 0)]),
        ("in the upload", vec![lost, outage(Script, true, 1)]),
        ("after the upload", vec![outage(Record, true, 0)]),
    ]
}

/// Plays one cell: the run ends well, the same run again has nothing to do, and every invariant holds.
fn cell(kind: Kind, seconds: u8) -> String {
    let mut failed = Vec::new();
    for (point, faults) in points(kind, seconds) {
        let count = faults.len();
        let wanted = Wanted { dns: On(Routing::PLAIN), secrets: [Some(0), None], ..Wanted::PLAIN };
        let case = Case {
            seed: 7,
            switches: Switches::default(),
            past: vec![],
            deployer: Deployer { verb: Apply, wanted, allow: Allow::ALL },
            rival: None,
            meanwhile: None,
            faults,
        };
        match play::play(&case) {
            Ok(seen) if seen.struck as usize >= count => {}
            Ok(_) => failed.push(format!("{point}: nothing met it")),
            Err(failure) => failed.push(format!("{point}: {}", failure.broken.join("; "))),
        }
    }
    if failed.is_empty() { "ok".into() } else { failed.join("<br>") }
}

fn table() -> String {
    let mut table = String::from("| everything fails for |");
    KINDS.iter().for_each(|(_, name)| table += &format!(" {name} |"));
    table += "\n|";
    (0..=KINDS.len()).for_each(|_| table += " --- |");
    for seconds in LENGTHS {
        let length = if seconds == 0 { "0.5".into() } else { seconds.to_string() };
        let _ = write!(table, "\n| {length} s |");
        KINDS.iter().for_each(|(kind, _)| table += &format!(" {} |", cell(*kind, seconds)));
    }
    table
}

#[test]
fn an_outage_of_up_to_a_minute_at_any_point_ends_well_as_docs_faults_says() {
    let table = table();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/faults.md");
    let page = std::fs::read_to_string(page).expect("docs/faults.md");
    assert!(!table.contains("nothing met it"), "{table}");
    assert!(page.contains(&table), "the page should hold:\n{table}");
}
