/** Two Workers that are bound to each other: no order deploys or deletes them whole, and one of them is written twice. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

/** Says its name; `/ask` passes the question on to the other one. */
const CODE = `export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/ask") return new Response(env.NAME);
    const answer = await (await env.OTHER.fetch("https://other/")).text();
    return new Response(env.NAME + " hears " + answer);
  },
};
`;

let site;
before(async () => {
  site = await createSite();
  await site.local.putObject("bundles", "both.js", Buffer.from(CODE));
});
after(() => site.close());

const worker = (name, other) =>
  manifestOf(
    site,
    {
      worker_name: name,
      script_bundle: { bucket: "bundles", path: "both.js" },
      env: { variables: { NAME: name } },
      bindings: [{ name: "OTHER", type: "service", service: other }],
      dns: { enabled: true, zone_id: site.zone, hostname: `${name}.${ZONE}` },
    },
    { name },
  );
const both = () => [worker("shop", "api"), worker("api", "shop")];

/** The same, the first of which also needs what is only known when a database is made. */
const withDatabase = () => {
  const [shop, api] = both();
  api.spec.bindings.push({ name: "DB", type: "d1", value_from: { kind: "CloudflareD1Database", name: "notes" } });
  const spec = { account_id: site.local.accountId, database_name: "notes", region: "weur" };
  const metadata = { name: "notes", org: "acme", env: "test" };
  return [shop, api, { apiVersion: shop.apiVersion, kind: "CloudflareD1Database", metadata, spec }];
};
const asked = async () => [await site.ask(`shop.${ZONE}`, "/ask"), await site.ask(`api.${ZONE}`, "/ask")];
const heard = ["shop hears api", "api hears shop"];

/** Writes in short, such as `PUT api` for an upload, `POST records` and `POST routes`. */
const told = (writes) =>
  writes.map(({ method, path }) => {
    const [, script, part] = /\/workers\/scripts\/([a-z]+)(\/[a-z-]+)?$/.exec(path) ?? [];
    return script
      ? `${method} ${script}${part ?? ""}`
      : `${method} ${path.includes("dns_records") ? "record" : "route"}`;
  });

test("the plan says which Worker is uploaded twice, and without what", async () => {
  const { changes, diagnostics, summary } = await site.plan(both());
  assert.deepEqual(
    changes.filter(({ firstWithout }) => firstWithout).map(({ address, firstWithout }) => [address, firstWithout]),
    [["script:api", ["script:shop"]]],
  );
  assert.deepEqual(diagnostics, []);
  assert.equal(summary.writes, 7);
});

test("a run that ends between the two uploads is taken up by the next one", async () => {
  const stop = new AbortController();
  const onEvent = ({ type }) => type === "uploaded" && stop.abort();
  const options = { signal: stop.signal, onEvent };
  const stopped = await site.during(() => assert.rejects(site.apply(both(), { options }), { exitCode: 130 }));
  assert.deepEqual(told(stopped.writes), ["PUT api"]);
  const { writes } = await site.during(() => site.apply(both()));
  assert.deepEqual(told(writes).slice(0, 2), ["PUT shop", "PUT api"]);
  assert.deepEqual(await asked(), heard);
  assert.ok(isSettled(await site.plan(both())));
});

test("the plan after such an end says why there is something to do", async () => {
  await site.destroy(both());
  const stop = new AbortController();
  const options = { signal: stop.signal, onEvent: ({ type }) => type === "uploaded" && stop.abort() };
  await assert.rejects(site.apply(withDatabase(), { options }), { exitCode: 130 });
  const { changes } = await site.plan(withDatabase());
  const { action, why } = changes.find(({ address }) => address === "script:api");
  assert.deepEqual([action, why], ["update", "unfinished"]);
});

test("an id that is made on the way is in both uploads, and what is live equals the manifest afterwards", async () => {
  await site.destroy(withDatabase(), { options: { deleteData: ["d1:notes"] } });
  const { writes } = await site.during(() => site.apply(withDatabase()));
  assert.deepEqual(told(writes.filter(({ path }) => path.includes("/scripts/"))), ["PUT api", "PUT shop", "PUT api"]);
  assert.ok(isSettled(await site.plan(withDatabase())));
});

test("destroy takes a binding out of one of them, then deletes both", async () => {
  const { changes } = await site.destroy(both(), { options: { dryRun: true } });
  assert.deepEqual(changes.find(({ address }) => address === "script:api").firstWithout, ["script:shop"]);
  const { writes } = await site.during(() => site.destroy(both()));
  assert.deepEqual(told(writes).slice(-3), ["PATCH api/settings", "DELETE shop", "DELETE api"]);
  assert.equal(site.local.state.scripts.size, 0);
  assert.deepEqual([...site.records(), ...site.routes()], []);
});

test("one run makes both, and nothing leads to them before they are whole", async () => {
  const { writes } = await site.during(() => site.apply(both()));
  const [uploads, rest] = [told(writes).slice(0, 3), told(writes).slice(3)];
  assert.deepEqual(uploads, ["PUT api", "PUT shop", "PUT api"]);
  assert.deepEqual(rest.toSorted(), ["POST record", "POST record", "POST route", "POST route"]);
  assert.deepEqual(await asked(), heard);
});

test("the second run writes nothing", async () => {
  const { result, writes } = await site.during(() => site.apply(both()));
  assert.deepEqual(writes, []);
  assert.ok(isSettled(result.plan));
});

test("where both are there, a change of both takes one upload each", async () => {
  const changed = both().map((it) => ({
    ...it,
    spec: { ...it.spec, env: { variables: { NAME: `${it.spec.worker_name}2` } } },
  }));
  const { writes } = await site.during(() => site.apply(changed));
  assert.deepEqual(told(writes).toSorted(), ["PUT api", "PUT shop"]);
  assert.deepEqual(await asked(), ["shop2 hears api2", "api2 hears shop2"]);
});
