/** Cloudflare's official SDK, its own types and paging, against Local Cloudflare. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Cloudflare, { NotFoundError, PermissionDeniedError, toFile } from "cloudflare";
import { startLocalCloudflare } from "../../js/local/index.js";

const HOST = "sdk.example.com";
const code = (text) => `export default { fetch: (_, env) => new Response("${text} " + env.NAME + " " + env.TOKEN) };`;

describe("the official SDK 6.5 against Local Cloudflare", () => {
  let local;
  let client;
  let account;
  let zone;

  before(async () => {
    local = await startLocalCloudflare({ zones: ["example.com", "example.org"], warmUp: true });
    client = clientOf(local.token);
    account = { account_id: local.accountId };
    zone = { zone_id: local.zones[0].id };
  });

  after(() => local.close());

  const clientOf = (apiToken) => new Cloudflare({ apiToken, baseURL: local.apiUrl, maxRetries: 0 });

  async function all(pages, field) {
    const found = [];
    for await (const item of pages) found.push(item[field]);
    return found;
  }

  async function upload(text, more = {}) {
    return client.workers.scripts.update("sdk", {
      ...account,
      metadata: {
        main_module: "index.mjs",
        compatibility_date: "2026-07-01",
        bindings: [{ type: "plain_text", name: "NAME", text: "sdk" }],
        keep_bindings: ["secret_text"],
        ...more,
      },
      files: [await toFile(Buffer.from(code(text)), "index.mjs", { type: "application/javascript+module" })],
    });
  }

  test("the token, the account, the zones", async () => {
    assert.equal((await client.user.tokens.verify()).status, "active");
    assert.deepEqual(await all(client.accounts.list(), "id"), [local.accountId]);
    assert.deepEqual(await all(client.zones.list({ per_page: 5 }), "name"), ["example.com", "example.org"]);
    assert.deepEqual(await all(client.zones.list({ name: "example.org" }), "id"), [local.zones[1].id]);
    assert.equal((await client.zones.get(zone)).name, "example.com");
  });

  test("records: created, paged, filtered, edited, replaced, batched, deleted", async () => {
    const record = { type: "AAAA", name: HOST, content: "100::", proxied: true, ttl: 1 };
    const { id } = await client.dns.records.create({ ...zone, ...record, comment: "by the SDK" });
    for (let number = 0; number < 7; number += 1) {
      await client.dns.records.create({
        ...zone,
        type: "TXT",
        name: `t${number}.example.com`,
        content: '"x"',
        ttl: 60,
      });
    }
    assert.equal((await all(client.dns.records.list({ ...zone, per_page: 3 }), "id")).length, 8);
    assert.deepEqual(await all(client.dns.records.list({ ...zone, name: { exact: HOST } }), "id"), [id]);
    assert.deepEqual(await all(client.dns.records.list({ ...zone, comment: { startswith: "by the" } }), "id"), [id]);
    const edited = await client.dns.records.edit(id, { ...zone, comment: "edited" });
    assert.deepEqual([edited.comment, edited.content], ["edited", "100::"]);
    const replaced = await client.dns.records.update(id, { ...zone, ...record, content: "100::1" });
    assert.deepEqual([replaced.comment ?? null, replaced.content], [null, "100::1"]);
    const texts = client.dns.records.list({ ...zone, type: "TXT" });
    const deletes = (await all(texts, "id")).map((each) => ({ id: each }));
    await client.dns.records.batch({ ...zone, deletes, posts: [{ ...record, name: "more.example.com" }] });
    assert.deepEqual((await all(client.dns.records.list(zone), "name")).toSorted(), ["more.example.com", HOST]);
    await assert.rejects(client.dns.records.create({ ...zone, ...record, content: "100::1" }), refused(400, 81058));
  });

  test("a script with its secret, a version of it, a deployment; it answers", async () => {
    const uploaded = await upload("one");
    assert.equal(uploaded.id, "sdk");
    const secret = { type: "secret_text", name: "TOKEN", text: "hidden" };
    await client.workers.scripts.secrets.update("sdk", { ...account, ...secret });
    await client.workers.routes.create({ ...zone, pattern: `${HOST}/*`, script: "sdk" });
    assert.equal((await local.request(HOST, "/")).text, "one sdk hidden");
    await upload("two");
    assert.equal((await local.request(HOST, "/")).text, "two sdk hidden", "keep_bindings keeps the secret");

    const { id } = await client.workers.scripts.versions.create("sdk", {
      ...account,
      metadata: {
        main_module: "index.mjs",
        compatibility_date: "2026-07-01",
        bindings: [{ type: "plain_text", name: "NAME", text: "later" }],
        keep_bindings: ["secret_text"],
        annotations: { "workers/tag": "three", "workers/message": "the third" },
      },
      files: [await toFile(Buffer.from(code("three")), "index.mjs", { type: "application/javascript+module" })],
    });
    assert.equal((await local.request(HOST, "/")).text, "two sdk hidden");
    await client.workers.scripts.deployments.create("sdk", {
      ...account,
      strategy: "percentage",
      versions: [{ version_id: id, percentage: 100 }],
    });
    assert.equal((await local.request(HOST, "/")).text, "three later hidden");
    const { deployments } = await client.workers.scripts.deployments.list("sdk", account);
    assert.deepEqual(deployments[0].versions, [{ version_id: id, percentage: 100 }]);
  });

  test("versions and settings say what we rely on", async () => {
    const versions = client.workers.scripts.versions.list("sdk", { ...account, per_page: 2 });
    const numbers = await all(versions, "number");
    assert.deepEqual(numbers, [4, 3, 2, 1]);
    const deployable = await client.workers.scripts.versions.list("sdk", { ...account, deployable: true });
    assert.equal(deployable.result.items[0].annotations["workers/tag"], "three");
    const version = await client.workers.scripts.versions.get("sdk", deployable.result.items[0].id, account);
    assert.deepEqual(version.resources.bindings.map(({ name, type }) => [name, type]).toSorted(), [
      ["NAME", "plain_text"],
      ["TOKEN", "secret_text"],
    ]);
    const settings = await client.workers.scripts.scriptAndVersionSettings.get("sdk", account);
    assert.equal(JSON.stringify(settings).includes("hidden"), false, "a secret is never shown");
    await client.workers.scripts.settings.edit("sdk", { ...account, tags: ["team:a"] });
    assert.deepEqual((await client.workers.scripts.settings.get("sdk", account)).tags, ["team:a"]);
    assert.equal((await all(client.workers.scripts.versions.list("sdk", account), "id")).length, 4, "no new version");
  });

  test("routes: listed, moved, deleted", async () => {
    const [id] = await all(client.workers.routes.list(zone), "id");
    await assert.rejects(
      client.workers.routes.create({ ...zone, pattern: `${HOST}/*`, script: "sdk" }),
      refused(409, 10020),
    );
    await client.workers.routes.update(id, { ...zone, pattern: `${HOST}/only/*`, script: "sdk" });
    assert.equal((await local.request(HOST, "/only/this")).status, 200);
    assert.equal((await local.request(HOST, "/")).status, 522);
    await client.workers.routes.delete(id, zone);
    assert.deepEqual(await all(client.workers.routes.list(zone), "id"), []);
  });

  test("KV: namespaces, values, keys in pages, bulk", async () => {
    const { id } = await client.kv.namespaces.create({ ...account, title: "sdk" });
    await assert.rejects(client.kv.namespaces.create({ ...account, title: "sdk" }), refused(400, 10014));
    await client.kv.namespaces.values.update(id, "a b ü", { ...account, value: "raw" });
    assert.equal(await (await client.kv.namespaces.values.get(id, "a b ü", account)).text(), "raw");
    const many = Array.from({ length: 12 }, (_, number) => ({ key: `k${number}`, value: `${number}` }));
    await client.kv.namespaces.keys.bulkUpdate(id, { ...account, body: many });
    assert.equal((await all(client.kv.namespaces.keys.list(id, { ...account, limit: 10 }), "name")).length, 13);
    const read = await client.kv.namespaces.keys.bulkGet(id, { ...account, keys: ["k1", "k2"] });
    assert.deepEqual(read.values, { k1: "1", k2: "2" });
    await client.kv.namespaces.delete(id, account);
    await assert.rejects(client.kv.namespaces.get(id, account), NotFoundError);
  });

  test("D1: databases are paged, queried, and gone", async () => {
    const { uuid } = await client.d1.database.create({ ...account, name: "sdk-1" });
    await client.d1.database.create({ ...account, name: "sdk-2" });
    assert.deepEqual(await all(client.d1.database.list({ ...account, per_page: 1 }), "name"), ["sdk-1", "sdk-2"]);
    const sql = "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x')";
    assert.equal((await all(client.d1.database.query(uuid, { ...account, sql }), "success")).length, 2);
    const asked = { ...account, sql: "SELECT a FROM t WHERE a = ?", params: ["x"] };
    assert.deepEqual(await all(client.d1.database.query(uuid, asked), "results"), [[{ a: "x" }]]);
    assert.deepEqual(await all(client.d1.database.raw(uuid, asked), "results"), [{ columns: ["a"], rows: [["x"]] }]);
    await assert.rejects(all(client.d1.database.query(uuid, { ...account, sql: "SELEC" })), refused(400, 7500));
    await client.d1.database.edit(uuid, { ...account, read_replication: { mode: "auto" } });
    assert.equal((await client.d1.database.get(uuid, account)).read_replication.mode, "auto");
    await client.d1.database.delete(uuid, account);
    await assert.rejects(client.d1.database.get(uuid, account), refused(404, 7404));
  });

  test("queues: settings and a consumer", async () => {
    const { queue_id: id } = await client.queues.create({ ...account, queue_name: "sdk" });
    assert.deepEqual(await all(client.queues.list(account), "queue_name"), ["sdk"]);
    const edited = await client.queues.edit(id, { ...account, settings: { delivery_delay: 3 } });
    assert.equal(edited.settings.delivery_delay, 3);
    const consumer = await client.queues.consumers.create(id, { ...account, type: "http_pull" });
    assert.deepEqual(await all(client.queues.consumers.list(id, account), "type"), ["http_pull"]);
    await assert.rejects(client.queues.delete(id, account), refused(409, 11005));
    await client.queues.consumers.delete(id, consumer.consumer_id, account);
    await client.queues.delete(id, account);
    await assert.rejects(client.queues.get(id, account), refused(404, 11000));
  });

  test("R2: buckets of a jurisdiction, hosts, rules", async () => {
    const eu = { ...account, jurisdiction: "eu" };
    await client.r2.buckets.create({ ...eu, name: "sdk", storageClass: "InfrequentAccess" });
    assert.equal((await client.r2.buckets.get("sdk", eu)).storage_class, "InfrequentAccess");
    await assert.rejects(client.r2.buckets.get("sdk", account), refused(404, 10006));
    const { domains } = client.r2.buckets;
    await domains.managed.update("sdk", { ...eu, enabled: true });
    assert.equal((await domains.managed.list("sdk", eu)).enabled, true);
    const domain = { domain: "files.example.com", zoneId: zone.zone_id, enabled: true };
    await domains.custom.create("sdk", { ...eu, ...domain });
    assert.equal((await domains.custom.get("sdk", domain.domain, eu)).zoneName, "example.com");
    const rules = [{ allowed: { origins: ["*"], methods: ["GET"] } }];
    await client.r2.buckets.cors.update("sdk", { ...eu, rules });
    assert.deepEqual((await client.r2.buckets.cors.get("sdk", eu)).rules, rules);
    assert.equal((await client.r2.buckets.lifecycle.get("sdk", eu)).rules.length, 1);
    await client.r2.buckets.delete("sdk", eu);
    assert.deepEqual(await all(client.dns.records.list({ ...zone, type: "CNAME" }), "name"), []);
  });

  test("a script is listed, downloaded, searched, deleted; then it is gone", async () => {
    assert.deepEqual(await all(client.workers.scripts.list(account), "id"), ["sdk"]);
    assert.match(await client.workers.scripts.get("sdk", account), /three/);
    const [found] = await client.workers.scripts.search({ ...account, name: "sd" });
    assert.equal(found.script_name, "sdk");
    await client.workers.scripts.delete("sdk", account);
    await assert.rejects(client.workers.scripts.scriptAndVersionSettings.get("sdk", account), refused(404, 10007));
  });

  test("a token without the permission is refused, an unknown endpoint fails", async () => {
    const few = clientOf(local.addToken({ permissionGroups: ["DNS Read"] }).value);
    await assert.rejects(
      few.dns.records.create({ ...zone, type: "A", name: "no.example.com", content: "192.0.2.1", ttl: 1 }),
      PermissionDeniedError,
    );
    await assert.rejects(clientOf("0".repeat(40)).user.tokens.verify(), refused(401, 1000));
    await assert.rejects(all(client.hyperdrive.configs.list(account), "id"), refused(404, 7003));
  });

  const refused = (status, number) => (error) => {
    assert.equal(error.status, status, String(error));
    assert.deepEqual(
      error.errors.map((one) => one.code),
      [number],
    );
    return true;
  };
});
