/** A Worker gets another name while others of the run are bound to it: one run rebinds them, then deletes the old one. */
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

/** Says its name; `/ask` passes the question on to the other one. */
const CODE = `export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/ask") return new Response(env.NAME);
    return new Response(env.NAME + " hears " + (await (await env.OTHER.fetch("https://other/")).text()));
  },
};
`;

let site;
before(async () => {
  site = await createSite();
  await site.local.putObject("bundles", "both.js", Buffer.from(CODE));
});
after(() => site.close());
beforeEach(() => {
  const { scripts, records, routes } = site.local.state;
  scripts.clear();
  for (const list of [records, routes]) list.set(site.zone, []);
});

/** `other`: an entry of `bindings`, less its name and type. */
const worker = (document, scriptName, other) =>
  manifestOf(
    site,
    {
      worker_name: scriptName,
      script_bundle: { bucket: "bundles", path: "both.js" },
      env: { variables: { NAME: scriptName } },
      dns: { enabled: true, zone_id: site.zone, hostname: `${document}.${ZONE}` },
      ...(other && { bindings: [{ name: "OTHER", type: "service", ...other }] }),
    },
    { name: document },
  );
const to = (name) => ({ value_from: { kind: "CloudflareWorker", name } });
const PRUNE = { options: { prune: true, allowDeletes: true } };

const told = (writes) =>
  writes.flatMap(({ method, path }) => {
    const [, script, part] = /\/workers\/scripts\/([a-z-]+)(\/settings)?$/.exec(path) ?? [];
    return script ? [`${method} ${script}${part ?? ""}`] : [];
  });
const scripts = () => [...site.local.state.scripts.keys()].toSorted();
const settles = async (documents) => assert.ok(isSettled(await site.plan(documents, PRUNE)));

test("the Worker that is bound to it is uploaded with the new one before the old one is deleted, in one run", async () => {
  await site.apply([worker("front", "front", to("api")), worker("api", "api")]);
  const renamed = [worker("front", "front", to("api")), worker("api", "api-new")];
  const { writes } = await site.during(() => site.apply(renamed, PRUNE));
  assert.deepEqual(told(writes), ["PUT api-new", "PUT front", "DELETE api"]);
  assert.equal(await site.ask(`front.${ZONE}`, "/ask"), "front hears api-new");
  await settles(renamed);
});

test("a binding that leaves the manifest in the same run holds the old one no longer", async () => {
  await site.apply([worker("front", "front", to("api")), worker("api", "api")]);
  const renamed = [worker("front", "front"), worker("api", "api-new")];
  await site.apply(renamed, PRUNE);
  assert.deepEqual(scripts(), ["api-new", "front"]);
  await settles(renamed);
});

test("one that the manifest still binds to the old name holds it: nothing is written", async () => {
  await site.apply([worker("front", "front", { service: "api" }), worker("api", "api")]);
  const renamed = [worker("front", "front", { service: "api" }), worker("api", "api-new")];
  const { writes } = await site.during(() =>
    assert.rejects(site.apply(renamed, PRUNE), { code: "CFD0521", exitCode: 5 }),
  );
  assert.deepEqual(writes, []);
});

test("where a binding of others leads to it, it is held, and nothing is written", async () => {
  await site.apply([worker("front", "front", to("api")), worker("api", "api")]);
  const theirs = { type: "service", name: "THEIRS", service: "api" };
  const [{ bindings }] = site.local.state.scripts.get("front").versions;
  site.foreign.dashboardDeploy("front", { bindings: [...bindings, theirs] });
  const renamed = [worker("front", "front", to("api")), worker("api", "api-new")];
  const take = { options: { ...PRUNE.options, take: ["script:front"] } };
  const { writes } = await site.during(() => assert.rejects(site.apply(renamed, take), { code: "CFD0521" }));
  assert.deepEqual(writes, []);
});

test("Workers that get other names together go together, the bound one first", async () => {
  await site.apply([worker("front", "front", to("api")), worker("api", "api")]);
  const renamed = [worker("front", "front-new", to("api")), worker("api", "api-new")];
  const { writes } = await site.during(() => site.apply(renamed, PRUNE));
  assert.deepEqual(told(writes), ["PUT api-new", "PUT front-new", "DELETE front", "DELETE api"]);
  assert.equal(await site.ask(`front.${ZONE}`, "/ask"), "front-new hears api-new");
  await settles(renamed);
});

test("also where they are bound to each other", async () => {
  await site.apply([worker("front", "front", to("api")), worker("api", "api", to("front"))]);
  const renamed = [worker("front", "front-new", to("api")), worker("api", "api-new", to("front"))];
  await site.apply(renamed, PRUNE);
  assert.deepEqual(scripts(), ["api-new", "front-new"]);
  assert.equal(await site.ask(`front.${ZONE}`, "/ask"), "front-new hears api-new");
  await settles(renamed);
});

test("a run that ends before the deletion is finished by the same command", async () => {
  await site.apply([worker("front", "front", to("api")), worker("api", "api")]);
  const renamed = [worker("front", "front", to("api")), worker("api", "api-new")];
  site.local.setFaults(["DELETE */workers/scripts/api:403"]);
  await assert.rejects(site.apply(renamed, PRUNE), { exitCode: 3 });
  site.local.setFaults([]);
  await site.apply(renamed, PRUNE);
  assert.deepEqual(scripts(), ["api-new", "front"]);
  await settles(renamed);
});
