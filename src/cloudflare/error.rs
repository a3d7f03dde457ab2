//! What an answer means: HTTP status first, then (family, code). A code alone says nothing, families share numbers.
//!
//! <https://developers.cloudflare.com/workers/observability/errors/>

use serde_json::Value;

use super::envelope::{self, ApiMessage, Envelope};
use crate::diagnostic::plain;
use crate::http::{Again, Answer, Meaning, Refusal, Verdict};

/// Bytes of a page that are searched for its title.
const PAGE_START: usize = 16 * 1024;

/// Whose error codes an answer uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `/accounts`.
    Accounts,
    /// `…/tokens/verify`.
    Tokens,
    /// `/zones`.
    Zones,
    /// `/zones/{zone}/dns_records`.
    Dns,
    /// `/accounts/{account}/workers/…`.
    Workers,
    /// `/zones/{zone}/workers/routes`.
    Routes,
    /// `/accounts/{account}/storage/kv/…`.
    Kv,
    /// `/accounts/{account}/queues`.
    Queues,
    /// `/accounts/{account}/r2/…`.
    R2,
    /// `/accounts/{account}/d1/…`.
    D1,
}

/// What an accepted answer holds.
///
/// # Errors
/// What another answer means to an endpoint of `family` that needs `permission`.
pub(crate) fn judge(
    family: Family,
    permission: Option<&'static str>,
    just_created: bool,
    answer: &Answer,
) -> Result<Envelope, Verdict> {
    let envelope = match envelope::read(answer) {
        Ok(envelope) => envelope,
        Err(_) if answer.is_success() => return Err(Verdict::Garbled(not_json(answer))),
        Err(_) if is_cut_off(answer) => return Err(Verdict::Garbled("it breaks off in the middle".into())),
        Err(_) => return Err(without_envelope(permission, answer)),
    };
    // Only Cloudflare's own word says that a permission is missing: a proxy's JSON names no error of the API.
    if matches!(answer.status, 401 | 403) && envelope.errors.is_empty() {
        return Err(Verdict::Foreign(foreign(answer)));
    }
    if answer.is_success() && envelope.success {
        return Ok(envelope);
    }
    if answer.is_success() && envelope.errors.is_empty() {
        return Err(Verdict::Garbled("it says neither success nor an error".into()));
    }
    let cause = cause(&envelope);
    let code = cause.as_ref().and_then(|cause| cause.code);
    let text = cause.map_or_else(String::new, |cause| plain(&cause.message, 500));
    let (meaning, again) = classify(family, just_created, answer.status, code, &text);
    let message = if text.is_empty() { "no reason was given".to_owned() } else { text };
    Err(Verdict::Refused(Box::new(Refusal {
        code,
        permission,
        cf_ray: answer.cf_ray(),
        ..Refusal::new(answer.status, meaning, again, message)
    })))
}

/// An answer of Cloudflare's own that did not come whole: why it refused is in the part that is missing.
fn is_cut_off(answer: &Answer) -> bool {
    let broken = serde_json::from_slice::<Value>(&answer.body);
    answer.body.starts_with(b"{") && broken.is_err_and(|error| error.is_eof())
}

/// The error to show and to classify on: the first, or what it wraps (DNS 1004, headers 6003).
fn cause(envelope: &Envelope) -> Option<ApiMessage> {
    let first = envelope.errors.first()?;
    match first.chain.first() {
        Some(inner) if first.code == Some(1004) => {
            let message = format!("{}: {}", first.message, inner.message);
            Some(ApiMessage { code: inner.code.or(first.code), message, chain: Vec::new() })
        }
        Some(inner) => {
            let message = format!("{}: {}", first.message, inner.message);
            Some(ApiMessage { code: first.code, message, chain: Vec::new() })
        }
        None => Some(first.clone()),
    }
}

/// An answer without Cloudflare's form: a status that speaks for itself, or a page of whatever stands in between.
fn without_envelope(permission: Option<&'static str>, answer: &Answer) -> Verdict {
    let Some((meaning, again)) = by_status(answer.status) else { return Verdict::Foreign(foreign(answer)) };
    let message = match answer.status {
        0 | 300..=399 => "the answer is a redirect, which is not followed".to_owned(),
        _ => not_json(answer),
    };
    let refusal = Refusal::new(answer.status, meaning, again, message);
    Verdict::Refused(Box::new(Refusal { permission, cf_ray: answer.cf_ray(), ..refusal }))
}

