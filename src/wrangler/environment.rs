//! The keys of one environment, with those that it inherits from the top level.
//!
//! <https://developers.cloudflare.com/workers/wrangler/configuration/#environments>

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::nearest;
use crate::manifest::quote;
use crate::manifest::tree::{Entry, Node};

use super::draft::Draft;
use super::keys::{self, KEYS, Key, Scope};
use super::tree::{entries, member};

/// A key that an environment has.
pub(super) struct Setting<'a> {
    /// Its row.
    pub key: &'static Key,
    /// Where it stands.
    pub entry: &'a Entry,
    /// Its path in the configuration.
    pub path: String,
}

/// What an environment has.
pub(super) struct Environment<'a> {
    /// The configuration.
    pub root: &'a Node,
    /// Its name and its keys; none for the top level.
    pub named: Option<(&'a str, Option<&'a Entry>)>,
    /// Its settings, by the order of the table.
    pub settings: Vec<Setting<'a>>,
}

impl<'a> Environment<'a> {
    /// The one of that name; the top level without a name.
    pub(super) fn of(root: &'a Node, name: Option<&'a str>, draft: &mut Draft<'_>) -> Self {
        let own = name.and_then(|name| stated(root, name, draft));
        unknown(root, "", draft);
        if let (Some(name), Some(own)) = (name, own) {
            unknown(&own.value, &format!("env.{name}."), draft);
        }
        let mut environment = Self { root, named: name.map(|name| (name, own)), settings: Vec::new() };
        for key in KEYS {
            let setting = environment.setting(key, draft);
            environment.settings.extend(setting);
        }
        environment
    }

    /// The setting of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Setting<'a>> {
        self.settings.iter().find(|setting| setting.key.name == name)
    }

    /// A key that the environment states itself, or the top level where none is named.
    pub(super) fn own(&self, name: &str) -> Option<&'a Entry> {
        match self.named {
            Some((_, Some(own))) => member(&own.value, name),
            Some((_, None)) => None,
            None => member(self.root, name),
        }
    }

    fn setting(&self, key: &'static Key, draft: &mut Draft<'_>) -> Option<Setting<'a>> {
        let on_top = || member(self.root, key.name).map(|entry| Setting { key, entry, path: key.name.to_owned() });
        let Some((name, Some(own))) = self.named else { return on_top() };
        let path = format!("env.{name}.{}", key.name);
        let own = member(&own.value, key.name).map(|entry| Setting { key, entry, path });
        match (key.scope, own) {
            (Scope::Top, Some(own)) => {
                draft.left(own.entry, &own.path, "wrangler reads it at the top level alone");
                on_top()
            }
            (Scope::Top, None) => on_top(),
            (Scope::Own | Scope::Inherited, Some(own)) => Some(own),
            (Scope::Inherited, None) => on_top(),
            (Scope::Own, None) => {
                if let Some(inherited) = on_top() {
                    not_inherited(name, &inherited, draft);
                }
                None
            }
        }
    }
}

/// Where an environment stands; told where it does not.
fn stated<'a>(root: &'a Node, name: &str, draft: &mut Draft<'_>) -> Option<&'a Entry> {
    let all = member(root, "env");
    let found = all.and_then(|all| member(&all.value, name));
    if found.is_none() {
        let names: Vec<&str> =
            all.iter().flat_map(|all| entries(&all.value)).map(|entry| entry.key.text.as_str()).collect();
        let finding = Diagnostic::error(Code::Environment, format!("there is no environment {}", quote(name)));
        let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = match (nearest(name, names.iter().copied()), names.is_empty()) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, false) => format!("the file has {listed}"),
            (None, true) => format!("add `env.{name}` to the file, or leave out the name"),
        };
        draft.tell(all.map_or(root.span, |all| all.key.span), "env", finding.with_help(help));
    }
    found
}

fn not_inherited(environment: &str, setting: &Setting<'_>, draft: &mut Draft<'_>) {
    let key = setting.key.name;
    let message = format!("{} stands at the top level and not in the environment {}", quote(key), quote(environment));
    let help = format!("environments don't inherit it, in wrangler neither: add it to `env.{environment}`");
    draft.tell(setting.entry.key.span, key, Diagnostic::warning(Code::NotInherited, message).with_help(help));
}

/// Keys that wrangler does not know either: it leaves them out and says so.
fn unknown(node: &Node, prefix: &str, draft: &mut Draft<'_>) {
    for entry in entries(node) {
        let key = entry.key.text.as_str();
        if keys::key(key).is_some() || (prefix.is_empty() && key == super::overlay::KEY) {
            continue;
        }
        let finding = Diagnostic::warning(Code::UnknownKey, format!("{} is no key of wrangler", quote(key)));
        let help = match nearest(key, KEYS.iter().map(|key| key.name)) {
            Some(near) => format!("it is left out; did you mean `{near}`?"),
            None => "it is left out, as wrangler does".to_owned(),
        };
        draft.tell(entry.key.span, &format!("{prefix}{key}"), finding.with_help(help));
    }
}
