/** A process that dies at any request: whatever it left behind, the same command again ends well. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isWrite } from "./account.js";
import { dying } from "./dying.js";
import { converged, prepared, run, SCENARIOS, stateOf } from "./grid.js";

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  describe(`${name}, the process dies`, () => {
    test("at each request, before and after its effect", async () => {
      const total = await countRequests(scenario);
      assert.ok(total > 5);
      for (let nth = 1; nth <= total; nth += 1) {
        for (const effect of [false, true]) await dies(scenario, { nth, effect });
      }
    });
  });
}

async function countRequests(scenario) {
  const account = await prepared(scenario);
  const { requests, writes } = await account.during(() => run(account, scenario));
  assert.ok(writes.every(isWrite));
  await account.close();
  return requests.length;
}

async function dies(scenario, death) {
  const account = await prepared(scenario);
  try {
    const { foreign } = stateOf(account);
    const { fetch, dead } = dying(account.clock, death);
    const abandoned = run(account, scenario, { fetch }).then(() => assert.fail("it ended"));
    await Promise.race([dead, abandoned]);
    account.clock.stop();
    await run(account, scenario);
    await converged(account, scenario);
    assert.equal(stateOf(account).foreign, foreign);
  } catch (error) {
    error.message = `request ${death.nth}, ${death.effect ? "after" : "before"} its effect: ${error.message}`;
    throw error;
  } finally {
    await account.close();
  }
}
