//! What the account must look like when a run has done all that it was asked for.

use serde_json::Value;

use crate::account::{Account, Maker, Script, Version, bound_store};
use crate::case::{Deployer, Verb, Wanted, Wish};
use crate::documents::ROWS;
use crate::members::{Member, called_by};
use crate::names;
use crate::truth::{Owner, Truth, is_held, is_secret_edit, is_set};

/// What differs from what the deployer wanted. `before`: the account when it began.
pub fn misses(before: &Account, after: &Account, deployer: &Deployer) -> Vec<String> {
    let mut misses = Vec::new();
    let (was, is) = (Truth::of(before, deployer), Truth::of(after, deployer));
    match deployer.verb {
        Verb::Apply => {
            worker(before, after, &deployer.wanted, &mut misses);
            deployer.wanted.members().iter().for_each(|member| bound(before, after, member, &mut misses));
            routing(after, &deployer.wanted, &mut misses);
            consumers(&was, &is, &mut misses);
            if deployer.wanted.tells.is_some() && !tells_truly(after, deployer) {
                misses.push("the variable that refers to a store".into());
            }
            misses.extend(is.stores().filter(|store| store.live.is_none() || store.differs()).map(|store| {
                let pending: Vec<usize> = store.pending().collect();
                format!("{}: {:?}, settings {:?}, open files {pending:?}", store.address(), store.live, store.described)
            }));
            if is.states() || deployer.allow.prune {
                // By the inventory of then: that of now may have forgotten something.
                let gone = was.removals();
                misses.extend(ids(after).filter(|id| gone.contains(*id)).map(|id| format!("{id} is left over")));
                if !is.removals().is_empty() {
                    misses.push(format!("left over: {:?}", is.removals()));
                }
            } else if !was.removals().is_subset(&is.removals()) {
                misses.push("something was removed that nobody asked to remove".into());
            }
            if deployer.allow.prune && !is.renamed().is_empty() {
                misses.push(format!("not pruned: {:?}", is.renamed()));
            }
        }
        Verb::Destroy => {
            let is_left = deployer.wanted.members().iter().any(|member| after.scripts.contains_key(member.name));
            if !is.removals().is_empty() || !is.renamed().is_empty() || is_left {
                misses.push("not all is destroyed".into());
            }
            // What the inventory named before is known no longer.
            let gone = was.consumer_removals(true);
            let left = after.consumers.iter().filter(|consumer| gone.contains(&consumer.id));
            misses.extend(left.map(|consumer| format!("{consumer:?} is not destroyed")));
            let gone = was.removals();
            misses.extend(ids(after).filter(|id| gone.contains(*id)).map(|id| format!("{id} is not destroyed")));
            misses.extend(
                is.stores()
                    .filter(|store| is.deletes_store(store))
                    .map(|store| format!("{} is not deleted", store.address())),
            );
        }
    }
    misses
}

/// Ids of all records and routes.
fn ids(account: &Account) -> impl Iterator<Item = &String> {
    account.zones.iter().flat_map(|zone| {
        let records = zone.records.iter().map(|record| &record.id);
        records.chain(zone.routes.iter().map(|route| &route.id))
    })
}

fn worker(before: &Account, after: &Account, wanted: &Wanted, misses: &mut Vec<String>) {
    let name = names::script(wanted.script);
    let Some(script) = after.scripts.get(name) else { return misses.push("there is no Worker".into()) };
    let mut must = |holds: bool, what: &str| {
        if !holds {
            misses.push(what.to_owned());
        }
    };
    let id = wanted.identity().id();
    must(script.maker == Maker::Run(wanted.identity), "the Worker is not ours");
    must(
        script.tags.iter().filter(|tag| **tag == format!("cfwd1-{id}")).count() == 1,
        "the Worker has no mark of ours",
    );
    must(wanted.workers_dev.is_none_or(|on| script.workers_dev.0 == on), "workers.dev");
    must(wanted.observability.is_none_or(|on| script.observability["enabled"] == on), "observability");
    must(wanted.logpush.is_none_or(|on| script.logpush == on), "logpush");
    let kept = names::tails(&script.tail_consumers).any(|service| service == names::KEEPER);
    // Where somebody erased our marks, the one that we set counts as theirs and stays.
    must(wanted.tails != Some(true) || kept, "the tail consumers");
    let Some(live) = script.live() else { return misses.push("no single version is live".into()) };
    must(wanted.date.is_none_or(|date| live.date == Some(format!("2025-10-{:02}", date + 1))), "the date");
    bindings(before.scripts.get(name), live, wanted, misses);
    for (index, row) in ROWS.iter().enumerate() {
        let bound = live.bindings.iter().find(|binding| binding["name"] == row.binding_name());
        let Some(name) = wanted.bound(index).map(|name| names::STORES[usize::from(name)]) else { continue };
        let store = bound.and_then(|bound| bound_store(bound, &after.stores));
        if store.is_none_or(|store| store.name != name) {
            misses.push(format!("the binding to {} {name}: {bound:?}", row.word));
        }
    }
}

