//! TOML, as wrangler's older configurations are written.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::tree::{Entry, Node};

use super::lines::Lines;
use super::tree;

/// The value of a text.
///
/// # Errors
/// A finding for a text that is no TOML.
pub(super) fn read(file: &str, text: &str) -> Result<Node, Diagnostic> {
    let lines = Lines::of(text);
    match DeTable::parse(text) {
        Ok(table) => Ok(tree::mapping(entries(table.get_ref(), &lines), lines.span(table.span()))),
        Err(error) => {
            let finding = Diagnostic::error(Code::Syntax, format!("not TOML: {}", error.message()));
            Err(finding.at(Some(lines.span(error.span().unwrap_or(0..0)).in_file(file))))
        }
    }
}

fn entries(table: &DeTable<'_>, lines: &Lines<'_>) -> Vec<Entry> {
    let entry = |(key, value): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let text: &std::borrow::Cow<'_, str> = key.get_ref();
        tree::entry(text, lines.span(key.span()), node(value, lines))
    };
    table.iter().map(entry).collect()
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Node {
    let span = lines.span(value.span());
    match value.get_ref() {
        DeValue::String(text) => tree::text(text, span),
        // YAML has no octal or binary number of this spelling: all are written in decimal.
        DeValue::Integer(integer) => match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => tree::plain(&number.to_string(), span),
            Err(_) => tree::plain(integer.as_str(), span),
        },
        DeValue::Float(float) => tree::plain(float.as_str(), span),
        DeValue::Boolean(value) => tree::plain(if *value { "true" } else { "false" }, span),
        // wrangler makes text of a date, such as a compatibility date without quotes.
        DeValue::Datetime(datetime) => tree::text(&datetime.to_string(), span),
        DeValue::Array(items) => tree::list(items.iter().map(|item| node(item, lines)).collect(), span),
        DeValue::Table(table) => tree::mapping(entries(table, lines), span),
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::wrangler::tree::{entries, items, member, text_of};

    #[test]
    fn tables_lists_and_dates_are_read_in_order_each_at_its_place() {
        let text = "name = 'w'\ncompatibility_date = 2024-09-23\n[vars]\nB = 0x10\nA = 1_000\n[[kv_namespaces]]\nbinding = \"K\"\n";
        let root = read("w", text).expect("read");
        let date = &member(&root, "compatibility_date").expect("there").value;
        assert_eq!((text_of(date), date.span.line, date.span.column), (Some("2024-09-23"), 2, 22));
        let vars = &member(&root, "vars").expect("there").value;
        let numbers: Vec<_> =
            entries(vars).iter().map(|entry| entry.value.scalar().expect("a number").text.as_str()).collect();
        assert_eq!(numbers, ["16", "1000"], "in the order of the file");
        let list = &member(&root, "kv_namespaces").expect("there").value;
        let binding = member(&items(list)[0], "binding").expect("there");
        assert_eq!((binding.key.span.line, binding.value.span.column), (7, 11));
    }

    #[test]
    fn what_is_no_toml_is_told_where_reading_stopped() {
        let finding = read("w", "a = 1\nb = \n").expect_err("no TOML");
        assert_eq!(finding.place.map(|place| (place.line, place.column)), Some((2, 5)));
    }
}
