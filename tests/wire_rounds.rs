//! How reads are made: in rounds, equal ones once, as long as an answer asks for more.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by stopping"
)]

mod wire;

use std::cell::Cell;

use cfworker_deploy::cloudflare::{Api, Auth, Listing, Read, d1, kv, queues};
use cfworker_deploy::refresh::{Known, gather, rounds};
use cfworker_deploy::secret::Secret;
use wire::{Bench, Reply, Seen, bench, ok, refused};

const A: &str = "acc";

fn api() -> Api {
    Api::new("https://api.example/client/v4", Auth::Token(Secret::new("t"))).expect("an API")
}

fn empty_lists(_: &Seen) -> Reply {
    ok("[]")
}

/// Paths that were asked for, in order, without the account.
fn asked(bench: &Bench) -> Vec<String> {
    let path = |seen: &Seen| {
        let path = seen.url.split('?').next().unwrap_or_default();
        path.trim_start_matches("https://api.example/client/v4/accounts/acc/").to_owned()
    };
    bench.script.seen.borrow().iter().map(path).collect()
}

#[test]
fn equal_reads_of_a_round_are_one_request_whoever_asked() {
    let bench = bench(Vec::new(), empty_lists);
    let reads: Vec<Read> = vec![queues::list(A).into(), d1::list(A).into(), queues::list(A).into()];
    let answers = bench.clock.run(gather(&api(), &bench.client, reads));
    assert_eq!((answers.len(), asked(&bench)), (2, vec!["queues".to_owned(), "d1/database".to_owned()]));
}

#[test]
fn rounds_go_on_as_long_as_an_answer_asks_for_more_and_no_read_is_made_twice() {
    let bench = bench(Vec::new(), empty_lists);
    let mut known = Known::default();
    let wanted = |known: &Known| {
        let mut reads: Vec<Read> = vec![queues::list(A).into()];
        if known.has(queues::list(A).as_ref()) {
            reads.push(d1::list(A).into());
        }
        if known.has(d1::list(A).as_ref()) {
            reads.push(kv::list(A).into());
        }
        reads
    };
    bench.clock.run(rounds(&api(), &bench.client, &mut known, &wanted)).expect("answers");
    assert_eq!(asked(&bench), ["queues", "d1/database", "storage/kv/namespaces"]);
    bench.clock.run(rounds(&api(), &bench.client, &mut known, &wanted)).expect("answers");
    assert_eq!(bench.script.count(), 3, "all of it is known");
}

#[test]
fn all_reads_of_a_round_are_made_before_those_that_failed_end_it() {
    let refuse = |seen: &Seen| match seen.url.contains("queues") {
        true => refused(403, 10000, "Authentication error"),
        false => ok("[]"),
    };
    let bench = bench(Vec::new(), refuse);
    let mut known = Known::default();
    let wanted = |_: &Known| -> Vec<Read> { vec![queues::list(A).into(), d1::list(A).into()] };
    let failed = bench.clock.run(rounds(&api(), &bench.client, &mut known, &wanted)).expect_err("a failure");
    assert_eq!(failed.iter().map(|(read, _)| read).collect::<Vec<_>>(), [queues::list(A).as_ref()]);
    assert!(known.has(d1::list(A).as_ref()) && !known.has(queues::list(A).as_ref()));
}

#[test]
fn an_index_of_a_list_is_made_once_a_run_however_many_look_something_up() {
    let bench = bench(Vec::new(), empty_lists);
    let (list, other) = (queues::list(A), d1::list(A));
    let answers = bench.clock.run(gather(&api(), &bench.client, vec![list.clone().into()]));
    let known = Known::of(answers);
    let made = Cell::new(0);
    let index = |by| {
        known.index(list.as_ref(), by, |reply| {
            made.set(made.get() + 1);
            list.result(reply).map(|list: std::rc::Rc<Listing>| list.entries.len())
        })
    };
    for _ in 0..1_000 {
        assert_eq!(index("name").as_deref(), Some(&Some(0)));
    }
    assert_eq!(made.get(), 1);
    index("id");
    assert_eq!(made.get(), 2, "what is looked up by something else is another index");
    assert!(known.index(other.as_ref(), "name", |_| ()).is_none(), "nothing was read of it");
}
