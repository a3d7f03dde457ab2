//! Lines of a manifest that may be shown: secrets hidden, each as a whole, and foreign characters made safe.

use std::ops::Range;
use std::rc::Rc;

use crate::diagnostic::is_invisible;
use crate::secret::MASK;

use super::dialect::Dialect;
use super::places::{SecretText, secret_text, secret_text_of};
use super::source::Source;
use super::tree::Span;

/// Steps of looking for secrets in a line: one that takes more is hidden as a whole.
const MOST_STEPS: usize = 1 << 27;

/// A line that may be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MaskedLine {
    /// Its text.
    pub text: String,
    /// Where each character of the true line stands in the text; hidden ones all stand where their mask stands.
    columns: Vec<Range<usize>>,
}

impl MaskedLine {
    /// The bytes of the text that show these columns of the true line, which count from 1, the last one excluded.
    pub(super) fn range(&self, column: usize, end_column: usize) -> Range<usize> {
        let first = self.columns.get(column.saturating_sub(1));
        let start = first.map_or(self.text.len(), |first| first.start);
        let last = end_column.checked_sub(2).map(|last| last.min(self.columns.len().saturating_sub(1)));
        let end = last.and_then(|last| self.columns.get(last)).map_or(start, |last| last.end);
        start..end.max(start)
    }

    /// The column at which a column of the true line is shown.
    pub(super) fn shown_column(&self, column: usize) -> usize {
        let before = self.text.get(..self.range(column, column).start).unwrap_or_default();
        before.chars().count() + 1
    }

    /// Each run of hidden cells is one mask.
    fn of(cells: &[Cell]) -> Self {
        let mut line = Self { text: String::new(), columns: Vec::with_capacity(cells.len()) };
        let mut in_mask = false;
        for cell in cells {
            let start = match (cell.hidden, in_mask) {
                (true, true) => line.text.len() - MASK.len(),
                _ => line.text.len(),
            };
            match cell.hidden {
                true if in_mask => {}
                true => line.text.push_str(MASK),
                false => line.text.push(safe(cell.character)),
            }
            in_mask = cell.hidden;
            line.columns.push(start..line.text.len());
        }
        line
    }
}

/// The lines of the manifests of a run, as they may be shown.
pub(super) struct MaskedLines<'sources> {
    sources: &'sources [Source],
    /// Who reads sources that are no YAML.
    dialects: &'sources [&'sources dyn Dialect],
    /// What must not be shown of each source, found out when first needed.
    masks: Vec<Option<Mask>>,
    /// Findings come by place: many may speak of one line, which may be the whole file.
    last: Option<((usize, usize), Rc<MaskedLine>)>,
}

impl<'sources> MaskedLines<'sources> {
    /// Those of these sources.
    pub(super) fn of(sources: &'sources [Source], dialects: &'sources [&'sources dyn Dialect]) -> Self {
        Self { sources, dialects, masks: sources.iter().map(|_| None).collect(), last: None }
    }

    /// The line of a file, which counts from 1; nothing where the source is not at hand.
    pub(super) fn line(&mut self, file: &str, number: usize) -> Option<Rc<MaskedLine>> {
        let index = self.sources.iter().position(|source| source.name == file)?;
        if let Some((at, line)) = &self.last
            && *at == (index, number)
        {
            return Some(line.clone());
        }
        let text = self.sources.get(index)?.text.as_str();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line = text.split('\n').nth(number.checked_sub(1)?)?;
        let mask = self.masks.get_mut(index)?.get_or_insert_with(|| Mask::of(file, text, self.dialects));
        let line = Rc::new(MaskedLine::of(&mask.cells(line.trim_end_matches('\r'), number)));
        self.last = Some(((index, number), line.clone()));
        Some(line)
    }
}

/// What must not be shown of a source.
enum Mask {
    /// The source could be read: these spans, and these texts wherever they stand.
    Known(SecretText),
    /// It could not: from this line on, which may hold the first key `secrets`, all values.
    From(usize),
}

impl Mask {
    fn of(file: &str, text: &str, dialects: &[&dyn Dialect]) -> Self {
        let dialect = dialects.iter().find(|dialect| dialect.is_for(file));
        match dialect
            .map_or_else(|| secret_text(text), |dialect| Some(secret_text_of(&dialect.manifest_in(file, text)?)))
        {
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

/// The text on one line, with a stand-in for each character that a terminal would obey or hide.
pub(super) fn inert(text: &str) -> String {
    text.chars().map(safe).collect()
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
    use super::MaskedLines;
    use crate::manifest::Source;

    /// The line as it is shown, and the part of it that shows these columns.
    fn line(text: &str, line: usize, columns: (usize, usize)) -> (String, String) {
        let sources = [Source { name: "a".into(), text: text.into() }];
        let line = MaskedLines::of(&sources, &[]).line("a", line).expect("a line");
        let marked = line.text.get(line.range(columns.0, columns.1)).expect("whole characters");
        (line.text.clone(), marked.to_owned())
    }

    #[test]
    fn overlapping_secrets_leave_no_tail() {
        let text = "env: {secrets: {A: abab}}\nx: ababab c\n";
        assert_eq!(line(text, 2, (1, 2)).0, "x: *** c");
    }

    #[test]
    fn a_name_in_disguise_hides_what_follows_it() {
        for text in ["\"secre\\x74s\": {A: \"hunter2}\n", "x: &s hunter2\nsecrets: {A: *s}\n\"", "[&s hunter2\n"] {
            for number in 1..=text.matches('\n').count() {
                assert!(!line(text, number, (1, 2)).0.contains("hunter2"), "{text}");
            }
        }
    }

    #[test]
    fn a_binding_of_a_secret_type_shows_no_value_of_it() {
        let text = "bindings:\n- {name: K, type: secret_key, usages: [sign], key_base64: hunter2}\n- {name: J, type: json, json: x}\n";
        assert_eq!(line(text, 2, (1, 2)).0, "- {name: K, type: secret_key, usages: [***], key_base64: ***}");
        assert_eq!(line(text, 3, (1, 2)).0, "- {name: J, type: json, json: x}");
    }

    #[test]
    fn marks_what_is_meant() {
        assert_eq!(line("a: b\nü: ö # x\r\n", 2, (4, 5)), ("ü: ö # x".into(), "ö".into()));
        assert_eq!(line("a: b", 1, (9, 12)), ("a: b".into(), String::new()));
        assert_eq!(line("a: b", 1, (4, 99)), ("a: b".into(), "b".into()));
        assert_eq!(line("", 1, (1, 2)), (String::new(), String::new()));
        assert_eq!(line("😀: ö", 1, (4, 5)).1, "ö");
    }

    #[test]
    fn a_place_without_its_line_has_none() {
        let sources = [Source { name: "a".into(), text: "b: c".into() }];
        let mut lines = MaskedLines::of(&sources, &[]);
        assert!(lines.line("a", 1).is_some());
        assert!([("a", 0), ("a", 2), ("other", 1)].iter().all(|(file, line)| lines.line(file, *line).is_none()));
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
    fn no_character_is_obeyed_by_a_terminal() {
        let text = "a\u{1b}\u{9b}\u{202e}\u{2028}\tb";
        assert_eq!(line(text, 1, (1, 2)).0, "a\u{fffd}\u{fffd}\u{fffd}\u{fffd} b");
    }
}
