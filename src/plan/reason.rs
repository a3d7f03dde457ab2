//! Why a change is made, or why something stays as it is.

use std::fmt;

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// As JSON it is two members: `why`, a word that never changes, and `reason`, the same for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is not there.
    NotFound,
    /// It is as it should be.
    Unchanged,
    /// A store of that name is there, and is as it should be.
    FoundByName,
    /// Code, variables, stores or compatibility differ from what is live.
    CodeOrConfiguration,
    /// An earlier run ended before its last upload.
    Unfinished,
    /// The live Worker lacks a secret of the manifest.
    SecretMissing,
    /// A secret that we set is no longer in the manifest.
    SecretLeft,
    /// The values at hand are others than those that we set.
    SecretsChanged,
    /// The same, or values of other ones were given at the last upload.
    SecretsGivenDiffer,
    /// They were set with another key, so that nothing can be compared.
    SecretsUnchecked,
    /// Logs or the workers.dev address differ.
    SettingsChanged,
    /// The list of what we attached changes.
    InventoryChanged,
    /// The list of queues whose messages we gave it changes.
    QueuesChanged,
    /// The tags say something old.
    MarksOutdated,
    /// A field of it differs.
    Differs,
    /// Requests pass the Worker by.
    NotProxied,
    /// The Worker was deployed under another name before.
    RenamedFrom(String),
    /// The Worker is deployed under another name now.
    RenamedTo(String),
    /// Ours, under somebody else's work.
    ChangedOutside,
    /// It carries no mark of ours.
    NotMarked,
    /// It carries the mark of another manifest.
    OtherIdentity,
    /// The route leads to another Worker.
    OtherWorker,
    /// The route switches Workers off.
    NoWorker,
    /// The messages of the queue are fetched over HTTP.
    Pulled,
    /// Another Worker of the run had it, and has it no longer.
    GivenUpBy(String),
    /// The original system made it.
    OriginalSystem,
    /// The manifest states `enabled: false`.
    RoutingOff,
    /// The manifest names another host or other patterns.
    LeftManifest,
    /// Everything goes.
    Destroyed,
    /// A part of ours that the manifest does not name.
    NotInManifest,
    /// The block is gone, which may be an oversight.
    KeptWithoutPrune,
    /// The Worker's earlier name, kept likewise.
    EarlierNameKept(String),
    /// A store: data outlives the run that made it.
    HoldsData,
    /// A route of somebody else's that leads to our Worker.
    LeadsHere,
}

impl Reason {
    /// The word that programs compare.
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Unchanged => "unchanged",
            Self::FoundByName => "found-by-name",
            Self::CodeOrConfiguration => "code-or-configuration",
            Self::Unfinished => "unfinished",
            Self::SecretMissing => "secret-missing",
            Self::SecretLeft => "secret-left",
            Self::SecretsChanged => "secrets-changed",
            Self::SecretsGivenDiffer => "secrets-given-differ",
            Self::SecretsUnchecked => "secrets-unchecked",
            Self::SettingsChanged => "settings-changed",
            Self::InventoryChanged => "inventory-changed",
            Self::QueuesChanged => "queues-changed",
            Self::MarksOutdated => "marks-outdated",
            Self::Differs => "differs",
            Self::NotProxied => "not-proxied",
            Self::RenamedFrom(_) => "renamed-from",
            Self::RenamedTo(_) => "renamed-to",
            Self::ChangedOutside => "changed-outside",
            Self::NotMarked => "not-marked",
            Self::OtherIdentity => "other-identity",
            Self::OtherWorker => "other-worker",
            Self::NoWorker => "no-worker",
            Self::Pulled => "pulled",
            Self::GivenUpBy(_) => "given-up",
            Self::OriginalSystem => "original-system",
            Self::RoutingOff => "routing-off",
            Self::LeftManifest => "left-manifest",
            Self::Destroyed => "destroyed",
            Self::NotInManifest => "not-in-manifest",
            Self::KeptWithoutPrune => "kept-without-prune",
            Self::EarlierNameKept(_) => "earlier-name-kept",
            Self::HoldsData => "holds-data",
            Self::LeadsHere => "leads-here",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RenamedFrom(name) => return write!(formatter, "the Worker was renamed from `{name}`"),
            Self::RenamedTo(name) => return write!(formatter, "renamed to `{name}`"),
            Self::EarlierNameKept(name) => return write!(formatter, "renamed to `{name}`, kept unless pruned"),
            Self::GivenUpBy(name) => return write!(formatter, "given up by the Worker `{name}`"),
            Self::NotFound => "not found",
            Self::Unchanged => "unchanged",
            Self::FoundByName => "found by name",
            Self::CodeOrConfiguration => "code or configuration changed",
            Self::Unfinished => "an earlier run ended before its last upload",
            Self::SecretMissing => "a secret is missing",
            Self::SecretLeft => "a secret left the manifest",
            Self::SecretsChanged => "secrets changed",
            Self::SecretsGivenDiffer => "secrets changed, or others of them were given before",
            Self::SecretsUnchecked => "secrets unchecked: set with another key, rewritten once",
            Self::SettingsChanged => "settings changed",
            Self::InventoryChanged => "its list of routes changes",
            Self::QueuesChanged => "its list of queues changes",
            Self::MarksOutdated => "its marks are out of date",
            Self::Differs => "differs",
            Self::NotProxied => "not proxied: the Worker is bypassed",
            Self::ChangedOutside => "changed outside",
            Self::NotMarked => "made by somebody else",
            Self::OtherIdentity => "owned by another manifest",
            Self::OtherWorker => "leads to another Worker",
            Self::Pulled => "its messages are fetched over HTTP",
            Self::NoWorker => "switches Workers off",
            Self::OriginalSystem => "made by the original system",
            Self::RoutingOff => "routing is switched off",
            Self::LeftManifest => "no longer in the manifest",
            Self::Destroyed => "destroyed",
            Self::NotInManifest => "not in manifest",
            Self::KeptWithoutPrune => "no longer in the manifest, kept unless pruned",
            Self::HoldsData => "holds data: deleted only when it is named",
            Self::LeadsHere => "leads to this Worker, made by somebody else",
        })
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(2))?;
        members.serialize_entry("why", self.word())?;
        members.serialize_entry("reason", &self.to_string())?;
        members.end()
    }
}
