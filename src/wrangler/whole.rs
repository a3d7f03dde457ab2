//! What depends on an environment as a whole: the script's name, and what wrangler means where nothing is said.

use crate::manifest::tree::Span;

use super::draft::Draft;
use super::environment::Environment;
use super::tree::{list, mapping, plain, text, text_of};

/// The script's name: an environment that states none has that of the top level, with its own behind it.
pub(super) fn script(environment: &Environment<'_>, draft: &mut Draft<'_>) {
    let Some(name) = environment.get("name") else { return };
    let path = ["script", "name"];
    let key = name.entry.key.span;
    match (environment.named, environment.own("name"), text_of(&name.entry.value)) {
        (Some((named, _)), None, Some(top)) => {
            draft.put(&path, key, text(&format!("{top}-{named}"), name.entry.value.span));
        }
        _ => draft.put(&path, key, name.entry.value.clone()),
    }
}

/// What wrangler sends where a configuration says nothing, and a manifest would mean something else.
pub(super) fn defaults(environment: &Environment<'_>, draft: &mut Draft<'_>) {
    let root = environment.root.span;
    let head = Span { end_line: root.line, end_column: root.column + 1, ..root };
    if draft.get("compatibility_flags").is_none() {
        draft.put(&["compatibility_flags"], head, list(Vec::new(), head));
    }
    // Code that wrangler is given on its command line; without any, files alone are served.
    if environment.get("main").is_none() && environment.get("assets").is_none() {
        draft.put(&["script", "bundle"], head, mapping(Vec::new(), head));
    }
    if draft.get("observability").is_none() {
        draft.put(&["observability"], head, plain("false", head));
    }
}
