/** Somebody else deploys, or deletes, while a run is under way: seen beside its last write, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderError } from "../../pkg/js/entrypoints/node.js";
import { converged, prepared, run, SCENARIOS } from "./grid.js";

const update = SCENARIOS.update;

/** Runs a scenario while `act` happens right before the first request that fits goes out. */
async function meanwhile(act, fits, scenario = update) {
  const account = await prepared(scenario);
  let happened = false;
  const fetch = (url, init) => {
    if (!happened && fits({ ...init, url })) {
      happened = true;
      act(account);
    }
    return account.clock.fetch(url, init);
  };
  const error = await run(account, scenario, { fetch }).then(
    () => undefined,
    (refused) => refused,
  );
  assert.ok(happened);
  return { account, error };
}

const isUpload = ({ method }) => method === "PUT";
const isRoute = ({ method, url }) => method === "POST" && url.endsWith("/workers/routes");

test("a deployment in the dashboard, right before our upload: exit 5, all is done, and who it was", async () => {
  const { account, error } = await meanwhile(({ foreign }) => foreign.dashboardDeploy("shop"), isUpload);
  assert.deepEqual([error?.exitCode, error?.code, error?.done], [5, "CFD0525", ["script:shop"]]);
  assert.match(error.message, /`shop` was deployed by dev@localhost\.test while this run was under way/);
  assert.match(await renderError([], error), /1 error\. Everything was applied\./);
  await converged(account, update);
  await account.close();
});

test("another deployment of ours between plan and upload is told as well", async () => {
  const account = await prepared(update);
  const third = { ...update, to: structuredClone(update.to) };
  third.to.spec.env.variables.TEXT = "three";
  let looks = 0;
  let other;
  const fetch = async (url, init) => {
    looks += url.endsWith("/deployments") ? 1 : 0;
    // The second look goes out together with the upload.
    if (isUpload({ ...init, url }) || looks === 2) {
      other ??= run(account, third);
      await other;
    }
    return account.clock.fetch(url, init);
  };
  await assert.rejects(run(account, update, { fetch }), { exitCode: 5, code: "CFD0525" });
  await converged(account, update);
  await account.close();
});

test("a deployment between our upload and our last write is told", async () => {
  const scenario = SCENARIOS["rename host"];
  const { account, error } = await meanwhile(({ foreign }) => foreign.dashboardDeploy("shop"), isRoute, scenario);
  assert.deepEqual([error?.exitCode, error?.code], [5, "CFD0525"]);
  await account.close();
});

test("a deployment while our throttled upload waits for its next try is told", async () => {
  const account = await prepared(update);
  account.local.setFaults(["PUT */scripts/shop:429+30:1"]);
  let looked = false;
  const fetch = async (url, init) => {
    const answer = await account.clock.fetch(url, init);
    // The look beside the first try has been answered, the upload has not been accepted.
    if (!looked && isUpload({ ...init, url })) {
      looked = true;
      account.foreign.dashboardDeploy("shop");
    }
    return answer;
  };
  await assert.rejects(run(account, update, { fetch }), { exitCode: 5, code: "CFD0525" });
  assert.ok(looked);
  await account.close();
});

test("two first deploys at once: the second one finds a Worker where there was none", async () => {
  const { account, error } = await meanwhile(({ foreign }) => foreign.createScript("shop"), isUpload, SCENARIOS.create);
  assert.deepEqual([error?.exitCode, error?.code], [5, "CFD0525"]);
  assert.match(error.message, /`shop` was deployed by dev@localhost\.test/);
  await converged(account, SCENARIOS.create);
  await account.close();
});

test("the Worker is deleted between plan and upload: our upload makes it anew, and that is told", async () => {
  const { account, error } = await meanwhile(({ local }) => local.state.scripts.delete("shop"), isUpload);
  assert.deepEqual([error?.exitCode, error?.code], [5, "CFD0525"]);
  assert.match(error.message, /`shop` was deleted by somebody while this run was under way/);
  await account.close();
});

test("destroy never deletes what somebody deployed after its plan", async () => {
  let looked = 0;
  const look = ({ method, url }) => {
    if (method === "GET" && url.endsWith("/deployments")) looked += 1;
    return looked === 2;
  };
  const { account, error } = await meanwhile(({ foreign }) => foreign.dashboardDeploy("shop"), look, SCENARIOS.destroy);
  assert.deepEqual([error?.exitCode, error?.code, error?.notDone], [3, "CFD0525", ["script:shop"]]);
  assert.ok(account.local.state.scripts.has("shop"));
  await account.close();
});

test("nobody else: nothing to tell", async () => {
  const { account, error } = await meanwhile(() => {}, isUpload);
  assert.equal(error, undefined);
  await account.close();
});
