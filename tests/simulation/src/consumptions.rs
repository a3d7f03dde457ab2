//! Queues whose messages the Workers of a run get, as their manifests say it.

use serde_json::{Value, json};

use crate::account::Consumer;
use crate::case::{By, Consumes, Wanted};
use crate::documents::{QUEUE, ROWS};
use crate::names;

/// One entry of `queue_consumers`.
#[derive(Clone, Copy, Debug)]
pub struct Consumption {
    pub worker: &'static str,
    /// Where that stands among `names::PEERS`; nothing for the Worker that a case is about.
    pub peer: Option<usize>,
    /// Of `names::STORES`.
    place: usize,
    pub queue: &'static str,
    pub how: Consumes,
}

impl Wanted {
    /// All entries of the run.
    pub fn consumptions(&self) -> impl Iterator<Item = Consumption> {
        let own = names::script(self.script);
        let of_own = self.consumes.into_iter().flatten().enumerate().filter_map(move |(place, how)| {
            Some(Consumption { worker: own, peer: None, place, queue: names::STORES[place], how: how? })
        });
        let how = Consumes { by: By::Name, retries: None, dead: false };
        let of_peers = self.peers.into_iter().enumerate().filter_map(move |(peer, wanted)| {
            let place = usize::from(wanted?.consumes?);
            let queue = names::STORES[place];
            Some(Consumption { worker: names::PEERS[peer], peer: Some(peer), place, queue, how })
        });
        of_own.chain(of_peers)
    }
}

impl Consumption {
    /// As the manifest says it.
    pub fn entry(&self, wanted: &Wanted) -> Value {
        let described = wanted.stores[QUEUE].filter(|described| usize::from(described.name) == self.place);
        let queue = match self.how.by {
            By::Name => json!(self.queue),
            By::Id => json!(names::STORE_IDS[QUEUE]),
            By::Reference => {
                let name = described.map_or_else(|| self.queue.to_owned(), |described| ROWS[QUEUE].label(&described));
                json!({ "value_from": { "name": name } })
            }
        };
        let mut entry = json!({ "queue": queue });
        if let Some(retries) = self.how.retries {
            entry["max_retries"] = json!(retries);
        }
        if let Some(dead) = self.dead_letter_queue() {
            entry["dead_letter_queue"] = json!(dead);
        }
        entry
    }

    fn dead_letter_queue(&self) -> Option<&'static str> {
        self.how.dead.then_some(names::STORES[1 - self.place])
    }

    /// Whether messages are delivered as it says, to whomever.
    pub fn is(&self, consumer: &Consumer) -> bool {
        let mut settings = Consumer::of_nobody(consumer.maker).complete();
        if let Some(retries) = self.how.retries {
            settings["max_retries"] = json!(retries);
        }
        consumer.complete() == settings && consumer.dead_letter_queue.as_deref() == self.dead_letter_queue()
    }
}
