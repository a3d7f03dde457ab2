//! Stores that wrangler makes where a binding names none: documents of their own, found by their names the next time.

use crate::manifest::schema::API_VERSIONS;
use crate::manifest::tree::{Entry, Node};

use super::bindings::Made;
use super::draft::Draft;
use super::tree::{entry, mapping, member, text, text_of};

/// Has a store made for a binding that lacks one, and gives the member that refers to it.
pub(super) fn make(made: &Made, given: &Node, binding: &str, draft: &mut Draft<'_>) -> Option<Entry> {
    let called = made.called.and_then(|key| text_of(&member(given, key)?.value)).map(str::to_owned);
    let script = draft.get("script").and_then(|script| text_of(&member(script, "name")?.value));
    // As wrangler calls it.
    let own = script.map(|script| format!("{script}-{}", binding.to_lowercase().replace('_', "-")));
    let name = called.or(own)?;
    let at = given.span;
    let account = draft.get("account_id").map(|account| entry("account_id", at, account.clone()));
    let spec = account.into_iter().chain([entry(made.name, at, text(&name, at))]).collect();
    let newest = API_VERSIONS.last().copied().unwrap_or_default();
    draft.stores.push(mapping(
        vec![
            entry("apiVersion", at, text(newest, at)),
            entry("kind", at, text(made.kind, at)),
            entry("metadata", at, mapping(vec![entry("name", at, text(&name, at))], at)),
            entry("spec", at, mapping(spec, at)),
        ],
        at,
    ));
    let path = format!("status.outputs.{}", made.output);
    let from = vec![
        entry("kind", at, text(made.kind, at)),
        entry("name", at, text(&name, at)),
        entry("field_path", at, text(&path, at)),
    ];
    Some(entry("value_from", at, mapping(from, at)))
}
