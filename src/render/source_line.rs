//! A line of a manifest that may be shown: secrets masked, foreign characters made safe, long lines cut.

use std::ops::Range;

use crate::diagnostic::Place;
use crate::manifest::{SecretText, Source, Span, secret_text};
use crate::secret::MASK;

use super::paint::is_inert;

/// Characters of a long line that are shown before and after the start of the mark.
const WINDOW: (usize, usize) = (60, 200);

/// What must not be shown of each source, found out when first needed.
pub struct Masks<'sources> {
    sources: &'sources [Source],
    known: Vec<Option<Mask>>,
}

/// What must not be shown of a source.
enum Mask {
    /// The source could be read: these spans, and these texts wherever they stand.
    Known(SecretText),
    /// It could not: from the line of the first key `secrets` on, all values.
    From(usize),
}

/// A line and the part of it that a finding is about.
pub struct SourceLine {
    /// The text, safe to print.
    pub text: String,
    /// Bytes of the text to mark.
    pub marked: Range<usize>,
    /// Column of the mark in the text; another than the place's where something before it is masked or cut.
    pub column: usize,
}

impl<'sources> Masks<'sources> {
    /// Nothing found out yet.
    pub fn of(sources: &'sources [Source]) -> Self {
        Self { sources, known: sources.iter().map(|_| None).collect() }
    }

    /// The line of a place, when its source is at hand.
    pub fn line(&mut self, place: &Place) -> Option<SourceLine> {
        let index = self.sources.iter().position(|source| source.name == place.file)?;
        let text = self.sources.get(index)?.text.as_str();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line = text.split('\n').nth(place.line.checked_sub(1)?)?;
        let known = self.known.get_mut(index)?.get_or_insert_with(|| Mask::of(text));
        Some(known.apply(line.trim_end_matches('\r'), place))
    }
}

impl Mask {
    fn of(text: &str) -> Self {
        match secret_text(text) {
            Some(secrets) => Self::Known(secrets),
            None => {
                let first = text.split('\n').position(|line| line.contains("secrets"));
                Self::From(first.map_or(usize::MAX, |line| line + 1))
            }
        }
    }

    fn apply(&self, line: &str, place: &Place) -> SourceLine {
        let mut cells: Vec<Cell> = line.chars().map(|character| Cell { character, hidden: false }).collect();
        match self {
            Self::Known(secrets) => {
                secrets.spans.iter().for_each(|span| hide_span(&mut cells, place.line, span));
                secrets.texts.iter().for_each(|text| hide_text(&mut cells, text));
            }
            Self::From(first) if place.line >= *first => hide_values(&mut cells),
            Self::From(_) => {}
        }
        let end = if place.end_line == place.line { place.end_column } else { usize::MAX };
        shown(&cells, place.column.saturating_sub(1), end.saturating_sub(1))
    }
}

struct Cell {
    character: char,
    hidden: bool,
}

fn hide_span(cells: &mut [Cell], line: usize, span: &Span) {
    let hidden = |index: &usize| span.contains(line, index + 1);
    cells.iter_mut().enumerate().filter(|(index, _)| hidden(index)).for_each(|(_, cell)| cell.hidden = true);
}

fn hide_text(cells: &mut [Cell], text: &str) {
    let text: Vec<char> = text.chars().collect();
    let width = text.len();
    let starts: Vec<usize> = cells
        .windows(width.max(1))
        .enumerate()
        .filter(|(_, window)| window.iter().map(|cell| cell.character).eq(text.iter().copied()))
        .map(|(start, _)| start)
        .collect();
    for start in starts {
        cells.iter_mut().skip(start).take(width).for_each(|cell| cell.hidden = true);
    }
}

/// All that follows the first colon; the whole line where there is none.
fn hide_values(cells: &mut [Cell]) {
    let colon = cells.iter().position(|cell| cell.character == ':');
    let from = colon.map_or(0, |colon| colon + 1);
    cells.iter_mut().skip(from).filter(|cell| cell.character != ' ').for_each(|cell| cell.hidden = true);
    // Spaces inside what is hidden would tell its words.
    let first = cells.iter().position(|cell| cell.hidden).unwrap_or(cells.len());
    cells.iter_mut().skip(first).for_each(|cell| cell.hidden = true);
}