/// Whether the newest version has the variable that refers to a store, with the store's id or name.
pub fn tells_truly(account: &Account, deployer: &Deployer) -> bool {
    let newest = account.scripts.get(names::script(deployer.wanted.script)).and_then(|script| script.versions.first());
    let bound = newest.into_iter().flat_map(|newest| newest.bindings.iter()).find(|bound| bound["name"] == names::TOLD);
    let told = Truth::of(account, deployer).told().filter(|_| deployer.wanted.tells.is_some());
    let (Some(bound), Some(store), Some(tells)) = (bound, told, deployer.wanted.tells) else { return false };
    let by_name = ROWS[usize::from(tells.row)].is_bound_by_name();
    bound["text"] == *(if by_name { &store.name } else { &store.id })
}

/// The Workers of the run get the messages that they want, as they want them, and their inventories say so; what they no
/// longer want is gone where a manifest says so, and stays elsewhere.
fn consumers(was: &Truth<'_>, is: &Truth<'_>, misses: &mut Vec<String>) {
    for entry in is.wanted.consumptions() {
        let live = is.consumer_of(&entry);
        let right = live.is_some_and(|live| live.script.as_deref() == Some(entry.worker) && entry.is(live));
        if !right {
            misses.push(format!("the consumer of {}: {live:?}", entry.queue));
        } else if is.consumer_owner(&entry) != Owner::Ours {
            misses.push(format!("the consumer of {} is not in the inventory", entry.queue));
        }
    }
    let is_there = |id: &String| is.account.consumers.iter().any(|consumer| consumer.id == *id);
    let gone = was.consumer_removals(true);
    misses.extend(gone.iter().filter(|id| is_there(id)).map(|id| format!("the consumer {id} is left over")));
    let kept = was.consumer_removals(false);
    if kept.difference(&gone).any(|id| !is_there(id)) {
        misses.push("a consumer was removed that nobody asked to remove".into());
    }
}

/// A Worker of the run: ours, with its code, and bound to those that its document names.
fn bound(before: &Account, after: &Account, member: &Member, misses: &mut Vec<String>) {
    let name = member.name;
    let Some(script) = after.scripts.get(name) else { return misses.push(format!("there is no {name}")) };
    let Some(live) = script.live() else { return misses.push(format!("no single version of {name} is live")) };
    let mut must = |holds: bool, what: &str| {
        if !holds {
            misses.push(format!("{name}: {what}"));
        }
    };
    let mark = format!("cfwd1-{}", member.identity().id());
    must(script.tags.iter().filter(|tag| **tag == mark).count() == 1, "no mark of ours");
    let code = names::bundle(&format!("{}.js", member.code)).map(String::into_bytes);
    must(live.modules.get("index.js").map(Vec::as_slice) == code.as_deref(), "the code");
    let was_ours = |name: &str| before.scripts.get(member.name).is_none_or(|script| is_set(script, name));
    let of_ours = |binding: &&Value| binding["name"].as_str().is_some_and(|name| name.starts_with("TO_"));
    for binding in live.bindings.iter().filter(of_ours) {
        let leads_to = binding["service"].as_str().unwrap_or_default();
        let is_left = binding["name"].as_str().is_some_and(was_ours);
        must(member.calls.contains(&leads_to) || !is_left, "still bound to another one");
    }
    must(member.calls.iter().all(|other| called_by(live).any(|called| called == *other)), "lacks a binding");
}

fn bindings(before: Option<&Script>, live: &Version, wanted: &Wanted, misses: &mut Vec<String>) {
    let text = |name: &str| {
        let found = live.bindings.iter().find(|binding| binding["name"] == name);
        found.and_then(|binding| binding["text"].as_str())
    };
    let is_there = |name: &str| live.bindings.iter().any(|binding| binding["name"] == name);
    for (name, value) in wanted.variables() {
        if text(&name) != Some(&value) {
            misses.push(format!("the variable {name}"));
        }
    }
    // What somebody edited by hand is taken as it is: nothing readable tells its value.
    let proven = !is_secret_edit(live) || live.maker != Maker::Stranger;
    for (name, value) in wanted.secret_values() {
        if !is_there(&name) || (proven && text(&name) != Some(&value)) {
            misses.push(format!("the secret {name}"));
        }
    }
    let was_ours = |name: &str| before.is_none_or(|script| is_set(script, name));
    for (_, row) in ROWS.iter().enumerate().filter(|(index, _)| wanted.bound(*index).is_none()) {
        let name = row.binding_name();
        if is_there(&name) && was_ours(&name) {
            misses.push(format!("{name} is still bound"));
        }
    }
    for name in ["V0", "V1", "S0", "S1", names::TOLD]
        .into_iter()
        .filter(|name| *name != names::TOLD || wanted.tells.is_none())
        .filter(|name| was_ours(name) && is_there(name))
    {
        if !wanted.variables().contains_key(name) && !wanted.secret_values().contains_key(name) {
            misses.push(format!("{name} is still there"));
        }
    }
}

