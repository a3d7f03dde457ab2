/** A binding type is one row: nothing in the engine knows its word but the table, so a new one touches nothing else. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));
const TABLE = "binding/table.rs";
/** What the keys of wrangler's configuration are called in a manifest: a table of its own. */
const OF_WRANGLER = ["wrangler/bindings.rs", "wrangler/keys.rs"];

/** Words that mean something else as well: the start of an address, a part of a path, a header, a member of an answer. */
const COMMON = ["d1", "queue", "ratelimit", "service", "stream"];
/** Keys of a manifest whose entries are all of one type, and what a bundle's own metadata calls it. */
const OWN_KEYS = { kv_namespace: ["engine/bundle_asks.rs"] };

const read = (name) => readFileSync(join(SOURCES, name), "utf8");
const words = [...read(TABLE).matchAll(/Row::of\(\s*(?:"(\w+)"|KV_NAMESPACE)/g)].map(
  ([, word]) => word ?? "kv_namespace",
);

test("no file of the engine but the table knows a binding type that has a row", () => {
  assert.ok(words.length > 30, "the rows were read");
  const files = readdirSync(SOURCES, { recursive: true }).filter(
    (name) => name.endsWith(".rs") && ![TABLE, ...OF_WRANGLER].includes(name),
  );
  const knowing = {};
  for (const file of files) {
    const shipped = read(file)
      .split("#[cfg(test)]")[0]
      .replaceAll(/\/\/.*$/gm, "");
    for (const word of words) {
      if (!COMMON.includes(word) && shipped.includes(`"${word}"`))
        knowing[word] = [...(knowing[word] ?? []), file].sort();
    }
  }
  assert.deepEqual(knowing, OWN_KEYS);
});
