//! A configuration, key by key, into the manifest of one Worker.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::dialect::Given;
use crate::manifest::quote;
use crate::manifest::referring::WORKER;
use crate::manifest::schema::API_VERSIONS;
use crate::manifest::tree::{Content, Entry, Node, Span};

use super::bindings::{Binding, Member};
use super::draft::Draft;
use super::environment::Environment;
use super::keys::Goes;
use super::tree::{entries, entry, items, mapping, member, text, text_of};
use super::{overlay, routes, stores, whole};

/// The documents of the environment that the run names, the Worker's first, and what there is to say.
pub(super) fn documents(given: &Given<'_>, root: &Node) -> (Vec<Node>, Vec<Diagnostic>) {
    let mut draft = Draft::new(given.file, root.span);
    let environment = Environment::of(root, given.options.environment.as_deref(), &mut draft);
    whole::script(&environment, &mut draft);
    for setting in &environment.settings {
        each(&setting.key.goes, setting.entry, &setting.path, &mut draft);
    }
    whole::defaults(&environment, &mut draft);
    routes::read(&environment, &mut draft);
    let metadata = metadata(&environment);
    let (spec, stores, mut findings) = draft.finish();
    let head = Span { end_line: root.span.line, end_column: root.span.column + 1, ..root.span };
    let newest = API_VERSIONS.last().copied().unwrap_or_default();
    let parts = vec![
        entry("apiVersion", head, text(newest, head)),
        entry("kind", head, text(WORKER, head)),
        entry("metadata", head, mapping(metadata, head)),
        entry("spec", head, spec),
    ];
    let mut document = mapping(parts, root.span);
    if let Some(inline) = member(root, overlay::KEY) {
        findings.extend(overlay::lay_inline(&mut document, inline, given));
    }
    (std::iter::once(document).chain(stores).collect(), findings)
}

/// The name is that of the top level, so that all environments of a Worker are known by it.
fn metadata(environment: &Environment<'_>) -> Vec<Entry> {
    let name = member(environment.root, "name").or_else(|| environment.own("name"));
    let name = name.map(|name| entry("name", name.key.span, name.value.clone()));
    let of_env = environment.named.and_then(|(named, own)| own.map(|own| (named, own.key.span)));
    name.into_iter().chain(of_env.map(|(named, span)| entry("env", span, text(named, span)))).collect()
}

/// What one key comes to.
fn each(goes: &Goes, given: &Entry, path: &str, draft: &mut Draft<'_>) {
    match goes {
        Goes::To(target) => draft.put(target, given.key.span, given.value.clone()),
        Goes::One(binding) => one(binding, &given.value, given.key.span, path, draft),
        Goes::Each(binding) if matches!(given.value.content, Content::List(_)) => {
            for (index, item) in items(&given.value).iter().enumerate() {
                one(binding, item, item.span, &format!("{path}[{index}]"), draft);
            }
            // No consumer at all is something that a manifest says as well.
            if items(&given.value).is_empty() && binding.word.is_none() {
                draft.put(&[binding.into], given.key.span, given.value.clone());
            }
        }
        Goes::Each(_) => wrong_type(given, "a list", path, draft),
        Goes::Parts(parts) => in_parts(parts, given, path, draft),
        Goes::By(rule) => rule(given, path, draft),
        Goes::Aside(_) => {}
        Goes::Left(why) => draft.left(given, path, why),
        Goes::Lost(why) => draft.lost(given, path, why),
    }
}

fn in_parts(parts: &[(&str, Goes)], given: &Entry, path: &str, draft: &mut Draft<'_>) {
    if !matches!(given.value.content, Content::Mapping(_)) {
        return wrong_type(given, "a mapping", path, draft);
    }
    for entry in entries(&given.value) {
        let path = format!("{path}.{}", entry.key.text);
        match parts.iter().find(|(name, _)| *name == entry.key.text) {
            Some((_, goes)) => each(goes, entry, &path, draft),
            None => unknown(entry, &path, draft),
        }
    }
}

/// One binding, or one entry of another list.
fn one(binding: &Binding, given: &Node, key: Span, path: &str, draft: &mut Draft<'_>) {
    if !matches!(given.content, Content::Mapping(_)) {
        let finding = Diagnostic::error(Code::WrongType, format!("a mapping is due for {}", quote(path)));
        return draft.tell(given.span, path, finding);
    }
    let Some(mut made) = members(binding.members, given, path, draft) else { return };
    let has = |made: &[Entry], name: &str| made.iter().any(|entry| entry.key.text == name);
    let name = made.iter().find(|entry| entry.key.text == "name").and_then(|name| text_of(&name.value));
    if let (Some(store), Some(name)) = (&binding.made, name.map(str::to_owned))
        && !has(&made, store.member)
    {
        made.extend(stores::make(store, given, &name, draft));
    }
    if let Some(word) = binding.word {
        made.insert(made.len().min(1), entry("type", key, text(word, key)));
    }
    draft.push(binding.into, key, mapping(made, given.span));
}

/// The members of an entry; nothing for one that is of another sort than the row.
fn members(rows: &[(&str, Member)], given: &Node, path: &str, draft: &mut Draft<'_>) -> Option<Vec<Entry>> {
    let mut made = Vec::new();
    for entry in entries(given) {
        let path = format!("{path}.{}", entry.key.text);
        let renamed = |name: &str, value: Node| super::tree::entry(name, entry.key.span, value);
        match rows.iter().find(|(name, _)| *name == entry.key.text).map(|(_, member)| member) {
            // wrangler sends nothing for a member without a value.
            Some(Member::As(_)) if is_null(&entry.value) => {}
            Some(Member::As(name)) => made.push(renamed(name, entry.value.clone())),
            Some(Member::Aside) => {}
            Some(Member::Lost(why)) => draft.lost(entry, &path, why),
            Some(Member::Only(word, why)) => {
                if text_of(&entry.value) != Some(*word) {
                    draft.lost(entry, &path, why);
                    return None;
                }
            }
            Some(Member::By(name, made_of)) => made.push(renamed(name, made_of(&entry.value))),
            None => unknown(entry, &path, draft),
        }
    }
    Some(made)
}

fn is_null(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.text == "null" && text_of(node).is_none())
}

fn unknown(given: &Entry, path: &str, draft: &mut Draft<'_>) {
    let finding = Diagnostic::warning(Code::UnknownKey, format!("{} is no key of wrangler", quote(path)));
    draft.tell(given.key.span, path, finding.with_help("it is left out, as wrangler does"));
}

fn wrong_type(given: &Entry, due: &str, path: &str, draft: &mut Draft<'_>) {
    let finding = Diagnostic::error(Code::WrongType, format!("{due} is due for {}", quote(path)));
    draft.tell(given.value.span, path, finding);
}
