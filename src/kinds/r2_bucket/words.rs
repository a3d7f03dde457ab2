//! Rules of a bucket in the words of a manifest, for whoever reads a plan.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::wanted::{self, SECONDS_A_DAY, plain};

/// Rules as a manifest would state them; each that it can't state so stays as Cloudflare says it.
pub(super) fn in_words(which: &str, rules: &Value) -> Value {
    let in_words = |rule: &Value| {
        let told = match which {
            "cors" => told(rule, cors(rule), wanted::cors),
            _ => told(rule, lifecycle(rule), wanted::lifecycle),
        };
        told.unwrap_or_else(|| rule.clone())
    };
    rules.as_array().into_iter().flatten().map(in_words).collect()
}

/// Whether a rule deletes objects, in whichever words it stands.
pub(super) fn deletes(rule: &Value) -> bool {
    ["delete_after_days", "deleteObjectsTransition"].iter().any(|name| rule.get(name).is_some())
}

/// The words, where they say all of the rule and nothing else.
fn told<T: DeserializeOwned>(rule: &Value, words: Value, meant: impl Fn(&T) -> Value) -> Option<Value> {
    let words = plain(&words);
    let read = serde_json::from_value(words.clone()).ok()?;
    (meant(&read) == *rule).then_some(words)
}

fn cors(rule: &Value) -> Value {
    json!({
        "origins": rule.pointer("/allowed/origins"),
        "methods": rule.pointer("/allowed/methods"),
        "headers": rule.pointer("/allowed/headers"),
        "expose_headers": rule.get("exposeHeaders"),
        "max_age_seconds": rule.get("maxAgeSeconds"),
    })
}

fn lifecycle(rule: &Value) -> Value {
    let days = |of: &str| rule.pointer(&format!("{of}/condition/maxAge")).and_then(Value::as_i64);
    let days = |of: &str| days(of).map(|seconds| seconds / SECONDS_A_DAY);
    json!({
        "prefix": rule.pointer("/conditions/prefix"),
        "delete_after_days": days("/deleteObjectsTransition"),
        "abort_uploads_after_days": days("/abortMultipartUploadsTransition"),
        "infrequent_access_after_days": days("/storageClassTransitions/0"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::in_words;

    #[test]
    fn rules_are_told_in_the_words_of_a_manifest() {
        let age = |days: i64| json!({ "condition": { "type": "Age", "maxAge": days * 86_400 } });
        let rules = json!([
            { "enabled": true, "conditions": { "prefix": "logs/" }, "deleteObjectsTransition": age(30) },
            { "enabled": true, "abortMultipartUploadsTransition": age(7) },
        ]);
        let words = json!([{ "prefix": "logs/", "delete_after_days": 30 }, { "abort_uploads_after_days": 7 }]);
        assert_eq!(in_words("lifecycle", &rules), words);

        let rules = json!([{ "allowed": { "origins": ["*"], "methods": ["GET"] }, "maxAgeSeconds": 60 }]);
        let words = json!([{ "origins": ["*"], "methods": ["GET"], "max_age_seconds": 60 }]);
        assert_eq!(in_words("cors", &rules), words);
    }

    #[test]
    fn what_a_manifest_can_not_say_stays_as_it_is() {
        let on_a_day = json!({ "condition": { "type": "Date", "date": "2027-01-01" } });
        let half_a_day = json!({ "condition": { "type": "Age", "maxAge": 43_200 } });
        for rule in [
            json!({ "enabled": true, "deleteObjectsTransition": on_a_day }),
            json!({ "enabled": true, "deleteObjectsTransition": half_a_day }),
            json!({ "enabled": false, "abortMultipartUploadsTransition": half_a_day }),
            json!({ "newer": 1 }),
        ] {
            assert_eq!(in_words("lifecycle", &json!([rule])), json!([rule]));
        }
    }
}