/// The text of the cells around the mark; each run of hidden ones is one mask.
fn shown(cells: &[Cell], start: usize, end: usize) -> SourceLine {
    let start = start.min(cells.len());
    let end = end.clamp(start, cells.len());
    let (before, after) = WINDOW;
    let window = start.saturating_sub(before)..(start + after).min(cells.len());
    let mut text = String::from(if window.start > 0 { "…" } else { "" });
    let mut marked = text.len()..text.len();
    let mut in_mask = false;
    for (index, cell) in cells.iter().enumerate().take(window.end).skip(window.start) {
        let mask_starts = text.len() - if in_mask && cell.hidden { MASK.len() } else { 0 };
        if index == start {
            marked.start = mask_starts;
        }
        match cell.hidden {
            true if !in_mask => text.push_str(MASK),
            true => {}
            false if cell.character == '\t' => text.push(' '),
            false if is_inert(cell.character) => text.push(cell.character),
            false => text.push('\u{fffd}'),
        }
        in_mask = cell.hidden;
        if index < end {
            marked.end = text.len();
        }
    }
    if start >= window.end {
        marked.start = text.len();
    }
    if window.end < cells.len() {
        text.push('…');
    }
    let marked = marked.start..marked.end.max(marked.start);
    let column = text.get(..marked.start).unwrap_or_default().chars().count() + 1;
    SourceLine { text, marked, column }
}

#[cfg(test)]
mod tests {
    use super::Masks;
    use crate::diagnostic::Place;
    use crate::manifest::Source;

    fn line(text: &str, line: usize, columns: (usize, usize)) -> (String, String) {
        let sources = [Source { name: "a".into(), text: text.into() }];
        let place = Place { file: "a".into(), line, column: columns.0, end_line: line, end_column: columns.1 };
        let line = Masks::of(&sources).line(&place).expect("a line");
        let marked = line.text.get(line.marked).expect("whole characters").to_owned();
        (line.text, marked)
    }

    #[test]
    fn marks_what_is_meant() {
        assert_eq!(line("a: b\nü: ö # x\r\n", 2, (4, 5)), ("ü: ö # x".into(), "ö".into()));
        assert_eq!(line("a: b", 1, (9, 12)), ("a: b".into(), String::new()));
    }

    #[test]
    fn masks_secrets_wherever_they_stand() {
        let text = "spec:\n  env:\n    secrets: {A: \"hunter2\", B: x} # c\n    variables: {C: hunter2}\n";
        assert_eq!(line(text, 3, (30, 31)).0, "    secrets: {A: ***, B: ***} # c");
        assert_eq!(line(text, 3, (18, 27)).1, "***");
        assert_eq!(line(text, 3, (32, 33)).1, "***");
        assert_eq!(line(text, 4, (5, 14)), ("    variables: {C: ***}".into(), "variables".into()));
        let block = "secrets:\n  A: |\n    hunter2\n    more\n  B: 'it''s\n    long'\nc: d\n";
        for number in 3..=6 {
            let shown = line(block, number, (1, 2)).0;
            assert!(["hunter2", "more", "it", "long"].iter().all(|text| !shown.contains(text)), "{number}: {shown}");
        }
        assert_eq!(line(block, 7, (1, 2)).0, "c: d");
    }

    #[test]
    fn masks_all_values_where_the_text_cant_be_read() {
        let text = "a: b\nenv:\n  secrets:\n    A: \"hunter2\n  B: hunter3 x\n hunter4\n";
        assert_eq!(line(text, 1, (1, 2)).0, "a: b");
        assert_eq!(line(text, 4, (8, 9)), ("    A: ***".into(), "***".into()));
        assert_eq!(line(text, 5, (3, 4)).0, "  B: ***");
        assert_eq!(line(text, 6, (2, 3)).0, " ***");
    }

    #[test]
    fn long_lines_are_cut_and_controls_are_inert() {
        let (text, marked) = line(&format!("{}X{}", "a".repeat(500), "b".repeat(500)), 1, (501, 502));
        assert_eq!((marked.as_str(), text.chars().count()), ("X", 262));
        assert_eq!(line("a\u{1b}\u{9b}\u{202e}\tb", 1, (1, 2)).0, "a\u{fffd}\u{fffd}\u{fffd} b");
    }
}
