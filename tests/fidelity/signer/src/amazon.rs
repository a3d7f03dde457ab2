//! Amazon's own signer with the settings that S3 asks for: paths encoded once and never normalised, payload not signed.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;

/// One request to presign.
pub struct Wanted<'a> {
    pub method: &'a str,
    /// With its path already encoded, without a signature.
    pub url: &'a str,
    /// Without `host`.
    pub headers: Vec<(&'a str, &'a str)>,
    pub access_key_id: &'a str,
    pub secret_access_key: &'a str,
    pub session_token: Option<&'a str>,
    pub region: &'a str,
    pub seconds: u64,
    pub expires_in: u64,
}

/// The signature alone.
pub fn signature(wanted: Wanted<'_>) -> String {
    let Wanted { access_key_id, secret_access_key, session_token, .. } = wanted;
    let identity: Identity =
        Credentials::new(access_key_id, secret_access_key, session_token.map(str::to_owned), None, "given").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(wanted.region)
        .name("s3")
        .time(UNIX_EPOCH + Duration::from_secs(wanted.seconds))
        .settings(for_s3(wanted.expires_in))
        .build()
        .expect("all is given")
        .into();
    let headers = wanted.headers.into_iter();
    let request = SignableRequest::new(wanted.method, wanted.url, headers, SignableBody::UnsignedPayload)
        .expect("a request that can be signed");
    let (_instructions, signature) = sign(request, &params).expect("a signature").into_parts();
    signature
}

fn for_s3(expires_in: u64) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(expires_in));
    settings.excluded_headers = None;
    settings
}
