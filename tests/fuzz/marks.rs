//! Marks on live resources, which anybody may have changed: tags, version marks, comments; and addresses. One a line.

use cfworker_deploy::model::Address;
use cfworker_deploy::model::marks::{CommentMark, ScriptMarks, VersionMark, parse_comment};
use proptest::prelude::*;

use super::driver::Target;

pub const TARGET: Target = Target { name: "marks", beside: None, check, structured, words: &WORDS };

const WORDS: [&str; 24] = [
    "cfwd1-",
    "cfwd1:",
    "in-",
    "b-",
    "n-",
    "c",
    "s",
    "k",
    ":",
    "-",
    ".",
    "0123456789abcdef",
    "0a1b2c3d",
    "11111111111111111111111111111111",
    "AAAAAAAAAAAAAAAAAAAAAA",
    "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s",
    "d41d8cd98f00b204e9800998ecf8427e",
    "script:",
    "record:",
    "route:",
    "kv:",
    "zone/",
    " by cfworker-deploy",
    "Managed by Planton Cloud - Routes to Cloudflare Worker",
];

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    tags(&lines);
    for line in &lines {
        if let Some(mark) = VersionMark::parse(line) {
            assert_eq!(mark.to_string(), *line);
        }
        if let CommentMark::Id(id) = parse_comment(line) {
            assert!(line.starts_with(&format!("cfwd1-{id}")));
        }
        if let Ok(address) = line.parse::<Address>() {
            assert_eq!(address.to_string(), *line);
        }
    }
}

/// What we write of what we read is read the same, and other people's tags stay as they are, in their order.
fn tags(live: &[String]) {
    let marks = ScriptMarks::parse(live);
    let written = marks.merged_into(live);
    assert_eq!(ScriptMarks::parse(&written), marks);
    assert_eq!(marks.merged_into(&written), written);
    let ours = marks.tags();
    let foreign: Vec<&String> = written.iter().take(written.len() - ours.len()).collect();
    assert_eq!(foreign, live.iter().filter(|tag| foreign.contains(tag)).collect::<Vec<_>>());
    assert!(live.iter().filter(|tag| !tag.starts_with("cfwd1-")).all(|tag| foreign.contains(&tag)));
}

fn structured() -> BoxedStrategy<Vec<u8>> {
    let part = prop_oneof![6 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => "[0-9a-f.-]{0,12}", 1 => "\\PC{0,5}"];
    let line = proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat());
    proptest::collection::vec(line, 0..6).prop_map(|lines| lines.join("\n").into_bytes()).boxed()
}
