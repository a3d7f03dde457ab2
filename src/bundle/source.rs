//! Tells ES modules from service-worker scripts.
//!
//! A light scan of the tokens: comments, strings, templates and regular expressions are skipped, so that
//! words inside them don't count. `import` and `export` are reserved words, so where they stand as
//! declarations the source is a module, at whatever depth the scan believes to be.
//!
//! Known limits, all harmless for real bundles: whether a slash divides or begins a regular expression
//! is guessed from the token before; HTML-like comments and JSX are not known.

/// What a source shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// It imports, exports, or uses `import.meta`.
    pub(super) module: bool,
    /// It calls `addEventListener`.
    pub(super) listener: bool,
}

/// Scans a source.
pub(super) fn signs(source: &[u8]) -> Signs {
    let mut scanner = Scanner { source, at: 0, before: Before::Operator, open: Vec::new(), signs: Signs::default() };
    scanner.run();
    scanner.signs
}

/// The token before: decides what a slash or a brace means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// An operand is due: a slash begins a regular expression, a brace an object.
    Operator,
    /// A statement is due: a slash begins a regular expression, a brace a block.
    Statement,
    /// An operand ended: a slash divides, a brace opens a block.
    Value,
    /// A dot: a word is a property.
    Dot,
    /// `if`, `while`, `for`, `with`: the parenthesis that follows holds a condition.
    Condition,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Block,
    Object,
    Template,
    Group,
    Condition,
}

struct Scanner<'a> {
    source: &'a [u8],
    at: usize,
    before: Before,
    open: Vec<Open>,
    signs: Signs,
}

