//! The names of the simulated world.

use std::fmt::Write as _;

pub const ACCOUNT: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub const ZONES: [&str; 2] = ["example.com", "example.org"];
pub const ZONE_IDS: [&str; 2] = ["11111111111111111111111111111111", "22222222222222222222222222222222"];
/// Scripts that manifests use; strangers use them too.
pub const SCRIPTS: [&str; 5] = ["shop", "store", "theirs", "cart", "mail"];
/// Those of them that are other Workers of a run, and keep their names.
pub const PEERS: [&str; 2] = ["cart", "mail"];
/// A Worker of others that gets the traces of Workers.
pub const KEEPER: &str = "keeper";
/// Where these stand among the scripts.
pub const FIRST_PEER: u8 = 3;
/// Zone and name.
pub const HOSTS: [(usize, &str); 3] = [(0, "shop.example.com"), (0, "store.example.com"), (1, "shop.example.org")];
pub const PATTERNS: [&str; 3] = ["/*", "/api/*", "/ABC"];
pub const IDENTITIES: [&str; 2] = ["shop", "rival"];
/// Stores that manifests use, of each kind; others made the first one.
pub const STORES: [&str; 2] = ["cache", "goods"];
/// Ids of those that others made.
pub const STORE_IDS: [&str; 4] = [
    "cccccccccccccccccccccccccccccccc",
    "dddddddddddddddddddddddddddddddd",
    "cache",
    "0000000e-0000-4000-8000-00000000d1d1",
];
pub const BUCKET: &str = "bundles";
/// The variable that refers to a store.
pub const TOLD: &str = "TOLD";
/// Canaries: whatever is told, written or shown must hold none of them.
pub const TOKEN: &str = "canary-token-0123456789abcdef";
pub const R2_KEY: &str = "canary-r2-0123456789abcdef";
/// Bindings of strangers: no manifest names them.
pub const THEIR_SECRET: &str = "THEIR_SECRET";
pub const THEIR_VARIABLE: &str = "THEIR_VARIABLE";

pub fn host(host: u8) -> &'static str {
    HOSTS[usize::from(host)].1
}

pub fn zone_of(host: u8) -> usize {
    HOSTS[usize::from(host)].0
}

pub fn script(script: u8) -> &'static str {
    SCRIPTS[usize::from(script)]
}

/// Patterns of a host, by their bits.
pub fn patterns(of: u8, bits: u8) -> Vec<String> {
    let named = PATTERNS.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    named.map(|(_, path)| format!("{}{path}", host(of))).collect()
}

/// Host of a pattern.
pub fn host_of(pattern: &str) -> &str {
    pattern.split('/').next().unwrap_or_default()
}

/// Whether it is the name of another Worker of a run, which keeps it.
pub fn is_peer(script: &str) -> bool {
    PEERS.contains(&script)
}

/// Value of a secret.
pub fn secret(value: u8) -> String {
    format!("canary-secret-{value}-0123456789abcdef")
}

/// A bundle by its key: `0.js`, `1.js`, ….
pub fn bundle(key: &str) -> Option<String> {
    let number: u8 = key.strip_suffix(".js")?.parse().ok()?;
    let mut code = String::from("export default { fetch() { return new Response('");
    let _ = write!(code, "{number}'); }} }};");
    Some(code)
}

/// Names of the Workers that get the traces of one.
pub fn tails(consumers: &serde_json::Value) -> impl Iterator<Item = &str> {
    consumers.as_array().into_iter().flatten().filter_map(|entry| entry["service"].as_str())
}
