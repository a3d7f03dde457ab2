//! Where the value of a secret comes from.

use crate::binding::SecretSource;
use crate::diagnostic::{Code, Diagnostic};
use crate::secret::Secret;

use super::pipeline;
use super::reference::{self, GroupKey, Text};

/// Where a secret's value comes from; `allowed` are names of the pipeline that may be read all the same.
///
/// # Errors
/// A finding for a source that no manifest may read, or that holds no secrets. No message repeats the text.
pub(crate) fn secret_source(text: &str, allowed: &[String]) -> Result<SecretSource, Diagnostic> {
    if let Some(name) = reference::braced_name(text) {
        return match pipeline::is_refused(name, allowed) {
            true => Err(pipeline::refused(name)),
            false => Ok(SecretSource::Named(name.to_owned())),
        };
    }
    let misplaced = |what: &str| {
        let finding = Diagnostic::error(Code::Reference, format!("{what} can't be the value of a secret"));
        Err(finding.with_help("write `${NAME}` or `$secrets-group/GROUP/KEY`"))
    };
    match reference::read(text) {
        Ok(Text::Plain) => Ok(SecretSource::Literal(Secret::new(unescaped(text)))),
        Ok(Text::Secret(GroupKey { group, key })) => Ok(SecretSource::Group { group, key }),
        Ok(Text::Variable(_)) => misplaced("a variable"),
        Ok(Text::Field { .. }) => misplaced("a field of another resource"),
        Err(_) => misplaced("half a reference"),
    }
}

/// `$${` is a literal `${`.
pub(crate) fn unescaped(text: &str) -> String {
    text.replace("$${", "${")
}

#[cfg(test)]
mod tests {
    use super::{SecretSource, secret_source};
    use crate::diagnostic::Code;
    use crate::secret::Secret;

    #[test]
    fn secrets_come_from_names_groups_or_the_text() {
        assert_eq!(secret_source("${API_KEY}", &[]), Ok(SecretSource::Named("API_KEY".into())));
        assert_eq!(secret_source("$${API_KEY}", &[]), Ok(SecretSource::Literal(Secret::new("${API_KEY}"))));
        assert_eq!(secret_source("p$ss", &[]), Ok(SecretSource::Literal(Secret::new("p$ss"))));
        let group = SecretSource::Group { group: "auth".into(), key: "jwt".into() };
        assert_eq!(secret_source("$secrets-group/auth/jwt", &[]), Ok(group));
    }

    #[test]
    fn names_of_the_pipeline_stay_out_unless_allowed() {
        let text = "${GITHUB_TOKEN}";
        assert_eq!(secret_source(text, &[]).map_err(|finding| finding.code), Err(Code::RefusedSecret));
        let allowed = ["GITHUB_TOKEN".to_owned()];
        assert_eq!(secret_source(text, &allowed), Ok(SecretSource::Named("GITHUB_TOKEN".into())));
    }
}
