//! Bindings of an upload: checked, carried over, dropped.

use serde_json::Value;

use super::{Refused, Switches, Version};
use crate::names;

/// Types that carry a secret.
const SECRET: &str = "secret_text";

/// The bindings that an upload's version has.
pub(super) fn resolve(
    metadata: &Value,
    before: Option<&Version>,
    strict: bool,
    switches: Switches,
) -> Result<Vec<Value>, Refused> {
    let mut bindings: Vec<Value> = Vec::new();
    for sent in metadata["bindings"].as_array().into_iter().flatten() {
        let name = sent["name"].as_str().ok_or((400, 10052, "Binding without a name."))?;
        if bindings.iter().any(|known| known["name"] == name) {
            return Err((400, 10053, "Binding name already in use."));
        }
        bindings.extend(one(sent, name, before, strict)?);
    }
    let kept = kept(metadata, switches)?;
    for old in before.into_iter().flat_map(|before| before.bindings.iter()) {
        let taken = bindings.iter().any(|known| known["name"] == old["name"]);
        if !taken && old["type"].as_str().is_some_and(|kind| kept.iter().any(|known| known == kind)) {
            bindings.push(old.clone());
        }
    }
    Ok(bindings)
}

fn one(sent: &Value, name: &str, before: Option<&Version>, strict: bool) -> Result<Option<Value>, Refused> {
    match sent["type"].as_str().unwrap_or_default() {
        "inherit" => {
            let old = before.and_then(|before| before.bindings.iter().find(|old| old["name"] == name));
            match old {
                Some(old) => Ok(Some(old.clone())),
                None if strict => Err((400, 10057, "Cannot inherit binding: it does not exist.")),
                None => Ok(None),
            }
        }
        "plain_text" | SECRET if sent["text"].is_string() => Ok(Some(sent.clone())),
        "kv_namespace" if sent["namespace_id"] == names::NAMESPACE_ID => Ok(Some(sent.clone())),
        "kv_namespace" => Err((400, 10041, "KV namespace not found.")),
        _ => Err((400, 10021, "Binding of an unknown shape.")),
    }
}

/// Types that are carried over.
fn kept(metadata: &Value, switches: Switches) -> Result<Vec<String>, Refused> {
    let Some(list) = metadata.get("keep_bindings") else { return Ok(vec![SECRET.to_owned()]) };
    let list = list.as_array().ok_or((400, 10021, "keep_bindings must be a list of binding types"))?;
    if list.is_empty() && switches.empty_keep_keeps {
        return Ok(vec![SECRET.to_owned()]);
    }
    Ok(list.iter().filter_map(|kind| kind.as_str().map(str::to_owned)).collect())
}
