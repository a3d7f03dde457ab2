import assert from "node:assert/strict";
import { test } from "node:test";
import { tryTexts } from "./texts.js";

test("any value may be given to be shown", async () => {
  const { shown } = await tryTexts({ cases: 3000, seeds: [1, 2] });
  assert.ok(shown > 1000, `only ${shown} of them were shown`);
});
