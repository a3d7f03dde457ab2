/** Bindings that rows of the table describe, and what refers to other documents in them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite, isSettled, manifestOf, ZONE } from "./site.js";

const API = `export default { fetch: () => new Response("from the api") };\n`;
const FRONT = `export default {
  async fetch(request, env) {
    await env.DB.exec("CREATE TABLE IF NOT EXISTS visits (at TEXT)");
    await env.DB.prepare("INSERT INTO visits VALUES (?)").bind("now").run();
    const { count } = await env.DB.prepare("SELECT count(*) AS count FROM visits").first();
    await env.MEDIA.put("greeting", env.SETTINGS.greeting);
    await env.JOBS.send({ visit: count });
    const greeting = await (await env.MEDIA.get("greeting")).text();
    const backend = await (await env.BACKEND.fetch("https://api/")).text();
    return Response.json({ count, greeting, backend, version: env.VERSION.id.length, limits: env.SETTINGS.limits });
  },
};
`;
describe("a Worker that is bound to all that runs locally", () => {
  let site;
  let database;
  before(async () => {
    site = await createSite();
    for (const [name, code] of [
      ["front", FRONT],
      ["api", API],
    ])
      await site.local.putObject("bundles", `${name}.js`, Buffer.from(code));
    await site.local.createBucket("media");
    database = (await create("d1/database", { name: "shop" })).uuid;
  });
  after(() => site.close());

  const create = async (path, body) => {
    const answer = await fetch(`${site.local.apiUrl}/accounts/${site.local.accountId}/${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${site.local.token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return (await answer.json()).result;
  };
  const worker = (name, bindings, more = {}) =>
    manifestOf(
      site,
      {
        worker_name: name,
        script_bundle: { bucket: "bundles", path: `${name}.js` },
        dns: undefined,
        bindings,
        ...more,
      },
      { name },
    );
  const front = (service = { service: "api" }) =>
    worker(
      "front",
      [
        { name: "BACKEND", type: "service", ...service },
        { name: "DB", type: "d1", database_id: database },
        { name: "JOBS", type: "queue", value_from: { kind: "CloudflareQueue", name: "jobs" } },
        { name: "MEDIA", type: "r2_bucket", bucket_name: "media" },
        { name: "SETTINGS", type: "json", json: { greeting: "hello", limits: [1, { Deep: null }] } },
        { name: "VERSION", type: "version_metadata" },
      ],
      { dns: { enabled: true, zone_id: site.zone, hostname: `shop.${ZONE}` } },
    );
  const queue = () => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareQueue",
    metadata: { name: "jobs", org: "acme", env: "test" },
    spec: { account_id: site.local.accountId, queue_name: "shop-jobs" },
  });
  const documents = () => [front(), worker("api"), queue()];

  test("one run makes both Workers and the queue, and the Worker uses each of its bindings", async () => {
    await site.apply(documents());
    const told = JSON.parse(await site.ask(`shop.${ZONE}`));
    const limits = [1, { Deep: null }];
    assert.deepEqual(told, { count: 1, greeting: "hello", backend: "from the api", version: 36, limits });
  });

  test("the second run writes nothing", async () => {
    const { result, writes } = await site.during(() => site.apply(documents()));
    assert.deepEqual(writes, []);
    assert.ok(isSettled(result.plan));
  });

  test("a reference to the Worker's document is the same as its name", async () => {
    const by = { value_from: { kind: "CloudflareWorker", name: "api" } };
    assert.ok(isSettled(await site.plan([front(by), worker("api"), queue()])));
  });

  test("a changed member of a binding is told and deployed", async () => {
    const changed = documents();
    changed[0].spec.bindings[4].json.greeting = "good day";
    const plan = await site.plan(changed);
    const change = plan.changes.find(({ address }) => address === "script:front");
    const fields = change.fields.filter(({ path }) => path.startsWith("bindings")).map(({ path }) => path);
    assert.deepEqual(fields, ["bindings.SETTINGS.json"]);
    await site.apply(changed);
    assert.equal(JSON.parse(await site.ask(`shop.${ZONE}`)).greeting, "good day");
  });

  test("ids and names flow from documents of the same run, and the second run finds them", async () => {
    const document = (kind, name, spec) => ({
      apiVersion: "cloudflare.project-planton.org/v1",
      kind,
      metadata: { name, org: "acme", env: "test" },
      spec: { account_id: site.local.accountId, ...spec },
    });
    const from = (kind, name) => ({ value_from: { kind, name } });
    const stores = [
      document("CloudflareD1Database", "notes", { database_name: "notes-db", region: "weur" }),
      document("CloudflareR2Bucket", "files", { bucket_name: "notes-files", location: "weur" }),
      document("CloudflareKvNamespace", "cache", { namespace_name: "notes cache" }),
    ];
    const bindings = [
      { name: "DB", type: "d1", ...from("CloudflareD1Database", "notes") },
      { name: "FILES", type: "r2_bucket", ...from("CloudflareR2Bucket", "files") },
      { name: "CACHE", type: "kv_namespace", ...from("CloudflareKvNamespace", "cache") },
    ];
    const code = { script_bundle: { bucket: "bundles", path: "api.js" } };
    const all = () => [worker("notes", bindings, code), ...stores];
    const plan = await site.plan(all());
    const change = plan.changes.find(({ address }) => address === "script:notes");
    assert.deepEqual(change.needs.toSorted(), ["bucket:notes-files", "d1:notes-db", "kv:notes cache"]);
    const later = change.fields.filter(({ later }) => later).map(({ path }) => path);
    assert.deepEqual(later, ["kv_bindings.CACHE", "bindings.DB.database_id"]);
    await site.apply(all());
    const { writes } = await site.during(() => site.apply(all()));
    assert.deepEqual(writes, []);
    // Without the documents, the same names are looked up in the account.
    bindings[0].value_from.name = "notes-db";
    bindings[1] = { name: "FILES", type: "r2_bucket", bucket_name: "notes-files" };
    bindings[2].value_from.name = "notes cache";
    assert.ok(isSettled(await site.plan(worker("notes", bindings, code))));
  });

  test("a type that is not known goes up as it is written, with a warning", async () => {
    const plan = await site.plan(worker("api", [{ name: "NEWER", type: "time_machine", Year: 1985 }]));
    const [warning] = plan.diagnostics.filter(({ code }) => code === "CFD0137");
    assert.equal(warning.severity, "warning");
    const change = plan.changes.find(({ address }) => address === "script:api");
    const year = change.fields.find(({ path }) => path === "bindings.NEWER.Year");
    assert.equal(year.new, 1985);
  });

  test("destroy deletes the Worker that is bound before the one that it is bound to", async () => {
    const { writes } = await site.during(() => site.destroy([worker("api"), front()]));
    const scripts = writes.map(({ path }) => /\/workers\/scripts\/([a-z]+)$/.exec(path)?.[1]).filter(Boolean);
    assert.deepEqual(scripts, ["front", "api"]);
  });
});
