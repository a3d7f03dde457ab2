//! Byte offsets as lines and columns.

use std::ops::Range;

use crate::manifest::tree::Span;

/// The lines of a text.
pub(super) struct Lines<'text> {
    text: &'text str,
    /// Byte offset at which each line starts.
    starts: Vec<usize>,
}

impl<'text> Lines<'text> {
    /// Those of this text.
    pub(super) fn of(text: &'text str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// Where a range of bytes lies; columns count characters.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let (line, column) = self.place(range.start);
        let (end_line, end_column) = self.place(range.end.max(range.start));
        Span { line, column, end_line, end_column }
    }

    fn place(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or_default();
        (line, before.chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn columns_count_characters_and_lines_start_after_breaks() {
        let text = "aü😀b\r\nc\n";
        let lines = Lines::of(text);
        let at = |needle: &str| {
            let start = text.find(needle).expect("in the text");
            let span = lines.span(start..start + needle.len());
            (span.line, span.column, span.end_line, span.end_column)
        };
        assert_eq!(at("b"), (1, 4, 1, 5));
        assert_eq!(at("c"), (2, 1, 2, 2));
        let end = lines.span(text.len()..text.len());
        assert_eq!((end.line, end.column), (3, 1));
    }
}
