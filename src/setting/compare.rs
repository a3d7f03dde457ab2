//! Whether the account already has what a manifest states.

use serde_json::{Map, Value};

use super::Row;

/// Whether what is live says all that is wanted. What the manifest leaves open is met by anything.
pub fn is_met(row: &Row, wanted: &Value, live: &Value) -> bool {
    let unset: Value = serde_json::from_str(row.unset).unwrap_or_default();
    let live = if live.is_null() && !unset.is_object() { unset.clone() } else { live.clone() };
    says(wanted, &live, &unset)
}

fn says(wanted: &Value, live: &Value, unset: &Value) -> bool {
    match (wanted, live) {
        (Value::Object(wanted), live) => wanted.iter().all(|(name, value)| {
            let shown = live.get(name).filter(|shown| !shown.is_null());
            says(value, shown.or_else(|| unset.get(name)).unwrap_or(&Value::Null), unset)
        }),
        (Value::Array(wanted), Value::Array(live)) => {
            wanted.len() == live.len() && wanted.iter().all(|one| live.iter().any(|other| says(one, other, unset)))
        }
        // An empty list is shown as nothing.
        (Value::Array(wanted), Value::Null) => wanted.is_empty(),
        (Value::Number(wanted), Value::Number(live)) => wanted.as_f64() == live.as_f64(),
        (wanted, live) => wanted == live,
    }
}

/// What is live with what is wanted put over it, member by member.
pub fn merged(live: &Value, wanted: &Value) -> Value {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            let mut all = live.clone();
            for (name, value) in wanted {
                let under = live.get(name).unwrap_or(&Value::Null);
                all.insert(name.clone(), merged(under, value));
            }
            Value::Object(all)
        }
        (_, wanted) => wanted.clone(),
    }
}

/// A live value as it is sent back: without members that are null, which stand for members that are not set, and without
/// those that only the account shows. Nothing where nothing is set.
pub fn without_nulls(row: &Row, value: &Value) -> Option<Value> {
    let value = without(value, row.echoes);
    let is_empty = match &value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    (!is_empty).then_some(value)
}

fn without(value: &Value, echoes: &[&str]) -> Value {
    match value {
        Value::Object(members) => {
            let stays = |(name, value): &(&String, &Value)| !value.is_null() && !echoes.contains(&name.as_str());
            let members = members.iter().filter(stays);
            Value::Object(members.map(|(name, value)| (name.clone(), without(value, &[]))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| without(item, &[])).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Setting;
    use super::*;

    #[test]
    fn nulls_defaults_and_what_is_left_open_make_no_difference() {
        let observability = Setting::Observability.row();
        let live = json!({ "enabled": true, "head_sampling_rate": null, "logs": { "enabled": true, "persist": null } });
        for wanted in [
            json!({ "enabled": true }),
            json!({ "enabled": true, "head_sampling_rate": 1 }),
            json!({ "enabled": true, "logs": { "enabled": true, "persist": true, "destinations": [] } }),
        ] {
            assert!(is_met(&observability, &wanted, &live), "{wanted}");
        }
        for wanted in [
            json!({ "enabled": false }),
            json!({ "enabled": true, "head_sampling_rate": 0.5 }),
            json!({ "enabled": true, "traces": { "enabled": true } }),
            json!({ "enabled": true, "logs": { "enabled": true, "destinations": ["team"] } }),
        ] {
            assert!(!is_met(&observability, &wanted, &live), "{wanted}");
        }
        assert!(is_met(&Setting::Logpush.row(), &json!(false), &Value::Null));
        assert!(!is_met(&Setting::Logpush.row(), &json!(true), &Value::Null));
    }

    #[test]
    fn the_order_of_tail_consumers_and_their_usual_environment_make_no_difference() {
        let row = Setting::TailConsumers.row();
        let wanted = json!([{ "service": "a" }, { "service": "b", "environment": "production" }]);
        let live = json!([{ "service": "b" }, { "service": "a", "environment": "production", "namespace": null }]);
        assert!(is_met(&row, &wanted, &live));
        assert!(!is_met(&row, &wanted, &json!([{ "service": "b" }])));
        assert!(is_met(&row, &json!([]), &Value::Null));
    }

    #[test]
    fn what_is_live_goes_back_without_what_was_only_measured() {
        let live = json!({ "mode": "smart", "status": "SUCCESS", "last_analyzed_at": "2026-07-01", "hint": null });
        assert_eq!(without_nulls(&Setting::Placement.row(), &live), Some(json!({ "mode": "smart" })));
        for nothing in [json!({}), json!([]), Value::Null, json!({ "status": "SUCCESS" })] {
            assert_eq!(without_nulls(&Setting::Placement.row(), &nothing), None);
        }
    }

    #[test]
    fn what_is_wanted_is_put_over_what_is_live() {
        let live = json!({ "enabled": true, "logs": { "enabled": true, "persist": false } });
        let wanted = json!({ "enabled": true, "logs": { "enabled": false } });
        let both = json!({ "enabled": true, "logs": { "enabled": false, "persist": false } });
        assert_eq!(merged(&live, &wanted), both);
    }
}
