//! Hostnames and route patterns. The first line is the hostname, each other one a pattern.

use cfworker_deploy::diagnostic::any_error;
use cfworker_deploy::resource::Routing;
use proptest::prelude::*;
use serde_json::json;

use super::driver::Target;
use super::manifests;

pub const TARGET: Target = Target { name: "patterns", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 33] = [
    "*",
    "*.",
    ".",
    "/",
    "/*",
    "//",
    "://",
    "http://",
    "https://",
    "HTTPS://",
    "ftp://",
    "example.com",
    "EXAMPLE.COM",
    "a.example.com",
    "bücher.example",
    "xn--bcher-kva.example",
    "xn--",
    "xn--a",
    "com",
    "127.0.0.1",
    "[::1]",
    ":8080",
    "?a=b",
    "#x",
    "%20",
    "-",
    "_",
    "ß",
    "ς",
    "\u{200d}",
    "\u{3002}",
    "\u{1f600}",
    "api",
];

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.split('\n');
    let hostname = lines.next().unwrap_or_default();
    let patterns: Vec<&str> = lines.take(20).collect();
    let Some(routing) = routing(hostname, &patterns) else { return };
    assert_eq!(routing.hostname, routing.hostname.to_lowercase());
    assert!(routing.hostname.is_ascii() && routing.hostname.contains('.'));
    for route in &routing.routes {
        let usable = |character: char| !character.is_control() && !character.is_whitespace();
        assert!(route.pattern.chars().all(usable), "{}", route.pattern);
    }
    // What we send is a pattern itself, and the same one.
    let sent: Vec<&str> = routing.routes.iter().map(|route| route.pattern.as_str()).collect();
    let again = self::routing(&routing.hostname, &sent).expect("patterns that we made ourselves");
    assert_eq!((&again.hostname, &again.routes), (&routing.hostname, &routing.routes));
}

fn routing(hostname: &str, patterns: &[&str]) -> Option<Routing> {
    let mut document = manifests::valid();
    document["spec"]["dns"] = json!({ "enabled": true, "hostname": hostname, "route_patterns": patterns });
    let read = manifests::placed(&document.to_string());
    let manifest = read.desired.manifests.into_iter().next().filter(|_| !any_error(&read.diagnostics));
    manifest.and_then(|manifest| manifest.routing.into_iter().next())
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let part =
        || prop_oneof![5 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "[a-zß-ÿ0-9.*/-]{0,8}"];
    let free = proptest::collection::vec(part(), 0..5).prop_map(|parts| parts.concat());
    let near = (proptest::sample::select(&["", "*.", "*", "https://", "https://*."][..]), part())
        .prop_map(|(start, path)| format!("{start}api.example.com/{path}"));
    let pattern = prop_oneof![1 => free.clone(), 2 => near];
    let host = prop_oneof![3 => Just("api.example.com".to_owned()), 1 => free];
    (host, proptest::collection::vec(pattern, 0..4))
        .prop_map(|(host, patterns)| std::iter::once(host).chain(patterns).collect::<Vec<_>>().join("\n").into_bytes())
        .boxed()
}
