/** A block of five minutes, as Cloudflare's: waited out, and told on the way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isWrite } from "./account.js";
import { converged, prepared, run, SCENARIOS } from "./grid.js";

const FIVE_MINUTES_MS = 300_000;

for (const [name, kind] of Object.entries({ "without a word how long": "429", "with `Retry-After`": "429+300" })) {
  test(`every request is throttled for five minutes, ${name}`, async () => {
    const scenario = SCENARIOS.create;
    const account = await prepared(scenario);
    const { local, clock } = account;
    local.setFaults([`* *:${kind}`]);
    clock.setTimeout(() => local.setFaults([]), FIVE_MINUTES_MS);
    const started = clock.now();
    const waits = [];
    const onEvent = (event) => event.type === "wait" && waits.push({ ...event, at: clock.now() - started });
    const { requests } = await account.during(() => run(account, scenario, { onEvent }));
    const minutes = (clock.now() - started) / 60_000;
    assert.ok(minutes >= 5 && minutes < 7, `${minutes} minutes`);
    // Whoever looks on hears of it within seconds, with the reason.
    assert.ok(waits[0].at < 10_000, `${waits[0].at} ms`);
    assert.match(waits[0].why, /throttled/);
    // A block is no reason to hammer: a handful of tries for each request of the plan.
    assert.ok(requests.length < 200, `${requests.length} requests`);
    assert.equal(requests.filter((request) => isWrite(request) && !request.fault).length, 3);
    await converged(account, scenario);
    await account.close();
  });
}
