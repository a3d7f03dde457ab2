/** A Worker's life: toggles, renames, removals, other people's work. Nothing orphaned, nothing foreign touched. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { actions, createSite, isSettled, manifestOf, ZONE } from "./site.js";

const HOST = `shop.${ZONE}`;
const YES = { options: { allowDeletes: true } };

describe("a Worker's life", () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.bundle("shop", "first");
    await site.bundle("shop-v2", "second");
  });
  after(() => site.close());
  beforeEach(() => {
    site.local.setFaults([]);
    for (const zone of site.local.zones) {
      site.local.state.records.set(zone.id, []);
      site.local.state.routes.set(zone.id, []);
    }
    site.local.state.scripts.clear();
  });

  const dns = (more) => ({ dns: { enabled: true, zone_id: site.zone, hostname: HOST, ...more } });
  const hosts = (zone) => site.records(zone).map(({ name }) => name);
  const patterns = (zone) => site.routes(zone).map(({ pattern }) => pattern);

  async function settles(manifest) {
    const { result, writes } = await site.during(() => site.apply(manifest));
    assert.ok(isSettled(result.plan), actions(result.plan).join());
    assert.deepEqual(writes, []);
  }

  test("off and on again leaves nothing behind, and deletions ask", async () => {
    await site.apply(manifestOf(site));
    assert.equal(await site.ask(HOST), "first");
    const off = manifestOf(site, { dns: { enabled: false } });
    const { writes } = await site.during(() => assert.rejects(site.apply(off), { code: "CFD0510", exitCode: 1 }));
    assert.deepEqual(writes, []);
    await site.apply(off, YES);
    assert.deepEqual([hosts(), patterns(), await site.ask(HOST)], [[], [], 530]);
    await settles(off);
    await site.apply(manifestOf(site));
    assert.equal(await site.ask(HOST), "first");
    await settles(manifestOf(site));
  });

  test("a block that is gone leaves orphans until --prune", async () => {
    await site.apply(manifestOf(site));
    const without = manifestOf(site, { dns: undefined });
    const { plan } = await site.apply(without);
    assert.deepEqual(
      plan.orphans.map(({ address }) => address),
      [`route:${HOST}/*`, `record:${HOST}`],
    );
    assert.deepEqual([hosts(), patterns()], [[HOST], [`${HOST}/*`]]);
    await site.apply(without, { options: { prune: true, allowDeletes: true } });
    assert.deepEqual([hosts(), patterns()], [[], []]);
    await settles(without);
  });

  test("another hostname, other patterns, another zone: the old ones go", async () => {
    await site.apply(manifestOf(site));
    const renamed = manifestOf(site, dns({ hostname: `store.${ZONE}` }));
    await site.apply(renamed, YES);
    assert.deepEqual([hosts(), patterns()], [[`store.${ZONE}`], [`store.${ZONE}/*`]]);
    await settles(renamed);

    const two = manifestOf(
      site,
      dns({ hostname: `store.${ZONE}`, route_patterns: [`store.${ZONE}/a/*`, `store.${ZONE}/b/*`] }),
    );
    await site.apply(two, YES);
    assert.deepEqual(patterns().toSorted(), [`store.${ZONE}/a/*`, `store.${ZONE}/b/*`]);
    await settles(two);

    const other = site.zoneOf("example.org");
    const moved = manifestOf(site, { dns: { enabled: true, zone_id: other, hostname: "shop.example.org" } });
    await site.apply(moved, YES);
    assert.deepEqual([hosts(), patterns()], [[], []]);
    assert.deepEqual([hosts(other), patterns(other)], [["shop.example.org"], ["shop.example.org/*"]]);
    await settles(moved);
  });

  test("a renamed script takes its route along; the old one is an orphan until --prune", async () => {
    await site.apply(manifestOf(site));
    const renamed = manifestOf(site, { worker_name: "store" });
    const { plan } = await site.apply(renamed);
    assert.deepEqual(
      plan.orphans.map(({ address }) => address),
      ["script:shop"],
    );
    assert.deepEqual(
      site.routes().map(({ script }) => script),
      ["store"],
    );
    await site.apply(renamed, { options: { prune: true, allowDeletes: true } });
    assert.deepEqual([...site.local.state.scripts.keys()], ["store"]);
    await settles(renamed);
    await site.destroy(renamed);
  });

  test("variables and bindings that left the manifest are gone; a bundle path rolls back", async () => {
    await site.apply(manifestOf(site, { env: { variables: { TEXT: "said", OTHER: "x" } } }));
    assert.equal(await site.ask(HOST), "said");
    await site.apply(manifestOf(site, { script_bundle: { bucket: "bundles", path: "shop-v2.js" } }));
    assert.equal(await site.ask(HOST), "second");
    await site.apply(manifestOf(site));
    assert.equal(await site.ask(HOST), "first");
  });

  test("a route that somebody else made on our Worker stays", async () => {
    await site.apply(manifestOf(site));
    site.foreign.addRoute(site.zone, { pattern: `${ZONE}/theirs/*`, script: "shop" });
    const { plan } = await site.apply(manifestOf(site, { dns: { enabled: false } }), YES);
    assert.deepEqual(
      plan.unmanaged.map(({ address }) => address),
      [`route:${ZONE}/theirs/*`],
    );
    assert.deepEqual(patterns(), [`${ZONE}/theirs/*`]);
  });

  test("what was lost or bypassed is repaired", async () => {
    await site.apply(manifestOf(site));
    site.foreign.changeRecord(site.zone, HOST, { proxied: false });
    site.foreign.deleteRoute(site.zone, `${HOST}/*`);
    await site.apply(manifestOf(site));
    assert.equal(await site.ask(HOST), "first");
    site.foreign.deleteRecord(site.zone, HOST);
    await site.apply(manifestOf(site));
    assert.equal(await site.ask(HOST), "first");
    await settles(manifestOf(site));
  });

  /** A run that must stop before any write, and go on with what it printed. */
  async function conflicts(manifest, owner) {
    const { writes } = await site.during(() => assert.rejects(site.apply(manifest), { exitCode: 5 }));
    assert.deepEqual(writes, []);
    const planned = await site.plan(manifest);
    assert.equal(planned.exitCode, 5);
    const said = planned.diagnostics.map(({ message }) => message).join("\n");
    assert.match(said, owner);
    await site.apply(manifest, { options: { ...planned.resolve, allowDeletes: true } });
    await settles(manifest);
  }

  test("somebody else's Worker, record and route: named, and taken over by the options that the plan gives", async () => {
    site.foreign.createScript("shop");
    site.foreign.createScript("legacy");
    site.foreign.addRecord(site.zone, { type: "CNAME", name: HOST, content: "elsewhere.example.net", proxied: true });
    site.foreign.addRoute(site.zone, { pattern: `${HOST}/*`, script: "legacy" });
    await conflicts(manifestOf(site), /`legacy`[\s\S]*elsewhere\.example\.net|elsewhere\.example\.net[\s\S]*`legacy`/);
    assert.equal(await site.ask(HOST), "first");
  });

  test("a conflict that no flag solves is not offered one", async () => {
    await site.apply(manifestOf(site));
    site.foreign.editSecret("shop", "THEIRS", "x");
    const second = manifestOf(site, { script_bundle: { bucket: "bundles", path: "shop-v2.js" } });
    await site.apply(second);
    site.foreign.rollback("shop");
    const planned = await site.plan(second);
    const errors = planned.diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
    assert.deepEqual([errors.toSorted(), planned.resolve], [["CFD0503", "CFD0509"], undefined]);
    const taking = site.apply(second, { options: { take: ["script:shop"], allowDeletes: true } });
    await assert.rejects(taking, { exitCode: 5, code: "CFD0509" });
  });

  test("another manifest's Worker and record need --take", async () => {
    await site.apply(manifestOf(site, {}, { env: "other" }));
    await conflicts(manifestOf(site), /belongs to `acme\/other\/shop` \(id [0-9a-f]{16}\)/);
  });

  test("rollback by hand, split deployment, dashboard deploy: stopped, then overwritten when told", async () => {
    await site.apply(manifestOf(site));
    await site.apply(manifestOf(site, { script_bundle: { bucket: "bundles", path: "shop-v2.js" } }));
    site.foreign.rollback("shop");
    await conflicts(manifestOf(site, { script_bundle: { bucket: "bundles", path: "shop-v2.js" } }), /rolled back/);
    site.foreign.splitDeployment("shop");
    await conflicts(manifestOf(site), /a rollout of `shop` is under way/);
    site.foreign.dashboardDeploy("shop");
    await conflicts(manifestOf(site), /changed outside/);
  });

  test("a route that somebody else made does not go with the Worker unasked", async () => {
    await site.apply(manifestOf(site));
    site.foreign.addRoute(ZONE, { pattern: `other.${ZONE}/*`, script: "shop" });
    const route = `route:other.${ZONE}/*`;
    const { writes } = await site.during(() =>
      assert.rejects(site.destroy(manifestOf(site)), {
        exitCode: 5,
        code: "CFD0507",
        resolve: { take: [route] },
      }),
    );
    assert.deepEqual(writes, []);
    const { plan } = await site.destroy(manifestOf(site), { options: { take: [route], allowDeletes: true } });
    assert.ok(plan.changes.some(({ address, action }) => address === route && action === "delete"));
    assert.deepEqual(plan.unmanaged, []);
  });

  test("a Worker under an earlier name is not pruned with somebody else's work on it", async () => {
    await site.apply(manifestOf(site));
    site.foreign.dashboardDeploy("shop");
    const renamed = manifestOf(site, { worker_name: "shop-new" });
    const prune = (more) => site.apply(renamed, { options: { prune: true, allowDeletes: true, ...more } });
    await assert.rejects(prune(), { exitCode: 5, code: "CFD0503" });
    assert.ok(site.local.state.scripts.has("shop"));
    assert.equal(site.local.state.scripts.has("shop-new"), false);
    const { plan } = await prune({ take: ["script:shop"] });
    assert.ok(plan.changes.some(({ address, action }) => address === "script:shop" && action === "delete"));
    assert.equal(site.local.state.scripts.has("shop"), false);
  });

  test("what others uploaded is told as what the bundle replaces", async () => {
    await site.apply(manifestOf(site));
    site.foreign.dashboardDeploy("shop");
    const { changes } = await site.plan(manifestOf(site));
    const bundle = changes[0].fields.find(({ path }) => path === "bundle");
    assert.deepEqual(bundle?.old, { version: 2 });
  });

  test("plans that do other things have other fingerprints", async () => {
    const withSecret = manifestOf(site, { env: { secrets: { KEY: "${KEY}" } } });
    await site.apply(withSecret, { creds: { secrets: { KEY: "one" } } });
    const rewrite = await site.plan(withSecret, { creds: { secrets: { KEY: "two" } } });
    const remove = await site.plan(manifestOf(site));
    const field = ({ changes }) => changes[0].fields.find(({ path }) => path === "secrets.KEY");
    assert.deepEqual([field(rewrite).old, field(rewrite).new], ["(secret)", "(secret)"]);
    assert.deepEqual([field(remove).old, field(remove).new], ["(secret)", null]);
    assert.notEqual(rewrite.fingerprint, remove.fingerprint);
  });

  test("a resource of several writes begins once and is done once", async () => {
    const events = [];
    const onEvent = ({ type, address }) => events.push(`${type} ${address}`);
    await site.apply(manifestOf(site, { workers_dev: true }), { options: { onEvent } });
    assert.deepEqual(
      events.filter((event) => /^(start|done) script:/.test(event)),
      ["start script:shop", "done script:shop"],
    );
  });

  test("a secret that somebody edited is harmless", async () => {
    const manifest = manifestOf(site, { env: { secrets: { KEY: "${KEY}" } } });
    const more = { creds: { secrets: { KEY: "one" } } };
    await site.apply(manifest, more);
    site.foreign.editSecret("shop", "KEY", "two");
    const { result, writes } = await site.during(() => site.apply(manifest, more));
    assert.ok(isSettled(result.plan), JSON.stringify(result.plan.changes));
    assert.deepEqual(writes, []);
  });
});

