//! A canonical request of the suite, turned into the one that S3 would get: another service in the scope, and a payload
//! that is not signed. All that the suite is about stays as it stands there.

use cfworker_deploy::model::hex;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::case::{Case, Context};

/// Signature of the suite's canonical request as it is: it must be the suite's own, or these few lines are wrong.
pub fn as_it_is(case: &Case) -> Option<String> {
    let (context, canonical) = (case.context.as_ref()?, case.query_canonical_request.as_ref()?);
    Some(signature(context, &context.service, canonical))
}

/// Signature that S3 expects for the same request.
pub fn for_s3(case: &Case) -> Option<String> {
    let (context, canonical) = (case.context.as_ref()?, case.query_canonical_request.as_ref()?);
    let canonical = canonical.replace(&format!("%2F{}%2Faws4_request", context.service), "%2Fs3%2Faws4_request");
    let (rest, _payload) = canonical.rsplit_once('\n')?;
    Some(signature(context, "s3", &format!("{rest}\nUNSIGNED-PAYLOAD")))
}

fn signature(context: &Context, service: &str, canonical: &str) -> String {
    let (year, month, date) = context.timestamp.to_calendar_date();
    let (hour, minute, second) = context.timestamp.to_hms();
    let day = &format!("{year:04}{:02}{date:02}", u8::from(month));
    let time = format!("{day}T{hour:02}{minute:02}{second:02}Z");
    let region = &context.region;
    let digest = hex(&Sha256::digest(canonical.as_bytes()));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{day}/{region}/{service}/aws4_request\n{digest}");
    let first = format!("AWS4{}", context.credentials.secret_access_key);
    let key = [day, region, service, "aws4_request", &text]
        .iter()
        .fold(first.into_bytes(), |key, message| hmac(&key, message));
    hex(&key)
}

fn hmac(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
