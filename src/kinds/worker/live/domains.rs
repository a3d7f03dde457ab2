//! Lists of custom domains → which Worker answers at each host.

use std::collections::BTreeMap;

use crate::cloudflare::domains::{self, Domain};
use crate::refresh::Known;
use crate::resource::{LiveDomain, LiveDomains};

/// The custom domains of each account that was asked for them.
pub(super) fn live<'a>(accounts: impl Iterator<Item = &'a str>, known: &Known) -> BTreeMap<String, LiveDomains> {
    let mut lists: BTreeMap<String, LiveDomains> = BTreeMap::new();
    for account in accounts {
        if !lists.contains_key(account)
            && let Some(list) = known.get(&domains::list(account))
        {
            let domains = list.entries.iter().filter_map(Domain::of);
            let domains = domains
                .map(|Domain { id, hostname, service, zone_id }| (hostname, LiveDomain { id, service, zone: zone_id }));
            lists.insert(account.to_owned(), LiveDomains { domains: domains.collect(), read_at: list.read_at });
        }
    }
    lists
}
