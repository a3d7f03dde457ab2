/** Many Workers in one run: lists and two reads each tell that nothing is to do; what is written is read in full before. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { TRUSTING } from "../safety/account.js";
import { createSite, manifestOf, ZONE } from "./site.js";

const MANY = 12;

describe("a run of many Workers", () => {
  let site;
  before(async () => {
    site = await createSite({ runtime: TRUSTING, warmUp: false });
    await site.bundle("shop");
    await site.apply(fleet(), SECRETS);
  });
  after(() => site.close());

  const SECRETS = { creds: { secrets: { KEY: "canary-key-of-many" } } };
  const worker = (index, spec = {}) =>
    manifestOf(
      site,
      {
        worker_name: `w${index}`,
        compatibility_date: "2026-07-01",
        dns: { enabled: true, zone_id: site.zone, hostname: `w${index}.${ZONE}` },
        env: { secrets: { KEY: "$" + "{KEY}" } },
        ...spec,
      },
      { name: `w${index}` },
    );
  const fleet = (changed = {}) =>
    Array.from({ length: MANY }, (_, index) => worker(index, index === 3 ? changed : undefined));
  const of = (requests, name) =>
    requests.filter(({ path }) => path.includes(`/scripts/${name}/`)).map(({ path }) => path.split("/").at(-1));
  const others = ({ changes }) => changes.filter(({ action }) => action !== "no-op").map(({ address }) => address);

  test("unchanged, each costs two reads, and the run a few lists", async () => {
    const { result, requests, writes } = await site.during(() => site.apply(fleet(), SECRETS));
    assert.deepEqual([writes, others(result.plan)], [[], []]);
    const asked = requests.filter(({ surface }) => surface === "api");
    assert.deepEqual(of(asked, "w0").toSorted(), ["deployments", "versions"]);
    // Scripts of the account; the zone, its routes and its records.
    assert.equal(asked.length, 2 * MANY + 4);
  });

  test("what changes is read in full first, and nothing of others is lost with it", async () => {
    const newest = () => site.local.state.scripts.get("w3").versions[0];
    const before = newest();
    before.limits = { cpu_ms: 77 };
    const changed = fleet({ env: { variables: { TEXT: "new" }, secrets: { KEY: "$" + "{KEY}" } } });
    const { result, requests, writes } = await site.during(() => site.apply(changed, SECRETS));
    assert.deepEqual(others(result.plan), ["script:w3"]);
    assert.ok(of(requests, "w3").includes("settings"));
    assert.ok(!of(requests, "w4").includes("settings"));
    assert.equal(writes.length, 1);
    assert.notEqual(newest(), before);
    assert.deepEqual(newest().limits, { cpu_ms: 77 });
    const again = await site.plan(changed, SECRETS);
    assert.deepEqual(others(again), []);
  });

  test("a secret whose value is not given is looked for where it should be", async () => {
    const plan = await site.plan(fleet({ env: { variables: { TEXT: "new" }, secrets: { KEY: "$" + "{KEY}" } } }));
    assert.deepEqual(others(plan), []);
    assert.equal(plan.diagnostics.filter(({ code }) => code === "CFD0524").length, MANY);
  });

  test("what somebody deployed beside is a conflict all the same", async () => {
    site.foreign.dashboardDeploy("w5");
    const plan = await site.plan(
      fleet({ env: { variables: { TEXT: "new" }, secrets: { KEY: "$" + "{KEY}" } } }),
      SECRETS,
    );
    const conflicts = plan.diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(conflicts.length, 1);
    assert.match(conflicts[0].message, /`w5` was changed outside/);
  });
});
