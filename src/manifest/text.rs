//! Optional texts, where empty means absent, as in the original schema.

/// The text, unless it is absent or empty.
pub(crate) fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}
