//! Texts that stand for another value: `$…/…` and `${NAME}`.

use crate::binding::Reference;
use crate::diagnostic::{Code, Diagnostic};

use super::keys::snake_case;
use super::nearest::nearest;
use super::path::Path;
use super::quote::quote;
use super::referring::{KINDS, KV_NAMESPACE, Takes, outputs};

/// What a text means where references are possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// Itself.
    Plain,
    /// `$cloudflare-…/NAME/PATH`: a field of another resource.
    Field {
        /// Kind as a manifest spells it.
        kind: &'static str,
        /// Name of the resource.
        name: String,
        /// Path of the field.
        field_path: String,
    },
    /// `$variables-group/GROUP/KEY`.
    Variable(GroupKey),
    /// `$secrets-group/GROUP/KEY`.
    Secret(GroupKey),
}

/// A key inside a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupKey {
    /// The group.
    pub group: String,
    /// The key.
    pub key: String,
}

impl GroupKey {
    /// `group/key`, as JSON files name it.
    pub(crate) fn path(&self) -> String {
        format!("{}/{}", self.group, self.key)
    }

    /// `GROUP__KEY`, as dotenv files and the environment name it.
    pub(crate) fn variable(&self) -> String {
        let upper = |text: &str| -> String {
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect()
        };
        format!("{}__{}", upper(&self.group), upper(&self.key))
    }
}

/// Reads a text.
///
/// # Errors
/// A finding for a text that starts as a reference and is none.
pub(crate) fn read(text: &str) -> Result<Text, Diagnostic> {
    if let Some(rest) = text.strip_prefix("$variables-group/") {
        return group_key(rest).map(Text::Variable).ok_or_else(|| malformed(text, "$variables-group/GROUP/KEY"));
    }
    if let Some(rest) = text.strip_prefix("$secrets-group/") {
        return group_key(rest).map(Text::Secret).ok_or_else(|| malformed(text, "$secrets-group/GROUP/KEY"));
    }
    match text.strip_prefix("$cloudflare-").and_then(|rest| rest.split_once('/')) {
        Some((kind, rest)) => field(text, kind, rest),
        None => Ok(Text::Plain),
    }
}

/// The name in `${NAME}`, when that is the whole text.
pub(crate) fn braced_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    let starts = |character: char| character.is_ascii_alphabetic() || character == '_';
    let usable =
        name.starts_with(starts) && name.chars().all(|character| starts(character) || character.is_ascii_digit());
    usable.then_some(name)
}

/// The kind that a name or number stands for.
///
/// # Errors
/// A finding for a kind that is not known.
pub(crate) fn kind_by_name(text: &str) -> Result<&'static str, Diagnostic> {
    let known = KINDS.iter().map(|kind| kind.name);
    known.clone().find(|kind| *kind == text).ok_or_else(|| {
        let finding = Diagnostic::error(Code::Reference, format!("{} is not a known kind", quote(text)));
        finding.with_help(match nearest(text, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("here it is `{KV_NAMESPACE}`"),
        })
    })
}

/// The kind with a number of the original registry.
pub(crate) fn kind_by_number(number: i64) -> Option<&'static str> {
    KINDS.iter().find(|kind| kind.number == Some(number)).map(|kind| kind.name)
}

/// The part of a reference that a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Kind,
    Name,
    FieldPath,
}

impl Part {
    /// Its key in `value_from`.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Name => "name",
            Self::FieldPath => "field_path",
        }
    }
}

/// A reference to an output that a field takes; `given` is kind, name and field path as they are given, and `who` the
/// field in words.
///
/// # Errors
/// A finding for another kind or another field, and for one that is missing, with the part that it is about.
pub(crate) fn to(
    who: &str,
    takes: Takes,
    given: (Option<&str>, &str, &str),
    path: &Path,
) -> Result<Reference, (Part, Diagnostic)> {
    let (kind, name, field_path) = given;
    let kind = kind_taken(who, takes, kind).map_err(|finding| (Part::Kind, finding))?;
    if name.is_empty() {
        return Err((Part::Name, Diagnostic::error(Code::Reference, "the reference names no resource")));
    }
    let output = output_taken(who, takes, kind, field_path).map_err(|finding| (Part::FieldPath, finding))?;
    Ok(Reference { kind: kind.into(), name: name.into(), output: output.into(), path: path.to_string() })
}

