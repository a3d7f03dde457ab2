/** Somebody else deploys between our plan and our upload: seen beside the last write, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderError } from "../../pkg/js/entrypoints/node.js";
import { converged, prepared, run, SCENARIOS } from "./grid.js";

const scenario = SCENARIOS.update;

/** Runs the update while `act` happens right before the first request that fits goes out. */
async function meanwhile(act, fits) {
  const account = await prepared(scenario);
  let happened = false;
  const fetch = (request) => {
    if (!happened && fits(request)) {
      happened = true;
      act(account);
    }
    return account.clock.fetch(request);
  };
  const error = await run(account, scenario, { fetch }).then(
    () => undefined,
    (refused) => refused,
  );
  assert.ok(happened);
  return { account, error };
}

const isUpload = ({ method }) => method === "PUT";

test("a deployment in the dashboard, right before our upload: exit 5, all is done, and who it was", async () => {
  const { account, error } = await meanwhile(({ foreign }) => foreign.dashboardDeploy("shop"), isUpload);
  assert.deepEqual([error?.exitCode, error?.code, error?.done], [5, "CFD0525", ["script:shop"]]);
  assert.match(error.message, /`shop` was deployed by dev@localhost\.test while this run deployed it/);
  assert.match(await renderError([], error), /1 error\. Everything was applied\./);
  await converged(account, scenario);
  await account.close();
});

test("another deployment of ours between plan and upload is told as well", async () => {
  const account = await prepared(scenario);
  const third = { ...scenario, to: structuredClone(scenario.to) };
  third.to.spec.env.variables.TEXT = "three";
  let looks = 0;
  let other;
  const fetch = async (request) => {
    looks += request.url.endsWith("/deployments") ? 1 : 0;
    // The second look goes out together with the upload.
    if (isUpload(request) || looks === 2) {
      other ??= run(account, third);
      await other;
    }
    return account.clock.fetch(request);
  };
  await assert.rejects(run(account, scenario, { fetch }), { exitCode: 5, code: "CFD0525" });
  await converged(account, scenario);
  await account.close();
});

test("nobody else: nothing to tell", async () => {
  const { account, error } = await meanwhile(() => {}, isUpload);
  assert.equal(error, undefined);
  await account.close();
});
