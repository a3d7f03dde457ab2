//! What a run should find of stores: their names are all that makes them those that are meant.

use crate::account::{Store, Subject};
use crate::case::{Bind, Described, Verb};
use crate::documents::{ROWS, Row};
use crate::files::{self, FILES};
use crate::names;
use crate::truth::{Owner, Truth};

/// A described store beside what the account has for it.
pub struct Beside<'a> {
    pub index: usize,
    pub row: &'static Row,
    pub described: &'a Described,
    pub live: Option<&'a Store>,
}

impl Beside<'_> {
    pub fn address(&self) -> String {
        self.row.address(self.described.name)
    }

    pub fn is_called(&self, name: &str) -> bool {
        names::STORES[usize::from(self.described.name)] == name
    }

    /// Settings that the document states, by their places in the row, and whether the store has them.
    pub fn stated(&self) -> impl Iterator<Item = (usize, u8, bool)> {
        let stated = self.row.settings.iter().zip(self.described.settings).enumerate();
        stated.filter_map(|(place, (setting, value))| {
            let value = value?;
            Some((place, value, self.live.is_some_and(|live| setting.is(live, value))))
        })
    }

    /// Files that are still to be applied, by their places.
    pub fn pending(&self) -> impl Iterator<Item = usize> {
        let files = 0..self.described.files.map_or(0, usize::from);
        files.filter(|file| !self.live.is_some_and(|live| live.database.remembers(FILES[*file])))
    }

    /// A file is another one than the database remembers.
    fn is_edited(&self) -> bool {
        let files = self.described.files.map_or(0, usize::from);
        let (Some(live), Some(last)) = (self.live, files.checked_sub(1)) else { return false };
        let has_digest =
            |file: usize| live.database.digests.as_ref().is_some_and(|digests| digests.contains_key(FILES[file]));
        let first = has_digest(0) && live.database.events.contains(&files::event(0, !self.described.edited));
        // What the database refuses it does not remember.
        first || (self.described.broken && has_digest(last))
    }

    /// Whether a file is to be applied that the database refuses.
    fn is_stuck(&self) -> bool {
        let last = self.described.files.and_then(|files| usize::from(files).checked_sub(1));
        self.described.broken && last.is_some_and(|last| self.pending().any(|file| file == last))
    }

    /// Whether it differs from what the document states.
    pub fn differs(&self) -> bool {
        self.stated().any(|(_, _, is)| !is) || self.pending().next().is_some()
    }

    /// Whether what changes opens it to others, or lets objects be deleted in time.
    fn needs_yes(&self) -> bool {
        let mut changed = self.stated().filter(|(_, _, is)| !is);
        changed.any(|(place, value, _)| self.row.settings[place].needs_yes(value, self.live.is_none()))
    }
}

impl<'a> Truth<'a> {
    /// The stores that are described.
    pub fn stores(&self) -> impl Iterator<Item = Beside<'a>> {
        let account = self.account;
        self.wanted.described().map(move |(index, row, described)| {
            let live = account.store(row.of, names::STORES[usize::from(described.name)]);
            Beside { index, row, described, live }
        })
    }

    /// Who made a store.
    pub fn store_owner(&self, store: &Beside<'_>) -> Owner {
        match store.live {
            None => Owner::Absent,
            Some(live) if live.maker == self.us() => Owner::Ours,
            Some(_) => Owner::Stranger,
        }
    }

    /// Whether the run is to delete it.
    pub fn deletes_store(&self, store: &Beside<'_>) -> bool {
        self.verb == Verb::Destroy && self.allow.data[store.index] && store.live.is_some()
    }

    /// Whether some store needs a yes.
    pub fn stores_need_yes(&self) -> bool {
        self.stores().any(|store| match self.verb {
            Verb::Apply => store.needs_yes(),
            Verb::Destroy => self.deletes_store(&store),
        })
    }

    /// Whether an apply can't end well before a file is corrected.
    pub fn is_stuck(&self) -> bool {
        self.verb == Verb::Apply && self.stores().any(|store| store.is_stuck())
    }

    /// Whether a store that is to be deleted can't be: it is a bucket with objects, or somebody gets a queue's messages.
    pub fn is_in_use(&self) -> bool {
        let gone = self.consumer_removals(true);
        let is_used = |store: Beside<'_>| {
            let Some(live) = store.live.filter(|_| self.deletes_store(&store)) else { return false };
            let consumed =
                |queue: &Store| self.account.consumers_of(queue).any(|consumer| !gone.contains(&consumer.id));
            live.is_full || (live.of == Subject::Queue && consumed(live))
        };
        self.stores().any(is_used)
    }

    /// The store that the variable which refers to one tells of: the one that the run describes, else the first one.
    pub fn told(&self) -> Option<&'a Store> {
        let row = usize::from(self.wanted.tells?.row);
        let name = self.wanted.stores[row].map_or(0, |described| described.name);
        self.account.store(ROWS[row].of, names::STORES[usize::from(name)])
    }

    /// Why stores stop an apply before its first write.
    pub fn store_refusals(&self) -> Vec<String> {
        let edited = self.stores().filter(Beside::is_edited).map(|store| format!("{} was edited", store.address()));
        let open = ROWS.iter().enumerate().filter(|(index, row)| {
            let told = self.wanted.tells.is_some_and(|tells| usize::from(tells.row) == *index);
            let by_name = matches!(self.wanted.binds[*index], Bind::Reference | Bind::Written) || told;
            let refers = by_name && self.wanted.stores[*index].is_none();
            refers && self.account.store(row.of, names::STORES[0]).is_none()
        });
        edited.chain(open.map(|(_, row)| format!("no {} to bind", row.word))).collect()
    }
}
