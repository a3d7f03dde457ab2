//! One linear pass over the parser's events: text becomes documents with places.

use std::collections::BTreeMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use crate::diagnostic::{Code, Diagnostic};

use super::cursor::Cursor;
use super::frame::{Fault, Frame};
use super::limits::{MAX_ALIASES, MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES};
use super::quote::quote;
use super::tree::{Content, Document, Key, Node, Scalar, Span, Style};

/// Most duplicate keys of a file that are told.
const MAX_DUPLICATES: usize = 100;

/// The documents of a text that [`super::limits::readable`] passed, and what is wrong with it.
///
/// Reading stops at the first breach of YAML or of a limit; the documents before it are kept.
pub(super) fn documents(source: usize, file: &str, text: &str) -> (Vec<Document>, Vec<Diagnostic>) {
    let mut builder = Builder::new(source, file, text);
    for event in Parser::new_from_str(text) {
        // The parser repeats an error for ever: the first one ends the pass.
        let step = event.map_err(|error| builder.syntax(&error)).and_then(|(event, span)| builder.take(event, span));
        if let Err(finding) = step {
            builder.findings.push(finding);
            break;
        }
    }
    (builder.documents, builder.findings)
}

struct Builder<'text> {
    file: Rc<str>,
    text: &'text str,
    /// The place after the last character.
    end: (usize, usize),
    cursor: Cursor<'text>,
    source: usize,
    documents: Vec<Document>,
    findings: Vec<Diagnostic>,
    /// Lists and mappings that are still open, outermost first.
    open: Vec<Frame>,
    /// Finished values that have an anchor, of this document.
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    aliases: usize,
    /// A value of this document was left out.
    damaged: bool,
}

impl<'text> Builder<'text> {
    fn new(source: usize, file: &str, text: &'text str) -> Self {
        Self {
            file: file.into(),
            text,
            end: end_of(text),
            cursor: Cursor::new(text),
            source,
            documents: Vec::new(),
            findings: Vec::new(),
            open: Vec::new(),
            anchors: BTreeMap::new(),
            nodes: 0,
            aliases: 0,
            damaged: false,
        }
    }

