//! Values that a configuration holds for development, and that open something.

use crate::manifest::tree::{Content, Node};

use super::tree::{entry, list, mapping};

/// Keys of passwords and keys: addresses of databases, and keys of a bucket on this machine.
const KEYS: [&str; 2] = ["localConnectionString", "experimental_s3_credentials"];

/// All of them, as a manifest has its secrets.
pub(super) fn of_development(root: &Node) -> Node {
    let mut found = Vec::new();
    collect(root, &mut found);
    mapping(vec![entry("secrets", root.span, list(found, root.span))], root.span)
}

fn collect(node: &Node, found: &mut Vec<Node>) {
    match &node.content {
        Content::Scalar(_) => {}
        Content::List(items) => items.iter().for_each(|item| collect(item, found)),
        Content::Mapping(entries) => entries.iter().for_each(|entry| match KEYS.contains(&entry.key.text.as_str()) {
            true => found.push(entry.value.clone()),
            false => collect(&entry.value, found),
        }),
    }
}
