//! Findings as people read them: message, lines with marks under all places at once, way out.

use std::ops::Range;
use std::rc::Rc;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Place, Related, Severity};

use super::dialect::Dialect;
use super::masked::{MaskedLine, MaskedLines, inert};
use super::source::Source;

/// Widths at which a line can be read.
const WIDTHS: Range<usize> = 40..260;

/// Lines that lie farther apart are drawn apart.
const FAR: usize = 100;

/// What is drawn of a finding, which may come from a file or from another process.
#[derive(Clone, Debug, Deserialize)]
pub struct Finding {
    severity: Severity,
    code: String,
    message: String,
    help: Option<String>,
    place: Option<Place>,
    #[serde(default)]
    related: Vec<Related>,
}

impl From<&Diagnostic> for Finding {
    fn from(finding: &Diagnostic) -> Self {
        Self {
            severity: finding.severity,
            code: finding.code.as_str().to_owned(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            place: finding.place.clone(),
            related: finding.related.clone(),
        }
    }
}

/// How findings are drawn.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Look {
    /// With the colours of a terminal.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

/// Each finding as text that ends with a line break. Secrets show as `***`; no character of a file is obeyed.
pub fn draw(sources: &[Source], findings: &[Finding], look: Look) -> Vec<String> {
    draw_in(&[], sources, findings, look)
}

/// The same, where sources may be written in these dialects.
pub(crate) fn draw_in(dialects: &[&dyn Dialect], sources: &[Source], findings: &[Finding], look: Look) -> Vec<String> {
    let renderer = if look.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(look.width.clamp(WIDTHS.start, WIDTHS.end));
    let mut lines = MaskedLines::of(sources, dialects);
    findings.iter().map(|finding| renderer.render(&[group(finding, &mut lines)]) + "\n").collect()
}

fn group(finding: &Finding, lines: &mut MaskedLines<'_>) -> Group<'static> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(inert(&finding.message)).id(inert(&finding.code));
    let mut group = Group::with_title(title);
    let (marks, unseen) = marks(finding, lines);
    let moved = marks.first().filter(|mark| mark.line.shown_column(mark.place.column) != mark.place.column);
    for (index, cluster) in clusters(&marks).into_iter().enumerate() {
        let snippet = snippet(&cluster, lines);
        // What is masked before the mark moves it: the true place is then told by itself.
        let told = if index == 0 && moved.is_some() { None } else { cluster.first().map(|mark| file(mark.place)) };
        group = group.element(snippet.path(told));
    }
    for (place, label) in moved.map(|mark| (mark.place, None)).into_iter().chain(unseen) {
        group = group.element(Origin::path(file(place)).line(place.line).char_column(place.column));
        group = group.elements(label.map(|label| Level::NOTE.message(label)));
    }
    group.elements(finding.help.as_ref().map(|help| Level::HELP.message(help_text(help))))
}

/// A place that is marked in its line; the finding's own has no label.
struct Mark<'finding> {
    place: &'finding Place,
    label: Option<String>,
    line: Rc<MaskedLine>,
}

type Unseen<'finding> = Vec<(&'finding Place, Option<String>)>;

/// The places of a finding whose lines are at hand, its own first, and the others.
fn marks<'finding>(finding: &'finding Finding, lines: &mut MaskedLines<'_>) -> (Vec<Mark<'finding>>, Unseen<'finding>) {
    let own = finding.place.iter().map(|place| (place, None));
    let others = finding.related.iter().map(|related| (&related.place, Some(inert(&related.label))));
    let (mut marks, mut unseen) = (Vec::new(), Vec::new());
    for (place, label) in own.chain(others) {
        match lines.line(&place.file, place.line) {
            Some(line) => marks.push(Mark { place, label, line }),
            None => unseen.push((place, label)),
        }
    }
    (marks, unseen)
}

/// Marks of one file that are near each other, in one part; the part with the first mark comes first.
fn clusters<'marks, 'finding>(marks: &'marks [Mark<'finding>]) -> Vec<Vec<&'marks Mark<'finding>>> {
    let mut clusters: Vec<Vec<&Mark<'_>>> = Vec::new();
    for mark in marks {
        let is_near = |other: &&Mark<'_>| {
            other.place.file == mark.place.file && other.place.line.abs_diff(mark.place.line) <= FAR
        };
        match clusters.iter_mut().find(|cluster| cluster.first().is_some_and(is_near)) {
            Some(cluster) => cluster.push(mark),
            None => clusters.push(vec![mark]),
        }
    }
    clusters
}

/// The lines from the first to the last mark. Those that are folded away are empty: they need no mask.
fn snippet(cluster: &[&Mark<'_>], lines: &mut MaskedLines<'_>) -> Snippet<'static, Annotation<'static>> {
    let numbers = || cluster.iter().map(|mark| mark.place.line);
    let (first, last) = (numbers().min().unwrap_or(1), numbers().max().unwrap_or(1));
    let mut text = String::new();
    let mut annotations = Vec::new();
    for number in first..=last {
        for mark in cluster.iter().filter(|mark| mark.place.line == number) {
            annotations.push(annotation(mark, text.len()));
        }
        let is_near = numbers().any(|marked| marked.abs_diff(number) <= 1);
        let file = cluster.first().map_or("", |mark| mark.place.file.as_str());
        if let Some(line) = lines.line(file, number).filter(|_| is_near) {
            text.push_str(&line.text);
        }
        text.push('\n');
    }
    Snippet::source(text).line_start(first).annotations(annotations)
}

fn annotation(mark: &Mark<'_>, line_start: usize) -> Annotation<'static> {
    let Place { line, column, end_line, end_column, .. } = *mark.place;
    let range = mark.line.range(column, if end_line == line { end_column } else { usize::MAX });
    let kind = if mark.label.is_none() { AnnotationKind::Primary } else { AnnotationKind::Context };
    kind.span(line_start + range.start..line_start + range.end).label(mark.label.clone())
}

fn file(place: &Place) -> String {
    inert(&place.file)
}

/// A way out may take several lines, such as what to add to the manifest.
fn help_text(help: &str) -> String {
    help.split('\n').map(inert).collect::<Vec<_>>().join("\n")
}
