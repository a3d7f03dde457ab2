//! Keys of earlier or neighbouring schemas, and where their meaning lives now.

use super::kind::Moved;

/// What to write instead of a key that was valid elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instead {
    /// The way out.
    pub help: &'static str,
    /// The key beside it that was meant, which is then not missing as well.
    pub meant: Option<&'static str>,
}

/// What to write instead of `key`; `parent` is a path without indexes.
pub(super) fn instead(of_kind: &[Moved], parent: &str, key: &str) -> Option<Instead> {
    let mut known = OF_ALL.iter().chain(of_kind);
    let known = known.find(|(known_parent, known_key, _, _)| *known_parent == parent && *known_key == key);
    known.map(|(_, _, meant, help)| Instead { help, meant: *meant })
}

/// Keys of every kind.
const OF_ALL: &[Moved] = &[
    ("", "name", Some("metadata"), "use `metadata.name`"),
    ("", "account_id", Some("spec"), "use `spec.account_id`"),
    ("metadata", "version", None, "leave it out; versions are Cloudflare's"),
    ("metadata", "namespace", Some("metadata"), "use `metadata.org` and `metadata.env`"),
];

#[cfg(test)]
mod tests {
    use super::OF_ALL;

    #[test]
    fn the_key_that_was_meant_is_one_that_the_help_names() {
        for (parent, key, meant, help) in OF_ALL {
            let names = |meant: &str| ['`', ':', '.'].iter().any(|end| help.contains(&format!("`{meant}{end}")));
            assert!(meant.is_none_or(names), "{parent}.{key}: {help}");
        }
    }
}
