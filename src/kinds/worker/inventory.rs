//! What a Worker's inventory names, beside what the lists of its zones and of the queues show.
//!
//! INVARIANT: an entry leaves the inventory only when this run deleted its resource by id and a read by id says that it
//! is gone, or when two tag writes far apart both found it absent. One absence is no proof: lists lag behind writes, and
//! what leaves the inventory is never looked for again.

use super::consumer;
use super::context::Context;
use super::domain;
use super::removal::Removal;
use super::removals;
use super::schedules;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::{self, Inventory, ScriptMarks, Unseen};
use crate::model::{Address, Kind};
use crate::resource::{DesiredRecord, LiveZone, Routing};

/// An entry is gone when it was absent so long ago and still is: many times longer than a list lags behind a write.
const PROOF_SECONDS: u64 = 600;

/// What the manifest wants in the zones of its hosts: its routes, and the records where those are ours; and the queues
/// whose messages it wants.
pub(super) fn wanted(context: &Context<'_>, marks: &ScriptMarks) -> Inventory {
    let hosts = context.hosts();
    let mut wanted =
        hosts.fold(Inventory::new(), |wanted, (host, zone)| union(&wanted, &of_host(context, marks, host, zone)));
    for queue in consumer::wanted(context) {
        wanted.entry(marks::QUEUES.to_owned()).or_default().insert(marks::hash(&queue));
    }
    for host in domain::wanted(context) {
        wanted.entry(marks::DOMAINS.to_owned()).or_default().insert(marks::hash(host));
    }
    for cron in context.desired.schedules.iter().flatten() {
        wanted.entry(marks::SCHEDULES.to_owned()).or_default().insert(marks::hash(cron));
    }
    wanted
}

fn of_host(context: &Context<'_>, marks: &ScriptMarks, routing: &Routing, zone: &LiveZone) -> Inventory {
    let (host, zone) = (&routing.hostname, zone.id.as_str());
    // After a change to `record: existing` the record that we made stays, and stays ours.
    let is_ours = match routing.record {
        DesiredRecord::Managed(_) => true,
        DesiredRecord::Existing => {
            let records = context.zone(zone).records.iter();
            marks.holds_record(zone, host) || records.filter(|record| record.name == *host).any(|it| context.owns(it))
        }
    };
    let routes = routing.routes.iter().map(|route| marks::hash(&route.pattern));
    let hashes = routes.chain(is_ours.then(|| marks::record_hash(host))).collect();
    Inventory::from([(zone.to_owned(), hashes)])
}

/// Entries of a Worker that nobody wants, and that the lists do not show either.
pub(super) fn unseen(context: &Context<'_>, script: &str, marks: &ScriptMarks, removals: &[Removal]) -> Inventory {
    let mut seen = wanted(context, marks);
    for removal in removals {
        seen.entry(removal.zone.clone()).or_default().extend(removal.hashes.iter().cloned());
    }
    for address in removals::given_up(context, script, marks) {
        let place = if address.kind == Kind::Domain { marks::DOMAINS } else { marks::QUEUES };
        seen.entry(place.to_owned()).or_default().insert(marks::hash(&address.key));
    }
    // A record of ours where a custom domain is to be goes with the write of that.
    for (domain, zone) in context.domains_in_zones() {
        seen.entry(zone.id.clone()).or_default().insert(marks::record_hash(&domain.hostname));
    }
    // A list of schedules is written whole, so what it shows is dealt with whether or not anything of it is removed.
    let crons = schedules::live(context, script).into_iter().map(|cron| marks::hash(&cron));
    seen.entry(marks::SCHEDULES.to_owned()).or_default().extend(crons);
    without(&marks.inventory, &seen)
}

/// Those of the unseen entries that were missed long enough ago to be gone.
pub(super) fn proven_gone(context: &Context<'_>, marks: &ScriptMarks, unseen: &Inventory) -> Inventory {
    let mut gone = Inventory::new();
    for (zone, noted) in &marks.unseen {
        let now = context.read_at(zone).unwrap_or_default();
        let hashes = unseen.get(zone).filter(|_| now >= noted.since.saturating_add(PROOF_SECONDS));
        if let Some(hashes) = hashes {
            gone.insert(zone.clone(), hashes.intersection(&noted.hashes).cloned().collect());
        }
    }
    gone
}

