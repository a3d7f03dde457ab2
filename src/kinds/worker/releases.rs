//! Who of a run stops referring to a Worker that goes: Workers that are uploaded with another one, or without any, under the
//! same name in JavaScript, and Workers under an earlier name, which go as well.

use std::collections::BTreeSet;

use super::bound;
use crate::binding::{Binding, MemberValue};
use crate::model::Address;
use crate::model::marks::ScriptMarks;
use crate::resource::{DesiredState, LiveBinding, LiveScript, LiveState};

/// By account.
#[derive(Default)]
pub(super) struct Releases<'a> {
    /// A Worker of the run, and one that it is bound to and will not be.
    uploaded: BTreeSet<(&'a str, &'a str, String)>,
    /// Workers under an earlier name.
    renamed: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Releases<'a> {
    pub(super) fn of(desired: &'a DesiredState, live: &'a LiveState) -> Self {
        let mut releases = Self::default();
        for (manifest, live) in desired.manifests.iter().zip(&live.manifests) {
            let account = manifest.identity.account.as_str();
            let name = manifest.script.name.as_str();
            let released = live.script.iter().flat_map(|live| released(&manifest.script.bindings, live));
            releases.uploaded.extend(released.map(|other| (account, name, other)));
            releases.renamed.extend(live.renamed.iter().map(|renamed| (account, renamed.name.as_str())));
        }
        releases
    }

    /// Whether an upload of `user` in the run ends that it is bound to `worker`.
    pub(super) fn by_upload(&self, account: &str, user: &str, worker: &str) -> bool {
        self.uploaded.iter().any(|(of, by, other)| *of == account && *by == user && other == worker)
    }

    /// Whether `user` is there under an earlier name alone, so that a run which deletes `worker` deletes it too.
    pub(super) fn by_deletion(&self, account: &str, user: &str) -> bool {
        self.renamed.contains(&(account, user))
    }
}

/// The Workers that one is bound to now and is not bound to after its upload.
fn released(wanted: &[Binding], live: &LiveScript) -> Vec<String> {
    let (stay, go): (Vec<_>, Vec<_>) = leading(live).partition(|(binding, to)| stays(wanted, live, binding, to));
    let stays = |to: &Address| stay.iter().any(|(_, other)| other == to);
    go.into_iter().filter(|(_, to)| !stays(to)).map(|(_, to)| to.key).collect()
}

fn leading(live: &LiveScript) -> impl Iterator<Item = (&LiveBinding, Address)> {
    live.bindings.iter().filter_map(|binding| Some((binding, bound::leads_to(binding)?)))
}

/// A binding that no manifest set stays as it is; any other one becomes what the manifest says.
fn stays(wanted: &[Binding], live: &LiveScript, binding: &LiveBinding, to: &Address) -> bool {
    match wanted.iter().find(|wanted| wanted.name() == binding.name) {
        Some(wanted) => leads_to(wanted, to),
        None => !ScriptMarks::parse(&live.tags).set(&binding.name),
    }
}

/// By whichever member says it: a Worker need not have a document of the run.
fn leads_to(wanted: &Binding, to: &Address) -> bool {
    let members = wanted.plain().into_iter().flat_map(|binding| binding.members.values());
    members.filter_map(MemberValue::known).any(|value| value.as_str() == Some(&to.key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::binding::{Input, PlainBinding};
    use crate::model::marks;

    fn service(name: &str, worker: &str) -> LiveBinding {
        LiveBinding { name: name.into(), type_name: "service".into(), fields: json!({ "service": worker }) }
    }

    fn wanted(name: &str, worker: &str) -> Binding {
        Binding::Plain(PlainBinding::referring(name.into(), "service", "service", Input::Value(worker.into())))
    }

    /// A Worker that is bound to others, by bindings of which we set some.
    fn worker(bindings: Vec<LiveBinding>, ours: &[&str]) -> LiveScript {
        let marks =
            ScriptMarks { names: ours.iter().map(|name| marks::hash(name)).collect(), ..ScriptMarks::default() };
        LiveScript { bindings, tags: marks.tags(), ..LiveScript::default() }
    }

    #[test]
    fn a_binding_that_gets_another_worker_or_goes_lets_go_of_the_one_before() {
        let live = worker(vec![service("A", "old")], &["A"]);
        assert_eq!(released(&[wanted("A", "new")], &live), ["old"]);
        assert_eq!(released(&[], &live), ["old"]);
    }

    #[test]
    fn a_worker_that_another_binding_still_leads_to_is_not_let_go_of() {
        let live = worker(vec![service("A", "old"), service("B", "old")], &["A", "B"]);
        assert!(released(&[wanted("A", "new"), wanted("B", "old")], &live).is_empty());
    }

    #[test]
    fn a_binding_of_others_stays_and_holds_on() {
        let live = worker(vec![service("A", "old")], &[]);
        assert!(released(&[], &live).is_empty());
        assert_eq!(released(&[wanted("A", "new")], &live), ["old"]);
    }
}
