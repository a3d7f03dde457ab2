//! Cases that once found something, as small as they got.

use cfworker_deploy::error::Exit;
use simulation::prelude::*;

fn case(past: Vec<simulation::case::Past>, verb: simulation::case::Verb, wanted: Wanted) -> Case {
    Case {
        seed: 1,
        switches: Switches::default(),
        past,
        deployer: Deployer { verb, wanted, allow: Allow::ALL },
        rival: None,
        meanwhile: None,
        faults: vec![],
    }
}

const ROUTED: Wanted = Wanted { dns: On(Routing::PLAIN), ..Wanted::PLAIN };

/// A renamed Worker was deleted before the routes of its inventory and the record in front of them.
#[test]
fn a_renamed_worker_goes_after_its_routes() {
    let elsewhere = Wanted { script: 1, dns: On(Routing { host: 1, ..Routing::PLAIN }), ..Wanted::PLAIN };
    holds(&case(vec![Applied(ROUTED)], Destroy, elsewhere), play::play);
    let mut pruned = case(vec![Applied(ROUTED)], Apply, elsewhere);
    pruned.deployer.allow.prune = true;
    holds(&pruned, play::play);
}

/// The old host's record went before the route of the Worker under its old name.
#[test]
fn a_new_host_under_a_new_name_removes_the_old_routes_first() {
    let elsewhere = Wanted { script: 1, dns: On(Routing { host: 1, ..Routing::PLAIN }), ..Wanted::PLAIN };
    holds(&case(vec![Applied(ROUTED)], Apply, elsewhere), play::play);
}

/// A record that stayed behind alone, without a route, dropped its zone out of the inventory and was lost.
#[test]
fn an_orphaned_record_is_found_again() {
    let mut orphaned = case(vec![Applied(ROUTED), Done(DeleteRoutes(0))], Apply, Wanted::PLAIN);
    holds(&orphaned, play::play);
    orphaned.past.push(Applied(Wanted::PLAIN));
    orphaned.deployer.allow.prune = true;
    holds(&orphaned, play::play);
}

/// Somebody's code under an edit of a secret was taken for ours.
#[test]
fn a_secret_edit_on_top_of_their_code_is_not_harmless() {
    let mut edited = case(vec![Applied(ROUTED), Done(Deploy(0)), Done(AddSecret(0))], Apply, ROUTED);
    edited.deployer.allow.take = [false; 4];
    holds(&edited, play::play);
}

/// An upload whose answer was lost, and that was sent again, saw its own first deployment as somebody else's.
#[test]
fn an_upload_does_not_race_with_itself() {
    for kind in [LostAfter, Doubled, FailedAfter, Truncated, Late] {
        for seed in 0..40 {
            let wanted = Wanted { code: 1, ..ROUTED };
            let mut again = case(vec![Applied(ROUTED)], Apply, wanted);
            again.seed = seed;
            again.faults = vec![Fault { on: Script, write: true, nth: 0, kind, seconds: 0 }];
            holds(&again, play::play);
        }
    }
}

/// Another record with the wanted content stood beside ours: the run ended half-done.
#[test]
fn a_record_in_the_way_is_told_before_the_first_write() {
    let past = vec![Applied(ROUTED), Done(ChangeContent(0)), Done(MakeRecord(0, Equal))];
    holds(&case(past, Apply, ROUTED), play::play);
}

/// After a removal by a call of its own the live version is an edit of secrets: a changed value was not noticed.
#[test]
fn a_changed_secret_is_noticed_after_a_removal() {
    let two = Wanted { secrets: [Some(1), Some(1)], ..Wanted::PLAIN };
    let one = Wanted { secrets: [Some(1), None], ..Wanted::PLAIN };
    let mut changed = case(vec![Applied(two), Applied(one)], Apply, Wanted { secrets: [Some(2), None], ..one });
    changed.switches.empty_keep_keeps = true;
    holds(&changed, play::play);
}