/// The notes of the live tags, as far as they still speak of something: what is wanted is looked for anew.
pub(super) fn noted(marks: &ScriptMarks, stays: &Inventory, wanted: &Inventory) -> Notes {
    let mut notes = Notes::new();
    for (zone, noted) in &marks.unseen {
        let stays = stays.get(zone).cloned().unwrap_or_default();
        let wanted = wanted.get(zone).cloned().unwrap_or_default();
        let hashes = noted.hashes.iter().filter(|hash| stays.contains(*hash) && !wanted.contains(*hash));
        let hashes: std::collections::BTreeSet<_> = hashes.cloned().collect();
        if !hashes.is_empty() {
            notes.insert(zone.clone(), Unseen { since: noted.since, hashes });
        }
    }
    notes
}

/// Zone id → what is noted as not seen there.
pub(super) type Notes = std::collections::BTreeMap<String, Unseen>;

/// Notes the entries that are missed now; a zone has one time, the latest. Where Cloudflare told no time, nothing is
/// noted: the entry stays for longer.
pub(super) fn note(context: &Context<'_>, notes: &mut Notes, unseen: &Inventory) {
    for (zone, hashes) in unseen {
        let known = notes.get(zone).map(|noted| noted.hashes.clone()).unwrap_or_default();
        let new: Vec<String> = hashes.difference(&known).cloned().collect();
        if let Some(now) = context.read_at(zone).filter(|_| !new.is_empty()) {
            let noted = notes.entry(zone.clone()).or_default();
            noted.since = now;
            noted.hashes.extend(new);
        }
    }
}

/// Tells what stays in the inventory because nothing proves that it is gone.
pub(super) fn findings(context: &Context<'_>, script: &str, unseen: &Inventory) -> Vec<Diagnostic> {
    let unseen = || unseen.iter().filter(|(_, hashes)| !hashes.is_empty());
    let of = |wanted: &str| -> Vec<_> { unseen().filter(|(place, _)| *place == wanted).collect() };
    let (queues, domains, schedules) = (of(marks::QUEUES), of(marks::DOMAINS), of(marks::SCHEDULES));
    let zones: Vec<_> = unseen().filter(|(place, _)| marks::is_zone(place)).collect();
    let count = |places: &[(&String, &std::collections::BTreeSet<String>)]| -> usize {
        places.iter().map(|(_, hashes)| hashes.len()).sum()
    };
    let in_zones = match count(&zones) {
        0 => None,
        1 => Some("have a route or record".to_owned()),
        count => Some(format!("have {count} routes and records")),
    };
    let names: Vec<String> = zones.iter().map(|(id, _)| name(context, id)).collect();
    let in_zones = in_zones.map(|what| format!("{what} in {}", names.join(", ")));
    let of_queues = match count(&queues) {
        0 => None,
        1 => Some("get the messages of a queue".to_owned()),
        count => Some(format!("get the messages of {count} queues")),
    };
    let at_domains = match count(&domains) {
        0 => None,
        1 => Some("answer at a custom domain".to_owned()),
        count => Some(format!("answer at {count} custom domains")),
    };
    let by_clock = match count(&schedules) {
        0 => None,
        1 => Some("have a cron schedule".to_owned()),
        count => Some(format!("have {count} cron schedules")),
    };
    let told = |what: String| {
        let message = format!("`{script}` may still {what}: its marks say so, the lists do not show it");
        Diagnostic::warning(Code::Unseen, message)
            .with_help("lists can lag behind a change: run the same command again in a minute to remove what shows up")
            .about(Address::script(script))
    };
    in_zones.into_iter().chain(of_queues).chain(at_domains).chain(by_clock).map(told).collect()
}

fn name(context: &Context<'_>, zone: &str) -> String {
    let known = context.live.zones_of_hosts.iter().find(|known| known.id == zone);
    let known = known.and_then(|known| known.name.as_ref());
    known.map_or_else(|| format!("zone {zone}"), |name| format!("`{name}`"))
}

/// Both inventories.
pub(super) fn union(one: &Inventory, other: &Inventory) -> Inventory {
    let mut inventory = one.clone();
    for (zone, hashes) in other {
        inventory.entry(zone.clone()).or_default().extend(hashes.iter().cloned());
    }
    inventory
}

/// An inventory without the entries of another one; a zone goes with its last entry, one that had none stays.
pub(super) fn without(one: &Inventory, other: &Inventory) -> Inventory {
    let mut inventory = one.clone();
    inventory.retain(|zone, hashes| {
        let was_empty = hashes.is_empty();
        if let Some(other) = other.get(zone) {
            hashes.retain(|hash| !other.contains(hash));
        }
        was_empty || !hashes.is_empty()
    });
    inventory
}
