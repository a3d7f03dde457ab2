//! Which module of a tar is its entry.

use super::content_type::{ES_MODULE, PYTHON};
use super::{Module, Stated};
use crate::diagnostic::{Code, Diagnostic, plain};

/// What the entry is called where several modules lie at the top.
const INDEX: &str = "index.";
/// Modules are not named without end.
const MOST_NAMED: usize = 8;

/// The entry: what the manifest states, else the only code at the top of the tar, else the only `index.…` there.
///
/// # Errors
/// None, or more than one.
pub(super) fn of<'m>(modules: &'m [Module], stated: Stated<'_>) -> Result<&'m Module, Diagnostic> {
    if let Some(name) = stated.main_module {
        let found = modules.iter().find(|module| module.name == name);
        return found.filter(|module| is_code(module)).ok_or_else(|| not_there(modules, name));
    }
    let at_top = || modules.iter().filter(|module| is_code(module) && !module.name.contains('/'));
    let one = |found: Vec<&'m Module>| if let [one] = found.as_slice() { Some(*one) } else { None };
    one(at_top().collect())
        .or_else(|| one(at_top().filter(|module| module.name.starts_with(INDEX)).collect()))
        .ok_or_else(|| unclear(modules))
}

fn is_code(module: &Module) -> bool {
    [ES_MODULE, PYTHON].contains(&module.content_type.as_str())
}

fn not_there(modules: &[Module], name: &str) -> Diagnostic {
    let message = format!("the bundle has no code called `{}`, which `main_module` names", plain(name, 100));
    Diagnostic::error(Code::BundleEntry, message).with_help(format!("it has {}", named(modules)))
}

fn unclear(modules: &[Module]) -> Diagnostic {
    let message = "which module of the bundle is the entry is not clear";
    let help = format!("say `main_module`: it has {}", named(modules));
    Diagnostic::error(Code::BundleEntry, message).with_help(help)
}

fn named(modules: &[Module]) -> String {
    let names: Vec<String> = modules
        .iter()
        .filter(|module| is_code(module))
        .map(|module| format!("`{}`", plain(&module.name, 100)))
        .collect();
    match names.len() {
        0 => "no JavaScript or Python at all".into(),
        count if count > MOST_NAMED => format!("{} and more", names.get(..MOST_NAMED).unwrap_or_default().join(", ")),
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::bundle::kind;

    fn entry(names: &[&str], main_module: Option<&str>) -> Result<String, String> {
        let module = |name: &&str| Module {
            name: (*name).to_owned(),
            content_type: kind::of(name).expect("a kind").into(),
            bytes: Bytes::new(),
        };
        let modules: Vec<Module> = names.iter().map(module).collect();
        let found = of(&modules, Stated { main_module, syntax: None });
        found.map(|module| module.name.clone()).map_err(|finding| finding.help.unwrap_or_default())
    }

    #[test]
    fn the_entry_is_stated_or_the_only_code_at_the_top_or_the_only_index_there() {
        assert_eq!(entry(&["app.js", "lib/index.js", "a.wasm"], None).as_deref(), Ok("app.js"));
        assert_eq!(entry(&["app.mjs", "index.js"], None).as_deref(), Ok("index.js"));
        assert_eq!(entry(&["entry.py", "python_modules/a.py"], None).as_deref(), Ok("entry.py"));
        assert_eq!(entry(&["app.js", "lib/index.js"], Some("lib/index.js")).as_deref(), Ok("lib/index.js"));
    }

    #[test]
    fn an_entry_that_is_not_clear_is_asked_for_by_names() {
        assert_eq!(entry(&["a.js", "b.js"], None), Err("say `main_module`: it has `a.js`, `b.js`".into()));
        assert!(entry(&["index.js", "index.mjs"], None).is_err());
        assert_eq!(entry(&["dist/index.js"], None), Err("say `main_module`: it has `dist/index.js`".into()));
        assert_eq!(entry(&["a.wasm"], None), Err("say `main_module`: it has no JavaScript or Python at all".into()));
        assert_eq!(entry(&["a.js"], Some("b.js")), Err("it has `a.js`".into()));
        assert_eq!(entry(&["a.js", "a.wasm"], Some("a.wasm")), Err("it has `a.js`".into()));
    }
}
