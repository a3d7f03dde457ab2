//! Who a manifest is, whatever its Worker is called.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// Identity of a manifest: account, organisation, environment, name.
///
/// The script name is only an address; a renamed Worker keeps its identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Identity {
    /// Account id, 32 lower-case hex digits.
    pub account: String,
    /// `metadata.org`, or empty.
    pub org: String,
    /// `metadata.env`, or empty.
    pub env: String,
    /// `metadata.name`, or the script name where that is empty.
    pub name: String,
}

impl Identity {
    /// First 16 hex digits of the SHA-256 of `account/org/env/name`: what the marks carry.
    pub fn id(&self) -> String {
        let text = format!("{}/{}/{}/{}", self.account, self.org, self.env, self.name);
        let mut hex = hex(&Sha256::digest(text.as_bytes()));
        hex.truncate(16);
        hex
    }

    /// `org/env/name` for people.
    pub fn label(&self) -> String {
        format!("{}/{}/{}", self.org, self.env, self.name)
    }
}

/// Lower-case hexadecimal text of bytes.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::Identity;

    #[test]
    fn id_is_the_start_of_a_sha256() {
        let identity = Identity { account: "a".into(), org: "b".into(), env: "c".into(), name: "d".into() };
        // printf a/b/c/d | sha256sum
        assert_eq!(identity.id(), "69b3db0fc351a54b");
    }
}
