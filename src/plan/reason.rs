//! Why a change is made, or why something stays as it is.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $variant:ident $(($name:ident: $type:ty))? = $word:literal: $text:literal;)*) => {
        /// As JSON it is two members: `why`, a word that never changes, and `reason`, the same for people.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
        #[serde(into = "Told")]
        pub enum Reason {
            $($(#[doc = $doc])* $variant $(($type))?,)*
        }

        impl Reason {
            /// The word that programs compare.
            pub fn word(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $word,)* }
            }
        }

        impl fmt::Display for Reason {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Self::$variant $(($name))? => write!(formatter, $text),)* }
            }
        }

        /// All words, for the types of JavaScript.
        const WORDS: &[&str] = &[$($word),*];
    };
}

reasons! {
    /// It is not there.
    NotFound = "not-found": "not found";
    /// It is as it should be.
    Unchanged = "unchanged": "unchanged";
    /// A store of that name is there, and is as it should be.
    FoundByName = "found-by-name": "found by name";
    /// Code, variables, stores or compatibility differ from what is live.
    CodeOrConfiguration = "code-or-configuration": "code or configuration changed";
    /// The live code was compared with the bundle, and is another.
    ContentDiffers = "content-differs": "the live code is not that of the bundle";
    /// An earlier run ended before its last upload.
    Unfinished = "unfinished": "an earlier run ended before its last upload";
    /// The live Worker lacks a secret of the manifest.
    SecretMissing = "secret-missing": "a secret is missing";
    /// A secret that we set is no longer in the manifest.
    SecretLeft = "secret-left": "a secret left the manifest";
    /// The values at hand are others than those that we set.
    SecretsChanged = "secrets-changed": "secrets changed";
    /// The same, or values of other ones were given at the last upload.
    SecretsGivenDiffer = "secrets-given-differ": "secrets changed, or others of them were given before";
    /// They were set with another key, so that nothing can be compared.
    SecretsUnchecked = "secrets-unchecked": "secrets unchecked: set with another key, rewritten once";
    /// Logs or the workers.dev address differ.
    SettingsChanged = "settings-changed": "settings changed";
    /// Migrations of its classes of Durable Objects are due.
    ClassesMigrated = "classes-migrated": "migrations of its Durable Object classes are due";
    /// The list of what we attached changes.
    InventoryChanged = "inventory-changed": "its list of routes changes";
    /// The list of queues whose messages we gave it changes.
    QueuesChanged = "queues-changed": "its list of queues changes";
    /// The list of custom domains that we gave it changes.
    DomainsChanged = "domains-changed": "its list of custom domains changes";
    /// The list of cron schedules that we gave it changes.
    SchedulesChanged = "schedules-changed": "its list of schedules changes";
    /// The tags say something old.
    MarksOutdated = "marks-outdated": "its marks are out of date";
    /// A field of it differs.
    Differs = "differs": "differs";
    /// Requests pass the Worker by.
    NotProxied = "not-proxied": "not proxied: the Worker is bypassed";
    /// The Worker was deployed under another name before.
    RenamedFrom(name: String) = "renamed-from": "the Worker was renamed from `{name}`";
    /// The Worker is deployed under another name now.
    RenamedTo(name: String) = "renamed-to": "renamed to `{name}`";
    /// Ours, under somebody else's work.
    ChangedOutside = "changed-outside": "changed outside";
    /// It carries no mark of ours.
    NotMarked = "not-marked": "made by somebody else";
    /// It carries the mark of another manifest.
    OtherIdentity = "other-identity": "owned by another manifest";
    /// The route leads to another Worker.
    OtherWorker = "other-worker": "leads to another Worker";
    /// The route switches Workers off.
    NoWorker = "no-worker": "switches Workers off";
    /// The messages of the queue are fetched over HTTP.
    Pulled = "pulled": "its messages are fetched over HTTP";
    /// Another Worker of the run had it, and has it no longer.
    GivenUpBy(name: String) = "given-up": "given up by the Worker `{name}`";
    /// The original system made it.
    OriginalSystem = "original-system": "made by the original system";
    /// The manifest states `enabled: false`.
    RoutingOff = "routing-off": "routing is switched off";
    /// The manifest names another host or other patterns.
    LeftManifest = "left-manifest": "no longer in the manifest";
    /// An earlier version gets all requests again.
    RolledBack = "rolled-back": "an earlier version goes live again";
    /// A version that is there gets all requests.
    Promoted = "promoted": "it gets all requests";
    /// A version gets another share of the requests.
    RolledOut = "rolled-out": "its share of the requests changes";
    /// Two versions of ours share the requests.
    RolloutUnderWay = "rollout-under-way": "a rollout is under way";
    /// A part that no version holds.
    NotVersioned = "not-versioned": "no part of a version";
    /// Everything goes.
    Destroyed = "destroyed": "destroyed";
    /// A part of ours that the manifest does not name.
    NotInManifest = "not-in-manifest": "not in manifest";
    /// Everybody can read what is in a store, and the manifest does not say so.
    StillOpen = "still-open": "open to everybody, and not in manifest: stated as off, it is closed";
    /// The block is gone, which may be an oversight.
    KeptWithoutPrune = "kept-without-prune": "no longer in the manifest, kept unless pruned";
    /// The Worker's earlier name, kept likewise.
    EarlierNameKept(name: String) = "earlier-name-kept": "renamed to `{name}`, kept unless pruned";
    /// A store: data outlives the run that made it.
    HoldsData = "holds-data": "holds data: deleted only when it is named";
    /// A route of somebody else's that leads to our Worker.
    LeadsHere = "leads-here": "leads to this Worker, made by somebody else";
    /// A cron schedule of somebody else's at our Worker.
    CallsHere = "calls-here": "calls this Worker, made by somebody else";
}

/// The members by which a reason is told.
#[derive(Serialize, JsonSchema)]
struct Told {
    /// Why, as a word that never changes.
    why: Word,
    /// The same for people.
    reason: String,
}

#[derive(Serialize)]
struct Word(&'static str);

impl From<Reason> for Told {
    fn from(reason: Reason) -> Self {
        Self { why: Word(reason.word()), reason: reason.to_string() }
    }
}

impl JsonSchema for Word {
    fn schema_name() -> Cow<'static, str> {
        "Why".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Why a change is made, or why something stays as it is. New words may come.",
            "type": "string",
            "enum": WORDS,
        })
    }
}
