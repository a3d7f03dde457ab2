//! The hosts that a `dns` block names, and which of them a pattern belongs to.

use std::cmp::Reverse;

use super::pattern::Pattern;
use super::spec::Dns;
use crate::manifest::hostname::hostname;
use crate::manifest::path::Path;
use crate::manifest::text::filled;

/// Hosts of one Worker. Each takes two entries of the inventory, and a tag of the Worker holds about a hundred.
pub(super) const MOST_HOSTS: usize = 50;

/// The hosts as they stand, with their paths: the list where there is one, and `hostname` otherwise.
pub(super) fn stated<'dns>(dns: &'dns Dns, path: &Path) -> Vec<(Path, &'dns str)> {
    let list = dns.hostnames.iter().flat_map(|list| list.each());
    let list = list.map(|(index, text)| (path.key("hostnames").index(index), text.as_str()));
    let one = filled(&dns.hostname).filter(|_| !is_list(dns));
    list.chain(one.map(|text| (path.key("hostname"), text))).collect()
}

/// Whether the hosts stand in a list, however unreadable its items are.
pub(super) fn is_list(dns: &Dns) -> bool {
    dns.hostnames.as_ref().is_some_and(|list| !list.0.is_empty())
}

/// The usable hosts in one spelling, each where it stands first.
pub(super) fn usable(dns: &Dns, path: &Path) -> Vec<(Path, String)> {
    let mut hosts: Vec<(Path, String)> = Vec::new();
    for (path, text) in stated(dns, path) {
        if let Ok(host) = hostname(text)
            && hosts.iter().all(|(_, known)| *known != host)
        {
            hosts.push((path, host));
        }
    }
    hosts
}

/// The index of the host whose zone a pattern lies in, as far as names tell: the one with which it has most labels in
/// common. Of several it is the shortest, since a longer one may lie in a zone of its own.
pub(super) fn nearest(pattern: &Pattern, hosts: &[(Path, String)]) -> usize {
    let host = pattern.suffix.trim_start_matches('.');
    let in_common = |other: &str| host.rsplit('.').zip(other.rsplit('.')).take_while(|(one, two)| one == two).count();
    let nearness = |(index, (_, other)): &(usize, &(Path, String))| {
        (in_common(other), Reverse(other.split('.').count()), Reverse(*index))
    };
    hosts.iter().enumerate().max_by_key(nearness).map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_belongs_to_the_host_with_which_it_has_most_labels_in_common() {
        let hosts = ["x.sub.example.com", "www.example.com", "one.co.uk", "two.co.uk"];
        let hosts: Vec<_> = hosts.map(|host| (Path::default(), host.to_owned())).into();
        let of = |text: &str| hosts[nearest(&Pattern::parse(text).expect("a pattern"), &hosts)].1.as_str();
        assert_eq!(of("www.example.com/a/*"), "www.example.com");
        assert_eq!(of("y.sub.example.com/*"), "x.sub.example.com");
        assert_eq!(of("shop.example.com/*"), "www.example.com");
        assert_eq!(of("*.two.co.uk/*"), "two.co.uk");
        assert_eq!(of("*/*"), "www.example.com");
    }
}
