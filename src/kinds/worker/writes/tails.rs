//! Workers that settings of an upload name, where a circle lets its first write go without them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::model::{Address, Kind};
use crate::setting::{Setting, service_of};

const NAMING: [Setting; 2] = [Setting::StreamingTailConsumers, Setting::TailConsumers];

/// Whether one of them names that Worker.
pub(super) fn lead_to(settings: &BTreeMap<String, Value>, other: &Address) -> bool {
    NAMING.iter().any(|setting| entries(settings, *setting).any(|entry| names(entry, other)))
}

/// The same settings without entries that name the others.
pub(super) fn without(settings: &BTreeMap<String, Value>, others: &BTreeSet<Address>) -> BTreeMap<String, Value> {
    let mut left = settings.clone();
    for setting in NAMING {
        let stays = entries(settings, setting).filter(|entry| !others.iter().any(|other| names(entry, other)));
        let stays: Vec<Value> = stays.cloned().collect();
        if let Some(list) = left.get_mut(setting.row().word) {
            *list = Value::Array(stays);
        }
    }
    left
}

fn entries(settings: &BTreeMap<String, Value>, setting: Setting) -> impl Iterator<Item = &Value> {
    settings.get(setting.row().word).and_then(Value::as_array).into_iter().flatten()
}

/// Whether an entry names that Worker.
pub(super) fn names(entry: &Value, other: &Address) -> bool {
    other.kind == Kind::Script && service_of(entry) == Some(other.key.as_str())
}
