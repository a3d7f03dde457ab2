/** The check that no two files of `src/` need each other, on sources of our own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checking } from "./on-sources.js";

const check = checking("circles");

const round = {
  "two neighbours": { "a.rs": "use super::b::B;\npub struct A;", "b.rs": "use crate::a::A;\npub struct B;" },
  "a folder and a file in it": {
    "plan/mod.rs": "mod step;\nfn plan() { step::make(); }\npub struct Plan;",
    "plan/step.rs": "use super::Plan;\npub fn make() {}",
  },
  "by way of whoever hands a name on": {
    "a/mod.rs": "mod one;\npub use one::One;",
    "a/one.rs": "use crate::b::Two;\npub struct One;",
    "b.rs": "use crate::a::{self, One as First};\npub struct Two;",
  },
  "two with addresses and quotes in their texts": {
    "a.rs": 'const AT: &str = "https://a.example";\nfn a() { crate::b::b("") }',
    "b.rs": 'const QUOTE: char = \'"\';\nconst RAW: &str = r#"say "//""#;\nfn b(_: &str) { crate::a::a() }',
  },
  "three in a row": {
    "a.rs": "fn a() { crate::b::b() }",
    "b.rs": "fn b() { super::c::c() }",
    "c.rs": "use crate::{a::a};\nfn c() { a() }",
  },
};
for (const [name, sources] of Object.entries(round)) {
  test(`circles: ${name} are found, each with the name that ties it`, () => {
    const { status, stderr } = check(sources);
    assert.equal(status, 1);
    assert.match(stderr, /a circle of [23] files/);
    assert.match(stderr, /src\/\S+ names \S+ of src\/\S+/);
  });
}

const straight = {
  "a folder that hands on what its files hold": {
    "plan/mod.rs": "mod step;\nmod order;\npub use step::Step;\npub use order::order;",
    "plan/step.rs": "pub struct Step;",
    "plan/order.rs": "use super::Step;\npub fn order() {}",
  },
  "tests that look at whoever uses a file": {
    "a.rs": "pub struct A;\n#[cfg(test)]\nmod tests {\n    use crate::b::b;\n}",
    "b.rs": "use crate::a::A;\npub fn b() {}",
  },
  "who may see a name": { "a/mod.rs": "mod b;\nfn a() { b::b(); }", "a/b.rs": "pub(in crate::a) fn b() {}" },
  "words in texts and comments": {
    "a.rs": '//! see crate::b::B\npub const TEXT: &str = "use crate::b::B;";\npub struct A;',
    "b.rs": "use crate::a::A;\npub struct B;",
  },
};
for (const [name, sources] of Object.entries(straight)) {
  test(`circles: ${name}: none`, () => assert.match(check(sources).stderr, /^circles: fine/));
}
