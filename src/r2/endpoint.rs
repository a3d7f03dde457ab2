//! Where the S3 API of an account is.

use url::Url;

use crate::diagnostic::{Code, Diagnostic, plain};
use crate::http;

/// An S3 endpoint that may be given signed requests.
///
/// <https://developers.cloudflare.com/r2/api/s3/api/>, <https://developers.cloudflare.com/r2/reference/data-location/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Endpoint {
    pub(super) url: Url,
    is_cloudflare: bool,
}

impl S3Endpoint {
    /// The endpoint given by the caller (never by a manifest), else Cloudflare's for this account and jurisdiction.
    ///
    /// # Errors
    /// A finding when it is not safe for credentials.
    pub fn choose(given: Option<&str>, account_id: &str, jurisdiction: Option<&str>) -> Result<Self, Diagnostic> {
        let text = match (given, jurisdiction) {
            (Some(given), _) => given.to_owned(),
            (None, None | Some("default")) => format!("https://{account_id}.r2.cloudflarestorage.com"),
            (None, Some(jurisdiction)) => format!("https://{account_id}.{jurisdiction}.r2.cloudflarestorage.com"),
        };
        let url = http::endpoint(&text).map_err(|reason| {
            Diagnostic::error(Code::EndpointRefused, format!("the S3 endpoint `{}` {reason}", plain(&text, 200)))
                .with_help("unset R2_ENDPOINT and AWS_ENDPOINT_URL_S3 to use Cloudflare's own")
        })?;
        let is_cloudflare = url.domain().is_some_and(|host| host.ends_with(".r2.cloudflarestorage.com"));
        Ok(Self { url, is_cloudflare })
    }

    /// Whether it is Cloudflare's own.
    pub fn is_cloudflare(&self) -> bool {
        self.is_cloudflare
    }

    /// Its host, for messages.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::S3Endpoint;

    #[test]
    fn accounts_and_jurisdictions_have_hosts() {
        let host = |given, jurisdiction| {
            S3Endpoint::choose(given, "abc", jurisdiction)
                .map(|endpoint| (endpoint.host().to_owned(), endpoint.is_cloudflare))
        };
        assert_eq!(host(None, None), Ok(("abc.r2.cloudflarestorage.com".into(), true)));
        assert_eq!(host(None, Some("eu")), Ok(("abc.eu.r2.cloudflarestorage.com".into(), true)));
        assert_eq!(host(Some("http://127.0.0.1:9000"), Some("eu")), Ok(("127.0.0.1".into(), false)));
        assert!(host(Some("http://minio.example"), None).is_err());
        assert_eq!(host(Some("https://r2.cloudflarestorage.com.example"), None).map(|(_, own)| own), Ok(false));
    }
}