    fn take(&mut self, event: Event<'_>, span: saphyr_parser::Span) -> Result<(), Diagnostic> {
        let span = span_of(span).within(self.end);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.start_document();
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, span)?;
                let span = match style {
                    ScalarStyle::SingleQuoted => self.cursor.closed(span, Style::SingleQuoted),
                    ScalarStyle::DoubleQuoted => self.cursor.closed(span, Style::DoubleQuoted),
                    ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => span,
                };
                let style = self.scalar_style(style, tag.as_deref(), span)?;
                let content = Content::Scalar(Scalar { text: text.into_owned(), style });
                self.finish(Node { span, content }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.collection_tag("seq", tag.as_deref(), span)?;
                self.open(Frame::list(span, anchor))
            }
            Event::MappingStart(anchor, tag) => {
                self.collection_tag("map", tag.as_deref(), span)?;
                self.open(Frame::mapping(span, anchor))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
        }
    }

    fn start_document(&mut self) {
        self.nodes = 0;
        self.damaged = false;
        self.anchors.clear();
    }

    fn open(&mut self, frame: Frame) -> Result<(), Diagnostic> {
        self.count(1, frame.start)?;
        if self.open.len() == MAX_DEPTH {
            return Err(self.limit(frame.start, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.open.push(frame);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Diagnostic> {
        let Some(frame) = self.open.pop() else { return Ok(()) };
        let anchor = frame.anchor;
        self.finish(frame.close(end), anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return Err(self.limit(span, format!("more than {MAX_ALIASES} aliases in one file")));
        }
        let Some(node) = self.anchors.get(&anchor) else {
            return Err(
                self.at(span, Diagnostic::error(Code::Syntax, "the alias names no finished value of this document"))
            );
        };
        let (size, height) = (node.size(), node.height());
        self.count(size, span)?;
        if self.open.len() + height > MAX_DEPTH {
            return Err(self.limit(span, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let Some(mut node) = self.anchors.get(&anchor).cloned() else { return Ok(()) };
        node.span = span;
        self.finish(node, 0)
    }

    /// A value is complete: it goes to the innermost open list or mapping, or is the document.
    fn finish(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else { return self.end_document(node) };
        match frame.take(node) {
            Ok(()) => Ok(()),
            Err(Fault::MergeKey(span)) => Err(self.merge_key(span)),
            Err(Fault::ComplexKey(span)) => Err(self.complex_key(span)),
            Err(Fault::Duplicate { key, first }) => {
                self.damaged = true;
                if self.findings.len() < MAX_DUPLICATES {
                    self.findings.push(duplicate_key(&self.file, &key, first));
                }
                Ok(())
            }
        }
    }

    fn end_document(&mut self, root: Node) -> Result<(), Diagnostic> {
        let empty = root.scalar().is_some_and(|scalar| scalar.style == Style::Plain && scalar.text.is_empty());
        if empty {
            return Ok(());
        }
        if self.documents.len() == MAX_DOCUMENTS {
            return Err(self.limit(root.span, format!("more than {MAX_DOCUMENTS} documents in one file")));
        }
        let index_in_source = self.documents.len();
        let (file, source, damaged) = (self.file.clone(), self.source, self.damaged);
        self.documents.push(Document { file, source, index_in_source, damaged, set: Vec::new(), root });
        Ok(())
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Diagnostic> {
        self.nodes += nodes;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        Err(self.limit(span, format!("more than {MAX_NODES} values in one document, what aliases repeat included")))
    }

    fn scalar_style(&self, style: ScalarStyle, tag: Option<&Tag>, span: Span) -> Result<Style, Diagnostic> {
        let written = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        match tag {
            None => Ok(written),
            Some(tag) if !tag.is_yaml_core_schema() => Err(self.tag(tag, span)),
            Some(tag) => match tag.suffix.as_str() {
                "str" if written == Style::Plain => Ok(Style::DoubleQuoted),
                "str" => Ok(written),
                "int" | "float" | "bool" | "null" => Ok(Style::Plain),
                _ => Err(self.tag(tag, span)),
            },
        }
    }

    fn collection_tag(&self, own: &str, tag: Option<&Tag>, span: Span) -> Result<(), Diagnostic> {
        match tag {
            Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == own) => Err(self.tag(tag, span)),
            _ => Ok(()),
        }
    }

    fn tag(&self, tag: &Tag, span: Span) -> Diagnostic {
        let message = format!("the tag {} is not allowed", quote(&tag.to_string()));
        self.at(span, Diagnostic::error(Code::Unsupported, message).with_help("remove the tag; a manifest needs none"))
    }

    fn merge_key(&self, span: Span) -> Diagnostic {
        let finding = Diagnostic::error(Code::Unsupported, "the merge key `<<` is not allowed");
        self.at(span, finding.with_help("write the keys out; an alias for a whole value works"))
    }

    fn complex_key(&self, span: Span) -> Diagnostic {
        let finding = Diagnostic::error(Code::Unsupported, "a list or mapping stands where a key is due");
        self.at(span, finding.with_help("a key is text; quote it if it holds brackets or braces"))
    }

    fn limit(&self, span: Span, message: String) -> Diagnostic {
        self.at(
            span,
            Diagnostic::error(Code::Limit, message).with_help("`explain CFD0109` lists the limits of a manifest"),
        )
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let mark = error.marker();
        let span = self.character(mark.line(), mark.col() + 1);
        if error.info() == "recursion limit exceeded" {
            return self.limit(span, format!("nested deeper than {MAX_DEPTH} levels"));
        }
        let finding = Diagnostic::error(Code::Syntax, format!("not YAML: {}", error.info()));
        self.at(
            span,
            finding.with_help("the cause is often a line above: a missing colon, a tab, an unclosed quote or bracket"),
        )
    }

    /// One character; none at the end of a line.
    fn character(&self, line: usize, column: usize) -> Span {
        let start = Span { line: line.max(1), column, end_line: line.max(1), end_column: column }.within(self.end);
        let length = self.text.split('\n').nth(start.line - 1).map_or(0, |line| line.chars().count());
        let column = start.column.min(length + 1);
        Span { column, end_column: (column + 1).min(length + 1), ..start }
    }

    fn at(&self, span: Span, finding: Diagnostic) -> Diagnostic {
        finding.at(Some(span.in_file(&self.file)))
    }
}

fn duplicate_key(file: &str, key: &Key, first: Span) -> Diagnostic {
    Diagnostic::error(Code::DuplicateKey, format!("the key {} is given twice", quote(&key.text)))
        .with_help("remove one of them")
        .at(Some(key.span.in_file(file)))
        .and_at(first.in_file(file), "first given here")
}

/// The place after the last character of a text.
fn end_of(text: &str) -> (usize, usize) {
    let last = text.rsplit('\n').next().unwrap_or_default();
    (text.matches('\n').count() + 1, last.chars().count() + 1)
}

fn span_of(span: saphyr_parser::Span) -> Span {
    Span {
        line: span.start.line(),
        column: span.start.col() + 1,
        end_line: span.end.line(),
        end_column: span.end.col() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::documents;
    use crate::diagnostic::Code;
    use crate::manifest::path::Path;
    use crate::manifest::tree::Document;

    fn one(text: &str) -> Document {
        let (mut documents, findings) = documents(0, "a.yaml", text);
        assert_eq!(findings, []);
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    fn place(document: &Document, path: &str) -> (usize, usize, usize, usize) {
        let place = document.place(&Path::parse(path).expect("a path"));
        (place.line, place.column, place.end_line, place.end_column)
    }

    #[test]
    fn knows_the_place_of_every_scalar() {
        let document = one(
            "a: plain text  # c\nb: 'it''s' # '\nc: \"d\\\"\\u0062le\"  # \"\nd: |\n  block\ne: [x, {y: z}]\nf:\ng: ü ö\n",
        );
        assert_eq!(place(&document, "a"), (1, 4, 1, 14));
        assert_eq!(place(&document, "b"), (2, 4, 2, 11));
        assert_eq!(place(&document, "c"), (3, 4, 3, 17));
        assert_eq!(place(&document, "e[0]"), (6, 5, 6, 6));
        assert_eq!(place(&document, "e[1].y"), (6, 12, 6, 13));
        assert_eq!(place(&document, "f"), (7, 1, 7, 2));
        assert_eq!(place(&document, "g"), (8, 4, 8, 7));
        assert_eq!(place(&document, "e"), (6, 1, 6, 2), "a list is pointed at its key");
        assert_eq!(place(&document, "e[1].missing"), place(&document, "e[1]"), "the nearest parent");
    }

    #[test]
    fn counts_lines_the_same_with_carriage_returns() {
        let document = one("a: 1\r\nb:\r\n  c: 2\r\n");
        assert_eq!(place(&document, "b.c"), (3, 6, 3, 7));
    }

    #[test]
    fn finds_duplicates_with_both_places() {
        let (_, findings) = documents(0, "a.yaml", "a: 1\nb: 2\na: 3\n");
        let finding = findings.first().expect("a finding");
        assert_eq!(finding.code, Code::DuplicateKey);
        assert_eq!(finding.place.as_ref().map(|place| place.line), Some(3));
        assert_eq!(
            finding.related.iter().map(|first| (first.place.line, first.place.column)).collect::<Vec<_>>(),
            [(1, 1)]
        );
    }

    #[test]
    fn an_end_that_comes_too_soon_is_a_place_of_the_text() {
        for (text, expected) in [("  : aa\n  a\n", (3, 1, 1)), (":\na", (2, 2, 2)), ("a: [", (1, 5, 5))] {
            let (_, findings) = documents(0, "a.yaml", text);
            let place = findings.first().and_then(|finding| finding.place.clone()).expect("a place");
            assert_eq!((place.line, place.column, place.end_column), expected, "{text}");
        }
    }

    #[test]
    fn the_parser_counts_a_line_that_is_not_there() {
        let document = one("a: 1\nb: 2");
        assert_eq!((document.root.span.end_line, document.root.span.end_column), (2, 5));
    }

    fn codes(text: &str) -> Vec<Code> {
        documents(0, "a.yaml", text).1.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn refuses_what_a_manifest_does_not_need() {
        assert_eq!(codes("a: &x {b: 1}\nc:\n  <<: *x\n"), [Code::Unsupported]);
        assert_eq!(codes("a: !env X\n"), [Code::Unsupported]);
        assert_eq!(codes("? [a]\n: b\n"), [Code::Unsupported]);
        assert_eq!(codes("a: &x [*x]\n"), [Code::Syntax]);
        assert_eq!(codes("a: &x 1\n---\nb: *x\n"), [Code::Syntax]);
        assert_eq!(codes("a: [\n"), [Code::Syntax]);
        assert_eq!(codes("a: !!str 12\nb: !!map {}\n"), []);
    }

    #[test]
    fn stops_at_the_limits() {
        assert_eq!(codes(&"[".repeat(200_000)), [Code::Limit]);
        assert_eq!(codes(&"- ".repeat(100_000)), [Code::Limit]);
        assert_eq!(codes(&format!("a: [{}]", "x,".repeat(10_000))), [Code::Limit]);
        assert_eq!(codes(&"---\na: 1\n".repeat(1_001)), [Code::Limit]);
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n";
        assert_eq!(codes(bomb), [Code::Limit]);
        let aliases = format!("a: &a 1\nb: [{}]\n", "*a ,".repeat(101));
        assert_eq!(codes(&aliases), [Code::Limit]);
    }
}