/// What answers in place of the API, as far as it says.
fn foreign(answer: &Answer) -> String {
    let status = answer.status;
    let what = match title(&answer.body) {
        Some(title) => format!("a page with the title `{title}`"),
        None => not_json(answer),
    };
    if answer.header("cf-mitigated").is_some() {
        return format!("status {status}, a firewall in front of the API asks for a challenge: {what}");
    }
    format!("status {status} and not in Cloudflare's form: {what}")
}

/// The title of a page in HTML.
fn title(body: &[u8]) -> Option<String> {
    let page = String::from_utf8_lossy(body.get(..PAGE_START).unwrap_or(body)).into_owned();
    let names = page.to_ascii_lowercase();
    let open = names.find("<title")?;
    let start = open + names.get(open..)?.find('>')? + 1;
    let end = start + names.get(start..)?.find("</title")?;
    let text = page.get(start..end)?;
    let title = plain(&quick_xml::escape::unescape(text).unwrap_or(text.into()), 100);
    (!title.is_empty()).then_some(title)
}

fn not_json(answer: &Answer) -> String {
    let start = answer.excerpt();
    if start.is_empty() { "the answer is empty".into() } else { format!("the answer is not JSON: `{start}`") }
}

/// What the status decides alone.
fn by_status(status: u16) -> Option<(Meaning, Again)> {
    match status {
        429 => Some((Meaning::Throttled, Again::Throttled)),
        408 | 500.. => Some((Meaning::Failed, Again::Unclear)),
        0 | 300..=399 => Some((Meaning::Redirect, Again::Never)),
        _ => None,
    }
}

/// Meaning of a refusal, and whether the same request may go better later.
fn classify(family: Family, just_created: bool, status: u16, code: Option<i64>, text: &str) -> (Meaning, Again) {
    let code = code.unwrap_or_default();
    let (meaning, again) = classify_settled(family, status, code, text);
    let late = just_created && settles_late(family, status, code);
    let again = if late { Again::NotYet } else { again };
    (meaning, again)
}

fn classify_settled(family: Family, status: u16, code: i64, text: &str) -> (Meaning, Again) {
    if let Some(known) = by_status(status) {
        return known;
    }
    if let Some(known) = by_any_family(family, status, code, text) {
        return known;
    }
    let meaning = match family {
        Family::Workers => workers(code),
        Family::Routes => routes(code),
        Family::Dns => dns(code),
        Family::Kv => kv(code),
        Family::Queues => queues(code),
        Family::R2 => r2(code),
        Family::D1 => d1(code),
        Family::Zones => zones(code, text),
        Family::Accounts | Family::Tokens => None,
    };
    meaning.unwrap_or_else(|| (by_plain_status(status, code), Again::Never))
}

/// The first upload of a Worker settles late: for some hundred milliseconds these are not the truth.
fn settles_late(family: Family, status: u16, code: i64) -> bool {
    match family {
        Family::Workers => matches!(code, 10007 | 10222) || (status == 500 && code == 10013),
        Family::Routes => code == 10019,
        // The Worker or the queue was made a moment ago.
        Family::Queues => matches!(code, 10007 | 11000),
        _ => false,
    }
}

