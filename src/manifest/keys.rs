//! Spellings of keys.

/// Whether two keys are spellings of one field: `account_id`, `accountId`.
pub(crate) fn same_key(left: &str, right: &str) -> bool {
    left == right || snake_case(left) == snake_case(right)
}

/// `account_id` of `accountId`.
pub fn snake_case(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 4);
    for character in key.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
