//! Reading the manifests of a run.

use std::collections::BTreeSet;

use crate::binding::{Binding, Reference};
use crate::diagnostic::{Code, Diagnostic, Place, any_error, sort};
use crate::resource::DesiredState;

use super::dialect::{Dialect, Given};
use super::findings::{Findings, defect};
use super::kind::{self, Claimed, DocumentKind, Lowered, Reading, Said};
use super::limits::readable;
use super::options::ReadOptions;
use super::path::Path;
use super::places::Places;
use super::source::Source;
use super::tree::Document;
use super::{events, hidden, overlay, set, shape, together, unreplaced};

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The documents without errors. INVARIANT: nothing may be written while `diagnostics` holds an error.
    pub desired: DesiredState,
    /// All findings, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Places of all values.
    pub places: Places,
    /// References that wait for outputs of other resources.
    pub references: Vec<DocumentReference>,
}

/// A reference and the document in which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentReference {
    /// Index of the document among all documents of the run.
    pub document: usize,
    /// The reference.
    pub reference: Reference,
}

/// Reads the manifests of a run, each by its kind, and those that are no YAML by their dialect; gives what could be read
/// and all that is wrong.
pub(crate) fn read(
    kinds: &[&dyn DocumentKind],
    dialects: &[&dyn Dialect],
    sources: &[Source],
    options: &ReadOptions,
) -> Read {
    let (mut documents, mut diagnostics) = parse(sources, dialects, options);
    diagnostics.extend(set::apply(&mut documents, &options.set, kinds));
    let mut desired = DesiredState::default();
    let mut claims: Vec<(&Document, Vec<Claimed>)> = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let (lowered, findings) = one(document, index, kinds, options);
        diagnostics.extend(findings);
        desired.add(lowered.desired);
        claims.push((document, lowered.claims));
    }
    diagnostics.extend(together::check(&claims));
    drop(claims);
    sort(&mut diagnostics);
    Read { references: references(&desired), desired, diagnostics, places: Places::of(documents) }
}

pub(super) fn parse(
    sources: &[Source],
    dialects: &[&dyn Dialect],
    options: &ReadOptions,
) -> (Vec<Document>, Vec<Diagnostic>) {
    let mut documents = Vec::new();
    let (overlays, mut diagnostics) = overlay::all(sources, dialects, options);
    for (index, source) in sources.iter().enumerate() {
        if options.overlays.contains_key(&source.name) {
            continue;
        }
        let text = match readable(&source.name, &source.text) {
            Ok(text) => text,
            Err(finding) => {
                diagnostics.push(finding);
                continue;
            }
        };
        let dialect = dialects.iter().find(|dialect| dialect.is_for(&source.name));
        let (mut read, findings) = match dialect {
            Some(dialect) => {
                let overlay = overlays.get(source.name.as_str());
                dialect.documents(&Given { source: index, file: &source.name, text, options, overlay })
            }
            None => events::documents(index, &source.name, text),
        };
        if read.is_empty() && !any_error(&findings) {
            diagnostics.push(empty(&source.name));
        }
        let hidden = hidden::check(&source.name, text, &read);
        read.iter_mut().for_each(|document| document.damaged |= any_error(&hidden));
        diagnostics.extend(findings.into_iter().chain(hidden));
        documents.extend(read);
    }
    (documents, diagnostics)
}

/// One document: what it comes to, and the findings.
fn one(
    document: &Document,
    index: usize,
    kinds: &[&dyn DocumentKind],
    options: &ReadOptions,
) -> (Lowered, Vec<Diagnostic>) {
    let mut findings = Findings::of(document);
    let (kind, broken) = match kind::of(document, kinds, &mut findings) {
        Said::Kind(kind) => (kind, BTreeSet::new()),
        Said::Misspelt(kind) => (kind, BTreeSet::from([kind::path().to_string()])),
        Said::Other => return (Lowered::default(), findings.into_list()),
    };
    let shape = shape::check(document, kind, broken, &mut findings);
    let mut reading = Reading {
        value: shape.value,
        broken: shape.broken,
        document: index,
        options,
        findings,
        damaged: document.damaged,
    };
    let mut lowered = kind.read(&mut reading);
    unreplaced::check(document, kind.name(), &mut reading.findings);
    if !reading.is_sound() {
        lowered.desired = None;
    } else if lowered.desired.is_none() {
        reading.findings.add(&Path::default(), defect("it passed all rules and has no desired state"));
    }
    (lowered, reading.findings.into_list())
}

fn references(desired: &DesiredState) -> Vec<DocumentReference> {
    let all = desired.manifests.iter().flat_map(|manifest| {
        let bindings = manifest.script.bindings.iter().flat_map(Binding::references).cloned();
        bindings.map(|reference| DocumentReference { document: manifest.document, reference })
    });
    all.collect()
}

fn empty(file: &str) -> Diagnostic {
    let start = Place { file: file.to_owned(), line: 1, column: 1, end_line: 1, end_column: 1 };
    Diagnostic::error(Code::Empty, "the file holds no manifest")
        .with_help("`explain CFD0114` tells how one starts")
        .at(Some(start))
}
