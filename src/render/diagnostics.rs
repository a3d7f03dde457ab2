//! Findings as a terminal shows them: the line, a mark under the place, the way out.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::manifest::Source;

use super::paint::{Paint, Style};
use super::source_line::{Masks, SourceLine};

/// Most findings that are shown; the rest is counted.
const MAX_SHOWN: usize = 20;

/// The findings, each with its source line, secrets masked; ends with a line break unless there is nothing to say.
pub fn diagnostics(sources: &[Source], diagnostics: &[Diagnostic], style: &Style) -> String {
    let paint = Paint::new(style);
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width.max(40));
    let mut masks = Masks::of(sources);
    let shown = diagnostics.iter().take(MAX_SHOWN).map(|finding| one(finding, &mut masks, &renderer, &paint));
    let mut text = shown.collect::<Vec<_>>().join("\n");
    let rest = diagnostics.len().saturating_sub(MAX_SHOWN);
    if rest > 0 {
        text.push_str(&format!("\n… and {rest} more findings\n"));
    }
    text
}

fn one(finding: &Diagnostic, masks: &mut Masks<'_>, renderer: &Renderer, paint: &Paint) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(paint.plain(&finding.message)).id(finding.code.as_str());
    let mut group = Group::with_title(title);
    let mut moved = false;
    if let Some(place) = &finding.place {
        let line = masks.line(place);
        moved = line.as_ref().is_some_and(|line| line.column != place.column);
        group = with_place(group, place, line, paint);
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(paint.plain(help)));
    }
    let text = renderer.render(&[group]) + "\n";
    if moved { without_separator(&text) } else { text }
}

/// The text without the line that sets a place apart from the source below it, which is the same file here.
fn without_separator(text: &str) -> String {
    let lines = text.split_inclusive('\n').enumerate();
    lines.filter(|(index, line)| !(*index == 3 && line.contains(":::"))).map(|(_, line)| line).collect()
}

fn with_place<'text>(group: Group<'text>, place: &Place, line: Option<SourceLine>, paint: &Paint) -> Group<'text> {
    let file = paint.plain(&place.file);
    let Some(line) = line else {
        return group.element(Origin::path(file).line(place.line).char_column(place.column));
    };
    let mark = AnnotationKind::Primary.span(line.marked);
    let snippet = Snippet::source(line.text).line_start(place.line).annotation(mark);
    if line.column == place.column {
        return group.element(snippet.path(file));
    }
    group.element(Origin::path(file).line(place.line).char_column(place.column)).element(snippet)
}
