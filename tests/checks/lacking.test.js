import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { lackingPage } from "../../tools/lacking/page.js";
import { PATCHES, patches, results } from "../../tools/lacking/patches.js";
import { ROOT } from "../../tools/paths.js";

/** Lines that a patch may add and take away together: it takes one check away and does nothing else. */
const MOST_LINES = 10;

const all = patches();

function gitApply(...args) {
  const { status, stdout, stderr } = spawnSync("git", ["apply", ...args], { cwd: ROOT, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("lacking: there are patches and their results, and nothing else in their folder", () => {
  assert.ok(all.length >= 39);
  const files = [...all.map(({ name }) => `${name}.patch`), "results.json"];
  assert.deepEqual(readdirSync(join(ROOT, PATCHES)).sort(), files.sort());
});

for (const { name, file, check, harm } of all) {
  test(`lacking: ${name} still fits to the code`, () => {
    const { status, stderr } = gitApply("--check", file);
    assert.equal(status, 0, `${stderr}\nThe code around this check has changed: write the patch anew.`);
  });

  test(`lacking: ${name} changes a few lines of the engine and nothing else`, () => {
    const rows = gitApply("--numstat", file).stdout.trim().split("\n");
    const files = rows.map((row) => row.split("\t"));
    assert.ok(files.every(([, , path]) => path.startsWith("src/") && path.endsWith(".rs")));
    const lines = files.reduce((sum, [added, removed]) => sum + Number(added) + Number(removed), 0);
    assert.ok(lines > 0 && lines <= MOST_LINES, `${lines} lines`);
  });

  test(`lacking: ${name} says which check it takes away and what that harms`, () => {
    for (const said of [check, harm]) assert.match(said, /^[A-Z].+\.$/);
  });
}

test("lacking: each patch has a last result, which docs/lacking.md tells, and there is no result of another", () => {
  const names = all.map(({ name }) => name);
  const way = "run `npm run lacking -- --write`, with the names of what has changed";
  assert.deepEqual(Object.keys(results()), names, way);
  assert.equal(readFileSync(join(ROOT, "docs", "lacking.md"), "utf8"), lackingPage(all, results()), way);
});
