//! Live code beside the bundles: byte for byte, where the caller asks for it.

use std::collections::BTreeMap;
use std::rc::Rc;

use sha2::{Digest, Sha256};

use super::session::Session;
use crate::bundle::{Modules, Window, content_type};
use crate::cloudflare::content::{self, LiveContent};
use crate::diagnostic::{Code, Diagnostic};
use crate::http::join_window;
use crate::model::hex;
use crate::resource::{DesiredState, LiveState, ModuleDiffers, ModuleSeen};

/// The modules of a bundle by name, as far as an answer can tell them; how many source maps none tells.
#[derive(Debug)]
pub(super) struct OfBundle {
    main: String,
    modules: BTreeMap<String, ModuleSeen>,
    source_maps: usize,
}

impl OfBundle {
    pub(super) fn of(bundle: &Modules) -> Self {
        let (maps, code): (Vec<_>, Vec<_>) =
            bundle.modules.iter().partition(|module| module.content_type == content_type::SOURCE_MAP);
        let modules = code.into_iter().map(|module| (module.name.clone(), seen(&module.bytes))).collect();
        Self { main: bundle.main.clone(), modules, source_maps: maps.len() }
    }
}

fn seen(bytes: &[u8]) -> ModuleSeen {
    ModuleSeen { bytes: bytes.len(), sha256: hex(&Sha256::digest(bytes)) }
}

/// Reads what is live of each Worker that is there, and notes which modules differ from its bundle.
pub(super) async fn compare(
    session: &Session<'_>,
    desired: &DesiredState,
    live: &mut LiveState,
    bundles: &BTreeMap<usize, OfBundle>,
) -> Vec<Diagnostic> {
    let window = Rc::new(Window::default());
    let manifests = desired.manifests.iter().zip(&live.manifests).enumerate();
    let there = manifests.filter_map(|(index, (manifest, live))| {
        let is_there = live.script.as_ref().is_some_and(|script| !script.has_no_content);
        Some((index, manifest, bundles.get(&index).filter(|_| is_there)?))
    });
    let reading = there.map(|(index, manifest, bundle)| {
        let window = &window;
        async move {
            let bytes = bundle.modules.values().map(|module| module.bytes).sum();
            let _place = window.enter(bytes).await;
            let (account, script) = (&manifest.identity.account, &manifest.script.name);
            let answer = content::read(&session.api, &session.client, account, script).await;
            (index, script, bundle, answer.map(|found| found.map(|found| differences(bundle, found))))
        }
    });
    let mut findings = Vec::new();
    for (index, script, bundle, answer) in join_window(reading).await {
        match answer {
            Ok(None) => {}
            Ok(Some(differs)) => {
                findings.push(told(script, bundle, &differs));
                if let Some(state) = live.manifests.get_mut(index) {
                    state.content = differs;
                }
            }
            Err(error) => findings.push(error.diagnostic()),
        }
    }
    findings
}

fn differences(bundle: &OfBundle, live: LiveContent) -> Vec<ModuleDiffers> {
    let mut live: BTreeMap<String, ModuleSeen> = match live {
        LiveContent::Script(bytes) => BTreeMap::from([(bundle.main.clone(), seen(&bytes))]),
        LiveContent::Modules(modules) => modules.into_iter().map(|(name, bytes)| (name, seen(&bytes))).collect(),
    };
    let mut differs = Vec::new();
    for (name, wanted) in &bundle.modules {
        let found = live.remove(name);
        if found.as_ref() != Some(wanted) {
            differs.push(ModuleDiffers { name: name.clone(), live: found, wanted: Some(wanted.clone()) });
        }
    }
    differs.extend(live.into_iter().map(|(name, found)| ModuleDiffers { name, live: Some(found), wanted: None }));
    differs
}

fn told(script: &str, bundle: &OfBundle, differs: &[ModuleDiffers]) -> Diagnostic {
    let count = so_many(bundle.modules.len(), "module", "modules");
    let mut message = match differs.len() {
        0 => format!("what is live of `{script}` is its bundle, byte for byte: {count}"),
        _ => format!(
            "what is live of `{script}` is not its bundle: {} of {count} differ, are missing or are more",
            differs.len()
        ),
    };
    if bundle.source_maps > 0 {
        let maps = so_many(bundle.source_maps, "source map", "source maps");
        message.push_str(&format!("; no answer of Cloudflare tells its {maps}"));
    }
    Diagnostic::note(Code::ContentCompared, message)
}

fn so_many(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::bundle::{self, Stated};

    fn bundle(source: &'static str) -> OfBundle {
        let (modules, _) = bundle::read(Bytes::from_static(source.as_bytes()), Stated::default()).expect("modules");
        OfBundle::of(&modules)
    }

    fn names(differs: &[ModuleDiffers]) -> Vec<String> {
        let each = |it: &ModuleDiffers| format!("{} {} {}", it.name, it.live.is_some(), it.wanted.is_some());
        differs.iter().map(each).collect()
    }

    #[test]
    fn modules_that_differ_are_missing_or_are_more_are_named_each() {
        let wanted = bundle("one");
        let live = |list: &[(&str, &'static str)]| {
            LiveContent::Modules(
                list.iter().map(|(name, text)| ((*name).to_owned(), Bytes::from_static(text.as_bytes()))).collect(),
            )
        };
        assert!(differences(&wanted, live(&[("index.js", "one")])).is_empty());
        assert!(differences(&wanted, LiveContent::Script(Bytes::from_static(b"one"))).is_empty());
        assert_eq!(names(&differences(&wanted, live(&[("index.js", "two")]))), ["index.js true true"]);
        assert_eq!(names(&differences(&wanted, live(&[]))), ["index.js false true"]);
        let more = live(&[("index.js", "one"), ("more.js", "")]);
        assert_eq!(names(&differences(&wanted, more)), ["more.js true false"]);
    }
}
