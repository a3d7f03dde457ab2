//! The keyed digest of a version mark: of the secrets.

use std::collections::{BTreeMap, BTreeSet};

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::model::{Identity, hex, marks};
use crate::secret::Secret;

/// Keyed digest of a secret set. The key never leaves the caller, so that nobody who can read the
/// account can confirm a guessed value, however short it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// 22 base64url characters.
    pub digest: String,
    /// Which key: 4 hex digits.
    pub key: String,
    /// Secrets that the manifest wants and whose values are not at hand: they are no part of the digest, and the live
    /// ones stay.
    pub kept: BTreeSet<String>,
    /// The key is made from the API token, and changes with it.
    pub key_of_token: bool,
}

/// Keyed digest over names and values, with the key stretched from the caller's own secret.
///
/// The identity goes in first: two Workers with one value show different digests, so that whoever knows the value of
/// one (a test environment's PIN) does not learn that the other has the same.
pub fn secret_facts(identity: &Identity, key_material: &Secret, values: &BTreeMap<String, Secret>) -> SecretFacts {
    let key = derive_key(key_material);
    let mut key_hash = hex(&Sha256::digest(key));
    key_hash.truncate(4);
    // Length prefixes keep `a=bc` and `ab=c` apart.
    let mut message = Vec::new();
    let id = identity.id();
    let pairs = values.iter().flat_map(|(name, value)| [name.as_str(), value.reveal()]);
    for part in [id.as_str()].into_iter().chain(pairs) {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part.as_bytes());
    }
    let digest = match Hmac::<Sha256>::new_from_slice(&key) {
        Ok(mac) => mac.chain_update(&message).finalize().into_bytes().to_vec(),
        // HMAC takes keys of any length: this arm can't be reached.
        Err(_) => Vec::new(),
    };
    SecretFacts { digest: marks::short_digest(&digest), key: key_hash, kept: BTreeSet::new(), key_of_token: false }
}

fn derive_key(material: &Secret) -> [u8; 32] {
    let mut key = [0; 32];
    // 32 bytes are within HKDF's limit of 255 × 32: the result can't be an error.
    let _ = Hkdf::<Sha256>::new(None, material.reveal().as_bytes()).expand(b"cfwd1 secret set", &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, Secret> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect()
    }

    #[test]
    fn depends_on_identity_key_names_and_values() {
        let key = Secret::new("token");
        let identity = |env: &str| Identity { account: "a".into(), org: "o".into(), env: env.into(), name: "n".into() };
        let facts = |key: &Secret, values: &_| secret_facts(&identity("test"), key, values);
        let base = facts(&key, &values(&[("PIN", "123456")]));
        assert_eq!(base, facts(&key, &values(&[("PIN", "123456")])));
        let live = secret_facts(&identity("live"), &key, &values(&[("PIN", "123456")]));
        assert_ne!(base.digest, live.digest);
        assert_eq!(base.key, live.key);
        assert_eq!((base.digest.len(), base.key.len()), (22, 4));
        for other in [&[("PIN", "123457")][..], &[("PI", "N123456")], &[("PIN", "123456"), ("A", "")]] {
            assert_ne!(base.digest, facts(&key, &values(other)).digest);
        }
        assert_ne!(base, facts(&Secret::new("other token"), &values(&[("PIN", "123456")])));
    }
}
