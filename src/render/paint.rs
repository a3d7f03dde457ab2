//! Colour, and foreign text made safe.

use serde::Deserialize;

/// How to lay text out.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
pub struct Style {
    /// Whether the reader sees colours; colour never carries meaning alone.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { color: false, width: 80 }
    }
}

/// Colours text, or leaves it alone.
pub struct Paint {
    color: bool,
}

impl Paint {
    /// Paints as the style says.
    pub fn new(style: &Style) -> Self {
        Self { color: style.color }
    }

    /// Something new.
    pub fn green(&self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// Something that changes.
    pub fn yellow(&self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// Something that goes, or that failed.
    pub fn red(&self, text: &str) -> String {
        self.wrap("31", text)
    }

    /// Something of less weight.
    pub fn dim(&self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// Foreign text without what a terminal would obey: control characters show as `\u{…}`.
    pub fn plain(&self, text: &str) -> String {
        text.chars().fold(String::new(), |mut shown, character| {
            if is_inert(character) {
                shown.push(character);
            } else {
                shown.extend(character.escape_unicode());
            }
            shown
        })
    }

    fn wrap(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Whether a terminal only shows the character and obeys nothing.
pub fn is_inert(character: char) -> bool {
    match character {
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => false,
        other => !other.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Paint, Style};

    #[test]
    fn foreign_text_is_inert() {
        let paint = Paint::new(&Style::default());
        assert_eq!(paint.plain("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
    }
}
