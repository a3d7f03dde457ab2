/**
 * No code reads meaning out of prose: what a message says may be worded anew at any time. Where somebody else gives
 * nothing but words, the place is named here with whose words they are.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Texts for people, taken apart or compared. */
const TEXT = String.raw`\b(?:message|help|reason|detail|loses)\b`;
const RUST = new RegExp(
  String.raw`${TEXT}(?:\(\))?(?:\.as_(?:str|deref)\(\))?\.(?:contains|starts_with|ends_with|strip_\w+|find|r?split\w*)\((?!'\\n'\))`,
);
const JAVASCRIPT = new RegExp(
  String.raw`${TEXT}\??\.(?:includes|startsWith|endsWith|match|split|indexOf|search)\(|\.test\([\w.]*${TEXT}\)`,
);

/** The only places that read the words of others, who tell no code. */
const FOREIGN = {
  "src/kinds/worker/watch/race.rs": "our own signature in a version's message, compared as a whole",
  "src/r2/error.rs": "R2, which has one code for several mistakes",
  "js/cli/commands/local.js": "Node: which package is missing",
  "js/local/runtime/database-worker.js": "SQLite in workerd: a file of comments alone",
  "js/local/api/modules.js": "V8: which kind of module a text is",
};

function readers(folder, ending, pattern) {
  const files = readdirSync(join(ROOT, folder), { recursive: true }).filter((name) => name.endsWith(ending));
  return files
    .filter((name) => pattern.test(shipped(readFileSync(join(ROOT, folder, name), "utf8"))))
    .map((name) => `${folder}/${name}`);
}

const shipped = (text) => text.split("#[cfg(test)]")[0].replaceAll(/\/\/.*$/gm, "");

test("only the places that have nothing but the words of others read them", () => {
  const found = [...readers("src", ".rs", RUST), ...readers("js", ".js", JAVASCRIPT)];
  assert.deepEqual(found.sort(), Object.keys(FOREIGN).sort());
});

test("each way of reading a message is seen", () => {
  const rust = ["error.message.contains(a)", "if message.starts_with(&b)", "finding.help.as_deref().find(c)"];
  for (const line of rust) assert.match(line, RUST);
  const javascript = [
    "error.message.includes(a)",
    "/x/.test(error.message)",
    'detail.split(":")',
    "error.help?.match(a)",
  ];
  for (const line of javascript) assert.match(line, JAVASCRIPT);
  for (const line of ["plain(message)", "messages.contains(a)", "reason.word()"]) assert.doesNotMatch(line, RUST);
});
