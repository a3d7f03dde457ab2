/** Stores as documents of their own, and Workers of the same run that are bound to them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSite, manifestOf, ZONE } from "./site.js";

const COUNTER = `export default {
  async fetch(request, env) {
    const visits = 1 + Number((await env.VISITS.get("count")) ?? 0);
    await env.VISITS.put("count", String(visits));
    return new Response("visit " + visits);
  },
};
`;

describe("a KV namespace and a Worker that is bound to it", () => {
  let site;
  before(async () => {
    site = await createSite();
    await site.local.putObject("bundles", "shop.js", Buffer.from(COUNTER));
  });
  after(() => site.close());

  const documents = (spec = {}) => [
    manifestOf(site, { kv_bindings: [{ name: "VISITS", value_from: { name: "visits" } }] }),
    namespace(spec),
  ];
  const namespace = (spec = {}) => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareKvNamespace",
    metadata: { name: "visits", org: "acme", env: "test" },
    spec: { account_id: site.local.accountId, namespace_name: "shop visits", ...spec },
  });
  const actions = ({ changes }) => Object.fromEntries(changes.map(({ address, action }) => [address, action]));

  test("a plan shows that the id is known after the namespace is made", async () => {
    const plan = await site.plan(documents());
    assert.deepEqual(actions(plan), {
      "kv:shop visits": "create",
      "script:shop": "create",
      [`record:shop.${ZONE}`]: "create",
      [`route:shop.${ZONE}/*`]: "create",
    });
    const worker = plan.changes.find(({ address }) => address === "script:shop");
    assert.deepEqual(worker.needs, ["kv:shop visits"]);
    const binding = worker.fields.find(({ path }) => path === "kv_bindings.VISITS");
    assert.deepEqual([binding.old, binding.new, binding.later], [null, null, true]);
  });

  test("one run makes both, and the Worker uses the namespace that was made", async () => {
    const { outputs } = await site.apply(documents());
    const id = outputs["CloudflareKvNamespace/visits"].namespace_id;
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal(await site.ask(`shop.${ZONE}`), "visit 1");
    assert.equal(await site.ask(`shop.${ZONE}`), "visit 2");
  });

  test("the second run finds it by its name and writes nothing", async () => {
    const { result, writes } = await site.during(() => site.apply(documents()));
    assert.deepEqual(writes, []);
    assert.ok(Object.values(actions(result.plan)).every((action) => action === "no-op"));
    const store = result.plan.changes.find(({ address }) => address === "kv:shop visits");
    assert.equal(store.why, "found-by-name");
  });

  test("the order of the documents makes no difference", async () => {
    const [forth, back] = [await site.plan(documents()), await site.plan(documents().reverse())];
    assert.deepEqual(back.changes, forth.changes);
  });

  test("another name is another, empty namespace: the plan says so, and what the Worker leaves", async () => {
    const [worker, namespace] = documents();
    const spec = { ...namespace.spec, namespace_name: "shop visits of today" };
    const { changes, diagnostics } = await site.plan([worker, { ...namespace, spec }]);
    assert.deepEqual([changes[0].address, changes[0].action], ["kv:shop visits of today", "create"]);
    const { message, help } = diagnostics.find(({ code }) => code === "CFD0549");
    assert.match(message, /`kv_bindings\.VISITS` of `shop` leaves `[0-9a-f]{32}` for `kv:shop visits of today`/);
    assert.match(help, /^nothing is moved/);
  });

  test("where the one that the Worker leaves was deleted outside, nothing is said of keeping it", async () => {
    const [worker, namespace] = documents();
    const spec = { ...namespace.spec, namespace_name: "shop visits of today" };
    const { kv } = site.local.state;
    const [[id, deleted]] = [...kv].filter(([, { title }]) => title === "shop visits");
    kv.delete(id);
    const { diagnostics } = await site.plan([worker, { ...namespace, spec }]);
    kv.set(id, deleted);
    assert.ok(!diagnostics.some(({ code }) => code === "CFD0549"));
  });

  test("destroy leaves the namespace with what is in it, and says so", async () => {
    const { plan } = await site.destroy(documents());
    const kept = plan.kept.map(({ address, why }) => [address, why]);
    assert.deepEqual(kept, [["kv:shop visits", "holds-data"]]);
    await site.apply(documents());
    assert.equal(await site.ask(`shop.${ZONE}`), "visit 3");
  });

  test("--delete-data that names no store of the manifests is refused before anything is sent", async () => {
    const options = { deleteData: ["kv:shop"] };
    const { requests } = await site.during(() =>
      assert.rejects(site.destroy(documents(), { options }), { code: "CFD0543", exitCode: 64 }),
    );
    assert.deepEqual(requests, []);
  });

  test("destroy deletes it where it is named, after the Worker that is bound to it", async () => {
    const options = { deleteData: ["kv:shop visits"] };
    const { diagnostics } = await site.destroy(documents(), { options: { ...options, dryRun: true } });
    assert.match(
      diagnostics.find(({ code }) => code === "CFD0570").message,
      /^no list of the account shows which Workers are bound to the KV namespace `shop visits`/,
    );
    const { writes } = await site.during(() => site.destroy(documents(), { options }));
    assert.match(writes.at(-1).path, /\/storage\/kv\/namespaces\/[0-9a-f]{32}$/);
    const plan = await site.plan(namespace());
    assert.deepEqual(actions(plan), { "kv:shop visits": "create" });
  });
});

describe("a queue", () => {
  let site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  const queue = (settings) => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareQueue",
    metadata: { name: "orders", org: "acme", env: "test" },
    spec: { account_id: site.local.accountId, queue_name: "shop-orders", ...(settings && { settings }) },
  });
  const live = () => [...site.local.state.queues.values()].find(({ name }) => name === "shop-orders");

  test("is created with the settings that are given, and found by its name then", async () => {
    const { outputs } = await site.apply(queue({ delivery_delay: 5 }));
    assert.deepEqual(outputs["CloudflareQueue/orders"], { queue_id: live().id, queue_name: "shop-orders" });
    const { writes } = await site.during(() => site.apply(queue({ delivery_delay: 5 })));
    assert.deepEqual(writes, []);
  });

  test("a setting that somebody changed is put back, and the others stay as they are", async () => {
    live().settings = { ...live().settings, delivery_delay: 60, message_retention_period: 600 };
    const plan = await site.plan(queue({ delivery_delay: 5 }));
    const [change] = plan.changes;
    const told = change.fields.map(({ path, old, new: next }) => [path, old, next]);
    assert.deepEqual([change.action, told], ["update", [["settings.delivery_delay", 60, 5]]]);
    await site.apply(queue({ delivery_delay: 5 }));
    assert.deepEqual([live().settings.delivery_delay, live().settings.message_retention_period], [5, 600]);
  });

  test("settings that the manifest does not give are nobody's affair", async () => {
    const { writes } = await site.during(() => site.apply(queue()));
    assert.deepEqual(writes, []);
  });

  test("one that a Worker of nobody's run uses is not deleted, and the way out is told", async () => {
    await site.local.putObject("bundles", "shop.js", Buffer.from(COUNTER));
    const worker = manifestOf(site, { bindings: [{ name: "ORDERS", type: "queue", queue_name: "shop-orders" }] });
    await site.apply(worker);
    const options = { deleteData: ["queue:shop-orders"] };
    const { result, writes } = await site.during(() => site.destroy(queue(), { options }).catch((error) => error));
    assert.deepEqual([result.code, result.exitCode, writes], ["CFD0570", 5, []]);
    assert.match(result.message, /`shop-orders`.*`shop`/);
    assert.match(result.help, /^deploy what uses it without it first/);
    const both = await site.destroy([worker, queue()], { options: { ...options, dryRun: true } });
    assert.equal(both.exitCode, 0, "a Worker of the run is gone by then");
    await site.destroy(worker);
  });

  test("destroy leaves it, unless it is named", async () => {
    await site.destroy(queue());
    assert.ok(live());
    await site.destroy(queue(), { options: { deleteData: ["queue:shop-orders"] } });
    assert.equal(live(), undefined);
  });
});

describe("an R2 bucket", () => {
  let site;
  before(async () => {
    site = await createSite();
  });
  after(() => site.close());

  const bucket = (spec = {}) => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareR2Bucket",
    metadata: { name: "files", org: "acme", env: "test" },
    spec: { account_id: site.local.accountId, bucket_name: "shop-files", location: "WEUR", ...spec },
  });
  const open = () => ({
    custom_domain: { enabled: true, zone_id: site.zone, domain: `files.${ZONE}` },
    cors: [{ origins: [`https://shop.${ZONE}`], methods: ["GET"] }],
    lifecycle: [{ prefix: "logs/", delete_after_days: 30 }],
  });

  test("is created, and found by its name then, with the same outputs", async () => {
    const { outputs } = await site.apply(bucket());
    assert.equal(outputs["CloudflareR2Bucket/files"].bucket_name, "shop-files");
    const { result, writes } = await site.during(() => site.apply(bucket()));
    assert.deepEqual(writes, []);
    assert.deepEqual(result.outputs, outputs);
    assert.match(result.outputs["CloudflareR2Bucket/files"].bucket_url, /r2\.cloudflarestorage\.com\/shop-files$/);
  });

  test("nothing is opened to everybody without a yes, and who watches hears of it", async () => {
    const told = [];
    const plan = await site.plan(bucket(open()), { options: { onEvent: (event) => told.push(event) } });
    assert.deepEqual(told.find(({ type }) => type === "plan").exposes, ["bucket:shop-files"]);
    assert.deepEqual([plan.exposes, plan.needsYes], [["bucket:shop-files"], ["bucket:shop-files"]]);
    const { writes } = await site.during(() =>
      assert.rejects(site.apply(bucket(open())), /opens `bucket:shop-files` to everybody/),
    );
    assert.deepEqual(writes, []);
  });

  test("its objects are served at its custom domain, and the second run writes nothing", async () => {
    await site.apply(bucket(open()), { options: { allowDeletes: true } });
    await site.local.putObject("shop-files", "hello.txt", Buffer.from("hello"));
    assert.equal(await site.ask(`files.${ZONE}`, "/hello.txt"), "hello");
    const { result, writes } = await site.during(() => site.apply(bucket(open())));
    assert.deepEqual(writes, []);
    assert.equal(result.outputs["CloudflareR2Bucket/files"].custom_domain_url, `https://files.${ZONE}`);
  });

  test("a rule that deletes objects by age asks first", async () => {
    const aging = bucket({ lifecycle: [{ delete_after_days: 1 }] });
    const plan = await site.plan(aging);
    assert.deepEqual([plan.expires, plan.needsYes], [["bucket:shop-files"], ["bucket:shop-files"]]);
    await assert.rejects(site.apply(aging), /lets objects in `bucket:shop-files` be deleted by age/);
    const kept = await site.plan(bucket({ lifecycle: [{ abort_uploads_after_days: 1 }] }));
    assert.deepEqual([kept.expires, kept.needsYes], [undefined, []]);
  });

  test("rules that somebody changed are put back", async () => {
    await site.apply(bucket({ lifecycle: [{ abort_uploads_after_days: 3 }] }));
    const plan = await site.plan(bucket(open()));
    assert.deepEqual(
      plan.changes[0].fields.map(({ path }) => path),
      ["lifecycle"],
    );
    await site.apply(bucket(open()), { options: { allowDeletes: true } });
    const { writes } = await site.during(() => site.apply(bucket(open())));
    assert.deepEqual(writes, []);
  });

  test("what the document no longer names stays open to everybody, and is told, until it is stated as off", async () => {
    [...site.local.state.objects.buckets.values()].find(({ name }) => name === "shop-files").managed = true;
    const { kept, changes } = await site.plan(bucket());
    assert.deepEqual(
      kept.map(({ address, path, why }) => [address, path, why]),
      [
        ["bucket:shop-files", "public_access", "still-open"],
        ["bucket:shop-files", `custom_domain.files.${ZONE}`, "still-open"],
      ],
    );
    assert.equal(changes[0].action, "no-op");
    const { custom_domain: domain } = open();
    const closed = bucket({ public_access: false, custom_domain: { ...domain, enabled: false } });
    await site.apply(closed);
    assert.equal(await site.ask(`files.${ZONE}`, "/hello.txt"), 401);
    assert.deepEqual((await site.plan(closed)).kept, []);
  });

  test("a bucket that holds objects is not deleted, and the run says so", async () => {
    const options = { deleteData: ["bucket:shop-files"] };
    const error = await site.destroy(bucket(), { options }).catch((error) => error);
    assert.ok(error.notDone.includes("bucket:shop-files"));
    assert.match(error.help, /delete the objects first/);
    await site.destroy(bucket());
    assert.deepEqual((await site.plan(bucket())).changes[0].action, "no-op");
  });

  const database = (spec = {}) => ({
    apiVersion: "cloudflare.project-planton.org/v1",
    kind: "CloudflareD1Database",
    metadata: { name: "shop", org: "acme", env: "test" },
    spec: { account_id: site.local.accountId, database_name: "shop-data", ...spec },
  });
  const live = () => [...site.local.state.databases.values()].find(({ name }) => name === "shop-data");
  const fields = ({ changes }) =>
    changes.flatMap((change) => change.fields.map(({ path, old, new: next }) => [path, old, next]));

  test("is created in the region that is given, in the words of the earlier schema too", async () => {
    const { outputs } = await site.apply(database({ region: "usw", read_replication: { mode: "auto" } }));
    assert.deepEqual([live().location, live().replication], ["wnam", "auto"]);
    const told = { database_id: live().id, database_name: "shop-data", connection_string: "" };
    assert.deepEqual(outputs["CloudflareD1Database/shop"], told);
  });

  test("is found by its name then, beside others whose names start with its own", async () => {
    await site.apply({ ...database({ database_name: "shop-data-2" }), metadata: { name: "second" } });
    const { result, writes } = await site.during(() => site.apply(database()));
    assert.deepEqual([writes, result.plan.changes[0].why], [[], "found-by-name"]);
    const outputs = { database_id: live().id, database_name: "shop-data", connection_string: "" };
    assert.deepEqual(result.outputs["CloudflareD1Database/shop"], outputs);
  });

  test("costs a read of its own where the manifest states what the list leaves out, and no more", async () => {
    const reads = async (spec) => (await site.during(() => site.plan(database(spec)))).requests.map(({ path }) => path);
    const list = `/client/v4/accounts/${site.local.accountId}/d1/database`;
    const paths = (all) => all.map((path) => path.split("?")[0]);
    assert.deepEqual(paths(await reads()), [list]);
    assert.deepEqual(paths(await reads({ region: "wnam" })), [list, `${list}/${live().id}`]);
  });

  test("read replication that somebody switched off is switched on again", async () => {
    live().replication = "disabled";
    const stated = database({ read_replication: { mode: "auto" } });
    assert.deepEqual(fields(await site.plan(stated)), [["read_replication.mode", "disabled", "auto"]]);
    const { writes } = await site.during(() => site.apply(stated));
    assert.deepEqual([writes.map(({ method }) => method), live().replication], [["PATCH"], "auto"]);
    const { writes: again } = await site.during(() => site.apply(stated));
    assert.deepEqual(again, []);
  });

  test("read replication that the manifest does not state is nobody's affair", async () => {
    const { writes } = await site.during(() => site.apply(database()));
    assert.deepEqual([writes, live().replication], [[], "auto"]);
  });

  test("another region is told, and never makes another database", async () => {
    const { id } = live();
    const { result, writes } = await site.during(() => site.apply(database({ region: "enam" })));
    const [note] = result.plan.diagnostics;
    assert.deepEqual([writes, live().id, note.severity, note.address], [[], id, "note", "d1:shop-data"]);
    assert.match(note.message, /runs in `wnam`, not in `enam`/);
  });

  test("destroy leaves it with what is in it, unless it is named", async () => {
    const { plan } = await site.destroy(database());
    assert.deepEqual(
      plan.kept.map(({ address, why }) => [address, why]),
      [["d1:shop-data", "holds-data"]],
    );
    assert.ok(live());
    await site.destroy(database(), { options: { deleteData: ["d1:shop-data"] } });
    assert.equal(live(), undefined);
  });
});
