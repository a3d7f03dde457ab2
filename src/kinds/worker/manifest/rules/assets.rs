//! Static assets: their files, and for which paths the Worker runs first.

use std::collections::BTreeSet;

use crate::assets::{AssetFiles, HEADERS, REDIRECTS};
use crate::diagnostic::{Code, Diagnostic};
use crate::kinds::worker::manifest::assets::{Given, place};
use crate::kinds::worker::manifest::generations::spec_path;
use crate::kinds::worker::manifest::lower::given_assets;
use crate::kinds::worker::manifest::spec::{Assets, RunWorkerFirst};
use crate::manifest::findings::Findings;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::schema::Items;
use crate::manifest::text::filled;

use super::subject::Subject;

/// Of rules, and of the characters of one.
const MOST_RULES: usize = 100;
const MOST_CHARACTERS: usize = 100;

/// Checks the files that were given, and `run_worker_first`.
pub(super) fn check(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    let Some(stated) = subject.spec().and_then(|spec| spec.assets.as_ref()) else { return };
    let path = spec_path().key("assets");
    if stated.directory.is_some() && filled(&stated.directory).is_none() {
        findings.add(&path.key("directory"), refused("the directory of the static assets is empty".into()));
    } else if let Err((key, finding)) = place(stated) {
        // What stands nowhere is told of the block.
        let stands = [&stated.directory, &stated.bucket].into_iter().any(Option::is_some);
        findings.add(&if stands { path.key(key) } else { path.clone() }, finding);
    }
    if let Some(RunWorkerFirst::Rules(listed)) = &stated.run_worker_first {
        rules(listed, &path.key("run_worker_first"), findings);
    }
    if let Some(given) = given_assets(subject) {
        files(stated, given, &path, findings);
    }
}

fn files(stated: &Assets, given: &Given, path: &Path, findings: &mut Findings<'_>) {
    for name in [HEADERS, REDIRECTS] {
        if given.get(name).is_some_and(|content| std::str::from_utf8(content).is_err()) {
            findings.add(path, refused(format!("`{}` is no text in UTF-8", name.trim_start_matches('/'))));
        }
    }
    let site = AssetFiles::new(given.iter().map(|(name, content)| (name.clone(), content.clone())));
    for message in site.refused() {
        findings
            .add(path, refused(message).with_help("leave files out by a line in `.assetsignore`, or put them into R2"));
    }
    if site.count() == 0 {
        let directory = quote(filled(&stated.directory).unwrap_or_default());
        let finding = Diagnostic::warning(Code::NoEffect, format!("no file to serve lies in {directory}"));
        findings.add(path, finding.with_help("correct the directory, or put the files there"));
    }
}

fn rules(listed: &Items<String>, path: &Path, findings: &mut Findings<'_>) {
    let mut known = BTreeSet::new();
    for (index, rule) in listed.each() {
        let is_rule = rule.starts_with('/') || rule.starts_with("!/");
        if !is_rule || rule.chars().count() > MOST_CHARACTERS {
            let message = format!("{} is no path of `run_worker_first`", quote(rule));
            let help = format!(
                "write one such as `/api/*`, or `!/api/docs/*` for an exception; at most {MOST_CHARACTERS} characters"
            );
            findings.add(&path.index(index), refused(message).with_help(help));
        } else if !known.insert(rule.as_str()) {
            findings.add(&path.index(index), refused(format!("{} is given twice", quote(rule))));
        }
    }
    if known.len() > MOST_RULES {
        findings.add(path, refused(format!("{} paths of `run_worker_first` are more than {MOST_RULES}", known.len())));
    }
    if listed.0.is_empty() || (!known.is_empty() && known.iter().all(|rule| rule.starts_with('!'))) {
        let help = "name a path without `!`, or leave `run_worker_first` out";
        findings.add(
            path,
            refused("`run_worker_first` names no path for which the Worker runs first".into()).with_help(help),
        );
    }
}

fn refused(message: String) -> Diagnostic {
    Diagnostic::error(Code::Assets, message)
}
