//! What several documents of one run must keep to: no two describe one Worker or claim one route.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::events::shown;
use crate::manifest::lower::Claims;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::tree::Document;

/// Checks the documents of a run against each other, by what each of them claims.
pub fn check(claims: &[(&Document, Claims)]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut scripts = Claimed::default();
    let mut identities = Claimed::default();
    let mut routes = Claimed::default();
    for (document, claims) in claims {
        let same_script = claims.script.as_ref().and_then(|(key, path)| {
            let message = format!("two documents deploy the script {}", quote(&key.1));
            scripts.take(key.clone(), document, path, message)
        });
        let same_identity = claims.identity.as_ref().and_then(|(identity, path)| {
            let message = format!("two documents have the identity {}", quote(&identity.label()));
            identities.take((identity.account.clone(), identity.id()), document, path, message)
        });
        findings.extend(same_script.or(same_identity));
        for (route, path) in &claims.routes {
            let message = format!("two documents claim the route {}", quote(&route.1));
            findings.extend(routes.take(route.clone(), document, path, message));
        }
    }
    findings
}

/// Who claimed what first, by account and what it is there.
#[derive(Default)]
struct Claimed<'run>(BTreeMap<(String, String), (&'run Document, Path)>);

impl<'run> Claimed<'run> {
    /// The finding, when another document claims the same.
    fn take(
        &mut self,
        key: (String, String),
        document: &'run Document,
        path: &Path,
        message: String,
    ) -> Option<Diagnostic> {
        let Some((first, first_path)) = self.0.get(&key) else {
            self.0.insert(key, (document, path.clone()));
            return None;
        };
        if std::ptr::eq(*first, document) {
            return None;
        }
        let help = format!("the first stands at {}; remove or rename one of them", shown(&first.place(first_path)));
        let finding = Diagnostic::error(Code::DuplicateManifest, message).with_help(help);
        Some(finding.at(Some(document.place(path))).on(path.to_string()))
    }
}
