//! Foreign text made safe to print.

/// Text from the other side on one line: control characters, escape sequences, bidirectional and
/// zero-width characters gone, at most `limit` characters.
pub fn plain(text: &str, limit: usize) -> String {
    let mut shown = String::new();
    let mut blank = true;
    for character in text.chars().filter(|character| !is_invisible(*character)) {
        let is_blank = character.is_whitespace() || character.is_control();
        if !(is_blank && blank) {
            shown.push(if is_blank { ' ' } else { character });
        }
        blank = is_blank;
    }
    let shown = shown.trim_end();
    if shown.chars().count() <= limit {
        return shown.to_owned();
    }
    let mut cut: String = shown.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Characters that change how text looks without being seen: direction marks, zero-width characters.
pub fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn drops_what_a_terminal_would_obey() {
        assert_eq!(plain("a\u{1b}[31mred\r\n  b\u{9b}\u{202e}c\0", 100), "a [31mred b c");
    }

    #[test]
    fn cuts_long_text_at_a_character() {
        assert_eq!(plain("äöüß", 3), "äö…");
        assert_eq!(plain("äöü", 3), "äöü");
    }
}
