//! A line of a manifest that may be shown: secrets masked, foreign characters made safe, long lines cut.

use serde::Serialize;

use crate::diagnostic::{Place, is_invisible};
use crate::secret::MASK;

use super::places::{SecretText, secret_text};
use super::read::Source;
use super::tree::Span;

/// Fewest characters of a line that are shown; less would tell nothing.
const LEAST_WIDTH: usize = 24;

/// Steps of looking for secrets in a line: one that takes more is hidden as a whole.
const MOST_STEPS: usize = 1 << 27;

/// A line and the part of it that a finding is about.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// The text, safe to print.
    pub text: String,
    /// Where the mark starts, in UTF-16 units of the text: what JavaScript counts. Another place than the finding's
    /// column where something before it is masked or cut.
    pub start: usize,
    /// Where the mark ends, exclusive.
    pub end: usize,
}

/// The line of each place, at most `width` characters of it; nothing where its source is not at hand.
pub fn source_lines(sources: &[Source], places: &[Place], width: usize) -> Vec<Option<SourceLine>> {
    // What must not be shown of each source, found out when first needed.
    let mut masks: Vec<Option<Mask>> = sources.iter().map(|_| None).collect();
    // Findings come by place: many may speak of one line, which may be the whole file.
    let mut last: Option<((usize, usize), Vec<Cell>)> = None;
    let mut line = |place: &Place| {
        let index = sources.iter().position(|source| source.name == place.file)?;
        let at = (index, place.line);
        if last.as_ref().is_none_or(|(of, _)| *of != at) {
            let text = sources.get(index)?.text.as_str();
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let line = text.split('\n').nth(place.line.checked_sub(1)?)?;
            let mask = masks.get_mut(index)?.get_or_insert_with(|| Mask::of(text));
            last = Some((at, mask.cells(line.trim_end_matches('\r'), place.line)));
        }
        let (_, cells) = last.as_ref()?;
        let end = if place.end_line == place.line { place.end_column } else { usize::MAX };
        let shown = Shown::of(cells, place.column.saturating_sub(1), end.saturating_sub(1));
        Some(shown.cut(width.max(LEAST_WIDTH)))
    };
    places.iter().map(&mut line).collect()
}

/// What must not be shown of a source.
enum Mask {
    /// The source could be read: these spans, and these texts wherever they stand.
    Known(SecretText),
    /// It could not: from this line on, which may hold the first key `secrets`, all values.
    From(usize),
}

impl Mask {
    fn of(text: &str) -> Self {
        match secret_text(text) {
            Some(secrets) => Self::Known(secrets),
            None => {
                let first = text.split('\n').position(may_lead_to_secrets);
                Self::From(first.map_or(usize::MAX, |line| line + 1))
            }
        }
    }

    fn cells(&self, line: &str, number: usize) -> Vec<Cell> {
        let mut cells: Vec<Cell> = line.chars().map(|character| Cell { character, hidden: false }).collect();
        match self {
            Self::Known(secrets) => {
                secrets.spans.iter().for_each(|span| hide_span(&mut cells, number, span));
                hide_texts(&mut cells, line, &secrets.texts);
            }
            Self::From(first) if number >= *first => hide_values(&mut cells),
            Self::From(_) => {}
        }
        cells
    }
}

/// Whether a line of a text that can't be read names secrets, may do so by an escape, or has a value that is used
/// elsewhere by an alias.
fn may_lead_to_secrets(line: &str) -> bool {
    let mut words = line.split(|character: char| character.is_whitespace() || "[{,:".contains(character));
    line.contains("secrets") || line.contains('\\') || words.any(|word| word.starts_with('&'))
}

struct Cell {
    character: char,
    hidden: bool,
}

fn hide_span(cells: &mut [Cell], line: usize, span: &Span) {
    if !(span.line..=span.end_line).contains(&line) {
        return;
    }
    let from = if span.line == line { span.column.saturating_sub(1) } else { 0 };
    let to = if span.end_line == line { span.end_column.saturating_sub(1) } else { cells.len() };
    hide(cells, from, to);
}

fn hide(cells: &mut [Cell], from: usize, to: usize) {
    cells.iter_mut().take(to).skip(from).for_each(|cell| cell.hidden = true);
}

