//! Text that leaves a run, free of the run's credentials and secrets in every form in which others may send them back.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::{escape, partial_escape};
use url::form_urlencoded;

use crate::diagnostic::plain;
use crate::secret::{MASK, Secret};

/// A value of fewer bytes is not masked: it would be found in ordinary words, and anybody can guess it.
const SHORTEST: usize = 4;

/// A value of fewer bytes is masked only where it stands alone, such as `test` but not in `latest`.
const SHORTEST_INSIDE_WORDS: usize = 8;

/// Stands where a text was cut.
const CUT: char = '…';

/// What is signed into the address of an object opens it for some minutes.
const SIGNATURE: &str = "Signature=";

/// How a JSON Web Token starts: `{"` in Base64. It opens what it was made for to whoever has it.
const WEB_TOKEN: &str = "eyJ";

/// Kept by JavaScript's `encodeURIComponent`.
const COMPONENT: &AsciiSet = &UNRESERVED.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// Kept by everything that follows RFC 3986.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Kept by JavaScript's `encodeURI`, which leaves the characters that divide a URL.
const WHOLE_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'\\');

/// What a run hides. It learns more while the run goes on.
#[derive(Debug, Default)]
pub struct Mask {
    /// By their first bytes: a run of a thousand manifests may have many.
    spellings: RefCell<BTreeMap<[u8; SHORTEST], BTreeSet<Spelling>>>,
}

/// One form of a value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Spelling {
    text: String,
    extent: Extent,
}

/// What is hidden where a spelling stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Extent {
    /// The spelling.
    Itself,
    /// The spelling, where it is no part of a longer word.
    Alone,
    /// All that is written in Base64 around it: the characters at its ends depend on their neighbours.
    Base64,
}

impl std::fmt::Debug for Spelling {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(MASK)
    }
}

impl Mask {
    /// Hides these values from now on.
    pub fn hide<'s>(&self, secrets: impl IntoIterator<Item = &'s Secret>) {
        let mut known = self.spellings.borrow_mut();
        for spelling in secrets.into_iter().flat_map(|secret| spellings(secret.reveal().trim())) {
            if let Some(start) = spelling.text.as_bytes().first_chunk() {
                known.entry(*start).or_default().insert(spelling);
            }
        }
    }

    /// The text without what is hidden. What is left of a value where a text was cut is hidden as well.
    pub fn text(&self, text: &str) -> String {
        let mut hidden = vec![false; text.len()];
        for (start, end) in self.found(text).into_iter().chain(signatures(text)).chain(web_tokens(text)) {
            hidden.iter_mut().take(end).skip(start).for_each(|hidden| *hidden = true);
        }
        let mut shown = String::with_capacity(text.len());
        let mut in_mask = false;
        for (at, character) in text.char_indices() {
            let is_hidden = hidden.get(at).copied().unwrap_or_default();
            match is_hidden {
                false => shown.push(character),
                true if in_mask => {}
                true => shown.push_str(MASK),
            }
            in_mask = is_hidden;
        }
        shown
    }

    /// Whether nothing of the text is hidden.
    pub fn leaves(&self, text: &str) -> bool {
        self.text(text) == text
    }

    /// Where hidden values stand: their first byte, and the one after their last.
    fn found(&self, text: &str) -> Vec<(usize, usize)> {
        let known = self.spellings.borrow();
        let parts = text.char_indices().filter_map(|(at, _)| text.split_at_checked(at));
        let found = parts.filter_map(|(before, rest)| {
            let spellings = known.get(rest.as_bytes().first_chunk()?)?;
            Some(spellings.iter().filter_map(move |spelling| spelling.place_in(before, rest)))
        });
        found.flatten().collect()
    }
}

impl Spelling {
    /// What to hide where a text goes on with this spelling, or with what was left of it before a cut.
    fn place_in(&self, before: &str, rest: &str) -> Option<(usize, usize)> {
        let length = match rest.strip_prefix(self.text.as_str()) {
            Some(_) => self.text.len(),
            None => {
                let left = rest.split(CUT).next().filter(|left| left.len() < rest.len())?;
                (self.text.starts_with(left) && left.len() >= SHORTEST).then_some(left.len())?
            }
        };
        let (start, end) = (before.len(), before.len() + length);
        let after = rest.get(length..)?;
        match self.extent {
            Extent::Itself => Some((start, end)),
            Extent::Alone => {
                let is_part = before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
                (!is_part).then_some((start, end))
            }
            Extent::Base64 => {
                let start = before.trim_end_matches(is_base64).len();
                Some((start, end + after.len() - after.trim_start_matches(is_base64).len()))
            }
        }
    }
}

