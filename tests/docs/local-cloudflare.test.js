/** docs/local-cloudflare.md: its binding types are the code's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { BINDING_TYPES } from "../../js/local/api/binding-types.js";
import { hasLocalRuntime } from "../../js/local/runtime/bindings.js";

const PAGE = readFileSync(fileURLToPath(new URL("../../docs/local-cloudflare.md", import.meta.url)), "utf8");

/** The types of the row that begins so. */
function row(start) {
  const [line] = PAGE.split("\n").filter((one) => one.startsWith(`| ${start}`));
  return [...line.matchAll(/`(\w+)`/g)].map(([, type]) => type);
}

test("each binding type stands in the row that says what becomes of it", () => {
  const types = Object.keys(BINDING_TYPES);
  const [running, kept] = [true, false].map((runs) => types.filter((type) => hasLocalRuntime(type) === runs));
  assert.deepEqual(row("run |").toSorted(), running.toSorted());
  assert.deepEqual(row("are kept").toSorted(), kept.toSorted());
});
