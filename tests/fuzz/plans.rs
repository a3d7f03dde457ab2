//! Saved plans, check-ups and errors as JSON: whatever stands in such a file, it is shown or left out.

use cfworker_deploy::render::{self, Style};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::driver::Target;
use super::shown;

pub const TARGET: Target = Target { name: "plans", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 40] = [
    "\"format\"",
    "\"fingerprint\"",
    "\"manifests\"",
    "\"changes\"",
    "\"kept\"",
    "\"orphans\"",
    "\"unmanaged\"",
    "\"summary\"",
    "\"reads\"",
    "\"account\"",
    "\"script\"",
    "\"zone\"",
    "\"address\"",
    "\"action\"",
    "\"reason\"",
    "\"fields\"",
    "\"from\"",
    "\"path\"",
    "\"old\"",
    "\"new\"",
    "\"secret\"",
    "\"later\"",
    "\"create\"",
    "\"no-op\"",
    "\"script:a\"",
    "\"checks\"",
    "\"diagnostics\"",
    "\"severity\"",
    "\"line\"",
    "\"column\"",
    "\"exitCode\"",
    "null",
    "true",
    "1",
    "[]",
    "{}",
    "\"\\u001b[2J\"",
    "\"\\u202e\"",
    "\"ä\"",
    ",",
];

fn check(input: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(input) else { return };
    for width in [80, 0, 7, usize::MAX] {
        let style = Style { color: false, width };
        for text in [render::plan(&value, &style), render::checkup(&value, &style), render::error(&[], &value, &style)]
        {
            shown::checked(&text);
            assert!(text.len() <= input.len() * 12 + 1_000, "{} bytes of {}", text.len(), input.len());
        }
    }
}

fn leaf() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u32>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        Just(json!("script:a")),
        Just(json!({ "a": [1, "b", null] })),
    ]
    .boxed()
}

fn change() -> impl Strategy<Value = Value> {
    let field = (any::<String>(), leaf(), leaf(), any::<bool>(), any::<bool>()).prop_map(
        |(path, old, new, secret, later)| json!({ "path": path, "old": old, "new": new, "secret": secret, "later": later }),
    );
    let action = proptest::sample::select(&["create", "update", "replace", "delete", "adopt", "no-op", "other"][..]);
    (any::<String>(), action, any::<String>(), proptest::collection::vec(field, 0..3), proptest::option::of(any::<String>()))
        .prop_map(|(address, action, reason, fields, from)| {
            json!({ "address": address, "action": action, "reason": reason, "fields": fields, "from": from })
        })
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let text = any::<String>;
    let plan = (text(), text(), proptest::option::of(text()), proptest::collection::vec(change(), 0..4), text())
        .prop_map(|(account, script, zone, changes, fingerprint)| {
            json!({
                "format": "1.0", "fingerprint": fingerprint, "changes": changes,
                "manifests": [{ "account": account, "script": script, "zone": zone }],
                "orphans": [{ "address": script, "path": zone, "reason": account }],
            })
        });
    let checkup = (text(), any::<bool>(), proptest::option::of(text())).prop_map(|(text, ok, help)| {
        json!({ "ok": ok, "missing": [text], "unproven": [text], "link": text,
                "checks": [{ "name": text, "ok": ok, "detail": text, "help": help }] })
    });
    let error = (text(), text(), any::<u8>(), any::<u16>()).prop_map(|(text, help, exit, line)| {
        json!({ "code": "CFD0501", "message": text, "help": help, "exitCode": exit, "done": [text], "notDone": [help],
                "unknown": [text], "diagnostics": [{ "severity": "error", "code": "CFD0501", "message": text, "help": help,
                "file": text, "line": line, "column": 1, "endLine": line, "endColumn": 3 }] })
    });
    let other =
        proptest::collection::btree_map("[a-z]{1,8}", leaf(), 0..5).prop_map(|map| Value::Object(Map::from_iter(map)));
    prop_oneof![4 => plan, 1 => checkup, 2 => error, 1 => other]
        .prop_map(|value| value.to_string().into_bytes())
        .boxed()
}