impl Scanner<'_> {
    fn run(&mut self) {
        if self.source.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        if self.source.starts_with(b"#!") {
            self.skip_line();
        }
        while !(self.signs.module && self.signs.listener) {
            self.skip_blank();
            let Some(byte) = self.peek(0) else { return };
            match byte {
                b'"' | b'\'' => self.string(byte),
                b'`' => {
                    self.at += 1;
                    self.template();
                }
                b'/' => self.slash(),
                _ if is_word(byte) => self.word(),
                _ => self.punctuation(byte),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.get(self.at + ahead).copied()
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c, _) => self.at += 1,
                (b'/', Some(b'/')) => self.skip_line(),
                (b'/', Some(b'*')) => self.skip_comment(),
                _ => return,
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = self.source.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    }

    fn skip_comment(&mut self) {
        let rest = self.source.get(self.at + 2..).unwrap_or_default();
        self.at += 2 + memchr::memchr_iter(b'*', rest)
            .find(|star| rest.get(star + 1) == Some(&b'/'))
            .map_or(rest.len(), |end| end + 2);
    }

    fn string(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                _ if byte == quote => break,
                _ => {}
            }
        }
        self.before = Before::Value;
    }

    /// Text of a template, up to its end or its next `${`.
    fn template(&mut self) {
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => break,
                b'$' if self.peek(0) == Some(b'{') => {
                    self.at += 1;
                    self.open.push(Open::Template);
                    self.before = Before::Operator;
                    return;
                }
                _ => {}
            }
        }
        self.before = Before::Value;
    }

    fn slash(&mut self) {
        let begins = !matches!(self.before, Before::Value | Before::Dot);
        match if begins { self.regular_expression() } else { None } {
            Some(end) => {
                self.at = end;
                self.before = Before::Value;
            }
            None => {
                self.at += 1;
                self.before = Before::Operator;
            }
        }
    }

    /// Where the regular expression that may begin here ends; none if the line ends before it.
    fn regular_expression(&self) -> Option<usize> {
        let (mut at, mut in_class) = (self.at + 1, false);
        loop {
            match self.source.get(at)? {
                b'\n' | b'\r' => return None,
                b'\\' => at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => return Some(at + 1),
                _ => {}
            }
            at += 1;
        }
    }

    fn word(&mut self) {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        let is_property = self.before == Before::Dot;
        self.at += length;
        self.before = match word {
            _ if is_property => Before::Value,
            b"if" | b"while" | b"for" | b"with" => Before::Condition,
            b"else" | b"do" | b"try" | b"finally" => Before::Statement,
            b"return" | b"typeof" | b"case" | b"in" | b"of" | b"delete" | b"void" | b"throw" | b"new"
            | b"instanceof" | b"await" | b"yield" | b"default" | b"extends" => Before::Operator,
            _ => Before::Value,
        };
        match word {
            b"addEventListener" => {
                self.skip_blank();
                self.signs.listener |= self.peek(0) == Some(b'(');
            }
            b"export" if !is_property => self.export(),
            b"import" if !is_property => self.import(),
            _ => {}
        }
    }

    fn export(&mut self) {
        self.skip_blank();
        const DECLARATIONS: [&[u8]; 8] =
            [b"default", b"const", b"let", b"var", b"function", b"class", b"async", b"type"];
        self.signs.module |= match self.peek(0) {
            Some(b'{' | b'*') => true,
            _ => DECLARATIONS.contains(&self.next_word()),
        };
    }

    fn import(&mut self) {
        self.skip_blank();
        self.signs.module |= match self.peek(0) {
            Some(b'{' | b'*' | b'"' | b'\'') => true,
            Some(b'.') => {
                self.at += 1;
                self.skip_blank();
                self.before = Before::Dot;
                self.next_word() == b"meta"
            }
            Some(byte) => is_word(byte),
            None => false,
        };
    }

    fn next_word(&self) -> &[u8] {
        let rest = self.source.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        rest.get(..length).unwrap_or_default()
    }

    fn punctuation(&mut self, byte: u8) {
        self.at += 1;
        self.before = match byte {
            b'{' => {
                let is_object = self.before == Before::Operator;
                self.open.push(if is_object { Open::Object } else { Open::Block });
                if is_object { Before::Operator } else { Before::Statement }
            }
            b'(' => {
                let is_condition = self.before == Before::Condition;
                self.open.push(if is_condition { Open::Condition } else { Open::Group });
                Before::Operator
            }
            b'[' => {
                self.open.push(Open::Group);
                Before::Operator
            }
            b')' | b']' | b'}' => match self.open.pop() {
                Some(Open::Template) => return self.template(),
                Some(Open::Condition) => Before::Statement,
                Some(Open::Block) => Before::Statement,
                Some(Open::Object | Open::Group) | None => Before::Value,
            },
            b';' => Before::Statement,
            b'.' if self.peek(0) == Some(b'.') => {
                self.at += 2;
                Before::Operator
            }
            b'.' => Before::Dot,
            b'=' if self.peek(0) == Some(b'>') => {
                self.at += 1;
                Before::Statement
            }
            b'+' | b'-' if self.peek(0) == Some(byte) => {
                self.at += 1;
                self.before
            }
            // `a?.b`: a property; `a?.5:b` is rare enough.
            _ => Before::Operator,
        };
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | 0x80..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Signs, signs};

    #[test]
    fn modules_are_known_by_their_declarations() {
        for source in [
            "export default {}",
            "export{a as default};",
            "var a=1;export/*x*/{a as default}",
            "import x from 'y'",
            "import'y'",
            "import * as x from \"y\"",
            "console.log(import.meta.url)",
            "const r = /[/'\"`]/g, s = a / b / c; export default s",
            "if (a) /\"'/.test(b); export default 1",
            "const t = `a ${ {b: `}`}.b } export`; export const x = 1",
            "x = {}\n/ 2; export async function f() {}",
            "a = b ? /'/ : 1; export function f() {}",
            "for (const a of b) /`/.exec(a); export class A {}",
            "a++ / 2; b = '/'; export let c",
            "const f = () => { return /}/ }; export default f",
            "#!/usr/bin/env node's\nexport default {}",
            "\u{feff}export default {}",
            "x.y = function () {} // ' \n export default 1",
        ] {
            assert!(signs(source.as_bytes()).module, "{source}");
        }
    }

    #[test]
    fn scripts_are_not_modules() {
        for source in [
            "addEventListener('fetch', e => {})",
            "self.addEventListener(\"fetch\", f) // export default",
            "const a = 'export default {}'; addEventListener ('fetch', a)",
            "/* import x from 'y' */ addEventListener('fetch', () => import('x'))",
            "const t = `\nexport default ${ `import x from 'y'` }`; addEventListener('fetch', t)",
            "a.export = {}; a.import = b; ({export: 1, import: 2}); addEventListener('fetch', a)",
            "const r = /export default {/; addEventListener('fetch', r)",
            "({ export() {}, import(x) {} }); addEventListener('fetch', 1)",
        ] {
            assert_eq!(signs(source.as_bytes()), Signs { module: false, listener: true }, "{source}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_scanned_to_the_end(source in proptest::collection::vec(any::<u8>(), 0..400)) {
            signs(&source);
        }

        #[test]
        fn any_javascript_like_text_is_scanned_to_the_end(source in "[ -~\n]{0,200}|[`${}()/\\[\\]\\\\'\".*a\n]{0,200}") {
            signs(source.as_bytes());
        }
    }
}
