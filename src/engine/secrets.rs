//! Values of secrets of a run: what was given, what the live Workers keep, what is missing.

use std::collections::{BTreeMap, BTreeSet};

use super::session::Session;
use super::{Credentials, Options};
use crate::binding::{Binding, secret_text};
use crate::diagnostic::{CallOption, Code, Diagnostic};
use crate::kinds::worker::manifest::{SecretValues, UnresolvedSecret, resolve_secrets};
use crate::kinds::{self, worker::SecretFacts};
use crate::manifest::{self, Places};
use crate::resource::{DesiredManifest, DesiredState, LiveScript, LiveState};
use crate::secret::Secret;

/// The secrets of all documents.
pub(super) struct Secrets {
    values: BTreeMap<(usize, String), Secret>,
    /// Those without a given value, by document. Whether that matters, the live Workers tell.
    missing: BTreeMap<usize, Vec<UnresolvedSecret>>,
}

impl Secrets {
    /// Looks up all values, which the run hides from now on; what can't be used whatever is live goes to the findings.
    pub(super) fn read(
        session: &Session<'_>,
        options: &Options,
        desired: &DesiredState,
        places: &Places,
        findings: &mut Vec<Diagnostic>,
    ) -> Self {
        let credentials = session.credentials;
        let mut given = SecretValues {
            credentials: credentials.all(),
            allowed: options.allow_env.clone(),
            ..SecretValues::default()
        };
        for (name, value) in &credentials.secrets {
            let list = if name.contains('/') { &mut given.grouped } else { &mut given.named };
            list.insert(name.clone(), value.clone());
        }
        let (values, unresolved) = resolve_secrets(desired, places, &given);
        session.mask.hide(values.values());
        let is_missing =
            |secret: &UnresolvedSecret| secret.finding.code == Code::MissingSecret && !options.require_secrets;
        let mut missing: BTreeMap<usize, Vec<UnresolvedSecret>> = BTreeMap::new();
        for secret in unresolved {
            if is_missing(&secret) {
                missing.entry(secret.document).or_default().push(secret);
            } else {
                findings.push(secret.finding);
            }
        }
        Self { values, missing }
    }

    /// Manifests without the value of some secret: what is live decides then.
    pub(super) fn incomplete(&self, desired: &DesiredState) -> BTreeSet<usize> {
        let manifests = desired.manifests.iter().enumerate();
        manifests.filter(|(_, it)| self.missing.contains_key(&it.document)).map(|(index, _)| index).collect()
    }

    /// Of the values that are missing: an error where the live Worker has no such secret; the others are kept.
    pub(super) fn check(&self, desired: &DesiredState, live: &LiveState) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        for (manifest, state) in desired.manifests.iter().zip(&live.manifests) {
            let missing = self.missing.get(&manifest.document).into_iter().flatten();
            let (kept, lacking) = missing.partition::<Vec<_>, _>(|secret| has(state.script.as_ref(), &secret.name));
            findings.extend(lacking.into_iter().map(|secret| secret.finding.clone()));
            findings.extend(told_as_kept(manifest, &kept));
        }
        findings
    }

    /// What the planner gets to know, by manifest.
    pub(super) fn facts(&self, credentials: &Credentials, desired: &DesiredState) -> Vec<Option<SecretFacts>> {
        let facts = |manifest: &DesiredManifest| {
            let facts = kinds::worker::secret_facts(
                &manifest.identity,
                credentials.key_material()?,
                &self.of(manifest.document),
            );
            let missing = self.missing.get(&manifest.document).into_iter().flatten();
            let kept: BTreeSet<_> = missing.map(|secret| secret.name.clone()).collect();
            Some(SecretFacts { kept, key_of_token: credentials.fingerprint_key.is_none(), ..facts })
        };
        desired.manifests.iter().map(facts).collect()
    }

    /// The values of one document.
    pub(super) fn of(&self, document: usize) -> BTreeMap<String, Secret> {
        let own = self.values.range((document, String::new())..(document + 1, String::new()));
        own.map(|((_, name), value)| (name.clone(), value.clone())).collect()
    }
}

fn has(live: Option<&LiveScript>, name: &str) -> bool {
    let is_it = |binding: &crate::resource::LiveBinding| binding.name == name && binding.type_name == secret_text::TYPE;
    live.is_some_and(|live| live.bindings.iter().any(is_it))
}

fn told_as_kept(manifest: &DesiredManifest, kept: &[&UnresolvedSecret]) -> Option<Diagnostic> {
    let first = kept.first()?;
    let names: Vec<_> = kept.iter().map(|secret| manifest::quote(&secret.name)).collect();
    let what = if names.len() == 1 { "the secret" } else { "the secrets" };
    let message = format!("{what} {} of `{}`: kept, not checked", names.join(", "), manifest.script.name);
    let finding = Diagnostic::note(Code::SecretsUnchecked, message)
        .with_help(
            "no value was given: give it in a file of secrets, by standard input or the environment, or insist on it",
        )
        .by(CallOption::Secrets)
        .by(CallOption::RequireSecrets);
    Some(Diagnostic { place: first.finding.place.clone(), about: first.finding.about.clone(), ..finding })
}

/// Whether any manifest wants a secret.
pub(super) fn any_wanted(desired: &DesiredState) -> bool {
    let mut bindings = desired.manifests.iter().flat_map(|manifest| &manifest.script.bindings);
    bindings.any(|binding| matches!(binding, Binding::SecretText(_)))
}