fn routing(after: &Account, wanted: &Wanted, misses: &mut Vec<String>) {
    let name = names::script(wanted.script);
    for host in wanted.hosts() {
        record(after, wanted, host, misses);
    }
    for (zone, pattern) in wanted.patterns() {
        let zone = &after.zones[zone];
        let routes: Vec<_> = zone.routes.iter().filter(|route| route.pattern == pattern).collect();
        if !matches!(routes.as_slice(), [route] if route.script.as_deref() == Some(name)) {
            misses.push(format!("the route {pattern}: {routes:?}"));
        }
        if !after.scripts.get(name).is_some_and(|script| is_held(script, zone.id, &pattern)) {
            misses.push(format!("the route {pattern} is not in the inventory"));
        }
    }
}

fn record(after: &Account, wanted: &Wanted, host: u8, misses: &mut Vec<String>) {
    let Some(routing) = wanted.routing() else { return };
    let (zone, host) = (&after.zones[names::zone_of(host)], names::host(host));
    let here = zone.records.iter().filter(|record| record.name == host && record.kind != "TXT");
    if routing.record != Wish::Existing {
        let start = format!("cfwd1-{} ", wanted.identity().id());
        let ours: Vec<_> = here.filter(|record| record.comment.starts_with(&start)).collect();
        let content = routing.content();
        let right = |record: &&crate::account::Record| {
            (record.kind, record.content.as_str()) == content && record.proxied && record.ttl == 1
        };
        if ours.len() != 1 || !ours.iter().all(right) {
            misses.push(format!("the record: {ours:?}"));
        }
    } else if !here.clone().all(|record| record.proxied) || here.count() == 0 {
        misses.push("the record that should exist".into());
    }
}

/// The state of a deployer's things, for comparing two orders of the same runs: without ids and numbers.
pub fn shape(account: &Account) -> Value {
    let scripts = account.scripts.iter().map(|(name, script)| {
        let live = script.live();
        let mut tags = script.tags.clone();
        tags.sort();
        let mut bindings: Vec<Value> =
            live.iter().flat_map(|live| live.bindings.iter()).map(|binding| named(binding, account)).collect();
        bindings.sort_by_key(|binding| binding["name"].as_str().unwrap_or_default().to_owned());
        let code: Vec<String> = live
            .iter()
            .flat_map(|live| live.modules.values())
            .map(|code| String::from_utf8_lossy(code).into())
            .collect();
        serde_json::json!({
            "name": name, "tags": tags, "bindings": bindings, "code": code, "date": live.map(|live| &live.date),
            "workers_dev": script.workers_dev, "observability": script.observability,
            "logpush": script.logpush, "tails": script.tail_consumers,
        })
    });
    let zones = account.zones.iter().map(|zone| {
        let mut records: Vec<_> = zone
            .records
            .iter()
            .map(|record| (&record.name, record.kind, &record.content, record.proxied, &record.comment))
            .collect();
        records.sort();
        let mut routes: Vec<_> = zone.routes.iter().map(|route| (&route.pattern, &route.script)).collect();
        routes.sort();
        serde_json::json!({ "records": records, "routes": routes })
    });
    let mut stores: Vec<_> = account
        .stores
        .iter()
        .map(|store| serde_json::json!({ "name": format!("{:?} {}", store.of, store.name), "settings": store.settings, "ledger": store.database.ledger }))
        .collect();
    stores.sort_by_key(|store| store["name"].to_string());
    let mut consumers: Vec<_> = account
        .consumers
        .iter()
        .map(|consumer| (account.queue_of(consumer), &consumer.script, consumer.complete(), &consumer.dead_letter_queue))
        .map(|(queue, script, settings, dead)| serde_json::json!({ "name": queue, "script": script, "settings": settings, "dead": dead }))
        .collect();
    consumers.sort_by_key(|consumer| consumer["name"].to_string());
    serde_json::json!({ "consumers": consumers, "scripts": scripts.collect::<Vec<_>>(), "zones": zones.collect::<Vec<_>>(), "stores": stores })
}

/// A binding with the name of its store in place of an id, which is another one each time.
fn named(binding: &Value, account: &Account) -> Value {
    match bound_store(binding, &account.stores) {
        Some(store) => serde_json::json!({ "name": binding["name"], "type": binding["type"], "store": store.name }),
        None => binding.clone(),
    }
}
