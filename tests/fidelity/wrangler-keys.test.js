/** The keys that our table is held to are those of the pinned wrangler. `UPDATE_DOCS=1` writes them anew. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { knownKeys } from "../wrangler/known-keys.js";

const LISTED = fileURLToPath(new URL("../wrangler/keys.json", import.meta.url));

test("the keys that the table is held to are those of the pinned wrangler's schema", () => {
  // The package does not export its schema.
  const folder = dirname(createRequire(import.meta.url).resolve("wrangler/package.json"));
  const schema = JSON.parse(readFileSync(join(folder, "config-schema.json"), "utf8"));
  const code = readFileSync(join(folder, "wrangler-dist", "cli.js"), "utf8");
  const known = knownKeys(schema, code);
  if (process.env.UPDATE_DOCS) writeFileSync(LISTED, `${JSON.stringify(known, null, 2)}\n`);
  // The formatter lays the file out in its own way.
  assert.deepEqual(JSON.parse(readFileSync(LISTED, "utf8")), known);
});
