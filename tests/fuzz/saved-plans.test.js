import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom, mutant, shrink } from "./random.js";
import { trySavedPlans } from "./saved-plans.js";

test("any file may be given as a saved plan", async () => {
  const { plans } = await trySavedPlans({ cases: 3000, seeds: [1, 2] });
  assert.ok(plans > 300, `only ${plans} of them were plans`);
});

test("the driver finds what is planted and makes it small", async () => {
  const random = createRandom(3);
  const fails = async (text) => text.includes("boom") && text.includes("zz");
  for (let index = 0; index < 100_000; index += 1) {
    const text = mutant(random, ["name: zz, kind: b", "a: [1]"], ["boom", "true"]);
    if (await fails(text)) return assert.equal((await shrink(text, fails)).length, 6);
  }
  assert.fail("nothing was found");
});

test("the same seed makes the same texts", () => {
  const texts = (seed) => {
    const random = createRandom(seed);
    return Array.from({ length: 50 }, () => mutant(random, ["a: b", "c"], ["d"]));
  };
  assert.deepEqual(texts(1), texts(1));
  assert.notDeepEqual(texts(1), texts(2));
});