/// Hides these texts wherever they stand, also where they overlap.
fn hide_texts(cells: &mut [Cell], line: &str, texts: &[String]) {
    let mut hidden = vec![false; line.len()];
    let mut steps = 0_usize;
    for text in texts.iter().filter(|text| text.len() <= line.len()) {
        let (mut from, mut filled) = (0, 0);
        steps += line.len();
        while let Some(at) = line.get(from..).and_then(|rest| rest.find(text.as_str())).map(|at| from + at) {
            steps += text.len();
            hidden.iter_mut().take(at + text.len()).skip(filled.max(at)).for_each(|hidden| *hidden = true);
            filled = at + text.len();
            from = at + text.chars().next().map_or(1, char::len_utf8);
            if steps > MOST_STEPS {
                break;
            }
        }
        if steps > MOST_STEPS {
            return hide(cells, 0, usize::MAX);
        }
    }
    for (cell, (at, _)) in cells.iter_mut().zip(line.char_indices()) {
        cell.hidden |= hidden.get(at).copied().unwrap_or(false);
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

/// The whole line as it may be shown, and the mark in it.
struct Shown {
    characters: Vec<char>,
    start: usize,
    end: usize,
}

impl Shown {
    /// Each run of hidden cells is one mask; a mark inside of it marks all of it.
    fn of(cells: &[Cell], start: usize, end: usize) -> Self {
        let mut shown = Self { characters: Vec::new(), start: 0, end: 0 };
        let mut in_mask = false;
        for (index, cell) in cells.iter().enumerate() {
            let mask = if in_mask && cell.hidden { MASK.len() } else { 0 };
            if index == start {
                shown.start = shown.characters.len() - mask;
            }
            match cell.hidden {
                true if in_mask => {}
                true => shown.characters.extend(MASK.chars()),
                false => shown.characters.push(safe(cell.character)),
            }
            in_mask = cell.hidden;
            if index < end {
                shown.end = shown.characters.len();
            }
        }
        if start >= cells.len() {
            shown.start = shown.characters.len();
        }
        shown.end = shown.end.max(shown.start);
        shown
    }

    /// A part of it around the start of the mark. A third of the room is for what stands before.
    fn cut(&self, width: usize) -> SourceLine {
        let length = self.characters.len();
        let (from, to) = if length <= width {
            (0, length)
        } else {
            let room = width - 2;
            let to = (self.start.saturating_sub(room / 3) + room).min(length);
            (to - room, to)
        };
        let (start, end) = (self.start.clamp(from, to), self.end.clamp(from, to));
        let part =
            |from: usize, to: usize| self.characters.get(from..to).unwrap_or_default().iter().collect::<String>();
        let cut = |cut: bool| if cut { "…" } else { "" };
        let before = format!("{}{}", cut(from > 0), part(from, start));
        let marked = part(start, end);
        let units = |text: &str| text.encode_utf16().count();
        let (start, marked_units) = (units(&before), units(&marked));
        let text = format!("{before}{marked}{}{}", part(end, to), cut(to < length));
        SourceLine { text, start, end: start + marked_units }
    }
}

/// The character, or a stand-in where a terminal would obey it, hide it or begin a line.
fn safe(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{2028}' | '\u{2029}' => char::REPLACEMENT_CHARACTER,
        other if other.is_control() || is_invisible(other) => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{SourceLine, source_lines};
    use crate::diagnostic::Place;
    use crate::manifest::Source;

    fn at(text: &str, line: usize, columns: (usize, usize), width: usize) -> SourceLine {
        let sources = [Source { name: "a".into(), text: text.into() }];
        let place = Place { file: "a".into(), line, column: columns.0, end_line: line, end_column: columns.1 };
        source_lines(&sources, &[place], width).remove(0).expect("a line")
    }

    fn line(text: &str, line: usize, columns: (usize, usize)) -> (String, String) {
        let line = at(text, line, columns, 80);
        let units: Vec<u16> = line.text.encode_utf16().collect();
        let marked = String::from_utf16(&units[line.start..line.end]).expect("whole characters");
        (line.text, marked)
    }

    #[test]
    fn overlapping_secrets_leave_no_tail() {
        let text = "env: {secrets: {A: abab}}\nx: ababab c\n";
        assert_eq!(at(text, 2, (1, 2), 80).text, "x: *** c");
    }

    #[test]
    fn a_name_in_disguise_hides_what_follows_it() {
        for text in ["\"secre\\x74s\": {A: \"hunter2}\n", "x: &s hunter2\nsecrets: {A: *s}\n\"", "[&s hunter2\n"] {
            for line in 1..=text.matches('\n').count() {
                assert!(!at(text, line, (1, 2), 80).text.contains("hunter2"), "{text}");
            }
        }
    }

    #[test]
    fn marks_what_is_meant() {
        assert_eq!(line("a: b\nü: ö # x\r\n", 2, (4, 5)), ("ü: ö # x".into(), "ö".into()));
        assert_eq!(line("a: b", 1, (9, 12)), ("a: b".into(), String::new()));
        let astral = at("😀: ö", 1, (4, 5), 80);
        assert_eq!((astral.start, astral.end), (4, 5));
    }

    #[test]
    fn a_place_without_its_line_has_none() {
        let sources = [Source { name: "a".into(), text: "b: c".into() }];
        let place = |file: &str, line| Place { file: file.into(), line, column: 1, end_line: line, end_column: 2 };
        let lines = source_lines(&sources, &[place("a", 0), place("a", 2), place("other", 1)], 80);
        assert!(lines.iter().all(Option::is_none));
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
    fn long_lines_are_cut_around_the_mark() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let (cut, marked) = line(&text, 1, (501, 502));
        assert_eq!((marked.as_str(), cut.chars().count()), ("X", 80));
        assert!(cut.starts_with("…aa") && cut.ends_with("bb…"), "{cut}");
        assert_eq!(at(&text, 1, (1, 1000), 0), SourceLine { text: format!("{}…", "a".repeat(22)), start: 0, end: 22 });
        assert_eq!(line(&text, 1, (1002, 1003)), (format!("…{}", "b".repeat(78)), String::new()));
        assert_eq!(line(&"ä".repeat(80), 1, (80, 81)), ("ä".repeat(80), "ä".into()));
    }

    #[test]
    fn no_character_is_obeyed_by_a_terminal() {
        let text = "a\u{1b}\u{9b}\u{202e}\u{2028}\tb";
        assert_eq!(line(text, 1, (1, 2)).0, "a\u{fffd}\u{fffd}\u{fffd}\u{fffd} b");
    }
}
