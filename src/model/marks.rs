//! Ownership marks: what we write on live resources so that the account is the only state.
//!
//! INVARIANT: these formats can't change once users have them.
//! Limits: 10 tags a Worker, 1,024 bytes each, no `,` and `&`; annotation 100 bytes; comment 100 characters.
//! <https://developers.cloudflare.com/api/resources/workers/subresources/scripts/>

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest, Sha256};

use super::{Address, Identity, hex};

/// Starts every mark.
pub const PREFIX: &str = "cfwd1-";
/// Bytes that one tag holds.
const TAG_BYTES: usize = 1024;
/// Characters of a DNS comment on a free plan.
const COMMENT_CHARACTERS: usize = 100;
/// Ends the comment of a record, where there is room.
const SIGNATURE: &str = " by cfworker-deploy";
/// Comment that the original system wrote on its records.
const ORIGINAL_COMMENT: &str = "Managed by Planton Cloud - Routes to Cloudflare Worker";

/// What the tags of one script say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScriptMarks {
    /// Identities that claim it: one, or none.
    pub ids: BTreeSet<String>,
    /// Zone id → hashes of the routes and records that we attached there.
    pub inventory: Inventory,
    /// Zone id → those entries of the inventory that the zone's lists did not show when these tags were written.
    pub unseen: BTreeMap<String, Unseen>,
    /// Bundle of the last upload.
    pub bundle: Option<BundleMark>,
    /// Static assets of the last upload, where they lie in R2.
    pub assets: Option<AssetsMark>,
    /// Hashes of the binding names that we set.
    pub names: BTreeSet<String>,
    /// Tags with our prefix that this version can't read: a newer version wrote them.
    pub newer: BTreeSet<String>,
}

/// The place of an inventory that is no zone: what a Worker has there are queues whose messages it gets, by the hashes of
/// their names.
pub const QUEUES: &str = "queues";

/// The same for the cron schedules of the Worker itself, by the hashes of what they say.
pub const SCHEDULES: &str = "schedules";

/// The same for custom domains, by the hashes of their hosts.
pub const DOMAINS: &str = "domains";

/// Whether a place of the inventory is a zone.
pub fn is_zone(place: &str) -> bool {
    !matches!(place, QUEUES | SCHEDULES | DOMAINS)
}

/// Zone id, [`QUEUES`], [`SCHEDULES`] or [`DOMAINS`] → hashes of what a Worker has there.
pub type Inventory = BTreeMap<String, BTreeSet<String>>;

/// Entries of the inventory that a list did not show. One absence is no proof, lists lag behind writes: only what is
/// still absent long after `since` is taken for gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unseen {
    /// When they were first missed, in seconds since the epoch by Cloudflare's clock.
    pub since: u64,
    /// Hashes as in the inventory.
    pub hashes: BTreeSet<String>,
}

/// ETag and SHA-256 of the bundle that was uploaded: a short cut for the next run, never a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleMark {
    /// ETag without quotes.
    pub etag: String,
    /// 64 lower-case hex digits.
    pub sha256: String,
}

/// Longest ETag that goes into a tag; R2's have 32 digits, or a few more after an upload in parts.
const LONGEST_ETAG: usize = 128;

impl ScriptMarks {
    /// Reads our tags; other people's are left out.
    pub fn parse(tags: &[String]) -> Self {
        let mut marks = Self::default();
        for rest in tags.iter().filter_map(|tag| tag.strip_prefix(PREFIX)) {
            if let Some(inventory) = rest.strip_prefix("in-") {
                marks.take_inventory(inventory);
            } else if let Some(bundle) = rest.strip_prefix("b-") {
                marks.bundle = BundleMark::parse(bundle);
            } else if let Some(assets) = rest.strip_prefix("a-") {
                marks.assets = AssetsMark::parse(assets);
            } else if let Some(names) = rest.strip_prefix("n-") {
                marks.names.extend(split(names));
            } else if let Some(unseen) = rest.strip_prefix("un-") {
                marks.take_unseen(unseen);
            } else if is_id(rest) {
                marks.ids.insert(rest.to_owned());
            } else {
                marks.newer.insert(format!("{PREFIX}{rest}"));
            }
        }
        marks
    }

