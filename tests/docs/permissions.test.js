/** docs/api-token-permissions.md names the groups that the code names, and no others. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

test("the groups of the docs are the groups of the code", () => {
  const inCode = new Set(
    [...read("src/cloudflare/permissions.rs").matchAll(/Some\("([^"]+)"\)/g)].map(([, name]) => name),
  );
  const inDocs = new Set(
    [...read("docs/api-token-permissions.md").matchAll(/`([^`]+ (?:Read|Write))`/g)].map(([, name]) => name),
  );
  assert.ok(inDocs.size >= 8);
  assert.deepEqual(
    [...inDocs].filter((name) => !inCode.has(name)),
    [],
  );
  for (const resource of [
    "Workers Scripts",
    "DNS",
    "Workers Routes",
    "Zone",
    "Workers KV Storage",
    "Workers R2 Storage",
  ]) {
    assert.ok(inDocs.has(`${resource} Read`), resource);
  }
});
