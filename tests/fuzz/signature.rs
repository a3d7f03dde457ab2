//! AWS Signature Version 4 for presigned URLs, written a second time from its specification.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::wire::Seen;

/// The path of an object as it must stand in the URL.
pub fn path_of(bucket: &str, key: &str) -> String {
    format!("/{}/{}", encoded(bucket, false), encoded(key, true))
}

/// The signature that a request should carry.
pub fn expected(seen: &Seen, path: &str, secret: &str) -> String {
    let (start, query) = seen.url.split_once('?').expect("a query");
    let host = start.split('/').nth(2).expect("a host");
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("X-Amz-Signature=")).collect();
    pairs.sort_unstable();
    let parameter = |name: &str| {
        let pair = pairs.iter().find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).expect("a parameter");
        percent_encoding::percent_decode_str(pair).decode_utf8_lossy().into_owned()
    };
    let signed = parameter("X-Amz-SignedHeaders");
    let headers: String = signed.split(';').map(|name| format!("{name}:{}\n", header(seen, name, host))).collect();
    let canonical = format!("{}\n{path}\n{}\n{headers}\n{signed}\nUNSIGNED-PAYLOAD", seen.method, pairs.join("&"));
    let date = parameter("X-Amz-Date");
    let credential = parameter("X-Amz-Credential");
    let scope: Vec<&str> = credential.rsplitn(5, '/').collect();
    let [request, service, region, day, _] = scope.as_slice() else { panic!("{credential}") };
    let text = format!(
        "AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/{request}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let key = [*day, *region, *service, *request]
        .iter()
        .fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    hex(&hmac(&key, text.as_bytes()))
}

fn header<'a>(seen: &'a Seen, name: &str, host: &'a str) -> &'a str {
    match name {
        "host" => host,
        "content-type" => seen.body.as_ref().map(|(kind, _)| kind.as_str()).expect("a content type"),
        other => seen.header(other).expect("a signed header"),
    }
}

fn encoded(text: &str, keep_slash: bool) -> String {
    text.bytes().fold(String::new(), |mut done, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (keep_slash && byte == b'/') {
            done.push(char::from(byte));
        } else {
            done.push_str(&format!("%{byte:02X}"));
        }
        done
    })
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any key");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
