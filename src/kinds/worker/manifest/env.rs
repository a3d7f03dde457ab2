//! Values of `env.variables` and `env.secrets`.

use std::collections::BTreeMap;

use crate::binding::Input;
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::manifest::ReadOptions;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::reference::{self, GroupKey, Text};
use crate::manifest::referring::VARIABLE;
use crate::manifest::schema::TextOrFrom;
use crate::manifest::text_or_from::{self, Fault, Said};

/// Longest value of a variable or secret, in bytes.
pub(super) const MAX_VALUE: usize = 5_120;

/// The value of a variable: references to values of the run are resolved, if the run resolves any; those to other
/// resources stay.
///
/// # Errors
/// A finding for a reference that can't be resolved, or not here.
pub(super) fn variable(given: &TextOrFrom, path: &Path, options: &ReadOptions) -> Result<Input, Fault> {
    match text_or_from::read(given, &VARIABLE, path)? {
        Said::Reference(reference) => Ok(Input::Reference(reference)),
        Said::Text(path, text) => variable_text(text, &path, options).map_err(|finding| (path, finding)),
    }
}

fn variable_text(text: &str, path: &Path, options: &ReadOptions) -> Result<Input, Diagnostic> {
    match reference::read(text)? {
        Text::Plain => Ok(Input::Value(text.to_owned())),
        Text::Variable(_) if options.without_values => Ok(Input::Value(text.to_owned())),
        Text::Variable(of) => {
            let value = group_value(&of, &options.values).cloned();
            value.map(Input::Value).ok_or_else(|| missing_variable(&of))
        }
        Text::Secret(_) => {
            let finding = Diagnostic::error(Code::Reference, "a secret can't be the value of a variable");
            Err(finding.with_help("everyone can read variables; move the key to `env.secrets`"))
        }
        Text::Field { kind, name, field_path } => {
            let reference = reference::to(VARIABLE.name, VARIABLE.takes, (Some(kind), &name, &field_path), path);
            reference.map(Input::Reference).map_err(|(_, finding)| finding)
        }
    }
}

/// The value of a key of a group, by either of its names.
pub(super) fn group_value<'values, T>(of: &GroupKey, values: &'values BTreeMap<String, T>) -> Option<&'values T> {
    values.get(&of.path()).or_else(|| values.get(&of.variable()))
}

fn missing_variable(of: &GroupKey) -> Diagnostic {
    let message = format!("no value is given for {}", quote(&format!("$variables-group/{}", of.path())));
    let help = format!("add {} or {} to a file of values and pass it", quote(&of.path()), quote(&of.variable()));
    Diagnostic::error(Code::MissingVariable, message).with_help(help).by(CallOption::Values)
}

#[cfg(test)]
mod tests {
    use super::{Input, Path, ReadOptions, TextOrFrom, variable};
    use crate::diagnostic::Code;

    #[test]
    fn variables_come_from_values_by_either_name() {
        let values = [("a/b".to_owned(), "1".to_owned()), ("C__D_E".to_owned(), "2".to_owned())].into();
        let values = ReadOptions { values, ..ReadOptions::default() };
        let of = |text: &str| match variable(&TextOrFrom::Text(text.into()), &Path::default(), &values) {
            Ok(Input::Value(text)) => Ok(text),
            Ok(other) => panic!("{other:?}"),
            Err((_, finding)) => Err(finding.code),
        };
        assert_eq!(of("$variables-group/a/b").as_deref(), Ok("1"));
        assert_eq!(of("$variables-group/c/d-e").as_deref(), Ok("2"));
        assert_eq!(of("$5.00").as_deref(), Ok("$5.00"));
        assert_eq!(of("$variables-group/x/y"), Err(Code::MissingVariable));
        assert!(of("$secrets-group/a/b").is_err());
    }
}
