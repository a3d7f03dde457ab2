//! What a runtime says when a request fails: whether it can have left, whether the next try can go better, and words
//! that may be shown.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::diagnostic::plain;
use crate::http::{Lasting, TransportError};

/// What is known of a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// The connection never stood: nothing arrived, and the next one may stand.
    NeverStood,
    /// It never stood, nor will the next one.
    Lasting(Lasting),
}

const CERTIFICATE: Known = Known::Lasting(Lasting::Certificate);

/// Error codes of Node (and undici in it), Bun and OpenSSL: `error.code`, or that of a cause.
/// <https://nodejs.org/api/errors.html#common-system-errors>,
/// <https://nodejs.org/api/tls.html#x509-certificate-error-codes>
const CODES: [(&str, Known); 27] = [
    ("ECONNREFUSED", Known::NeverStood),
    ("ENOTFOUND", Known::NeverStood),
    ("EAI_AGAIN", Known::NeverStood),
    ("EHOSTUNREACH", Known::NeverStood),
    ("ENETUNREACH", Known::NeverStood),
    ("UND_ERR_CONNECT_TIMEOUT", Known::NeverStood),
    ("ConnectionRefused", Known::NeverStood),
    ("FailedToOpenSocket", Known::NeverStood),
    ("ERR_INVALID_URL", Known::Lasting(Lasting::Fetch)),
    ("UNABLE_TO_GET_ISSUER_CERT", CERTIFICATE),
    ("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", CERTIFICATE),
    ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", CERTIFICATE),
    ("DEPTH_ZERO_SELF_SIGNED_CERT", CERTIFICATE),
    ("SELF_SIGNED_CERT_IN_CHAIN", CERTIFICATE),
    ("CERT_SIGNATURE_FAILURE", CERTIFICATE),
    ("CERT_NOT_YET_VALID", CERTIFICATE),
    ("CERT_HAS_EXPIRED", CERTIFICATE),
    ("CERT_CHAIN_TOO_LONG", CERTIFICATE),
    ("CERT_REVOKED", CERTIFICATE),
    ("CERT_UNTRUSTED", CERTIFICATE),
    ("CERT_REJECTED", CERTIFICATE),
    ("INVALID_CA", CERTIFICATE),
    ("INVALID_PURPOSE", CERTIFICATE),
    ("HOSTNAME_MISMATCH", CERTIFICATE),
    ("ERR_TLS_CERT_ALTNAME_INVALID", CERTIFICATE),
    ("ERR_SSL_WRONG_VERSION_NUMBER", CERTIFICATE),
    ("ERR_SSL_PACKET_LENGTH_TOO_LONG", CERTIFICATE),
];

/// What some runtimes say in words alone: their errors have neither code nor cause. Any other wording counts as a
/// failure that may pass, so that a change of these costs some tries and nothing else.
const WORDS: [(&str, Known); 3] = [
    // workerd, when a Worker has sent as many requests as it may.
    ("Too many subrequests", Known::Lasting(Lasting::HostLimit)),
    // Deno, whose TLS is rustls.
    ("invalid peer certificate", CERTIFICATE),
    // Deno, whose client is hyper.
    ("client error (Connect)", Known::NeverStood),
];

/// A thrown value as a transport error: its message, and those of its causes.
pub(super) fn failure(thrown: &JsValue) -> TransportError {
    let Said { message, known } = said(thrown);
    TransportError {
        message,
        aborted: false,
        may_have_arrived: known.is_none(),
        lasting: known.and_then(|known| match known {
            Known::NeverStood => None,
            Known::Lasting(lasting) => Some(lasting),
        }),
    }
}

/// What `fetch` threw where it should have given a promise: it sent nothing.
pub(super) fn broken(thrown: &JsValue) -> TransportError {
    let failure = failure(thrown);
    TransportError { may_have_arrived: false, lasting: failure.lasting.or(Some(Lasting::Fetch)), ..failure }
}

/// A request that did not leave, and never will: what gives no `Response` has sent nothing as `fetch` sends it.
pub(super) fn unsent(reason: &str) -> TransportError {
    TransportError { message: shown(reason), lasting: Some(Lasting::Fetch), ..TransportError::default() }
}

struct Said {
    message: String,
    known: Option<Known>,
}

fn said(thrown: &JsValue) -> Said {
    let (mut parts, mut known): (Vec<String>, Option<Known>) = (Vec::new(), None);
    let mut value = thrown.clone();
    for _ in 0..4 {
        let code = text(&value, "code");
        let message = value.as_string().or_else(|| text(&value, "message")).filter(|message| !message.is_empty());
        let by_code = code.as_deref().and_then(|code| CODES.iter().find(|(name, _)| *name == code));
        let by_words = || message.as_deref().and_then(|text| WORDS.iter().find(|(words, _)| text.contains(words)));
        // The innermost cause knows best.
        known = by_code.or_else(by_words).map(|(_, known)| *known).or(known);
        for part in message.into_iter().chain(code) {
            if !parts.iter().any(|known| known.contains(&part)) {
                parts.push(part);
            }
        }
        value = Reflect::get(&value, &"cause".into()).unwrap_or(JsValue::UNDEFINED);
        if value.is_undefined() || value.is_null() {
            break;
        }
    }
    if parts.is_empty() {
        parts.push("the runtime gave no reason".into());
    }
    Said { message: shown(&parts.join(": ")), known }
}

fn text(value: &JsValue, name: &str) -> Option<String> {
    Reflect::get(value, &name.into()).ok()?.as_string()
}

/// Without queries of URLs: they carry signatures.
fn shown(message: &str) -> String {
    let words = plain(message, 400);
    let cut = |word: &str| match word.split_once('?') {
        Some((before, _)) if before.contains("://") => format!("{before}?…"),
        _ => word.to_owned(),
    };
    words.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}
