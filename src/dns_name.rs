//! International names of hosts.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// All of ASCII but letters, digits, hyphens, dots and underscores: names of records hold those too.
const NOT_IN_A_NAME: AsciiDenyList = AsciiDenyList::new(true, " !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~");

/// Lower-case A-labels of a name (UTS 46), if it has any.
pub fn a_labels(name: &str) -> Option<String> {
    let name = Uts46::new().to_ascii(name.as_bytes(), NOT_IN_A_NAME, Hyphens::Allow, DnsLength::Verify);
    name.ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::a_labels;

    /// The package is asked for the same names, in every runtime.
    #[test]
    fn all_runtimes_agree_on_names() {
        let names: BTreeMap<String, Option<String>> =
            serde_json::from_str(include_str!("../tests/packaging/hosts.json")).expect("a table");
        for (name, expected) in names {
            assert_eq!(a_labels(&name), expected, "{name}");
        }
    }
}
