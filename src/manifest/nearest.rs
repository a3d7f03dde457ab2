//! The known word that somebody probably meant.

use super::keys::snake_case;

/// The known word nearest to the one given, if any is near.
pub fn nearest<'known>(given: &str, known: impl IntoIterator<Item = &'known str>) -> Option<&'known str> {
    // Nobody misspells a word this long; keeps the cost of a hostile key at nothing.
    if given.len() > 64 {
        return None;
    }
    let given = normal(given);
    let scored = known.into_iter().map(|word| (likeness(&given, &normal(word)), word));
    let (score, word) = scored.max_by(|left, right| left.0.total_cmp(&right.0))?;
    (score >= 0.82).then_some(word)
}

/// 1 for the same word, 0 for nothing in common; forgives typing errors and shortened words.
fn likeness(given: &str, known: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(given, known).max(strsim::jaro_winkler(given, known))
}

fn normal(word: &str) -> String {
    snake_case(word).trim_start_matches('_').replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let known = ["account_id", "compatibility_date", "compatibility_flags", "kv_bindings", "dns", "env"];
        assert_eq!(nearest("compat_date", known), Some("compatibility_date"));
        assert_eq!(nearest("acount_id", known), Some("account_id"));
        assert_eq!(nearest("kv-bindings", known), Some("kv_bindings"));
        assert_eq!(nearest("AccountId", known), Some("account_id"));
        assert_eq!(nearest("triggers", known), None);
    }
}
