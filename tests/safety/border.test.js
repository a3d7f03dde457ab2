/** What the engine has to say always arrives: an answer that JavaScript can't hold is a trap, told as one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { converged, prepared, run, SCENARIOS } from "./grid.js";

const BEYOND_EXACT = 2 ** 60;

test("a number beyond 2^53 in what the engine tells is exit 3 with what is unknown, and the next run ends well", async () => {
  const scenario = SCENARIOS.create;
  const account = await prepared(scenario);
  const { clock } = account;
  const measured = clock.performance.now;
  // The duration of the upload is told in milliseconds: here it takes longer than a number can say exactly.
  async function fetch(url, init) {
    const answer = await clock.fetch(url, init);
    if (init.method === "PUT") clock.performance.now = () => BEYOND_EXACT;
    return answer;
  }
  await assert.rejects(run(account, scenario, { fetch }), ({ code, exitCode, unknown, notDone, help }) => {
    assert.deepEqual(
      { code, exitCode, unknown, notDone },
      { code: "CFD0901", exitCode: 3, unknown: ["script:shop"], notDone: [] },
    );
    assert.doesNotMatch(help, /nothing was changed/);
    return true;
  });
  clock.performance.now = measured;
  await run(account, scenario);
  await converged(account, scenario);
  await account.close();
});