for (const keepBindingsEmptyDrops of [true, false]) {
  describe(`secrets, where an empty keep_bindings ${keepBindingsEmptyDrops ? "drops" : "keeps"} them`, () => {
    let site;
    before(async () => {
      site = await createSite({ switches: { keepBindingsEmptyDrops } });
      await site.bundle("shop", "first");
    });
    after(() => site.close());

    const names = () =>
      site.local.state.scripts
        .get("shop")
        .versions[0].bindings.filter(({ type }) => type === "secret_text")
        .map(({ name }) => name)
        .toSorted();

    test("set elsewhere: kept; unchanged: not written; changed: written; left the manifest: removed", async () => {
      const manifest = (...keys) =>
        manifestOf(site, { env: { secrets: Object.fromEntries(keys.map((key) => [key, `\${${key}}`])) } });
      const given = (more = {}) => ({ creds: { secrets: { A: "a", B: "b", ...more } } });
      await site.apply(manifest("A", "B"), given());
      site.foreign.editSecret("shop", "THEIRS", "kept");
      await site.apply(manifest("A", "B"), given());
      assert.deepEqual(names(), ["A", "B", "THEIRS"]);

      await site.apply(
        manifestOf(site, {
          ...manifest("A", "B").spec,
          env: { ...manifest("A", "B").spec.env, variables: { X: "1" } },
        }),
        given(),
      );
      const same = manifestOf(site, {
        ...manifest("A", "B").spec,
        env: { ...manifest("A", "B").spec.env, variables: { X: "1" } },
      });
      assert.deepEqual((await site.during(() => site.apply(same, given()))).writes, []);
      const { result } = await site.during(() => site.apply(same, given({ A: "changed" })));
      assert.match(result.plan.changes[0].reason, /secrets changed/);

      await site.apply(manifest("A"), given({ A: "changed" }));
      assert.deepEqual(names(), ["A", "THEIRS"]);
      const again = await site.during(() => site.apply(manifest("A"), given({ A: "changed" })));
      assert.deepEqual(again.writes, []);
    });

    test("a value that is not given and nowhere live stops a plan as it stops an apply", async () => {
      const manifest = manifestOf(site, { env: { secrets: { A: "${A}", NEW: "${NEW}" } } });
      const missing = { exitCode: 65, code: "CFD0203" };
      await assert.rejects(site.apply(manifest, { creds: { secrets: { A: "changed" } } }), missing);
      await assert.rejects(site.plan(manifest, { creds: { secrets: { A: "changed" } } }), missing);
    });
  });
}
