//! Fields that hold a text, `{value: …}` or `{value_from: {kind, name, field_path}}`.

use crate::binding::{Input, Reference};
use crate::diagnostic::{Code, Diagnostic};

use super::names;
use super::path::Path;
use super::reference::{self, Text};
use super::referring::Field;
use super::schema::{TextOrFrom, ValueFrom, ValueOrFrom, Word};
use super::text::filled;

/// A finding, and the path of the value that it is about.
pub(crate) type Fault = (Path, Diagnostic);

/// What such a field says.
pub(crate) enum Said<'a> {
    /// A text, and where it stands.
    Text(Path, &'a str),
    /// An output of another resource.
    Reference(Reference),
}

/// Reads such a field.
///
/// # Errors
/// A finding where it says two things, or nothing, or refers to what the field can't take.
pub(crate) fn read<'a>(given: &'a TextOrFrom, field: &Field, path: &Path) -> Result<Said<'a>, Fault> {
    let ValueOrFrom { value, value_from } = match given {
        TextOrFrom::Text(text) => return Ok(Said::Text(path.clone(), text)),
        TextOrFrom::From(from) => from,
    };
    match (value, value_from) {
        (Some(text), None) => Ok(Said::Text(path.key("value"), text)),
        (None, Some(from)) => referred(from, field, &path.key("value_from")).map(Said::Reference),
        (Some(_), Some(_)) => {
            let finding = Diagnostic::error(Code::Conflicting, "the field says its value, and where it comes from");
            Err((path.key("value_from"), finding.with_help("keep one of `value` and `value_from`")))
        }
        (None, None) => {
            let finding = Diagnostic::error(Code::MissingKey, "the field says no value");
            Err((path.clone(), finding.with_help("give `value`, or `value_from: {name: …}`")))
        }
    }
}

/// The id of a zone, or where it comes from; nothing for an empty text.
///
/// # Errors
/// As for every field that may refer to another resource; and a finding for a text that is no id.
pub fn zone(given: &TextOrFrom, field: &Field, path: &Path) -> Result<Option<Input>, (Path, Diagnostic)> {
    let (path, text) = match read(given, field, path)? {
        Said::Reference(reference) => return Ok(Some(Input::Reference(reference))),
        Said::Text(_, "") => return Ok(None),
        Said::Text(path, text) => (path, text),
    };
    let input = match reference::read(text) {
        Ok(Text::Field { kind, name, field_path }) => {
            let reference = reference::to(field.name, field.takes, (Some(kind), &name, &field_path), &path);
            reference.map(Input::Reference).map_err(|(_, finding)| finding)
        }
        // Whatever else it stands for, it is no id.
        Ok(Text::Plain | Text::Variable(_) | Text::Secret(_)) => names::zone_id(text).map(Input::Value),
        Err(finding) => Err(finding),
    };
    input.map(Some).map_err(|finding| (path, finding))
}

/// `value_from: {kind, name, field_path}`.
pub(crate) fn referred(from: &ValueFrom, field: &Field, path: &Path) -> Result<Reference, Fault> {
    let kind = match &from.kind {
        None => None,
        Some(word) => Some(kind(word).map_err(|finding| (path.key("kind"), finding))?),
    };
    let (name, field_path) = (filled(&from.name).unwrap_or_default(), filled(&from.field_path).unwrap_or_default());
    reference::to(field.name, field.takes, (kind, name, field_path), path)
        .map_err(|(part, finding)| (path.key(part.key()), finding))
}

/// The kind that a word names.
///
/// # Errors
/// A finding for a word that names none.
pub(crate) fn kind(word: &Word) -> Result<&'static str, Diagnostic> {
    match word {
        Word::Name(name) => reference::kind_by_name(name),
        Word::Number(number) => reference::kind_by_number(*number)
            .ok_or_else(|| Diagnostic::error(Code::Reference, format!("`{number}` is not the number of a known kind"))),
    }
}