fn kind_taken<'a>(who: &str, takes: Takes, given: Option<&'a str>) -> Result<&'a str, Diagnostic> {
    match (takes, given) {
        (Takes::One(refers), None) => Ok(refers.kind),
        (Takes::One(refers), Some(kind)) if kind != refers.kind => {
            let finding = Diagnostic::error(Code::Reference, format!("{who} can't refer to a {}", quote(kind)));
            Err(finding.with_help(format!("use `{}`", refers.kind)))
        }
        (Takes::Any, None) => {
            let finding = Diagnostic::error(Code::MissingKey, "the reference names no kind");
            Err(finding.with_help("add `kind`, such as `CloudflareR2Bucket`"))
        }
        (Takes::One(_) | Takes::Any, Some(kind)) => Ok(kind),
    }
}

fn output_taken(who: &str, takes: Takes, kind: &str, field_path: &str) -> Result<&'static str, Diagnostic> {
    let taken: &[&'static str] = match &takes {
        Takes::One(refers) => std::slice::from_ref(&refers.output),
        Takes::Any => outputs(kind),
    };
    let due = |output: &&str| format!("status.outputs.{output}");
    let all = || taken.iter().map(|output| format!("`{}`", due(output))).collect::<Vec<_>>().join(" or ");
    if field_path.is_empty() {
        let (Takes::One(_), Some(only)) = (takes, taken.first()) else {
            let finding = Diagnostic::error(Code::MissingKey, "the reference names no output");
            return Err(finding.with_help(format!("add `field_path`: {}", all())));
        };
        return Ok(only);
    }
    taken.iter().find(|output| snake_case(field_path) == due(output)).copied().ok_or_else(|| {
        let message = format!("{who} can't refer to the field {} of a {}", quote(field_path), quote(kind));
        Diagnostic::error(Code::Reference, message).with_help(format!("use {}", all()))
    })
}

fn field(text: &str, kind: &str, rest: &str) -> Result<Text, Diagnostic> {
    let shape = "$cloudflare-KIND/NAME/status.outputs.FIELD";
    let (name, field_path) = rest.split_once('/').ok_or_else(|| malformed(text, shape))?;
    if name.is_empty() || !field_path.starts_with("status.outputs.") || field_path.contains('/') {
        return Err(malformed(text, shape));
    }
    let words: String = kind.split('-').map(capitalised).collect();
    let kind = kind_by_name(&format!("Cloudflare{words}"))?;
    Ok(Text::Field { kind, name: name.to_owned(), field_path: field_path.to_owned() })
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

fn group_key(rest: &str) -> Option<GroupKey> {
    let (group, key) = rest.split_once('/')?;
    let usable = !group.is_empty() && !key.is_empty() && !key.contains('/');
    usable.then(|| GroupKey { group: group.to_owned(), key: key.to_owned() })
}

fn malformed(text: &str, shape: &str) -> Diagnostic {
    Diagnostic::error(Code::Reference, format!("{} is not a whole reference", quote(text)))
        .with_help(format!("write `{shape}`"))
}

#[cfg(test)]
mod tests {
    use super::{GroupKey, Text, braced_name, read};

    #[test]
    fn reads_the_three_forms() {
        let group = GroupKey { group: "external-apis".into(), key: "stripe.key".into() };
        assert_eq!(read("$secrets-group/external-apis/stripe.key"), Ok(Text::Secret(group.clone())));
        assert_eq!(group.variable(), "EXTERNAL_APIS__STRIPE_KEY");
        let field = read("$cloudflare-kv-namespace/my-cache/status.outputs.namespace_id").expect("a reference");
        assert!(matches!(field, Text::Field { kind: "CloudflareKvNamespace", ref name, .. } if name == "my-cache"));
    }

    #[test]
    fn other_dollars_are_data() {
        for text in ["$5", "$HOME/x", "$", "${A}", "a$secrets-group/b/c", "$cloudflare-x", "$cloudflare"] {
            assert_eq!(read(text), Ok(Text::Plain), "{text}");
        }
    }

    #[test]
    fn half_a_reference_is_refused() {
        let halves = [
            "$secrets-group/a",
            "$variables-group//b",
            "$secrets-group/a/b/c",
            "$cloudflare-kv-namespace/a",
            "$cloudflare-kv/a/status.outputs.b",
        ];
        for text in halves {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_in_braces_are_whole_values() {
        assert_eq!(braced_name("${API_KEY}"), Some("API_KEY"));
        for text in ["${1A}", "${}", "x${A}", "${A}x", "$${A}", "${A-B}", "${A"] {
            assert_eq!(braced_name(text), None, "{text}");
        }
    }
}