/// Going back behind an edit of secrets by hand was taken for nothing.
#[test]
fn a_rollback_of_a_secret_edit_is_somebodys_work() {
    let wanted = Wanted { secrets: [Some(1), None], ..Wanted::PLAIN };
    let mut back =
        case(vec![Applied(wanted), Done(DropSecret(0)), Done(EditSecret(0)), Done(RollBack(0))], Apply, wanted);
    holds(&back, play::play);
    back.deployer.allow.take = [false; 4];
    holds(&back, play::play);
}

/// Lists of routes and records that show nothing of what was written within the last half minute.
fn blind() -> Vec<Fault> {
    [Route, Record].map(|on| Fault { on, write: false, nth: 0, kind: Stale, seconds: 0 }).to_vec()
}

/// Toggle, rename and destroy took a list that lagged behind for the truth: a public route was forgotten.
#[test]
fn what_no_list_shows_yet_is_never_forgotten() {
    let elsewhere = Wanted { dns: On(Routing { host: 1, ..Routing::PLAIN }), ..Wanted::PLAIN };
    let other_zone = Wanted { dns: On(Routing { host: 2, ..Routing::PLAIN }), ..Wanted::PLAIN };
    let off = Wanted { dns: Off, ..Wanted::PLAIN };
    let renamed = Wanted { script: 1, ..off };
    let changed = Wanted { code: 1, ..off };
    for (verb, wanted) in [off, changed, elsewhere, other_zone, renamed]
        .map(|wanted| (Apply, wanted))
        .into_iter()
        .chain([(Destroy, ROUTED)])
    {
        for past in [
            vec![Applied(ROUTED)],
            vec![Applied(ROUTED), Applied(elsewhere)],
            vec![Applied(other_zone), Broken(ROUTED, 2)],
        ] {
            for prune in [false, true] {
                let mut late = case(past.clone(), verb, wanted);
                late.deployer.allow.prune = prune;
                late.faults = blind();
                holds(&late, play::play);
            }
        }
    }
}

/// Cloudflare said yes to a deletion and did nothing: the route lived on, unknown to everybody.
#[test]
fn a_deletion_that_is_accepted_and_not_carried_out_is_repeated() {
    let off = Wanted { dns: Off, ..Wanted::PLAIN };
    for (verb, wanted) in [(Apply, off), (Destroy, ROUTED)] {
        for on in [Route, Record] {
            let mut undone = case(vec![Applied(ROUTED)], verb, wanted);
            undone.faults = vec![Fault { on, write: true, nth: 0, kind: Undone, seconds: 0 }];
            holds(&undone, play::play);
        }
    }
}

/// Two runs that moved the host both ended well, and one of the two routes was in nobody's inventory.
#[test]
fn two_who_move_the_host_at_once_forget_nothing() {
    let to = |host| Wanted { dns: On(Routing { host, ..Routing::PLAIN }), ..Wanted::PLAIN };
    let mut losers = 0;
    for seed in 0..60_u16 {
        let rival = Deployer { verb: Apply, wanted: to(1 + (seed % 2) as u8), allow: Allow::ALL };
        let mut moved = case(vec![Applied(ROUTED)], Apply, to(2 - (seed % 2) as u8));
        moved.seed = seed.into();
        moved.rival = Some((rival, seed * 20));
        // Within: no route is forgotten where both end well, and the run of whoever lost converges.
        let seen = race::race(&moved).unwrap_or_else(|failure| panic!("{seed}: {:?}", failure.broken));
        losers += seen.losers;
        let play = stage::Play::start(&moved);
        let ended = play.race([&moved.deployer, &rival], seed * 20);
        if ended.iter().all(|ended| ended.exit() == Some(Exit::Done)) {
            let zones = play.account().zones;
            let routes = zones.iter().flat_map(|zone| &zone.routes);
            let ours = routes.filter(|route| route.script.as_deref() == Some("shop")).count();
            assert_eq!(ours, 1, "{seed}: both end well, and the routes of both are there");
        }
    }
    assert!(losers > 30, "{losers} of 60 were told");
}

const DESCRIBED: Described = Described::PLAIN;

