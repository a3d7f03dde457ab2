//! Where a new database is to be kept, in the words of three times: Cloudflare's own, which the later schema has, and
//! those of the earlier one.

use crate::diagnostic::{Code, Diagnostic};
use crate::manifest::schema::Word;

/// Cloudflare's location hints, in the order of the later schema's numbers, from 1.
pub(super) const HINTS: [&str; 6] = ["weur", "eeur", "apac", "oc", "wnam", "enam"];
/// The earlier schema's words, in the order of its numbers, from 1, with what they mean now. Nobody said what `enw` meant.
const EARLIER: [(&str, Option<&str>); 4] =
    [("weur", Some("weur")), ("enw", None), ("ape", Some("apac")), ("usw", Some("wnam"))];
/// Number 0 in both schemas.
const UNSPECIFIED: &str = "cloudflare_d1_region_unspecified";

/// What a word comes to.
#[derive(Debug, Default)]
pub(super) struct Region {
    /// The hint to send, if any.
    pub hint: Option<&'static str>,
    /// What is to be said of the word.
    pub finding: Option<Diagnostic>,
}

/// Reads a region. `earlier`: the document has keys that only the earlier schema has, so its numbers are meant.
pub(super) fn region(word: &Word, earlier: bool) -> Region {
    match word {
        Word::Name(text) => of_text(text),
        Word::Number(number) => of_number(*number, earlier),
    }
}

fn of_text(text: &str) -> Region {
    if text == UNSPECIFIED {
        return Region::default();
    }
    if let Some(hint) = HINTS.into_iter().find(|hint| *hint == text) {
        return Region { hint: Some(hint), finding: None };
    }
    match EARLIER.into_iter().find(|(word, _)| *word == text) {
        Some((word, hint)) => of_earlier(&format!("`{word}`"), hint),
        None => none_of_them("not a region of D1"),
    }
}

fn of_number(number: i64, earlier: bool) -> Region {
    let place = usize::try_from(number).ok();
    if place == Some(0) {
        return Region::default();
    }
    let place = place.and_then(|place| place.checked_sub(1));
    let was = place.and_then(|place| EARLIER.get(place).copied());
    let now = place.and_then(|place| HINTS.get(place).copied());
    match (was, now) {
        (Some((word, hint)), _) if earlier => of_earlier(&format!("{number}, once `{word}`,"), hint),
        (Some((word, hint)), Some(now)) if hint != Some(now) => {
            let message = format!("{number} is read as `{now}`; the earlier schema meant `{word}` by it");
            let finding = Diagnostic::warning(Code::OldSpelling, message);
            Region { hint: Some(now), finding: Some(finding.with_help("write the region as a word")) }
        }
        (_, Some(now)) => Region { hint: Some(now), finding: None },
        (_, None) => none_of_them("not a number of a region"),
    }
}

/// A word of the earlier schema; one without a meaning asks for no region.
fn of_earlier(word: &str, hint: Option<&'static str>) -> Region {
    let finding = match hint {
        Some(hint) if word == format!("`{hint}`") => None,
        Some(hint) => {
            let finding = Diagnostic::note(Code::OldSpelling, format!("{word} is an old spelling"));
            Some(finding.with_help(format!("write `{hint}`")))
        }
        None => {
            let message =
                format!("{word} names no region that D1 has today: the database is created near to whoever creates it");
            Some(Diagnostic::warning(Code::NoEffect, message).with_help(format!("use one of {}", known())))
        }
    };
    Region { hint, finding }
}

fn none_of_them(message: &str) -> Region {
    let finding = Diagnostic::error(Code::InvalidValue, message).with_help(format!("use one of {}", known()));
    Region { hint: None, finding: Some(finding) }
}

fn known() -> String {
    HINTS.map(|hint| format!("`{hint}`")).join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Word, region};
    use crate::diagnostic::Severity;

    fn read(word: Word, earlier: bool) -> (Option<&'static str>, Option<Severity>) {
        let read = region(&word, earlier);
        (read.hint, read.finding.map(|finding| finding.severity))
    }

    #[test]
    fn numbers_count_by_the_schema_whose_keys_the_document_has() {
        let hints = |earlier| [0, 1, 2, 3, 4, 5, 6].map(|number| read(Word::Number(number), earlier).0);
        assert_eq!(
            hints(false),
            [None, Some("weur"), Some("eeur"), Some("apac"), Some("oc"), Some("wnam"), Some("enam")]
        );
        assert_eq!(hints(true), [None, Some("weur"), None, Some("apac"), Some("wnam"), Some("wnam"), Some("enam")]);
    }

    #[test]
    fn a_number_that_meant_something_else_once_is_warned_about() {
        let severities = [0, 1, 2, 3, 4, 5, 6].map(|number| read(Word::Number(number), false).1);
        let warning = Some(Severity::Warning);
        assert_eq!(severities, [None, None, warning, None, warning, None, None]);
        assert_eq!([-1, 7].map(|number| read(Word::Number(number), false).1), [Some(Severity::Error); 2]);
    }

    #[test]
    fn words_of_the_earlier_schema_come_to_those_of_today() {
        let text = |text: &str| read(Word::Name(text.into()), false);
        assert_eq!(text("weur"), (Some("weur"), None));
        assert_eq!(text("ape"), (Some("apac"), Some(Severity::Note)));
        assert_eq!(text("usw"), (Some("wnam"), Some(Severity::Note)));
        assert_eq!(text("enw"), (None, Some(Severity::Warning)));
        assert_eq!(text("cloudflare_d1_region_unspecified"), (None, None));
        assert_eq!(["WEUR", "", "eu"].map(|word| text(word).1), [Some(Severity::Error); 3]);
    }
}
