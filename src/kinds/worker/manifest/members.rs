//! Values of the members of a binding, as the row of its type takes them.

use serde_json::Value;

use crate::binding::row::{Member, Takes};
use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::names::{hexadecimal, uuid};

/// A value as its member takes it.
pub(super) fn checked(member: &Member, value: &Value) -> Result<Value, Diagnostic> {
    let (fits, due) = match member.takes {
        Takes::Text => (value.as_str().is_some_and(|text| !text.is_empty()), "text"),
        Takes::Hexadecimal => match value.as_str().and_then(|text| hexadecimal(text, 32)) {
            Some(id) => return Ok(id.into()),
            None => (false, "an id of 32 hexadecimal digits"),
        },
        Takes::Uuid => match value.as_str().and_then(uuid) {
            Some(id) => return Ok(id.into()),
            None => (false, "a UUID"),
        },
        Takes::Number => (value.is_u64(), "a whole number"),
        Takes::Switch => (value.is_boolean(), "`true` or `false`"),
        Takes::Texts => (value.as_array().is_some_and(|items| items.iter().all(Value::is_string)), "a list of texts"),
        Takes::Anything => (true, "a value"),
    };
    if fits { Ok(value.clone()) } else { Err(not_this(member.name, due, value)) }
}

/// What is due for a key, and what was found in its place.
pub(super) fn not_this(key: &str, due: &str, found: &Value) -> Diagnostic {
    let found = match found {
        Value::Null => "nothing",
        Value::Bool(_) => "`true` or `false`",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "an empty text",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    };
    let finding = Diagnostic::error(Code::WrongType, format!("{due} is due for `{key}`, found {found}"));
    if due == "text" && found == "a number" { finding.with_help("quote it") } else { finding }
}