/// A new bucket has a rule of Cloudflare's own: a document without rules was never done with it.
#[test]
fn a_new_bucket_without_rules_has_none_in_the_first_run() {
    let bucket = Described { settings: [None, None, Some(0), Some(0)], ..DESCRIBED };
    holds(&case(vec![], Apply, Wanted { stores: [None, None, Some(bucket), None], ..Wanted::PLAIN }), play::play);
}

/// Whether a custom domain was attached although its answer was lost, nobody looked: the run ended half-done.
#[test]
fn a_custom_domain_whose_answer_was_lost_is_looked_for() {
    let bucket = Described { settings: [None, Some(1), None, None], ..DESCRIBED };
    for kind in [ResetBefore, LostAfter, Doubled, FailedAfter, Truncated, Late] {
        for nth in [0, 1] {
            let wanted = Wanted { stores: [None, None, Some(bucket), None], ..Wanted::PLAIN };
            let mut lost = case(vec![], Apply, wanted);
            lost.faults = vec![Fault { on: Bucket, write: true, nth, kind, seconds: 0 }];
            holds(&lost, play::play);
        }
    }
}

/// An answer that another one overtook gave a spent quota back: the run met the block that it was to keep below.
#[test]
fn a_quota_that_is_nearly_spent_is_spread_also_when_answers_overtake_each_other() {
    let bucket = Described { name: 0, settings: [None, None, None, Some(2)], ..DESCRIBED };
    let database = Described { settings: [Some(1), Some(1), None, None], ..DESCRIBED };
    // Two questions after the zone come first, and their answers in either order.
    let dns = On(Routing { zone: Host, ..Routing::PLAIN });
    let wanted = Wanted { stores: [None, None, Some(bucket), Some(database)], dns, ..Wanted::PLAIN };
    for seed in 0..40 {
        let mut short = case(vec![Applied(Wanted::PLAIN)], Apply, wanted);
        short.seed = seed;
        short.switches.quota_left = 12;
        holds(&short, play::play);
    }
}

/// Two Workers that are bound to each other, and called by the one that has the host.
const CALLS_A_PAIR: Wanted = Wanted {
    peers: [
        Some(Peer { code: 0, calls: 0b100, refers: false, consumes: None }),
        Some(Peer { code: 0, calls: 0b010, refers: false, consumes: None }),
    ],
    calls: 0b01,
    ..ROUTED
};

/// One of a pair let go of the other while a host still led to whoever calls them.
#[test]
fn a_pair_lets_go_of_each_other_when_whoever_calls_them_is_gone() {
    for seed in 0..40 {
        let mut destroyed = case(vec![Applied(CALLS_A_PAIR)], Destroy, CALLS_A_PAIR);
        destroyed.seed = seed;
        holds(&destroyed, play::play);
    }
}

/// Somebody erased the tags, and the manifest wants no queue any more: the Worker stays, with the messages that it gets.
#[test]
fn a_worker_that_gets_messages_of_which_nothing_tells_is_not_deleted() {
    let consumes = Some([Some(Consumes { by: By::Name, retries: None, dead: false }), None]);
    let consuming = Wanted { consumes, ..Wanted::PLAIN };
    let forgotten = Wanted { consumes: Some([None; 2]), ..Wanted::PLAIN };
    holds(&case(vec![Applied(consuming), Done(EraseTags(0))], Destroy, forgotten), play::play);
    // Whoever still wants them can give them up.
    holds(&case(vec![Applied(consuming), Done(EraseTags(0))], Destroy, consuming), play::play);
}

