/** docs/errors.md holds what `explain` says of every code. `UPDATE_DOCS=1` rewrites it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { explain } from "../../pkg/js/entrypoints/node.js";
import { errorsPage } from "../../tools/docs/errors-page.js";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const PAGE = root("docs/errors.md");
const CODES = JSON.parse(readFileSync(root("src/diagnostic/codes.json"), "utf8"));

test("docs/errors.md says what `explain` says", async () => {
  const page = errorsPage(CODES);
  if (process.env.UPDATE_DOCS) writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, "utf8"), page);
  for (const [code, { title, explanation }] of Object.entries(CODES)) {
    assert.equal(await explain(code), `${code}: ${title}\n\n${explanation}\n`);
  }
});

test("and leaves no code out", () => {
  const codes = readFileSync(root("src/diagnostic/codes.rs"), "utf8").matchAll(/^ {4}\w+ = "(CFD\d{4})":/gm);
  const inSource = [...codes].map(([, code]) => code).sort();
  const onPage = [...readFileSync(PAGE, "utf8").matchAll(/^### (CFD\d{4}): /gm)].map(([, code]) => code);
  assert.ok(inSource.length > 80, "the codes were read");
  assert.deepEqual(onPage, inSource);
});
