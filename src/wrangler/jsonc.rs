//! JSON with comments and trailing commas, as wrangler takes it.

use jsonc_parser::ast::{ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::quote;
use crate::manifest::tree::{Content, Entry, Node};

use super::lines::Lines;
use super::tree;

/// wrangler's reader takes comments and trailing commas, and is strict otherwise.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The value of a text.
///
/// # Errors
/// Findings for a text that is no such JSON, holds nothing or gives keys twice.
pub(super) fn read(file: &str, text: &str) -> Result<Node, Vec<Diagnostic>> {
    let lines = Lines::of(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &OPTIONS).map_err(|error| {
        let range = error.range();
        let finding = Diagnostic::error(Code::Syntax, format!("not JSON: {}", error.kind()));
        let finding = finding.with_help("the cause is often a line above: a missing comma, an unclosed quote or brace");
        vec![finding.at(Some(lines.span(range.start..range.end).in_file(file)))]
    })?;
    let Some(value) = parsed.value else {
        let finding = Diagnostic::error(Code::Empty, "the file holds no configuration");
        return Err(vec![finding.at(Some(lines.span(0..0).in_file(file)))]);
    };
    let mut reader = Reader { file, lines: &lines, twice: Vec::new() };
    let root = reader.node(&value);
    if reader.twice.is_empty() { Ok(root) } else { Err(reader.twice) }
}

struct Reader<'a> {
    file: &'a str,
    lines: &'a Lines<'a>,
    twice: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn node(&mut self, value: &Value<'_>) -> Node {
        let range = value.range();
        let span = self.lines.span(range.start..range.end);
        match value {
            Value::StringLit(literal) => tree::text(&literal.value, span),
            Value::NumberLit(literal) => tree::plain(literal.value, span),
            Value::BooleanLit(literal) => tree::plain(if literal.value { "true" } else { "false" }, span),
            Value::NullKeyword(_) => tree::plain("null", span),
            Value::Array(array) => tree::list(array.elements.iter().map(|element| self.node(element)).collect(), span),
            Value::Object(object) => {
                let mut entries: Vec<Entry> = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    let entry = self.entry(property);
                    match entries.iter().find(|first| first.key.text == entry.key.text) {
                        Some(first) => self.twice.push(self.given_twice(&entry, first)),
                        None => entries.push(entry),
                    }
                }
                Node { span, content: Content::Mapping(entries) }
            }
        }
    }

    fn entry(&mut self, property: &ObjectProp<'_>) -> Entry {
        let range = property.name.range();
        let key = match &property.name {
            ObjectPropName::String(literal) => literal.value.as_ref(),
            ObjectPropName::Word(word) => word.value,
        };
        tree::entry(key, self.lines.span(range.start..range.end), self.node(&property.value))
    }

    fn given_twice(&self, second: &Entry, first: &Entry) -> Diagnostic {
        Diagnostic::error(Code::DuplicateKey, format!("the key {} is given twice", quote(&second.key.text)))
            .with_help("remove one of them")
            .at(Some(second.key.span.in_file(self.file)))
            .and_at(first.key.span.in_file(self.file), "first given here")
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::diagnostic::Code;
    use crate::wrangler::tree::{entries, member};

    #[test]
    fn comments_and_trailing_commas_are_read_and_every_value_has_its_place() {
        let root = read("w", "// c\n{\n  \"a\": \"ü\", /* d */ \"b\": [1e3, true, null,],\n}\n").expect("read");
        let at = |key: &str| member(&root, key).map(|entry| (entry.key.span, entry.value.span)).expect("there");
        assert_eq!((at("a").0.line, at("a").0.column, at("a").1.column, at("a").1.end_column), (3, 3, 8, 11));
        assert_eq!((at("b").0.column, at("b").1.column), (21, 26));
        assert_eq!(entries(&root).len(), 2);
    }

    #[test]
    fn what_is_no_json_is_told_where_reading_stopped() {
        for (text, code, line, column) in [
            ("{\n  \"a\": 'b'\n}", Code::Syntax, 2, 8),
            ("{\"a\": 1 \"b\": 2}", Code::Syntax, 1, 8),
            ("{\"a\": 1, \"a\": 2}", Code::DuplicateKey, 1, 10),
            ("// nothing\n", Code::Empty, 1, 1),
        ] {
            let findings = read("w", text).expect_err(text);
            let place = findings[0].place.as_ref().expect("a place");
            assert_eq!((findings[0].code, place.line, place.column), (code, line, column), "{text}");
        }
    }
}
