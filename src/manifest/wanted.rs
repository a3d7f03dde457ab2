//! What a schema asks of one value, its references and alternatives resolved.

use std::fmt;

use serde_json::{Map, Value as Schema};

use super::scalar::Number;

/// The types that a value may have, and the words or range that it must keep to.
#[derive(Default)]
pub(super) struct Wanted<'schema> {
    /// Any value; nobody reads it.
    pub anything: bool,
    /// A mapping of this form.
    pub mapping: Option<&'schema Map<String, Schema>>,
    /// The mapping is read with all that is in it, by rules of its own.
    pub whole: bool,
    /// A list of such items.
    pub items: Option<&'schema Schema>,
    /// Text.
    pub text: bool,
    /// The only words that text may be; empty: any text.
    pub words: Vec<&'schema str>,
    /// `true` or `false`.
    pub boolean: bool,
    /// A number.
    pub number: bool,
    /// A whole number.
    pub integer: bool,
    /// Least and greatest number.
    pub range: Option<(f64, f64)>,
    /// A value that findings must not show.
    pub secret: bool,
}

impl<'schema> Wanted<'schema> {
    /// What `schema` asks; `root` holds the definitions that it refers to.
    pub(super) fn of(schema: &'schema Schema, root: &'schema Schema) -> Self {
        let mut wanted = Self::default();
        wanted.add(schema, root);
        wanted
    }

    /// Whether a number of this kind is due.
    pub(super) fn takes(&self, number: &Number) -> bool {
        self.number || (self.integer && number.is_i64())
    }

    /// What else is due beside text, for a sentence that lists the words.
    pub(super) fn or_else_than_text(&self) -> String {
        let other = Self { text: false, ..Self { words: Vec::new(), ..*self } };
        let names = other.names();
        if names.is_empty() { String::new() } else { format!(", or {}", names.join(" or ")) }
    }

    fn add(&mut self, schema: &'schema Schema, root: &'schema Schema) {
        let Some(object) = schema.as_object() else {
            self.anything = true;
            return;
        };
        let referred =
            object.get("$ref").and_then(Schema::as_str).and_then(|to| root.pointer(to.trim_start_matches('#')));
        let choices = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|key| object.get(key)?.as_array()).flatten();
        let mut parts = referred.into_iter().chain(choices).peekable();
        if parts.peek().is_some() {
            parts.for_each(|part| self.add(part, root));
            return;
        }
        let types = match object.get("type") {
            Some(Schema::String(one)) => vec![one.as_str()],
            Some(Schema::Array(several)) => several.iter().filter_map(Schema::as_str).collect(),
            _ => Vec::new(),
        };
        self.anything |= types.is_empty();
        types.into_iter().for_each(|name| self.add_type(name, object));
        self.secret |= object.get("writeOnly").is_some();
    }

    fn add_type(&mut self, name: &str, object: &'schema Map<String, Schema>) {
        match name {
            "object" => {
                self.mapping = Some(object);
                self.whole = object.get("readWhole").is_some();
            }
            "array" => self.items = object.get("items"),
            "boolean" => self.boolean = true,
            "integer" => {
                self.integer = true;
                self.range = Some(range(object));
            }
            "number" => {
                self.number = true;
                self.range = Some(range(object));
            }
            "string" => {
                self.text = true;
                let words = object.get("enum").and_then(Schema::as_array).into_iter().flatten();
                self.words.extend(words.chain(object.get("const")).filter_map(Schema::as_str));
            }
            _ => {}
        }
    }

    fn names(&self) -> Vec<&'static str> {
        let all = [
            (self.boolean, "`true` or `false`"),
            (self.text, "text"),
            (self.number, "a number"),
            (self.integer && !self.number, "a whole number"),
            (self.items.is_some(), "a list"),
            (self.mapping.is_some(), "a mapping"),
        ];
        all.into_iter().filter_map(|(due, name)| due.then_some(name)).collect()
    }
}

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.names().join(" or "))
    }
}

fn range(object: &Map<String, Schema>) -> (f64, f64) {
    (bound(object, "minimum", f64::MIN), bound(object, "maximum", f64::MAX))
}

fn bound(object: &Map<String, Schema>, key: &str, otherwise: f64) -> f64 {
    object.get(key).and_then(Schema::as_f64).unwrap_or(otherwise)
}
