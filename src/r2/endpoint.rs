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
            Diagnostic::error(
                Code::EndpointRefused,
                format!("the S3 endpoint `{}` {reason}", http::shown_address(&text)),
            )
            .with_help("unset R2_ENDPOINT and AWS_ENDPOINT_URL_S3 to use Cloudflare's own")
        })?;
        let is_cloudflare = url.domain().is_some_and(|host| host.ends_with(".r2.cloudflarestorage.com"));
        Ok(Self { url, is_cloudflare })
    }

    /// The endpoint for one bucket: the dashboard shows the address of a bucket, whose path is its name.
    ///
    /// # Errors
    /// A finding when the path of Cloudflare's own endpoint is another one.
    pub fn of_bucket(mut self, bucket: &str) -> Result<Self, Diagnostic> {
        let path = self.url.path().trim_matches('/').to_owned();
        if !self.is_cloudflare || path.is_empty() {
            return Ok(self);
        }
        if path != bucket {
            let message = format!(
                "the S3 endpoint is the address of the bucket `{}`, and the bundle lies in `{}`",
                plain(&path, 100),
                plain(bucket, 100)
            );
            let help = format!("give the endpoint without a path: https://{}", self.host());
            return Err(Diagnostic::error(Code::EndpointOfBucket, message).with_help(help));
        }
        self.url.set_path("");
        Ok(self)
    }

    /// What there is to say about a jurisdiction beside an endpoint that was given.
    pub fn beside(&self, jurisdiction: Option<&str>) -> Option<Diagnostic> {
        let jurisdiction = jurisdiction.filter(|name| *name != "default")?;
        let is_of_it = self.is_cloudflare && self.host().split('.').nth(1) == Some(jurisdiction);
        let message = format!(
            "the S3 endpoint `{}` was given and decides: the jurisdiction `{}` of the manifest is not looked at",
            self.host(),
            plain(jurisdiction, 40)
        );
        (!is_of_it).then(|| {
            Diagnostic::warning(Code::JurisdictionUnused, message)
                .with_help("unset R2_ENDPOINT and AWS_ENDPOINT_URL_S3: the endpoint then follows from the jurisdiction")
        })
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
    fn the_address_of_a_bucket_as_the_dashboard_shows_it_is_understood() {
        let of = |given, bucket| {
            let endpoint = S3Endpoint::choose(Some(given), "abc", None).and_then(|endpoint| endpoint.of_bucket(bucket));
            endpoint.map(|endpoint| endpoint.url.to_string())
        };
        let address = "https://abc.r2.cloudflarestorage.com/";
        for given in ["https://abc.r2.cloudflarestorage.com/bundles", "https://abc.r2.cloudflarestorage.com/bundles/"] {
            assert_eq!(of(given, "bundles"), Ok(address.to_owned()));
        }
        let other = of("https://abc.r2.cloudflarestorage.com/bundles", "others").expect_err("a finding");
        assert!(other.message.contains("`bundles`") && other.message.contains("`others`"), "{}", other.message);
        // A server of others may have its API under any path.
        assert_eq!(of("https://s3.example/bundles", "bundles"), Ok("https://s3.example/bundles".to_owned()));
    }

    #[test]
    fn a_jurisdiction_beside_an_endpoint_that_was_given_is_told_unless_they_agree() {
        let told = |given, jurisdiction| {
            S3Endpoint::choose(Some(given), "abc", jurisdiction).map(|endpoint| endpoint.beside(jurisdiction).is_some())
        };
        assert_eq!(told("https://abc.r2.cloudflarestorage.com", Some("eu")), Ok(true));
        assert_eq!(told("https://abc.eu.r2.cloudflarestorage.com", Some("eu")), Ok(false));
        assert_eq!(told("http://127.0.0.1:9000", Some("eu")), Ok(true));
        assert_eq!(told("https://abc.r2.cloudflarestorage.com", None), Ok(false));
        assert_eq!(told("https://abc.r2.cloudflarestorage.com", Some("default")), Ok(false));
    }

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
