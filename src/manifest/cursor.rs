//! Where a quoted scalar ends: the parser's own span runs on over spaces and a comment behind it.

use std::iter::Peekable;
use std::str::Chars;

use super::tree::{Span, Style};

/// Walks over a text once, from front to back.
pub(super) struct Cursor<'text> {
    rest: Peekable<Chars<'text>>,
    line: usize,
    column: usize,
}

impl<'text> Cursor<'text> {
    /// At the first character.
    pub(super) fn new(text: &'text str) -> Self {
        Self { rest: text.chars().peekable(), line: 1, column: 1 }
    }

    /// The span up to and with the closing quote; the span as it is when no quoted scalar starts there.
    pub(super) fn closed(&mut self, span: Span, style: Style) -> Span {
        while (self.line, self.column) < (span.line, span.column) && self.step().is_some() {}
        let quote = if style == Style::SingleQuoted { '\'' } else { '"' };
        if (self.line, self.column) != (span.line, span.column) || self.rest.next_if_eq(&quote).is_none() {
            return span;
        }
        self.column += 1;
        while let Some(character) = self.step() {
            let goes_on = match character {
                '\\' if quote == '"' => self.step().is_some(),
                '\'' if quote == '\'' && self.rest.peek() == Some(&'\'') => self.step().is_some(),
                other => other != quote,
            };
            if !goes_on {
                return Span { end_line: self.line, end_column: self.column, ..span };
            }
        }
        span
    }

    fn step(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        (self.line, self.column) = if character == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        Some(character)
    }
}
