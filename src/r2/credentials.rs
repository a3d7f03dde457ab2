//! S3 keys: given, or derived from the API token.

use sha2::{Digest, Sha256};

use super::S3Endpoint;
use crate::diagnostic::{Code, Diagnostic, plain};
use crate::model::hex;
use crate::secret::{Secret, stands_in_quotes};

/// A pair of S3 keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Access key id: not secret.
    pub access_key_id: String,
    /// Secret access key.
    pub secret_access_key: Secret,
    /// Session token of temporary keys.
    pub session_token: Option<Secret>,
    /// Where they come from: decides what an error advises.
    pub source: Source,
}

/// Where S3 keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From the caller.
    Given,
    /// From the API token.
    Derived,
}

/// What becomes of the keys that the caller gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// They are used.
    Use(Credentials),
    /// Keys are derived from the API token; the finding says why given ones are not used.
    Derive(Option<Diagnostic>),
}

impl Credentials {
    /// The pair that a caller gave, trimmed as an API token is; nothing when no half was given.
    ///
    /// # Errors
    /// A finding for half a pair, and for a value that can't be one.
    pub fn pair(
        access_key_id: Option<&str>,
        secret_access_key: Option<&Secret>,
        session_token: Option<&Secret>,
    ) -> Result<Option<Self>, Diagnostic> {
        let id = checked("access key id", access_key_id)?;
        let secret = checked("secret access key", secret_access_key.map(Secret::reveal))?;
        let session_token = checked("session token", session_token.map(Secret::reveal))?.map(Secret::new);
        match (id, secret) {
            (Some(id), Some(secret)) => Ok(Some(Self {
                access_key_id: id.to_owned(),
                secret_access_key: Secret::new(secret),
                session_token,
                source: Source::Given,
            })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(unusable("an S3 access key id was given without its secret access key")),
            (None, Some(_)) => Err(unusable("an S3 secret access key was given without its access key id")),
        }
    }

    /// Keys that belong to an API token: its id, and the SHA-256 of its value in lower-case hex.
    ///
    /// <https://developers.cloudflare.com/r2/api/tokens/#get-s3-api-credentials-from-an-api-token>
    pub fn of_token(token_id: &str, token: &Secret) -> Self {
        Self {
            access_key_id: token_id.to_owned(),
            secret_access_key: Self::secret_of(token),
            session_token: None,
            source: Source::Derived,
        }
    }

    /// The secret half of the keys that belong to an API token.
    pub fn secret_of(token: &Secret) -> Secret {
        Secret::new(hex(&Sha256::digest(token.reveal().as_bytes())))
    }
}

/// A value without the blanks around it; says nothing about the value.
fn checked<'v>(name: &str, value: Option<&'v str>) -> Result<Option<&'v str>, Diagnostic> {
    let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else { return Ok(None) };
    if stands_in_quotes(value) {
        return Err(unusable(&format!("the S3 {name} stands in quotes, which are no part of it")));
    }
    if !value.chars().all(|character| character.is_ascii_graphic()) {
        return Err(unusable(&format!("the S3 {name} holds a blank, a line break or a character outside ASCII")));
    }
    Ok(Some(value))
}

fn unusable(message: &str) -> Diagnostic {
    Diagnostic::error(Code::HalfOfS3Keys, message).with_help(
        "set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY both, or neither: keys are then derived from the API token",
    )
}

/// Decides about given keys. Those of Amazon are never sent to Cloudflare: they could only leak.
pub fn given(keys: Option<Credentials>, endpoint: &S3Endpoint) -> Given {
    let Some(keys) = keys else { return Given::Derive(None) };
    if endpoint.is_cloudflare() && is_amazon(&keys.access_key_id) {
        let message = format!(
            "the S3 access key id `{}…` is one of Amazon's: not sent to Cloudflare, keys are derived from the API token",
            plain(keys.access_key_id.get(..4).unwrap_or_default(), 4)
        );
        let finding = Diagnostic::warning(Code::AmazonKeys, message)
            .with_help("set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY, or unset the AWS_… variables here");
        return Given::Derive(Some(finding));
    }
    Given::Use(keys)
}

fn is_amazon(access_key_id: &str) -> bool {
    access_key_id.starts_with("AKIA") || access_key_id.starts_with("ASIA")
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Given, S3Endpoint, Source, given};
    use crate::secret::Secret;

    fn keys(id: &str) -> Credentials {
        let secret_access_key = Secret::new("s");
        Credentials { access_key_id: id.into(), secret_access_key, session_token: None, source: Source::Given }
    }

    #[test]
    fn keys_are_trimmed_and_half_a_pair_or_quotes_are_a_finding_without_the_value() {
        let pair = |id: Option<&str>, secret: Option<&str>| {
            let secret = secret.map(Secret::new);
            Credentials::pair(id, secret.as_ref(), None)
        };
        assert_eq!(pair(Some(" 0123\n"), Some("\ts ")), Ok(Some(keys("0123"))));
        assert_eq!(pair(None, None), Ok(None));
        assert_eq!(pair(Some(" "), Some("")), Ok(None));
        for (id, secret) in [
            (Some("canary"), None),
            (None, Some("canary")),
            (Some("\"canary\""), Some("s")),
            (Some("i"), Some("can ary")),
        ] {
            let finding = pair(id, secret).expect_err("a finding");
            assert!(!finding.message.contains("can"), "{}", finding.message);
        }
    }

    #[test]
    fn the_secret_of_a_token_is_its_sha256() {
        let keys = Credentials::of_token("id", &Secret::new("token"));
        // printf token | sha256sum
        assert_eq!(keys.secret_access_key.reveal(), "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0");
    }

    #[test]
    fn amazon_keys_stay_here() {
        let cloudflare = S3Endpoint::choose(None, "abc", None).expect("an endpoint");
        let custom = S3Endpoint::choose(Some("https://s3.example"), "abc", None).expect("an endpoint");
        for amazon in ["AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "AKIA"] {
            let Given::Derive(Some(finding)) = given(Some(keys(amazon)), &cloudflare) else {
                panic!("{amazon} is used")
            };
            assert!(!finding.message.contains("IOSFODNN7EXAMPLE"));
            assert_eq!(given(Some(keys(amazon)), &custom), Given::Use(keys(amazon)));
        }
        assert_eq!(given(Some(keys("0123")), &cloudflare), Given::Use(keys("0123")));
        assert_eq!(given(None, &cloudflare), Given::Derive(None));
    }
}
