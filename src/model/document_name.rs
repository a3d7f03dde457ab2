//! The names by which outputs and other values of documents stand in results and options: as short as they are clear.

use std::collections::BTreeMap;

use super::Identity;

/// `Kind/name`, with what tells the document from others of that kind and name: its account, its organisation and
/// environment, or both, as `Kind/account/ID/org/env/name`.
pub fn document_name(kind: &str, who: &Identity, account: bool, environment: bool) -> String {
    let Identity { account: id, org, env, name } = who;
    let account = if account { format!("account/{id}/") } else { String::new() };
    let environment = if environment { format!("{org}/{env}/") } else { String::new() };
    format!("{kind}/{account}{environment}{name}")
}

/// What is given for a document, under the most exact of its names that is there.
pub fn given_for<'a, T>(all: &'a BTreeMap<String, T>, kind: &str, who: &Identity) -> Option<&'a T> {
    [(true, true), (true, false), (false, true), (false, false)]
        .into_iter()
        .find_map(|(account, environment)| all.get(&document_name(kind, who, account, environment)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Identity, given_for};

    #[test]
    fn what_is_given_under_the_most_exact_name_is_meant() {
        let who = Identity { account: "1".into(), org: "acme".into(), env: "test".into(), name: "jobs".into() };
        let others = ["Kind/work", "Kind/acme/live/jobs", "Kind/account/2/jobs", "Kind/account/1/acme/live/jobs"];
        let mut names = BTreeMap::from(others.map(|name| (name.to_owned(), name)));
        assert_eq!(given_for(&names, "Kind", &who), None);
        for name in ["Kind/jobs", "Kind/acme/test/jobs", "Kind/account/1/jobs", "Kind/account/1/acme/test/jobs"] {
            names.insert(name.to_owned(), name);
            assert_eq!(given_for(&names, "Kind", &who), Some(&name));
        }
    }
}
