//! Reading the manifests of a run.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Schema;

use crate::binding::Reference;
use crate::diagnostic::{Code, Diagnostic, Place, any_error, sort};
use crate::resource::{DesiredManifest, DesiredState};

use super::findings::Findings;
use super::kind::{self, Kind};
use super::limits::readable;
use super::lower::{Claims, claims, lower};
use super::path::Path;
use super::places::Places;
use super::rules::{self, Subject, together};
use super::schema::Manifest;
use super::tree::Document;
use super::{events, hidden, json_schema, set, shape};

/// A manifest file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Name as findings show it; `-` is standard input.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What the run says beside the manifests.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Today's date in UTC, `YYYY-MM-DD`; absent: a compatibility date in the future is left to Cloudflare.
    pub today: Option<String>,
    /// Account of manifests that name none.
    pub account_id: Option<String>,
    /// Values of `$variables-group/GROUP/KEY`, by `GROUP/KEY` or by `GROUP__KEY`.
    pub values: BTreeMap<String, String>,
    /// References to variables stay as they are: for those who look or remove, and upload nothing.
    pub without_values: bool,
    /// `--set PATH=VALUE`, in order.
    pub set: Vec<(String, String)>,
    /// Names of the pipeline that `${NAME}` may read all the same.
    pub allow_env: Vec<String>,
}

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

/// Reads the manifests of a run; gives what could be read and all that is wrong.
pub fn read(sources: &[Source], options: &ReadOptions) -> Read {
    let (mut documents, mut diagnostics) = parse(sources);
    let schema = json_schema::shape();
    diagnostics.extend(set::apply(&mut documents, &options.set, schema));
    let mut desired = DesiredState::default();
    let mut claimed: Vec<(&Document, Claims)> = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let (manifest, claims, findings) = one(document, index, schema, options);
        diagnostics.extend(findings);
        desired.manifests.extend(manifest);
        claimed.push((document, claims));
    }
    diagnostics.extend(together::check(&claimed));
    drop(claimed);
    sort(&mut diagnostics);
    Read { references: references(&desired), desired, diagnostics, places: Places::of(documents) }
}

fn parse(sources: &[Source]) -> (Vec<Document>, Vec<Diagnostic>) {
    let mut documents = Vec::new();
    let mut diagnostics = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let text = match readable(&source.name, &source.text) {
            Ok(text) => text,
            Err(finding) => {
                diagnostics.push(finding);
                continue;
            }
        };
        let (mut read, findings) = events::documents(index, &source.name, text);
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

/// One document: what it wants if nothing is wrong with it, what it claims, and the findings.
fn one(
    document: &Document,
    index: usize,
    schema: &Schema,
    options: &ReadOptions,
) -> (Option<DesiredManifest>, Claims, Vec<Diagnostic>) {
    let mut findings = Findings::of(document);
    let broken = match kind::of(document, &mut findings) {
        Kind::Worker => BTreeSet::new(),
        Kind::Misspelt => BTreeSet::from([kind::path().to_string()]),
        Kind::Other => return (None, Claims::default(), findings.into_list()),
    };
    let shape = shape::check(document, schema, broken, &mut findings);
    let manifest: Manifest = match serde_yaml::from_value(shape.value) {
        Ok(manifest) => manifest,
        Err(error) => {
            findings.add(&Path::default(), defect(&error.to_string()));
            return (None, Claims::default(), findings.into_list());
        }
    };
    let subject = Subject { manifest: &manifest, broken: &shape.broken, options };
    rules::check(&subject, &mut findings);
    let claims = claims(&subject);
    let mut findings = findings.into_list();
    if document.damaged || any_error(&findings) {
        return (None, claims, findings);
    }
    let manifest = lower(&subject, index);
    if manifest.is_none() {
        findings
            .push(defect("it passed all rules and has no desired state").at(Some(document.place(&Path::default()))));
    }
    (manifest, claims, findings)
}

fn references(desired: &DesiredState) -> Vec<DocumentReference> {
    let all = desired.manifests.iter().flat_map(|manifest| {
        let bindings = manifest.script.bindings.iter().filter_map(|binding| binding.reference().cloned());
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

/// INVARIANT: never seen; the shape check passes only what the types take, and the rules what lowering takes.
fn defect(what: &str) -> Diagnostic {
    Diagnostic::error(Code::Internal, format!("the manifest can't be read: {what}"))
        .with_help("please report this manifest")
}