/// A list that lags shows the record of before, whose removal finds nothing: what stands there now must not be forgotten.
#[test]
fn a_record_that_came_back_under_another_id_stays_in_the_inventory() {
    holds(
        &Case {
            seed: 1550,
            switches: Switches {
                empty_keep_keeps: true,
                bare_routes: false,
                late: 0,
                quota_left: 0,
                slow_imports: true,
            },
            past: vec![
                Applied(Wanted {
                    identity: 0,
                    script: 1,
                    code: 2,
                    variables: [Some(0), None],
                    secrets: [None, None],
                    stores: [
                        None,
                        None,
                        Some(Described {
                            name: 1,
                            settings: [None, Some(2), None, Some(1)],
                            files: None,
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                        Some(Described {
                            name: 1,
                            settings: [Some(1), Some(1), None, None],
                            files: Some(2),
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                    ],
                    binds: [Reference, Without, Reference, Reference],
                    tells: None,
                    peers: [None, None],
                    calls: 0,
                    refers: false,
                    consumes: None,
                    dns: On(Routing { host: 0, more: 2, patterns: 1, record: Usual, zone: Id }),
                    workers_dev: Some(false),
                    observability: None,
                    logpush: None,
                    tails: Some(false),
                    date: None,
                    overwrite: false,
                }),
                Applied(Wanted {
                    identity: 0,
                    script: 1,
                    code: 2,
                    variables: [None, None],
                    secrets: [None, None],
                    stores: [
                        None,
                        None,
                        Some(Described {
                            name: 1,
                            settings: [Some(2), None, Some(2), Some(2)],
                            files: None,
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                        Some(Described {
                            name: 1,
                            settings: [Some(1), Some(1), None, None],
                            files: Some(0),
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                    ],
                    binds: [Reference, Without, Reference, Reference],
                    tells: None,
                    peers: [None, None],
                    calls: 0,
                    refers: false,
                    consumes: None,
                    dns: On(Routing { host: 1, more: 0, patterns: 1, record: Usual, zone: Id }),
                    workers_dev: Some(false),
                    observability: None,
                    logpush: None,
                    tails: Some(false),
                    date: None,
                    overwrite: false,
                }),
                Applied(Wanted {
                    identity: 0,
                    script: 1,
                    code: 2,
                    variables: [None, None],
                    secrets: [None, None],
                    stores: [
                        Some(Described {
                            name: 1,
                            settings: [None, None, None, None],
                            files: None,
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                        None,
                        Some(Described {
                            name: 1,
                            settings: [None, Some(2), None, Some(1)],
                            files: None,
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                        Some(Described {
                            name: 1,
                            settings: [Some(2), None, None, None],
                            files: Some(3),
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                    ],
                    binds: [Reference, Without, Reference, Reference],
                    tells: None,
                    peers: [None, None],
                    calls: 0,
                    refers: false,
                    consumes: None,
                    dns: On(Routing { host: 0, more: 0, patterns: 1, record: Usual, zone: Id }),
                    workers_dev: Some(false),
                    observability: None,
                    logpush: None,
                    tails: Some(false),
                    date: None,
                    overwrite: false,
                }),
                Done(SetStore(1, 1, 1, 2)),
            ],
            deployer: Deployer {
                verb: Apply,
                wanted: Wanted {
                    identity: 0,
                    script: 1,
                    code: 2,
                    variables: [None, None],
                    secrets: [None, None],
                    stores: [
                        Some(Described {
                            name: 1,
                            settings: [None, None, None, None],
                            files: None,
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                        None,
                        Some(Described {
                            name: 1,
                            settings: [None, Some(2), None, Some(1)],
                            files: None,
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                        Some(Described {
                            name: 1,
                            settings: [Some(1), Some(1), None, None],
                            files: Some(3),
                            in_r2: false,
                            edited: false,
                            broken: false,
                        }),
                    ],
                    binds: [Reference, Without, Reference, Reference],
                    tells: None,
                    peers: [None, None],
                    calls: 0,
                    refers: false,
                    consumes: None,
                    dns: Off,
                    workers_dev: Some(false),
                    observability: None,
                    logpush: None,
                    tails: Some(false),
                    date: None,
                    overwrite: false,
                },
                allow: Allow {
                    adopt: [true, true, true, true],
                    adopt_equal: false,
                    take: [true, true, true, true],
                    prune: false,
                    deletes: true,
                    data: [false, false, false, false],
                    expects_other: false,
                },
            },
            rival: None,
            meanwhile: None,
            faults: vec![Fault { on: Record, write: false, nth: 0, kind: Stale, seconds: 0 }],
        },
        play::play,
    );
}
