//! Values of secrets: which are wanted, and where each comes from.

use std::collections::BTreeMap;

use crate::binding::{Binding, SecretSource, SecretTextBinding};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::resource::DesiredState;
use crate::secret::Secret;

use super::env::{MAX_VALUE, group_value};
use super::generations::spec_path;
use crate::manifest::pipeline::{equals_any, is_credential, is_refused, refused};
use crate::manifest::places::Places;
use crate::manifest::quote::quote;
use crate::manifest::reference::GroupKey;

/// Secret values of a run, already merged in order: the caller's secrets or `--secrets-file`, standard input, environment.
#[derive(Clone, Debug, Default)]
pub struct SecretValues {
    /// By name, as dotenv files and the environment hold them: `NAME`, `GROUP__KEY`.
    pub named: BTreeMap<String, Secret>,
    /// By `group/key`, as JSON files hold them.
    pub grouped: BTreeMap<String, Secret>,
    /// Credentials of the run: none of them becomes the value of a secret.
    pub credentials: Vec<Secret>,
    /// Names that are excepted from that, and from the names that no manifest may read.
    pub allowed: Vec<String>,
}

/// A secret without a usable value.
#[derive(Clone, Debug, PartialEq)]
pub struct UnresolvedSecret {
    /// Index of the document.
    pub document: usize,
    /// Name of the binding.
    pub name: String,
    /// Why; [`Code::MissingSecret`] when simply none was given.
    pub finding: Diagnostic,
}

/// The value of every secret, by document and binding name, and what there is to say about each that has none.
pub fn resolve_secrets(
    desired: &DesiredState,
    places: &Places,
    given: &SecretValues,
) -> (BTreeMap<(usize, String), Secret>, Vec<UnresolvedSecret>) {
    let mut values = BTreeMap::new();
    let mut unresolved = Vec::new();
    for (document, binding) in each(desired) {
        let name = binding.name.clone();
        match value(binding, given) {
            Ok(value) => {
                values.insert((document, name), value);
            }
            Err(finding) => {
                let path = spec_path().key("env").key("secrets").key(&name).to_string();
                let finding = finding.at(places.at(document, &path)).on(path);
                unresolved.push(UnresolvedSecret { document, name, finding });
            }
        }
    }
    unresolved.sort_by(|one, other| one.finding.place.cmp(&other.finding.place));
    (values, unresolved)
}

fn each(desired: &DesiredState) -> impl Iterator<Item = (usize, &SecretTextBinding)> {
    desired.manifests.iter().flat_map(|manifest| {
        manifest.script.bindings.iter().filter_map(|binding| match binding {
            Binding::SecretText(secret) => Some((manifest.document, secret)),
            Binding::PlainText(_) | Binding::Plain(_) => None,
        })
    })
}

/// INVARIANT: no name that [`is_refused`] is ever looked up, whoever wrote the desired state.
fn value(binding: &SecretTextBinding, given: &SecretValues) -> Result<Secret, Diagnostic> {
    let (name, value) = match &binding.source {
        SecretSource::Literal(value) => (None, value.clone()),
        SecretSource::Named(name) if is_refused(name, &given.allowed) => return Err(refused(name)),
        SecretSource::Named(name) => {
            let value = given.named.get(name).cloned();
            (Some(name.clone()), value.ok_or_else(|| missing(&binding.name, name, None))?)
        }
        SecretSource::Group { group, key } => {
            let of = GroupKey { group: group.clone(), key: key.clone() };
            let variable = of.variable();
            let named = given.named.get(&variable).filter(|_| !is_refused(&variable, &given.allowed));
            let value = group_value(&of, &given.grouped).or(named).cloned();
            let value = value.ok_or_else(|| missing(&binding.name, &variable, Some(&of.path())))?;
            (Some(variable), value)
        }
    };
    if let Some(name) = name
        && equals_any(&value, &given.credentials)
        && !given.allowed.contains(&name)
    {
        return Err(is_credential(&binding.name, &name));
    }
    if value.reveal().len() > MAX_VALUE {
        let message = format!("the value of the secret {} has {} bytes", quote(&binding.name), value.reveal().len());
        return Err(Diagnostic::error(Code::VariableSize, message).with_help(format!("at most {MAX_VALUE}")));
    }
    Ok(value)
}

