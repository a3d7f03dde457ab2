//! User input inside a message.

use crate::diagnostic::is_invisible;

/// Longest piece of user input that a message repeats, in characters.
const LONGEST: usize = 80;

/// The text in backticks: control and invisible characters escaped, long text cut.
pub fn quote(text: &str) -> String {
    let mut shown = String::from("`");
    for (position, character) in text.chars().enumerate() {
        if position == LONGEST {
            shown.push('…');
            break;
        }
        if character.is_control() || is_invisible(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown.push('`');
    shown
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn escapes_and_cuts() {
        assert_eq!(quote("a\u{1b}[31m\u{202e}b"), "`a\\u{1b}[31m\\u{202e}b`");
        assert_eq!(quote(&"x".repeat(100)).chars().count(), 83);
    }
}
