//! What leads to a Worker, and records of its identity, as lists show them during a run.

use crate::cloudflare::dns_records::{self, Record, RecordFilter};
use crate::cloudflare::domains::{self, Domain};
use crate::cloudflare::queues::{self, Queue};
use crate::cloudflare::routes::{self, Route, RouteList};
use crate::cloudflare::{Heard, Listing, Read, ReadOf};
use crate::http::CallError;
use crate::model::Address;
use crate::model::marks;

/// What is looked at in a zone: its routes, its records, or both; where the place is that of queues, those whose messages
/// the Worker gets; where it is that of custom domains, those at which it answers.
pub(super) struct Place<'a> {
    /// Zone id, or the place of queues in an inventory.
    pub id: &'a str,
    pub account: &'a str,
    /// The Worker.
    pub script: &'a str,
    /// Starts the comment of the records.
    pub prefix: &'a str,
    pub routes: bool,
    pub records: bool,
}

/// A route, record or consumer that a list shows.
pub(super) struct There {
    pub address: Address,
    pub id: String,
    /// As in an inventory.
    pub hash: String,
}

impl Place<'_> {
    fn routes(&self) -> Option<ReadOf<RouteList>> {
        (self.routes && marks::is_zone(self.id)).then(|| routes::list(self.id))
    }

    fn records(&self) -> Option<ReadOf<Vec<Record>>> {
        let is_zone = self.records && marks::is_zone(self.id);
        is_zone.then(|| dns_records::list(self.id, RecordFilter::CommentPrefix(self.prefix)))
    }

    fn queues(&self) -> Option<ReadOf<Listing>> {
        (self.id == marks::QUEUES).then(|| queues::list(self.account))
    }

    fn domains(&self) -> Option<ReadOf<Listing>> {
        (self.id == marks::DOMAINS).then(|| domains::list(self.account))
    }

    /// What has to be read yet.
    pub(super) fn unheard(&self, heard: &Heard) -> Vec<Read> {
        let [routes, records] = [self.routes().map(Read::from), self.records().map(Read::from)];
        let [queues, domains] = [self.queues().map(Read::from), self.domains().map(Read::from)];
        let all = [routes, records, queues, domains].into_iter().flatten();
        all.filter(|read| heard.reply(read).is_none()).collect()
    }

    /// What the lists show, or why they could not be read.
    pub(super) fn found<'h>(&self, heard: &'h Heard) -> Result<Vec<There>, &'h CallError> {
        let routes = self.routes().and_then(|read| heard.get(&read)).transpose()?;
        let records = self.records().and_then(|read| heard.get(&read)).transpose()?;
        let queues = self.queues().and_then(|read| heard.get(&read)).transpose()?;
        let leads_here = |route: &&Route| route.script.as_deref() == Some(self.script);
        let routes = routes.iter().flat_map(|list| &list.routes).filter(leads_here);
        let mut found: Vec<There> = routes.map(There::route).collect();
        found.extend(records.iter().flat_map(|list| list.iter()).map(There::record));
        let queues = queues.iter().flat_map(|list| &list.entries).filter_map(Queue::of);
        found.extend(queues.filter_map(|queue| There::consumer(queue, self.script)));
        let domains = self.domains().and_then(|read| heard.get(&read)).transpose()?;
        let domains = domains.iter().flat_map(|list| &list.entries).filter_map(Domain::of);
        found.extend(domains.filter(|domain| domain.service == self.script).map(There::domain));
        Ok(found)
    }
}

impl There {
    fn route(Route { id, pattern, .. }: &Route) -> Self {
        Self { address: Address::route(pattern), hash: marks::hash(pattern), id: id.clone() }
    }

    fn record(Record { id, name, .. }: &Record) -> Self {
        Self { address: Address::record(name), hash: marks::record_hash(name), id: id.clone() }
    }

    fn domain(Domain { id, hostname, .. }: Domain) -> Self {
        Self { address: Address::domain(&hostname), hash: marks::hash(&hostname), id }
    }

    /// A queue whose messages the Worker gets.
    fn consumer(queue: Queue, script: &str) -> Option<Self> {
        let consumer = queue.consumers.into_iter().find(|consumer| consumer.worker() == Some(script))?;
        Some(Self { address: Address::consumer(&queue.name), hash: marks::hash(&queue.name), id: consumer.id })
    }
}