fn missing(binding: &str, name: &str, path: Option<&str>) -> Diagnostic {
    let finding =
        Diagnostic::error(Code::MissingSecret, format!("no value is given for the secret {}", quote(binding)));
    let help = match path {
        Some(path) => format!(
            "give {} in a JSON file of secrets, or {} in a dotenv file or the environment",
            quote(path),
            quote(name)
        ),
        None => format!("give {} in a file of secrets, by standard input or the environment", quote(name)),
    };
    finding.with_help(help).by(CallOption::Secrets)
}

#[cfg(test)]
mod tests {
    use super::{SecretValues, UnresolvedSecret, resolve_secrets};
    use crate::diagnostic::{CallOption, Code};
    use crate::kinds::worker::manifest::Worker;
    use crate::manifest::{Read, ReadOptions, Source, read};
    use crate::secret::Secret;

    fn manifest(secrets: &str) -> Read {
        let text = format!(
            "apiVersion: cloudflare.project-planton.org/v1\nkind: CloudflareWorker\nmetadata: {{name: a}}\nspec:\n  \
             account_id: 074755a78d8e8f77c119a90a125e8a06\n  worker_name: a\n  script_bundle: {{bucket: code, path: a.js}}\n  \
             env:\n    secrets:\n{secrets}"
        );
        read(&[&Worker], &[], &[Source { name: "a.yaml".into(), text }], &ReadOptions::default())
    }

    fn given(named: &[(&str, &str)], grouped: &[(&str, &str)]) -> SecretValues {
        let map =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).into(), Secret::new(*value))).collect();
        SecretValues { named: map(named), grouped: map(grouped), ..SecretValues::default() }
    }

    #[test]
    fn values_come_from_names_and_groups() {
        let read = manifest(
            "      A: ${MY_A}\n      B: $secrets-group/auth/jwt-key\n      C: literal\n      D: $secrets-group/aws/x\n",
        );
        let given = given(&[("MY_A", "1"), ("AUTH__JWT_KEY", "2"), ("AWS__X", "no")], &[("aws/x", "4")]);
        let (values, findings) = resolve_secrets(&read.desired, &read.places, &given);
        assert_eq!(findings, []);
        let values: Vec<_> = values.iter().map(|((_, name), value)| (name.as_str(), value.reveal())).collect();
        assert_eq!(values, [("A", "1"), ("B", "2"), ("C", "literal"), ("D", "4")]);
    }

    #[test]
    fn what_is_missing_is_told_with_its_place() {
        let read = manifest("      A: ${MY_A}\n      B: $secrets-group/aws/x\n      C: ${TOO_LONG}\n");
        let long = "x".repeat(6_000);
        let given = given(&[("AWS__X", "no"), ("TOO_LONG", &long)], &[]);
        let (values, findings) = resolve_secrets(&read.desired, &read.places, &given);
        assert!(values.is_empty());
        let told: Vec<_> = findings
            .iter()
            .map(|UnresolvedSecret { finding, .. }| (finding.code, finding.place.as_ref().expect("a place").line))
            .collect();
        assert_eq!(told, [(Code::MissingSecret, 10), (Code::MissingSecret, 11), (Code::VariableSize, 12)]);
    }

    #[test]
    fn a_credential_of_the_run_is_no_value_of_a_secret_unless_allowed() {
        let read = manifest("      A: ${MY_A}\n      B: $secrets-group/auth/jwt\n      C: ${MY_C}\n");
        let mut given = given(&[("MY_A", "token\n"), ("MY_C", "other")], &[("auth/jwt", "token")]);
        given.credentials.push(Secret::new("token"));
        let (values, findings) = resolve_secrets(&read.desired, &read.places, &given);
        assert_eq!(values.len(), 1);
        let told: Vec<_> =
            findings.iter().map(|UnresolvedSecret { finding, .. }| (finding.code, finding.options.clone())).collect();
        let allowing = |name: &str| (Code::RefusedSecret, vec![CallOption::AllowEnv(name.into())]);
        assert_eq!(told, [allowing("MY_A"), allowing("AUTH__JWT")]);
        given.allowed = vec!["MY_A".into(), "AUTH__JWT".into()];
        assert_eq!(resolve_secrets(&read.desired, &read.places, &given).1, []);
    }
}