/// Of either alphabet.
fn is_base64(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+/-_=".contains(character)
}

/// Signatures of addresses, which a page may quote whole.
fn signatures(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices(SIGNATURE).map(|(at, name)| {
        let start = at + name.len();
        let digits = text.bytes().skip(start).take_while(u8::is_ascii_hexdigit).count();
        (start, start + digits)
    })
}

/// JSON Web Tokens, which answers give and pages may quote: whole, or what a cut left of their last part.
fn web_tokens(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.match_indices(WEB_TOKEN).filter_map(|(start, _)| {
        let rest = text.get(start..)?;
        let end = rest.find(|character| !is_in_web_token(character)).unwrap_or(rest.len());
        let mut parts = rest.get(..end)?.split('.');
        let has_claims = parts.nth(1).is_some_and(|claims| claims.starts_with(WEB_TOKEN));
        has_claims.then_some((start, start + end))
    })
}

fn is_in_web_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_.".contains(character)
}

/// Every form in which a value is likely to come back.
fn spellings(value: &str) -> Vec<Spelling> {
    if value.len() < SHORTEST {
        return Vec::new();
    }
    let extent = if value.len() < SHORTEST_INSIDE_WORDS { Extent::Alone } else { Extent::Itself };
    let as_it_is = iter::once(value.to_owned()).chain(quoted(value)).map(|text| Spelling { text, extent });
    let encoded = in_urls(value).chain(in_hex(value)).filter(|text| text != value);
    let encoded = encoded.map(|text| Spelling { text, extent: Extent::Itself });
    let encoded = encoded.chain(in_base64(value).map(|text| Spelling { text, extent: Extent::Base64 }));
    as_it_is.chain(encoded.filter(|spelling| spelling.text.len() >= SHORTEST_INSIDE_WORDS)).collect()
}

/// On one line, in JSON, in HTML and XML.
fn quoted(value: &str) -> impl Iterator<Item = String> {
    let json = serde_json::to_string(value).ok();
    let json = json.and_then(|json| Some(json.strip_prefix('"')?.strip_suffix('"')?.to_owned()));
    [plain(value, usize::MAX), escape(value).into_owned(), partial_escape(value).into_owned()].into_iter().chain(json)
}

fn in_urls(value: &str) -> impl Iterator<Item = String> {
    let sets = [NON_ALPHANUMERIC, UNRESERVED, COMPONENT, WHOLE_URL];
    let encoded = sets.map(|set| utf8_percent_encode(value, set).to_string());
    let form: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let every_byte: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
    encoded.into_iter().chain([form, every_byte]).flat_map(|text| [lower_case_escapes(&text), text])
}

/// The same with `%2f` for `%2F`.
fn lower_case_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| match part.split_at_checked(2) {
        Some((digits, rest)) => format!("{whole}%{}{rest}", digits.to_ascii_lowercase()),
        None => format!("{whole}%{part}"),
    })
}

fn in_hex(value: &str) -> impl Iterator<Item = String> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    [hex.to_ascii_uppercase(), hex].into_iter()
}

/// In both alphabets, also inside of something longer such as `user:password`: the characters that depend on the value
/// alone, whatever number of bytes stands before it.
fn in_base64(value: &str) -> impl Iterator<Item = String> {
    (0..3_usize).flat_map(move |before| {
        let bytes: Vec<u8> = iter::repeat_n(0, before).chain(value.bytes()).collect();
        let whole = bytes.get(..bytes.len() / 3 * 3).unwrap_or_default();
        let of_value = |text: String| text.get(if before == 0 { 0 } else { 4 }..).unwrap_or_default().to_owned();
        [of_value(Base64Unpadded::encode_string(whole)), of_value(Base64UrlUnpadded::encode_string(whole))]
    })
}

#[cfg(test)]
mod tests {
    use super::Mask;
    use crate::secret::Secret;

    const TOKEN: &str = "cnry-Xk3vTq9_ZbW7mJf2LrP8sNd4HgYc6Ae1UoQ";
    const SECRET: &str = "cnry/Q7x+vK2=m&9%zR4 \"ü\" wT8?p:L5#";

