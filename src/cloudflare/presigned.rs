//! Writes to a presigned address: its signature is all that they need, so they carry no credentials.

use super::raw_body::RawBody;
use crate::http::{
    self, Again, Answer, CallError, CallErrorKind, Meaning, Method, Refusal, Request, Verdict, shown_address,
};
use crate::secret::Secret;

/// What is sent.
///
/// # Errors
/// An address that is not safe to send to: nothing is sent.
pub(super) fn request(method: Method, address: &Secret, body: Option<&RawBody>) -> Result<Request, CallError> {
    let shown = shown_address(address.reveal());
    if let Err(reason) = http::endpoint(&shown) {
        let target = format!("{} {shown}", method.as_str());
        let kind = CallErrorKind::Unsendable { reason: format!("the address for the file {reason}") };
        return Err(CallError { target, tries: 0, may_have_arrived: false, kind });
    }
    let mut request = Request::new(method, address.reveal());
    request.body = body.map(|body| (body.content_type.clone(), body.content.clone()));
    Ok(request)
}

/// What an answer means: storage speaks no JSON.
pub(super) fn judge(answer: &Answer) -> Verdict {
    if answer.is_success() {
        return Verdict::Accepted;
    }
    let (meaning, again) = match answer.status {
        429 => (Meaning::Throttled, Again::Throttled),
        408 | 500.. => (Meaning::Failed, Again::Unclear),
        _ => (Meaning::Other, Again::Never),
    };
    Verdict::Refused(Box::new(Refusal::new(answer.status, meaning, again, "the file was not taken")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://storage.example/bucket/file.sql?X-Amz-Signature=canary-signature";

    fn file() -> RawBody {
        let content = bytes::Bytes::from_static(b"SELECT 1;").into();
        RawBody { content_type: "application/octet-stream".into(), content }
    }

    #[test]
    fn a_file_goes_to_its_presigned_address_without_any_credentials() {
        let request = request(Method::Put, &Secret::new(ADDRESS), Some(&file())).expect("a request");
        assert_eq!((request.method, request.url.as_str()), (Method::Put, ADDRESS));
        assert!(request.headers.is_empty(), "neither a token nor a key");
        assert_eq!(request.body.map(|(content_type, _)| content_type), Some("application/octet-stream".into()));
    }

    #[test]
    fn a_presigned_address_is_never_shown_whole_and_goes_to_safe_places_alone() {
        let shown = format!("{:?}", request(Method::Put, &Secret::new(ADDRESS), None).expect("a request"));
        assert_eq!(shown, "PUT https://storage.example/bucket/file.sql");
        for unsafe_one in ["http://storage.example/file?token=canary", "ftp://storage.example/file", "nowhere"] {
            let error = request(Method::Put, &Secret::new(unsafe_one), None).expect_err("an error");
            assert!(matches!(error.kind, CallErrorKind::Unsendable { .. }) && !error.may_have_arrived);
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}