    /// Anybody can write a tag: one that names no zone says nothing. A zone without a pattern says much: a record of
    /// ours may still be in it.
    fn take_inventory(&mut self, text: &str) {
        let Some((zone, hashes)) = text.split_once('-').filter(|(zone, _)| !zone.is_empty()) else { return };
        self.inventory.entry(zone.to_owned()).or_default().extend(split(hashes));
    }

    /// Where two tags speak of one zone, the later time counts.
    fn take_unseen(&mut self, text: &str) {
        let Some((since, rest)) = text.split_once('-') else { return };
        let Some((zone, hashes)) = rest.split_once('-').filter(|(zone, _)| !zone.is_empty()) else { return };
        let Ok(since) = since.parse::<u64>() else { return };
        let unseen = self.unseen.entry(zone.to_owned()).or_default();
        unseen.since = unseen.since.max(since);
        unseen.hashes.extend(split(hashes));
    }

    /// Our tags, in a fixed order; those of a newer version are not among them.
    pub fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = self.ids.iter().map(|id| format!("{PREFIX}{id}")).collect();
        for (zone, hashes) in &self.inventory {
            let prefix = format!("{PREFIX}in-{zone}-");
            if hashes.is_empty() {
                tags.push(prefix);
            } else {
                tags.extend(join(&prefix, hashes));
            }
        }
        tags.extend(self.bundle.iter().map(BundleMark::tag));
        tags.extend(self.assets.iter().map(|assets| format!("{PREFIX}a-{}-{}", assets.source, assets.digest)));
        tags.extend(join(&format!("{PREFIX}n-"), &self.names));
        for (zone, unseen) in &self.unseen {
            tags.extend(join(&format!("{PREFIX}un-{}-{zone}-", unseen.since), &unseen.hashes));
        }
        tags
    }

    /// The full list to write: other people's tags and those of a newer version as they are, then ours.
    pub fn merged_into(&self, live: &[String]) -> Vec<String> {
        let foreign = live.iter().filter(|tag| !is_ours(tag)).cloned();
        foreign.chain(self.tags()).collect()
    }

    /// Whether we attached this pattern in this zone.
    pub fn holds(&self, zone: &str, pattern: &str) -> bool {
        self.inventory.get(zone).is_some_and(|hashes| hashes.contains(&hash(pattern)))
    }

    /// Whether we attached the record of this host in this zone.
    pub fn holds_record(&self, zone: &str, host: &str) -> bool {
        self.inventory.get(zone).is_some_and(|hashes| hashes.contains(&record_hash(host)))
    }

    /// Whether we made the Worker a consumer of the queue of this name.
    pub fn consumes(&self, queue: &str) -> bool {
        self.inventory.get(QUEUES).is_some_and(|hashes| hashes.contains(&hash(queue)))
    }

    /// Whether we gave the Worker this cron schedule.
    pub fn schedules(&self, cron: &str) -> bool {
        self.inventory.get(SCHEDULES).is_some_and(|hashes| hashes.contains(&hash(cron)))
    }

    /// Whether we gave the Worker the custom domain of this host.
    pub fn domain(&self, host: &str) -> bool {
        self.inventory.get(DOMAINS).is_some_and(|hashes| hashes.contains(&hash(host)))
    }

    /// Whether we set the binding of this name.
    pub fn set(&self, name: &str) -> bool {
        self.names.contains(&hash(name))
    }
}

/// What static assets in R2 come from and what they are: a short cut for the next run, never a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetsMark {
    /// 22 characters.
    pub source: String,
    /// 22 characters.
    pub digest: String,
}

impl AssetsMark {
    /// Characters of each half.
    const CHARACTERS: usize = 22;

    fn parse(text: &str) -> Option<Self> {
        let (source, digest) = text.split_at_checked(Self::CHARACTERS)?;
        let digest = digest.strip_prefix('-').filter(|digest| digest.len() == Self::CHARACTERS)?;
        Some(Self { source: source.to_owned(), digest: digest.to_owned() })
    }
}

