//! Secrets of the manifest: which are set, which stay as they are, and what the version mark says of them.

use super::SecretFacts;
use super::context::Context;
use super::ownership::ScriptOwner;
use crate::binding::Binding;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::marks::{NO_DIGEST, NO_KEY, VersionMark};
use crate::plan::Reason;

impl Context<'_> {
    /// Whether a secret's value is not at hand, so that the live one stays.
    pub(super) fn keeps_secret(&self, name: &str) -> bool {
        self.secrets.is_some_and(|facts| facts.kept.contains(name))
    }

    /// Names of the secrets whose values are set by an upload.
    pub(super) fn given_secrets(&self) -> impl Iterator<Item = &str> {
        self.secret_names().filter(|name| !self.keeps_secret(name))
    }

    /// The bindings that an upload sets.
    pub(super) fn set_bindings(&self) -> Vec<Binding> {
        let is_set = |binding: &&Binding| !self.keeps_secret(binding.name());
        self.desired.script.bindings.iter().filter(is_set).cloned().collect()
    }
}

/// Why the secrets of a clean Worker have to be written, if they do.
pub(super) fn reason_to_write(context: &Context<'_>, mark: &VersionMark, proven: bool) -> Option<Reason> {
    let facts = context.secrets?;
    // Where none is given, nothing can be compared, and nothing would be written.
    context.given_secrets().next()?;
    match (mark.key == facts.key, mark.secrets == facts.digest) {
        (true, true) => None,
        (true, false) if facts.kept.is_empty() => Some(Reason::SecretsChanged),
        (true, false) => Some(Reason::SecretsGivenDiffer),
        // Somebody's edit of a secret stays as long as nothing says that ours changed.
        (false, _) if !proven => None,
        (false, _) => Some(Reason::SecretsUnchecked),
    }
}

/// What is said where the secrets were set with another key, and the next change of the token would do that again.
pub(super) fn other_key(context: &Context<'_>, owner: &ScriptOwner) -> Option<Diagnostic> {
    let ScriptOwner::Clean { mark, secrets_proven: true } = owner else { return None };
    context.secrets.filter(|facts| facts.key_of_token && facts.key != mark.key)?;
    context.given_secrets().next()?;
    let message = format!(
        "the secrets of `{}` were set with another API token, so whether they changed can't be told: they are written once more",
        context.desired.script.name
    );
    let help = format!("set CFWORKER_FINGERPRINT_KEY to random characters that stay: {KEY_RECIPE}");
    Some(Diagnostic::note(Code::FingerprintKeyOfToken, message).with_help(help))
}

/// How to make a key.
pub const KEY_RECIPE: &str = "`openssl rand -hex 32` makes them; keep it with the secrets of the pipeline";

/// What the mark of a new version says of the secrets. Those that stay keep what was said of them, if it was proven.
pub(super) fn digest_and_key(context: &Context<'_>, owner: &ScriptOwner) -> (String, String) {
    let unknown = || (NO_DIGEST.to_owned(), NO_KEY.to_owned());
    let Some(SecretFacts { digest, key, kept, .. }) = context.secrets else { return unknown() };
    let none_given = !kept.is_empty() && context.given_secrets().next().is_none();
    match owner {
        _ if !none_given => (digest.clone(), key.clone()),
        ScriptOwner::Clean { mark, secrets_proven: true } => (mark.secrets.clone(), mark.key.clone()),
        _ => unknown(),
    }
}