/// Codes that mean the same everywhere.
fn by_any_family(family: Family, status: u16, code: i64, text: &str) -> Option<(Meaning, Again)> {
    let meaning = match (code, status) {
        (971 | 10429, _) => return Some((Meaning::Throttled, Again::Throttled)),
        (9106 | 6003 | 6111 | 9103, _) | (1000, 401) => Meaning::Credentials,
        (10001, _) if text.contains("internal error") => return Some((Meaning::Failed, Again::Unclear)),
        (_, 403) if text.contains("limit of") && text.contains("tags") => Meaning::Invalid,
        (7003 | 7000, _) if family == Family::Zones => Meaning::Absent,
        (9109, _) if text.contains("zone identifier") && family == Family::Zones => Meaning::Absent,
        (9109, _) if text.contains("identifier") => Meaning::UnknownId,
        // "Max auth failures reached" and "Invalid access token" share their code with missing permissions.
        (9109, _) if text.contains("auth failures") || text.contains("access token") => Meaning::Credentials,
        (9109, _) | (10000, 400..=403) | (10001, 403) => Meaning::Permission,
        (10405 | 7001 | 10000, 405) => Meaning::Credentials,
        (7003 | 7000, _) => Meaning::UnknownId,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn workers(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        10002 | 10013 => return Some((Meaning::Failed, Again::Unclear)),
        10035 => return Some((Meaning::Conflict, Again::NotYet)),
        10007 | 10056 | 10071 | 10090 | 10092 | 10200 | 10222 | 10336 | 100114 | 100146 => Meaning::Absent,
        10064 | 10142 | 10215 | 10220 | 100116 | 100117 | 100405 => Meaning::Conflict,
        10041 | 10085 | 10181 | 11000 | 10143 | 10144 | 10157 | 10159 | 10182 | 100119 | 100143 | 10061 => {
            Meaning::MissingTarget
        }
        10015 | 10023 => Meaning::Permission,
        10037 => Meaning::Quota,
        10006
        | 10016
        | 10021
        | 10026
        | 10027
        | 10034
        | 10052..=10055
        | 10057
        | 10063
        | 10068
        | 10069
        | 10070
        | 10074
        | 10079
        | 10099
        | 10211
        | 11337
        | 100402
        | 100406 => Meaning::Invalid,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn routes(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        10002 | 10013 => return Some((Meaning::Failed, Again::Unclear)),
        10007 | 10009 => Meaning::Absent,
        10019 => Meaning::MissingTarget,
        10020 => Meaning::Conflict,
        10022 | 10026 | 10038 => Meaning::Invalid,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn dns(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        81044 => Meaning::Absent,
        1043 | 81053 | 81054 | 81057 | 81058 => Meaning::Conflict,
        // Another zone has the name (81056), or one above it (89018, unconfirmed): looking again changes nothing.
        81055 | 81056 | 89018 => Meaning::Excluded,
        81045 | 9300 => Meaning::Quota,
        1004 | 9000..=9099 | 9313 => Meaning::Invalid,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn kv(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        10009 | 10013 => Meaning::Absent,
        10014 => Meaning::Conflict,
        10012 | 10019 | 10029 | 10034 => Meaning::Invalid,
        10037 => Meaning::Quota,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn queues(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        11000 | 11006 | 10013 | 10105 => Meaning::Absent,
        // The Worker is not there, or handles no messages.
        10007 | 11001 => Meaning::MissingTarget,
        // A queue that is used, and a name that is taken.
        11004 | 11005 | 11009 | 11017 => Meaning::Conflict,
        10026 | 11003 | 100127 | 100128 => Meaning::Invalid,
        10023 => Meaning::Permission,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn r2(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        10006 | 10053 | 10059 => Meaning::Absent,
        // A name that is taken, and a bucket that holds objects.
        10004 | 10008 | 10073 => Meaning::Conflict,
        10005 | 10015 | 10040 | 10062 => Meaning::Invalid,
        10009 => Meaning::Quota,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn d1(code: i64) -> Option<(Meaning, Again)> {
    let meaning = match code {
        7404 => Meaning::Absent,
        7502 => Meaning::Conflict,
        // 7500 is also SQL that SQLite refuses.
        7400 | 7500 => Meaning::Invalid,
        7406 => Meaning::Quota,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

fn zones(code: i64, text: &str) -> Option<(Meaning, Again)> {
    let meaning = match code {
        1061 => Meaning::Conflict,
        1002 | 1099 | 1116 => Meaning::Invalid,
        _ if text.contains("requires permission") => Meaning::Permission,
        _ => return None,
    };
    Some((meaning, Again::Never))
}

/// Absent is only what Cloudflare calls so, with a code: a 404 without one may be anybody's.
fn by_plain_status(status: u16, code: i64) -> Meaning {
    match status {
        401 => Meaning::Credentials,
        403 => Meaning::Permission,
        404 if code != 0 => Meaning::Absent,
        409 => Meaning::Conflict,
        400 | 413 | 415 | 422 => Meaning::Invalid,
        _ => Meaning::Other,
    }
}
