/** What a step summary makes of foreign text: no markup, no HTML, no cell of its own, and nothing that hides. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, code, link, prose } from "../../js/cli/markdown.js";

test("words of a message make no markup and no HTML, and what they quote is code", () => {
  assert.equal(
    prose("<img src=x onerror=y> **bold** [a](b) # | ~ &amp; $x$ `a_b <c>`"),
    "\\<img src=x onerror=y\\> \\*\\*bold\\*\\* \\[a\\](b) \\# \\| \\~ \\&amp; \\$x\\$ `a_b <c>`",
  );
  for (const [text, shown] of [
    ["- item", "\\- item"],
    ["= title", "\\= title"],
    ["12. item", "12\\. item"],
    ["a lone ` tick", "a lone \\` tick"],
    ["a\n# b\u202e\u001b[2J", "a\\\\u{a}\\# b\\\\u{202e}\\\\u{1b}\\[2J"],
  ]) {
    assert.equal(prose(text), shown);
  }
});

test("code ends where the text ends, whatever ticks it holds; in a table a bar ends no cell", () => {
  assert.equal(code("route:a/*"), "`route:a/*`");
  assert.equal(code("a `b`` c"), "``` a `b`` c ```");
  assert.equal(code("a\nb"), "`a\\u{a}b`");
  assert.equal(cell(code("a|b")), "`a\\|b`");
});

test("a link leads where its address says, and only to the web", () => {
  assert.equal(link("https://a.example.com/"), "[https://a.example.com/](<https://a.example.com/>)");
  assert.equal(link("https://a.example.com/x>y z)", "Page"), "[Page](<https://a.example.com/x%3Ey%20z)>)");
  for (const url of ["javascript:alert(1)", "no address", "file:///etc/passwd"]) {
    assert.doesNotMatch(link(url), /\]\(/);
  }
});
