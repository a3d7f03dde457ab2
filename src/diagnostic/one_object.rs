//! An enum that is told as members of an object, as one type for JavaScript: whoever reads `value` need not ask first
//! which of the variants it is.

use schemars::Schema;
use serde_json::{Map, Value, json};

/// Makes the variants' schemas one: a member that each of them has is required, its words are gathered.
pub(super) fn one_object(schema: &mut Schema) {
    let Some(Value::Array(variants)) = schema.remove("oneOf") else { return };
    let (mut properties, mut required): (Map<String, Value>, Option<Vec<Value>>) = (Map::new(), None);
    for variant in &variants {
        let demanded = variant.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        required = Some(match required {
            Some(known) => known.into_iter().filter(|name| demanded.contains(name)).collect(),
            None => demanded,
        });
        for (name, property) in variant.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let member = properties.entry(name.clone()).or_insert_with(|| json!({}));
            add(member, property, variant.get("description"));
        }
    }
    schema.insert("type".into(), "object".into());
    schema.insert("properties".into(), properties.into());
    schema.insert("required".into(), required.unwrap_or_default().into());
}

/// One more word of a member, or all that it is, with what its variant says.
fn add(member: &mut Value, property: &Value, description: Option<&Value>) {
    let Some(word) = property.get("const") else {
        *member = property.clone();
        if let (Some(member), Some(description)) = (member.as_object_mut(), description) {
            member.insert("description".into(), description.clone());
        }
        return;
    };
    match member.get_mut("enum").and_then(Value::as_array_mut) {
        Some(words) => words.push(word.clone()),
        None => *member = json!({ "type": "string", "enum": [word] }),
    }
}
