//! What several documents of one run must keep to: no two claim the same thing.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Diagnostic;

use super::kind::Claimed;
use super::path::Path;
use super::tree::Document;

/// Checks the documents of a run against each other, by what each of them claims.
pub(super) fn check(documents: &[(&Document, Vec<Claimed>)]) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&(String, String), (&Document, &Path)> = BTreeMap::new();
    let mut findings = Vec::new();
    for (document, claims) in documents {
        let mut told: BTreeSet<usize> = BTreeSet::new();
        for (index, claim) in claims.iter().enumerate() {
            let Some((other, path)) = first.get(&claim.what) else {
                first.insert(&claim.what, (document, &claim.path));
                continue;
            };
            if std::ptr::eq(*other, *document) {
                continue;
            }
            if !claim.beside.is_some_and(|beside| told.contains(&beside)) {
                let finding = claim.finding.clone().and_at(other.place(path), "the first one");
                findings.push(finding.at(Some(document.place(&claim.path))).on(claim.path.to_string()));
            }
            told.insert(index);
        }
    }
    findings
}