impl BundleMark {
    /// The mark of a bundle; none where its ETag holds what no tag takes. The next run then reads the bundle, no more.
    pub fn of(etag: &str, sha256: &str) -> Option<Self> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let taggable = (1..=LONGEST_ETAG).contains(&etag.len()) && etag.bytes().all(fits);
        taggable.then(|| Self { etag: etag.to_owned(), sha256: sha256.to_owned() })
    }

    fn parse(text: &str) -> Option<Self> {
        let (etag, digest) = text.split_at_checked(text.len().checked_sub(43)?)?;
        let bytes = Base64UrlUnpadded::decode_vec(digest).ok()?;
        Some(Self { etag: etag.strip_suffix('-')?.to_owned(), sha256: hex(&bytes) })
    }

    fn tag(&self) -> String {
        let digits = self.sha256.as_bytes().chunks(2);
        let bytes: Vec<u8> =
            digits.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        format!("{PREFIX}b-{}-{}", self.etag, Base64UrlUnpadded::encode_string(&bytes))
    }
}

/// First 8 hex digits of the SHA-256 of a pattern or a name.
pub fn hash(text: &str) -> String {
    let mut digits = hex(&Sha256::digest(text.as_bytes()));
    digits.truncate(8);
    digits
}

/// The record of a host in an inventory: as its address, so that no pattern has the same hash.
pub fn record_hash(host: &str) -> String {
    hash(&Address::record(host).to_string())
}

/// Whether a tag is one of ours, of any identity, and can be read by this version.
fn is_ours(tag: &str) -> bool {
    tag.strip_prefix(PREFIX)
        .is_some_and(|rest| is_id(rest) || ["in-", "b-", "n-", "un-"].iter().any(|part| rest.starts_with(part)))
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn split(hashes: &str) -> impl Iterator<Item = String> + '_ {
    hashes.split('.').filter(|hash| !hash.is_empty()).map(str::to_owned)
}

/// As many tags as the hashes fill.
fn join(prefix: &str, hashes: &BTreeSet<String>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for hash in hashes {
        match tags.last_mut() {
            Some(tag) if tag.len() + 1 + hash.len() <= TAG_BYTES => {
                tag.push('.');
                tag.push_str(hash);
            }
            _ => tags.push(format!("{prefix}{hash}")),
        }
    }
    tags
}

/// Annotation `workers/tag` of a version that we uploaded: the proof that its code, bindings and
/// secrets are ours. Versions are immutable and nobody else's version carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionMark {
    /// Digest of code and versioned configuration, 22 base64url characters.
    pub code: String,
    /// Keyed digest of the secret set, 22 base64url characters.
    pub secrets: String,
    /// Which key: 4 hex digits.
    pub key: String,
}

impl VersionMark {
    /// Reads an annotation; anything else is somebody else's.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("cfwd1:")?.split(':');
        let code = parts.next()?.strip_prefix('c').filter(|code| code.len() == 22)?;
        let secrets = parts.next()?.strip_prefix('s').filter(|secrets| secrets.len() == 22)?;
        let key = parts.next()?.strip_prefix('k').filter(|key| key.len() == 4)?;
        let mark = Self { code: code.into(), secrets: secrets.into(), key: key.into() };
        parts.next().is_none().then_some(mark)
    }

    /// The same for a version that is ours and no manifest's: another one is to follow it.
    #[must_use]
    pub fn unfinished(self) -> Self {
        Self { code: NO_DIGEST.into(), ..self }
    }

    /// Whether another version was to follow.
    pub fn is_unfinished(&self) -> bool {
        self.code == NO_DIGEST
    }

    /// Of a version about whose code and secrets nothing is said, but that it is ours.
    pub fn of_nothing() -> Self {
        Self { code: NO_DIGEST.into(), secrets: NO_DIGEST.into(), key: NO_KEY.into() }
    }
}

/// Stands for a digest where there is none.
pub const NO_DIGEST: &str = "----------------------";
/// Stands for the key of no digest.
pub const NO_KEY: &str = "0000";

impl fmt::Display for VersionMark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cfwd1:c{}:s{}:k{}", self.code, self.secrets, self.key)
    }
}

/// First 16 bytes of a digest as the 22 characters of a [`VersionMark`].
pub fn short_digest(digest: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(digest.get(..16).unwrap_or(digest))
}

/// Whose DNS record it is, by its comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommentMark {
    /// An identity of ours.
    Id(String),
    /// The original system's text: counts as ours for adoption.
    Original,
    /// Somebody else's.
    Foreign,
}

