/** Somebody else deploys, or deletes, while a run is under way: seen beside its last write, and said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderError } from "../../pkg/js/entrypoints/node.js";
import { OTHER_ZONE_ID, ZONE } from "./account.js";
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

/** Nothing in front of the Worker at first. */
const toggledOn = { from: SCENARIOS["toggle off"].to, to: SCENARIOS.create.to };

const isInventory = (tag) => tag.startsWith("cfwd1-in-");
const tagsOf = ({ local }) => local.state.scripts.get("shop").tags;

test("marks that another run overwrites while we attach a route name it again at the end, and that is told", async () => {
  let named;
  const overwrite = (account) => {
    named = tagsOf(account);
    account.foreign.setTags(
      "shop",
      named.filter((tag) => !isInventory(tag)),
    );
  };
  const { account, error } = await meanwhile(overwrite, isRoute, toggledOn);
  assert.deepEqual([error?.exitCode, error?.code], [5, "CFD0525"]);
  assert.match(error.message, /somebody else changed the marks of `shop` while this run was under way/);
  assert.deepEqual([...tagsOf(account)].sort(), [...named].sort());
  await converged(account, toggledOn);
  await account.close();
});

test("marks that can't be written again at the end are told", async () => {
  const account = await prepared(toggledOn);
  let overwritten = false;
  const fetch = (url, init) => {
    if (isRoute({ ...init, url })) {
      overwritten = true;
      account.foreign.setTags(
        "shop",
        tagsOf(account).filter((tag) => !isInventory(tag)),
      );
      account.local.setFaults(["PATCH */script-settings:403"]);
    }
    return account.clock.fetch(url, init);
  };
  await assert.rejects(run(account, toggledOn, { fetch }), ({ exitCode, message }) => {
    assert.match(message, /overwrote the marks of `shop`.*they no longer name all that leads to it/);
    return exitCode === 5;
  });
  assert.ok(overwritten);
  await account.close();
});

test("what another run attached while our upload was under way stays in the marks, and that is told", async () => {
  const scenario = { from: toggledOn.from, to: structuredClone(toggledOn.to) };
  scenario.to.spec.env.variables.TEXT = "two";
  const account = await prepared(scenario);
  const theirs = `cfwd1-in-${OTHER_ZONE_ID}-0a1b2c3d`;
  let uploads = false;
  let look;
  const looked = new Promise((resolve) => {
    look = resolve;
  });
  const fetch = async (url, init) => {
    if (isUpload({ ...init, url })) {
      uploads = true;
      account.foreign.setTags("shop", [...tagsOf(account), theirs]);
      await looked;
    }
    const answer = await account.clock.fetch(url, init);
    if (uploads && url.endsWith("/settings")) look();
    return answer;
  };
  await assert.rejects(run(account, scenario, { fetch }), { exitCode: 5, code: "CFD0525" });
  assert.equal(tagsOf(account).filter(isInventory).length, 2);
  assert.ok(tagsOf(account).includes(theirs));
  await account.close();
});

test("a route that we removed and another run made again stays in the marks, and that is told", async () => {
  const scenario = SCENARIOS["toggle off"];
  const isTags = ({ method, url }) => method === "PATCH" && url.endsWith("/script-settings");
  const again = ({ foreign }) => foreign.addRoute(ZONE, { pattern: `shop.${ZONE}/*`, script: "shop" });
  const { account, error } = await meanwhile(again, isTags, scenario);
  assert.deepEqual([error?.exitCode, error?.code], [5, "CFD0525"]);
  assert.equal(tagsOf(account).filter(isInventory).length, 1);
  // It is ours, so the same run again removes it.
  await run(account, scenario);
  await converged(account, scenario);
  await account.close();
});

test("nobody else: nothing to tell", async () => {
  const { account, error } = await meanwhile(() => {}, isUpload);
  assert.equal(error, undefined);
  await account.close();
});
