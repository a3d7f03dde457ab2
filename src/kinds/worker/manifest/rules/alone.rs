//! A Worker of static assets alone: without code, what only code could use says nothing.

use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::generations::{bundles, script_path, spec_path};
use crate::kinds::worker::manifest::spec::{RunWorkerFirst, Spec};
use crate::manifest::findings::Findings;
use crate::manifest::path::Path;

use super::subject::Subject;

/// Tells each key that has no use without code.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(spec) = subject.spec().filter(|spec| spec.assets.is_some() && bundles(spec).is_empty()) else { return };
    for path in useless(spec) {
        let message = format!("`{path}` has no use: the Worker has no code, only static assets");
        let finding = Diagnostic::error(Code::AssetsAlone, message);
        findings.add(&path, finding.with_help("remove it, or name the code by `script_bundle: {bucket, path}`"));
    }
}

fn useless(spec: &Spec) -> Vec<Path> {
    let (own, assets) = (spec_path(), spec_path().key("assets"));
    let env = spec.env.as_ref();
    let stated = spec.assets.as_ref();
    let runs_first = stated.and_then(|stated| stated.run_worker_first.as_ref());
    let found = [
        (own.key("main_module"), spec.main_module.is_some()),
        (script_path().key("format"), spec.script.as_ref().is_some_and(|script| script.format.is_some())),
        (own.key("env").key("variables"), env.is_some_and(|env| some(env.variables.as_ref().map(|it| it.len())))),
        (own.key("env").key("secrets"), env.is_some_and(|env| some(env.secrets.as_ref().map(|it| it.len())))),
        (own.key("kv_bindings"), some(spec.kv_bindings.as_ref().map(|list| list.0.len()))),
        (own.key("bindings"), some(spec.bindings.as_ref().map(|list| list.0.len()))),
        (own.key("queue_consumers"), some(spec.queue_consumers.as_ref().map(|list| list.0.len()))),
        (own.key("schedules"), some(spec.schedules.as_ref().map(|list| list.0.len()))),
        (assets.key("binding"), stated.is_some_and(|stated| stated.binding.is_some())),
        (
            assets.key("run_worker_first"),
            runs_first.is_some_and(|first| !matches!(first, RunWorkerFirst::Always(false))),
        ),
    ];
    found.into_iter().filter_map(|(path, is_stated)| is_stated.then_some(path)).collect()
}

fn some(count: Option<usize>) -> bool {
    count.is_some_and(|count| count > 0)
}
