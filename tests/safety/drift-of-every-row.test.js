/**
 * For each type of binding, each trigger and each setting that a Worker can have: what somebody changes behind our back is
 * told and repaired, what others put beside it stays, and what leaves the manifest is told by the plan. Which rows there are
 * is read from the schema, so that a new one without a case fails here.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import schema from "../../schema/manifest.schema.json" with { type: "json" };
import { allBindings } from "./rows/all-bindings.js";
import { BINDINGS } from "./rows/bindings.js";
import { CLASS_ROWS } from "./rows/classes.js";
import { ROWS as SETTINGS, WITHOUT_DRIFT } from "./rows/settings.js";
import { startedAccount } from "./rows/started.js";

const keys = Object.keys(schema.definitions.CloudflareWorker.properties.spec.properties);
const ROWS = { ...SETTINGS, ...CLASS_ROWS };
const isSnakeCase = (key) => !/[A-Z]/.test(key);

test("each type of binding has a case", () => {
  const types = schema.bindings.map(({ type }) => type);
  assert.deepEqual(Object.keys(BINDINGS).toSorted(), types.toSorted());
});

test("each key of a Worker has a case, or a reason why there is nothing to drift", () => {
  const told = [...Object.values(ROWS).map(({ key }) => key), ...Object.keys(WITHOUT_DRIFT)];
  assert.deepEqual([...new Set(told)].toSorted(), keys.filter(isSnakeCase).toSorted());
});

for (const [name, row] of [...Object.entries(ROWS), ["bindings of all types", allBindings()]]) {
  describe(name, () => {
    test("drift is told, stops or is repaired, and others keep what is theirs", () => drifts(row));
    test("leaving the manifest is told, and others keep what is theirs", () => leaves(row));
  });
}

test("static assets that somebody else uploaded stay when an upload of ours says nothing of any", async () => {
  const { spec, files, seen } = ROWS["static assets"];
  await inAccount({ files, spec }, async (site, wanted) => {
    await site.apply(wanted);
    const theirs = structuredClone(seen(site));
    const { local, foreign } = site;
    const assets = local.state.scripts.get("shop").versions[0].assets;
    foreign.deleteScript("shop");
    await site.apply({});
    const bindings = [{ type: "assets", name: "ASSETS" }];
    foreign.dashboardDeploy("shop", { assets, bindings });
    await site.repair({});
    assert.deepEqual(seen(site), theirs);
  });
});

/** Each drift begins where the one before was repaired. */
async function drifts({ spec, files, drift, told, stays = [], seen, others }) {
  await inAccount({ files, spec }, async (site, wanted) => {
    await site.apply(wanted);
    const before = structuredClone(seen(site));
    const theirs = others?.(site);
    if (theirs) await site.repair(wanted);
    const beside = structuredClone(theirs?.());
    assert.equal(beside === undefined, others === undefined);
    for (const [what, act] of Object.entries(drift)) {
      await act(site);
      assert.notDeepEqual(seen(site), before, what);
      const { plan, text } = await site.told(wanted);
      for (const line of [told].flat()) assert.match(text, line, what);
      const isUnresolved = plan.exitCode === 5;
      assert.equal(isUnresolved, Object.keys(plan.resolve ?? {}).length > 0, what);
      if (isUnresolved) {
        const { writes } = await site.during(() => assert.rejects(site.apply(wanted), { exitCode: 5 }));
        assert.deepEqual(writes, [], what);
      }
      const drifted = structuredClone(seen(site));
      await site.repair(wanted);
      assert.deepEqual(seen(site), stays.includes(what) ? drifted : before, what);
      assert.deepEqual(theirs?.(), beside, what);
    }
  });
}

async function leaves({
  key,
  spec,
  without = { [key]: undefined },
  files,
  seen,
  others,
  lost = [],
  losesData = false,
}) {
  await inAccount({ files, spec }, async (site, wanted) => {
    await site.apply(wanted);
    const before = structuredClone(seen(site));
    const theirs = others?.(site);
    if (theirs) await site.repair(wanted);
    const beside = structuredClone(theirs?.());
    const rest = { ...wanted, ...without };
    const { plan, text } = await site.told(rest);
    for (const line of lost) assert.match(text, line);
    assert.equal(plan.exitCode, losesData ? 5 : 0);
    if (losesData) {
      const { writes } = await site.during(() => assert.rejects(site.apply(rest), { exitCode: 5 }));
      assert.deepEqual(writes, []);
    }
    await site.repair(rest);
    if (lost.length > 0) assert.notDeepEqual(seen(site), before);
    else assert.deepEqual(seen(site), before, "what the manifest does not say stays as it is");
    assert.deepEqual(theirs?.(), beside);
  });
}

async function inAccount({ files, spec = {} }, work) {
  const site = await startedAccount(files);
  try {
    await work(site, typeof spec === "function" ? spec(site.made) : spec);
  } finally {
    await site.close();
  }
}