/// Comment that we write on a record.
pub fn comment(identity: &Identity) -> String {
    let text = format!("{PREFIX}{} {}{SIGNATURE}", identity.id(), identity.label());
    text.chars().take(COMMENT_CHARACTERS).collect()
}

/// Start of the comment of every record of this identity: what a list is filtered by.
pub fn comment_prefix(identity: &Identity) -> String {
    format!("{PREFIX}{}", identity.id())
}

/// Reads a record's comment.
pub fn parse_comment(comment: &str) -> CommentMark {
    if comment == ORIGINAL_COMMENT {
        return CommentMark::Original;
    }
    let first = comment.split(' ').next().unwrap_or_default();
    match first.strip_prefix(PREFIX).filter(|id| is_id(id)) {
        Some(id) => CommentMark::Id(id.to_owned()),
        None => CommentMark::Foreign,
    }
}

/// Id and label of the identity that a record's comment names; the label may be cut.
pub fn comment_owner(comment: &str) -> Option<(&str, &str)> {
    let (id, rest) = comment.strip_prefix(PREFIX)?.split_once(' ').filter(|(id, _)| is_id(id))?;
    Some((id, rest.strip_suffix(SIGNATURE).unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity { account: "a".repeat(32), org: "acme".into(), env: "prod".into(), name: "hello".into() }
    }

    #[test]
    fn tags_come_back_as_they_went_in() {
        let mut marks = ScriptMarks::default();
        marks.ids.insert(identity().id());
        marks.inventory.entry("z".repeat(32)).or_default().insert(hash("api.example.com/*"));
        marks.bundle = Some(BundleMark { etag: "d41d8cd9-3".into(), sha256: "ab".repeat(32) });
        marks.assets = Some(AssetsMark { source: "-".repeat(22), digest: "a-".repeat(11) });
        marks.names.insert(hash("API_KEY"));
        let live = vec!["team".to_owned(), "cfwd1-0123456789abcdef".into(), "cf:service=x".into()];
        let written = marks.merged_into(&live);
        assert_eq!(written.get(..2), Some(&["team".to_owned(), "cf:service=x".into()][..]));
        assert_eq!(ScriptMarks::parse(&written), marks);
        assert!(marks.holds(&"z".repeat(32), "api.example.com/*") && marks.set("API_KEY"));
        assert!(written.iter().all(|tag| tag.len() <= TAG_BYTES && !tag.contains([',', '&'])));
    }

    #[test]
    fn what_was_not_seen_comes_back_with_its_time() {
        let mut marks = ScriptMarks::default();
        let hashes = BTreeSet::from([hash("api.example.com/*"), record_hash("api.example.com")]);
        marks.inventory.insert("z".repeat(32), hashes.clone());
        marks.unseen.insert("z".repeat(32), Unseen { since: 1_795_564_800, hashes });
        assert_eq!(ScriptMarks::parse(&marks.tags()), marks);
        assert!(marks.holds_record(&"z".repeat(32), "api.example.com"));
    }

    #[test]
    fn queues_stand_in_the_inventory_beside_zones() {
        let mut marks = ScriptMarks::default();
        let hashes = BTreeSet::from([hash("orders"), hash("letters")]);
        marks.inventory.insert(QUEUES.into(), hashes.clone());
        marks.unseen.insert(QUEUES.into(), Unseen { since: 1_795_564_800, hashes });
        let tags = marks.tags();
        let listed = format!("cfwd1-in-queues-{}.{}", hash("letters"), hash("orders"));
        assert!(tags.iter().any(|tag| tag.len() == listed.len() && tag.starts_with("cfwd1-in-queues-")), "{tags:?}");
        assert_eq!(ScriptMarks::parse(&tags), marks);
        assert!(marks.consumes("orders") && !marks.consumes("other"));
    }

    #[test]
    fn schedules_stand_in_the_inventory_and_are_no_zone() {
        let mut marks = ScriptMarks::default();
        marks.inventory.insert(SCHEDULES.into(), BTreeSet::from([hash("*/5 * * * *")]));
        assert_eq!(marks.tags(), [format!("cfwd1-in-schedules-{}", hash("*/5 * * * *"))]);
        assert_eq!(ScriptMarks::parse(&marks.tags()), marks);
        assert!(marks.schedules("*/5 * * * *") && !marks.schedules("*/6 * * * *"));
        assert!(is_zone(&"z".repeat(32)) && !is_zone(QUEUES) && !is_zone(SCHEDULES));
    }

    #[test]
    fn marks_of_a_newer_version_are_kept_as_they_are() {
        let live = ["cfwd1-m-0123.4567.89ab", "cfwd1-0123456789abcdef", "cfwd1-out", "team"].map(str::to_owned);
        let marks = ScriptMarks::parse(&live);
        assert_eq!(marks.newer.iter().map(String::as_str).collect::<Vec<_>>(), ["cfwd1-m-0123.4567.89ab", "cfwd1-out"]);
        let written = marks.merged_into(&live);
        assert_eq!(written, ["cfwd1-m-0123.4567.89ab", "cfwd1-out", "team", "cfwd1-0123456789abcdef"]);
    }

    #[test]
    fn tags_that_say_nothing_are_left_out() {
        let tags = ["cfwd1-in-", "cfwd1-in--", "cfwd1-in--0a1b2c3d", "cfwd1-n-.", "cfwd1-b-x", "cfwd1-un-x-z-0a1b2c3d"];
        let marks = ScriptMarks::parse(&tags.map(str::to_owned));
        assert_eq!(marks, ScriptMarks::default());
    }

    #[test]
    fn many_names_take_a_second_tag() {
        let names = (0..150).map(|number| hash(&number.to_string())).collect();
        let marks = ScriptMarks { names, ..ScriptMarks::default() };
        assert_eq!(marks.tags().len(), 2);
        assert_eq!(ScriptMarks::parse(&marks.tags()), marks);
    }

    #[test]
    fn version_mark_fits_and_is_strict() {
        let mark = VersionMark { code: "c".repeat(22), secrets: "s".repeat(22), key: "0a1b".into() };
        assert!(mark.to_string().len() <= 100);
        assert_eq!(VersionMark::parse(&mark.to_string()), Some(mark));
        for text in ["v1.2.3", "cfwd1:c:s:k", "cfwd1:cshort:sshort:k0a1b"] {
            assert_eq!(VersionMark::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_mark_of_an_unfinished_version_is_ours_and_equals_no_digest() {
        let mark = VersionMark { code: short_digest(&[7; 16]), secrets: short_digest(&[8; 16]), key: "0a1b".into() };
        let unfinished = mark.clone().unfinished();
        assert_eq!(VersionMark::parse(&unfinished.to_string()), Some(unfinished.clone()));
        assert!(unfinished.is_unfinished() && !mark.is_unfinished());
        assert_eq!((&unfinished.secrets, &unfinished.key), (&mark.secrets, &mark.key));
        let nothing = VersionMark::of_nothing();
        assert_eq!(VersionMark::parse(&nothing.to_string()), Some(nothing.clone()));
        assert!(nothing.is_unfinished());
    }

    #[test]
    fn comments_name_their_owner() {
        let long = Identity { name: "n".repeat(200), ..identity() };
        assert_eq!(comment(&long).chars().count(), 100);
        assert_eq!(parse_comment(&comment(&long)), CommentMark::Id(long.id()));
        assert_eq!(parse_comment(ORIGINAL_COMMENT), CommentMark::Original);
        assert_eq!(parse_comment("our website"), CommentMark::Foreign);
        let own = comment(&identity());
        assert_eq!(comment_owner(&own), Some((identity().id().as_str(), "acme/prod/hello")));
        assert_eq!(comment_owner("our website"), None);
    }

    #[test]
    fn an_etag_with_odd_characters_makes_no_tag() {
        let sha256 = "ab".repeat(32);
        for etag in ["d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e-12", "a_b.c"] {
            let mark = BundleMark::of(etag, &sha256).expect("a mark");
            let marks = ScriptMarks { bundle: Some(mark), ..ScriptMarks::default() };
            assert_eq!(ScriptMarks::parse(&marks.tags()).bundle, marks.bundle);
        }
        for etag in ["", "a,b", "a&b", "a:b", "a b", "ü", "a\"b", "a\r\nb", &"a".repeat(129)] {
            assert_eq!(BundleMark::of(etag, &sha256), None, "{etag}");
        }
    }
}
