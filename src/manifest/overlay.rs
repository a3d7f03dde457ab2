//! Sources that are laid over others: what another tool's configuration has no word for.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Place, any_error};

use super::dialect::Dialect;
use super::limits::readable;
use super::options::ReadOptions;
use super::source::Source;
use super::tree::Document;
use super::{events, hidden};

/// The overlays of a run, by the names of the sources that they are laid over, and what is wrong with them.
pub(super) fn all(
    sources: &[Source],
    dialects: &[&dyn Dialect],
    options: &ReadOptions,
) -> (BTreeMap<String, Document>, Vec<Diagnostic>) {
    let mut overlays = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let Some(below) = options.overlays.get(&source.name) else { continue };
        let is_there = sources.iter().any(|other| other.name == *below);
        if !is_there || !dialects.iter().any(|dialect| dialect.is_for(below)) {
            diagnostics.push(refused(source, "is laid over no configuration of wrangler's"));
            continue;
        }
        match one(index, source) {
            Ok((document, findings)) => {
                diagnostics.extend(findings);
                if overlays.insert(below.clone(), document).is_some() {
                    diagnostics.push(refused(source, "is the second overlay of one configuration"));
                }
            }
            Err(findings) => diagnostics.extend(findings),
        }
    }
    (overlays, diagnostics)
}

fn one(index: usize, source: &Source) -> Result<(Document, Vec<Diagnostic>), Vec<Diagnostic>> {
    let text = readable(&source.name, &source.text).map_err(|finding| vec![finding])?;
    let (mut documents, mut findings) = events::documents(index, &source.name, text);
    findings.extend(hidden::check(&source.name, text, &documents));
    match (documents.pop(), documents.is_empty()) {
        (Some(mut document), true) => {
            document.damaged |= any_error(&findings);
            Ok((document, findings))
        }
        _ if any_error(&findings) => Err(findings),
        _ => Err(vec![refused(source, "is not one document")]),
    }
}

fn refused(source: &Source, why: &str) -> Diagnostic {
    let start = Place { file: source.name.clone(), line: 1, column: 1, end_line: 1, end_column: 1 };
    let finding = Diagnostic::error(Code::Overlay, format!("the overlay {why}")).at(Some(start));
    finding.with_help("`explain CFD0163` says what an overlay is")
}
