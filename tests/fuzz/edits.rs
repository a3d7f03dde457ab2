//! Rewriting one value of a manifest. The first line is the path, the second the new value as JSON text or bare, the
//! rest the manifest.

use cfworker_deploy::manifest::set_value;
use proptest::prelude::*;

use super::driver::Target;
use super::shown;

pub const TARGET: Target = Target { name: "edits", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 24] = [
    "spec.script.bundle.path",
    "spec.script_bundle.path",
    "metadata.name",
    "spec.kv_bindings[0].name",
    "spec.dns.route_patterns[1]",
    "[0]",
    ".",
    "\"",
    "'",
    "|\n",
    ">\n",
    "# note",
    ": ",
    "- ",
    "\\n",
    "\\u2028",
    "null",
    "true",
    "0x1f",
    "app/v2.js",
    "&a ",
    "*a",
    "{",
    "}",
];
const PATHS: [&str; 6] = [
    "spec.script.bundle.path",
    "metadata.name",
    "spec.env.variables.TEXT",
    "spec.kv_bindings[0].name",
    "spec.dns.route_patterns[0]",
    "spec.compatibilityDate",
];
const MANIFEST: &str = "metadata: # who\n  name: \"app\"\nspec:\n  script:\n    bundle: {bucket: code, path: 'a.js'} # here\n  env:\n    variables:\n      TEXT: |\n        several\n        lines\n  kv_bindings:\n    - name: CACHE\n  dns: {route_patterns: [a/*, b/*]}\n  compatibility_date: 2024-09-23\n";

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (path, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let (value, manifest) = rest.split_once('\n').unwrap_or((rest, ""));
    let value: String = serde_json::from_str(value).unwrap_or_else(|_| value.to_owned());
    let edited = match set_value(manifest, 0, path, &value) {
        Ok(edited) => edited,
        Err(error) => return shown::checked_error(&[], &error),
    };
    // The value is there now: writing it again changes nothing; another one and back, only its quotes may differ.
    assert_eq!(set_value(&edited, 0, path, &value).expect("written again"), edited);
    let other = set_value(&edited, 0, path, "other").expect("another value");
    let back = set_value(&other, 0, path, &value).expect("the value again");
    let bare = |text: String| text.replace("\"other\"", "other").replace("'other'", "other");
    assert_eq!(bare(set_value(&back, 0, path, "other").expect("another value")), bare(other));
    // What stands before and behind it has not moved.
    let same = |one: &str, two: &str| one.chars().zip(two.chars()).take_while(|(one, two)| one == two).count();
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let kept = same(manifest, &edited) + same(&reversed(manifest), &reversed(&edited));
    let longest = value.chars().count() * 12 + 40;
    assert!(edited.chars().count() <= kept + longest, "more than the value changed:\n{edited}");
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let value = "\\PC{0,40}|[-\\[\\]{}:,&*!|>'\"#%@`?a-z0-9 \n]{0,12}";
    (proptest::sample::select(&PATHS[..]), value)
        .prop_map(|(path, value)| format!("{path}\n{}\n{MANIFEST}", serde_json::json!(value)).into_bytes())
        .boxed()
}
