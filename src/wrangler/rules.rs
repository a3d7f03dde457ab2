//! Keys that come to more than one value, or to another form.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::quote;
use crate::manifest::tree::{Content, Entry};

use super::bindings;
use super::draft::Draft;
use super::tree::{entries, entry, items, mapping, switch_of, text, text_of};

/// What a key comes to; the text is its path.
pub(super) type Rule = fn(&Entry, &str, &mut Draft<'_>);

/// A Worker with code: where that lies in R2 wrangler has no word for, so that an overlay says it.
pub(super) fn main(given: &Entry, _: &str, draft: &mut Draft<'_>) {
    draft.put(&["script", "bundle"], given.key.span, mapping(Vec::new(), given.value.span));
}

/// Texts are variables; everything else is a binding that holds JSON.
pub(super) fn vars(given: &Entry, path: &str, draft: &mut Draft<'_>) {
    if !matches!(given.value.content, Content::Mapping(_)) {
        return draft.put(&["env", "variables"], given.key.span, given.value.clone());
    }
    for variable in entries(&given.value) {
        let (key, name) = (variable.key.span, variable.key.text.as_str());
        match text_of(&variable.value) {
            Some(value) if is_reference(value) => {
                let message = format!("{} holds a text that manifests take for a reference", quote(name));
                let finding = Diagnostic::error(Code::NoEquivalent, message);
                draft.tell(
                    variable.value.span,
                    &format!("{path}.{name}"),
                    finding.with_help("wrangler sends it as it is written; write it another way"),
                );
            }
            Some(_) => draft.put(&["env", "variables", name], key, variable.value.clone()),
            None => {
                let members = vec![
                    entry("name", key, text(name, key)),
                    entry("type", key, text(bindings::JSON, key)),
                    entry(bindings::JSON, key, variable.value.clone()),
                ];
                draft.push("bindings", key, mapping(members, variable.value.span));
            }
        }
    }
}

fn is_reference(value: &str) -> bool {
    ["$cloudflare-", "$variables-group/", "$secrets-group/"].iter().any(|start| value.starts_with(start))
}

/// Secrets that must be there: values come from where all secrets come from, or those of the live Worker stay.
pub(super) fn required_secrets(given: &Entry, _: &str, draft: &mut Draft<'_>) {
    if !matches!(given.value.content, Content::List(_)) {
        return draft.put(&["env", "secrets"], given.key.span, given.value.clone());
    }
    for secret in items(&given.value) {
        if let Some(name) = text_of(secret) {
            draft.put(&["env", "secrets", name], secret.span, text(&format!("${{{name}}}"), secret.span));
        }
    }
}

/// Bindings of types that wrangler does not know, as they are sent.
pub(super) fn unsafe_bindings(given: &Entry, path: &str, draft: &mut Draft<'_>) {
    for (index, binding) in items(&given.value).iter().enumerate() {
        let sent = entries(binding).iter().filter(|member| member.key.text != "dev").cloned().collect::<Vec<_>>();
        if sent.is_empty() {
            let finding = Diagnostic::error(Code::WrongType, "a binding is a mapping with `name` and `type`");
            draft.tell(binding.span, &format!("{path}[{index}]"), finding);
        } else {
            draft.push("bindings", binding.span, mapping(sent, binding.span));
        }
    }
}

/// What a manifest does not name and did not set stays, variables too.
pub(super) fn keep_vars(given: &Entry, path: &str, draft: &mut Draft<'_>) {
    if switch_of(&given.value) == Some(false) {
        return;
    }
    draft.left(
        given,
        path,
        "variables that were set elsewhere stay anyway, those that a manifest set and no longer names go",
    );
}
