//! Words of a command that people copy into a shell.

/// A word as a POSIX shell reads it: route patterns hold `*`, which shells would expand or refuse.
pub fn shell_word(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_./:=@%+,-".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn only_what_a_shell_would_touch_is_quoted() {
        assert_eq!(shell_word("script:shop"), "script:shop");
        assert_eq!(shell_word("route:shop.example.com/*"), "'route:shop.example.com/*'");
        assert_eq!(shell_word("it's"), "'it'\\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
