//! What a finding is about.

use schemars::JsonSchema;
use serde::Serialize;

use super::one_object::one_object;
use crate::address::Address;

/// A part of a manifest, or a resource of the account. As JSON it is the member `path` or the member `address`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[schemars(transform = one_object)]
pub enum Subject {
    /// Path of the field that it is about, inside its document, such as `spec.dns.hostname`.
    #[serde(rename = "path")]
    Field(String),
    /// Address of the resource that it is about, such as `route:a.example.com/*`.
    #[serde(rename = "address")]
    Resource(Address),
}

impl Subject {
    /// The path, where it is a field.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Field(path) => Some(path),
            Self::Resource(_) => None,
        }
    }

    /// The address, where it is a resource.
    pub fn resource(&self) -> Option<&Address> {
        match self {
            Self::Field(_) => None,
            Self::Resource(address) => Some(address),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::address::Address;
    use crate::diagnostic::{Code, Diagnostic};

    #[test]
    fn json_names_a_path_for_fields_and_an_address_for_resources() {
        let finding = Diagnostic::error(Code::ForeignScript, "a");
        let members = |finding: Diagnostic| {
            let value = json!(finding);
            (value.get("path").cloned(), value.get("address").cloned())
        };
        assert_eq!(members(finding.clone()), (None, None));
        assert_eq!(members(finding.clone().on("spec.dns")), (Some(json!("spec.dns")), None));
        assert_eq!(members(finding.about(Address::script("shop"))), (None, Some(json!("script:shop"))));
    }
}