    fn of(values: &[&str]) -> Mask {
        let mask = Mask::default();
        mask.hide(&values.iter().map(|value| Secret::new(*value)).collect::<Vec<_>>());
        mask
    }

    #[test]
    fn a_value_is_hidden_wherever_it_stands_and_the_rest_stays() {
        let mask = of(&[TOKEN, SECRET]);
        let said = format!("`Bearer {TOKEN}` and {TOKEN}{SECRET}, twice{TOKEN}over");
        assert_eq!(mask.text(&said), "`Bearer ***` and ***, twice***over");
        assert!(mask.leaves("nothing of it, not even cnry-Xk3"));
    }

    #[test]
    fn every_form_in_which_a_value_comes_back_is_hidden() {
        let mask = of(&[SECRET]);
        for form in [
            // encodeURIComponent, encodeURI, a form, each byte, small digits
            "cnry%2FQ7x%2BvK2%3Dm%269%25zR4%20%22%C3%BC%22%20wT8%3Fp%3AL5%23",
            "cnry/Q7x+vK2=m&9%25zR4%20%22%C3%BC%22%20wT8?p:L5#",
            "cnry%2FQ7x%2BvK2%3Dm%269%25zR4+%22%C3%BC%22+wT8%3Fp%3AL5%23",
            "cnry%2fQ7x%2bvK2%3dm%269%25zR4%20%22%c3%bc%22%20wT8%3fp%3aL5%23",
            // JSON, HTML
            "cnry/Q7x+vK2=m&9%zR4 \\\"ü\\\" wT8?p:L5#",
            "cnry/Q7x+vK2=m&amp;9%zR4 &quot;ü&quot; wT8?p:L5#",
            "cnry/Q7x+vK2=m&amp;9%zR4 \"ü\" wT8?p:L5#",
        ] {
            assert_eq!(mask.text(&format!("a {form} b")), "a *** b", "{form}");
        }
    }

    #[test]
    fn basic_authorization_shows_no_part_of_a_password() {
        let mask = of(&["open sesame now"]);
        // printf 'u:open sesame now' | base64, with one, two and three characters before the colon
        for form in ["dTpvcGVuIHNlc2FtZSBub3c", "dXU6b3BlbiBzZXNhbWUgbm93", "dXV1Om9wZW4gc2VzYW1lIG5vdw"] {
            assert_eq!(mask.text(&format!("`Basic {form}==`")), "`Basic ***`");
        }
    }

    #[test]
    fn what_a_cut_left_of_a_value_is_hidden_too() {
        let mask = of(&[TOKEN]);
        assert_eq!(mask.text("page: cnry-Xk3vTq9_Zb… (status 403)"), "page: ***… (status 403)");
        assert_eq!(mask.text("page: cnr… and so on"), "page: cnr… and so on");
    }

    #[test]
    fn a_short_value_is_hidden_where_it_stands_alone_and_a_tiny_one_never() {
        let mask = of(&["test", "1", "on", " \n"]);
        assert_eq!(mask.text("the latest test, `test` and tests: 1 on"), "the latest ***, `***` and tests: 1 on");
    }

    #[test]
    fn lines_of_a_value_are_hidden_on_one_line_as_well() {
        assert_eq!(of(&["-----BEGIN\nkey\n-----END"]).text("got -----BEGIN key -----END"), "got ***");
    }

    #[test]
    fn a_signature_of_an_address_is_hidden() {
        let said = "GET /b/k?X-Amz-Expires=60&X-Amz-Signature=0123abcd&x=1";
        assert_eq!(Mask::default().text(said), "GET /b/k?X-Amz-Expires=60&X-Amz-Signature=***&x=1");
    }

    #[test]
    fn a_json_web_token_is_hidden_whoever_made_it() {
        let claims = "eyJzZXNzaW9uIjoiMSJ9";
        let said = format!(
            "`Bearer eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl` and eyJhbGciOiJIUzI1NiJ9.{claims}.c2… or eyJ.x"
        );
        assert_eq!(Mask::default().text(&said), "`Bearer ***` and ***… or eyJ.x");
    }

    #[test]
    fn a_mask_shows_nothing_of_what_it_hides() {
        assert!(!format!("{:?}", of(&[TOKEN])).contains("Xk3"));
    }
}
