//! The Workers of a run: the one that most of a case is about, and others beside it, each with whom it is bound to.

use std::collections::BTreeSet;

use cfworker_deploy::model::Identity;

use crate::account::{Account, Version};
use crate::case::Wanted;
use crate::manifest::identity;
use crate::names;

/// One Worker of a run.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: &'static str,
    pub code: u8,
    /// Names of those that it is bound to.
    pub calls: Vec<&'static str>,
    /// It names them by references to their documents.
    pub refers: bool,
    /// Whose run it is.
    owner: u8,
    /// Where it stands among `names::PEERS`; nothing for the Worker itself.
    peer: Option<usize>,
}

impl Wanted {
    /// All Workers of the run, the Worker itself first.
    pub fn members(&self) -> Vec<Member> {
        let own = names::script(self.script);
        let slots: Vec<(usize, &'static str)> = self
            .peers
            .iter()
            .enumerate()
            .filter_map(|(peer, wanted)| wanted.map(|_| (peer, names::PEERS[peer])))
            .collect();
        let called = |bits: u8, shift: usize| slots.iter().filter(move |(peer, _)| bits >> (peer + shift) & 1 == 1);
        let mut members = vec![Member {
            name: own,
            code: self.code,
            calls: called(self.calls, 0).map(|(_, name)| *name).collect(),
            refers: self.refers,
            owner: self.identity,
            peer: None,
        }];
        for (peer, name) in &slots {
            let Some(wanted) = self.peers[*peer] else { continue };
            let calls_own = (wanted.calls & 1 == 1).then_some(own);
            let others = called(wanted.calls, 1).filter(|(other, _)| other != peer).map(|(_, name)| *name);
            members.push(Member {
                name,
                code: wanted.code,
                calls: calls_own.into_iter().chain(others).collect(),
                refers: wanted.refers,
                owner: self.identity,
                peer: Some(*peer),
            });
        }
        members
    }

    /// Names of the Workers of the run beside the Worker itself.
    pub fn peer_names(&self) -> Vec<&'static str> {
        self.members().iter().skip(1).map(|member| member.name).collect()
    }
}

/// The Workers of a run that are bound to each other, near or far.
pub fn in_circles(wanted: &Wanted) -> Vec<&'static str> {
    let members = wanted.members();
    let circular = members.iter().filter(|member| reached(&members, member).contains(member.name));
    circular.map(|member| member.name).collect()
}

/// All that a Worker is bound to, near and far.
fn reached(members: &[Member], from: &Member) -> BTreeSet<&'static str> {
    let mut reached = BTreeSet::new();
    let mut next = from.calls.clone();
    while let Some(name) = next.pop() {
        if reached.insert(name) {
            next.extend(members.iter().filter(|member| member.name == name).flat_map(|member| &member.calls));
        }
    }
    reached
}

impl Member {
    /// The document's own name, which is not the Worker's.
    pub fn label(&self) -> String {
        let identity = names::IDENTITIES[usize::from(self.owner)];
        self.peer.map_or_else(|| identity.to_owned(), |peer| format!("{identity}-{}", names::PEERS[peer]))
    }

    pub fn identity(&self) -> Identity {
        identity(&self.label())
    }

    /// What a binding to it is called in JavaScript: the same under whichever name the Worker itself is deployed.
    pub fn binding_name(&self) -> &'static str {
        self.peer.map_or("TO_MAIN", |peer| ["TO_CART", "TO_MAIL"][peer])
    }
}

/// Whether requests to a Worker may come to another one, near or far, by the bindings of the newest versions.
pub fn reaches(account: &Account, from: &str, to: &str) -> bool {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(name) = next.pop() {
        let newest = account.scripts.get(name).filter(|_| reached.insert(name));
        next.extend(newest.and_then(|script| script.versions.first()).into_iter().flat_map(called_by));
    }
    reached.contains(to)
}

/// The Workers that a version is bound to.
pub fn called_by(version: &Version) -> impl Iterator<Item = &str> {
    let services = version.bindings.iter().filter(|binding| binding["type"] == "service");
    services.filter_map(|binding| binding["service"].as_str())
}
