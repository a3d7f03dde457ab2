/** What other people do: told, repaired, left alone, or stopped with the way on; see drift.js and docs/faults.md. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DRIFT, runDrift } from "./drift.js";
import { driftRow } from "./faults-page.js";

const page = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");

for (const name of Object.keys(DRIFT)) {
  test(name, async () => {
    const row = driftRow(await runDrift(name));
    assert.ok(page.includes(`\n${row}\n`), `docs/faults.md says otherwise than\n${row}`);
  });
}
