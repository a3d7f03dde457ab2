/** docs/environment.md tells every variable that the command line reads. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { OTHER_NAMES } from "../../js/cli/other-names.js";
import { VARIABLES } from "../../js/cli/proxy-fetch.js";

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test("docs/environment.md names every variable that the command line reads, and no other", () => {
  const page = readFileSync(root("docs/environment.md"), "utf8");
  const sources = readdirSync(root("js/cli"), { recursive: true }).filter((name) => name.endsWith(".js"));
  const text = sources.map((name) => readFileSync(join(root("js/cli"), name), "utf8")).join("\n");
  const named = [...text.matchAll(/\benv\.([A-Z][A-Z0-9_]+)\b|In\(env, "([A-Z_]+)"\)/g)];
  const read = [...VARIABLES, ...named.map(([, one, other]) => one ?? other)];
  // What the runtime itself reads, and what tells what a terminal is.
  const told = [...page.matchAll(/`([A-Z][A-Z0-9]*_?[A-Z0-9_]*)`/g)].map(([, name]) => name);
  const notRead = OTHER_NAMES.flatMap(({ names }) => names);
  assert.ok(read.length > 15, "the variables were read");
  for (const name of new Set(read)) if (name !== "TERM") assert.ok(told.includes(name), name);
  for (const name of new Set(told)) {
    if (notRead.includes(name)) continue;
    if (!["NODE_EXTRA_CA_CERTS", "CI", "TLS", "PEM"].includes(name)) assert.ok(read.includes(name), name);
  }
});
