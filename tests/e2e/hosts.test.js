/** A Worker on several hosts: a record and a route each, in whatever zones they lie. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { outputs } from "../../pkg/js/entrypoints/node.js";
import { actions, createSite, isSettled, manifestOf, ZONE } from "./site.js";

const OTHER = "example.org";
const BOTH = [`shop.${ZONE}`, `shop.${OTHER}`];
const YES = { options: { allowDeletes: true } };

describe("a Worker on several hosts", () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.bundle("shop", "here");
  });
  after(() => site.close());
  beforeEach(async () => {
    await site.destroy(on(BOTH));
    for (const zone of site.local.zones) {
      site.local.state.records.set(zone.id, []);
      site.local.state.routes.set(zone.id, []);
    }
  });

  const on = (hostnames, more) => manifestOf(site, { dns: { enabled: true, hostnames, ...more } });
  const other = () => site.zoneOf(OTHER);
  const names = (zone) =>
    site
      .records(zone)
      .map(({ name }) => name)
      .toSorted();
  const patterns = (zone) =>
    site
      .routes(zone)
      .map(({ pattern }) => pattern)
      .toSorted();
  const held = () => [names(), patterns(), names(other()), patterns(other())];
  const answers = () => Promise.all(BOTH.map((host) => site.ask(host)));

  async function settles(manifest) {
    const { result, writes } = await site.during(() => site.apply(manifest));
    assert.ok(isSettled(result.plan), actions(result.plan).join());
    assert.deepEqual(writes, []);
  }

  test("both answer, in two zones that nobody named; the second run writes nothing", async () => {
    const { result, writes } = await site.during(() => site.apply(on(BOTH)));
    assert.deepEqual(await answers(), ["here", "here"]);
    assert.deepEqual(held(), [[BOTH[0]], [`${BOTH[0]}/*`], [BOTH[1]], [`${BOTH[1]}/*`]]);
    assert.equal(writes.length, 5);
    assert.deepEqual(
      result.workers.shop.urls,
      BOTH.map((host) => `https://${host}/`),
    );
    assert.deepEqual(
      result.workers.shop.route_urls,
      BOTH.map((host) => `${host}/*`),
    );
    const { workers } = await outputs(on(BOTH), site.credentials);
    assert.deepEqual(workers.shop.urls, result.workers.shop.urls);
    await settles(on(BOTH));
    await settles(on(BOTH.toReversed()));
  });

  test("a second host adds one read, and three in another zone, beside looks for zones by name", async () => {
    const reads = async (hostnames) => {
      await site.apply(on(hostnames), YES);
      const { requests } = await site.during(() => site.apply(on(hostnames)));
      return requests.filter(({ path }) => !/\/zones(\?|$)/.test(path)).length;
    };
    const one = await reads([BOTH[0]]);
    assert.equal(await reads([BOTH[0], `www.${ZONE}`]), one + 1);
    assert.equal(await reads(BOTH), one + 3);
  });

  test("a host that left the list takes its record and its route along, and asks before", async () => {
    await site.apply(on(BOTH));
    const one = on([BOTH[0]]);
    const { writes } = await site.during(() => assert.rejects(site.apply(one), { code: "CFD0510", exitCode: 1 }));
    assert.deepEqual(writes, []);
    await site.apply(one, YES);
    assert.deepEqual(await answers(), ["here", 530]);
    assert.deepEqual(held(), [[BOTH[0]], [`${BOTH[0]}/*`], [], []]);
    await settles(one);
    await settles(manifestOf(site, { dns: { enabled: true, hostname: BOTH[0] } }));
  });

  test("a record of somebody else's on one of two hosts stops the run before any write", async () => {
    site.foreign.addRecord(other(), {
      type: "A",
      name: BOTH[1],
      content: "192.0.2.7",
      proxied: true,
    });
    const { writes } = await site.during(() => assert.rejects(site.apply(on(BOTH)), { code: "CFD0504", exitCode: 5 }));
    assert.deepEqual(writes, []);
    await site.apply(on(BOTH), { options: { adopt: [`record:${BOTH[1]}`], allowDeletes: true } });
    assert.deepEqual(await answers(), ["here", "here"]);
    await settles(on(BOTH));
  });

  test("off, gone without `--prune`, renamed, destroyed: all hosts go the same way", async () => {
    await site.apply(on(BOTH));
    const { plan } = await site.apply(manifestOf(site, { dns: undefined }));
    const orphans = plan.orphans.map(({ address }) => address).toSorted();
    assert.deepEqual(orphans, BOTH.flatMap((host) => [`record:${host}`, `route:${host}/*`]).toSorted());
    const renamed = {
      ...on(BOTH),
      spec: { ...on(BOTH).spec, worker_name: "store" },
    };
    await site.apply(renamed, { options: { prune: true, allowDeletes: true } });
    assert.deepEqual([await answers(), [...site.local.state.scripts.keys()]], [["here", "here"], ["store"]]);
    await settles(renamed);
    const off = {
      ...renamed,
      spec: { ...renamed.spec, dns: { ...renamed.spec.dns, enabled: false } },
    };
    await site.apply(off, YES);
    assert.deepEqual(held(), [[], [], [], []]);
    await site.apply(renamed);
    await site.destroy(renamed);
    assert.deepEqual([held(), site.local.state.scripts.size], [[[], [], [], []], 0]);
  });

  test("a record that was lost on one of two hosts is made again, and nothing else", async () => {
    await site.apply(on(BOTH));
    site.foreign.deleteRecord(other(), BOTH[1]);
    const { writes } = await site.during(() => site.apply(on(BOTH)));
    assert.deepEqual(
      writes.map(({ method }) => method),
      ["POST"],
    );
    assert.deepEqual(await answers(), ["here", "here"]);
  });

  test("a host that lies in no zone is told beside one that does, at its place", async () => {
    const text = JSON.stringify(on([BOTH[0], "shop.example.net"]));
    await assert.rejects(site.apply(text), (error) => {
      const [finding] = error.diagnostics;
      assert.deepEqual([finding.code, finding.path], ["CFD0523", "spec.dns.hostnames[1]"]);
      return true;
    });
  });

  test("a `zone_id` that does not hold one of the hosts is a finding", async () => {
    const { writes } = await site.during(() =>
      assert.rejects(site.apply(on(BOTH, { zone_id: site.zone })), {
        code: "CFD0513",
      }),
    );
    assert.deepEqual(writes, []);
  });
});
