//! What several documents of one run must keep to: no two describe one Worker or claim one host or route.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::lower::Claims;
use crate::manifest::path::Path;
use crate::manifest::quote::quote;
use crate::manifest::tree::Document;

/// Two documents describe one Worker.
const DUPLICATE: (Code, &str) = (Code::DuplicateManifest, "remove or rename one of them");
/// Two documents claim one host or route.
const CLAIMED: (Code, &str) = (
    Code::ClaimedTwice,
    "give one of them another hostname, or `dns.record: existing` where the other one owns the record",
);

/// Checks the documents of a run against each other, by what each of them claims.
pub(crate) fn check(claims: &[(&Document, Claims)]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut scripts = Claimed::default();
    let mut identities = Claimed::default();
    let mut records = Claimed::default();
    let mut routes = Claimed::default();
    for (document, claims) in claims {
        let same_script = claims.script.as_ref().and_then(|(key, path)| {
            let message = format!("two documents deploy the script {}", quote(&key.1));
            scripts.take(key.clone(), document, path, DUPLICATE, message)
        });
        let same_identity = claims.identity.as_ref().and_then(|(identity, path)| {
            let message = format!("two documents have the identity {}", quote(&identity.label()));
            identities.take((identity.account.clone(), identity.id()), document, path, DUPLICATE, message)
        });
        findings.extend(same_script.or(same_identity));
        let same_record = claims.record.as_ref().and_then(|(host, path)| {
            let message = format!("two documents claim the DNS record of {}", quote(host));
            records.take(of_all(host), document, path, CLAIMED, message)
        });
        let told = same_record.as_ref().and_then(|finding| finding.about.clone());
        findings.extend(same_record);
        for (route, path) in &claims.routes {
            let message = format!("two documents claim the route {}", quote(route));
            let same_route = routes.take(of_all(route), document, path, DUPLICATE, message);
            // The default route stands where the hostname does, and goes its way.
            findings.extend(same_route.filter(|finding| told.is_none() || finding.about != told));
        }
    }
    findings
}

/// The account makes no difference: a host lies in one zone, and a zone holds a pattern once.
fn of_all(name: &str) -> (String, String) {
    (String::new(), name.to_owned())
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
        (code, way): (Code, &str),
        message: String,
    ) -> Option<Diagnostic> {
        let Some((first, first_path)) = self.0.get(&key) else {
            self.0.insert(key, (document, path.clone()));
            return None;
        };
        if std::ptr::eq(*first, document) {
            return None;
        }
        let finding = Diagnostic::error(code, message).with_help(way).and_at(first.place(first_path), "the first one");
        Some(finding.at(Some(document.place(path))).on(path.to_string()))
    }
}
