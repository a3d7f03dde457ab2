/** docs/api-token-permissions.md: its groups are the code's, and a token of each row is enough and not too much. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { publish } from "../../pkg/js/entrypoints/node.js";
import { createSite, manifestOf, ZONE } from "../e2e/site.js";

const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const PAGE = read("docs/api-token-permissions.md");

/** By what the manifest has: the group, its scope, and the group for a plan. */
const ROWS = new Map(
  [...PAGE.matchAll(/^\| (.+?) \| `([^`]+)` \| (\w+) \| (?:`([^`]+)`)? ?\|$/gm)].map(([, has, group, scope, plan]) => [
    has,
    { group, scope, plan },
  ]),
);

const ANY = "any Worker";
const RECORD = "`dns` with a record of ours";
const EXISTING = "`dns` with `record: existing`";
const ROUTES = "`dns` (its routes)";
const BY_NAME = "`dns` without `zone_id`";
const ZONE_BY_REFERENCE = "a zone that is named by a reference";
const KV = "a KV binding by title";
const DATABASE_BY_NAME = "a D1 binding by the database's name";
const BUCKET_BY_REFERENCE = "a bucket binding by reference, without its document";
const NAMESPACE = "a document of kind `CloudflareKvNamespace`";
const BUCKET = "a document of kind `CloudflareR2Bucket`";
const QUEUE = "a document of kind `CloudflareQueue`";
const DATABASE = "a document of kind `CloudflareD1Database`";
const DERIVED = "no S3 keys given: they are derived from the token";
const PUBLISH = "`publish` without S3 keys";

test("groups and scopes are the code's", () => {
  const inCode = new Map();
  const grant = /scope: Scope::(\w+),\s+read: Some\("([^"]+)"\),\s+write: Some\("([^"]+)"\)/g;
  for (const [, scope, ...groups] of read("src/cloudflare/permissions.rs").matchAll(grant)) {
    for (const group of groups) inCode.set(group, scope.toLowerCase());
  }
  const named = [...PAGE.matchAll(/`([^`]+ (?:Read|Write))`/g)].map(([, group]) => group);
  assert.deepEqual([...new Set(named)].sort(), [...inCode.keys()].sort());
  for (const { group, scope } of ROWS.values()) assert.equal(scope, inCode.get(group), group);
  assert.equal(ROWS.size, 15);
});

describe("a token with the groups of the page, and no other", { concurrency: false }, () => {
  let site;
  before(async () => {
    site = await createSite({ zones: [ZONE] });
    await site.bundle("shop");
    const { apiUrl, accountId, token } = site.local;
    const send = (path, body) =>
      fetch(`${apiUrl}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    await send(`/accounts/${accountId}/storage/kv/namespaces`, { title: "visits" });
    await send(`/accounts/${accountId}/d1/database`, { name: "visits" });
    await send(`/accounts/${accountId}/r2/buckets`, { name: "visits" });
    await send(`/accounts/${accountId}/queues`, { queue_name: "visits" });
    await site.local.putObject("bundles", "orders/0001_init.sql", Buffer.from("CREATE TABLE orders (id);"));
    await site.local.putObject("bundles", "reader.js", Buffer.from("export default { async queue() {} };"));
    await send(`/zones/${site.zone}/dns_records`, {
      type: "A",
      name: `site.${ZONE}`,
      content: "192.0.2.1",
      proxied: true,
    });
  });
  after(() => site.close());

  /** Credentials of a token that has these groups. */
  function credentialsWith(permissionGroups, keys) {
    const { value } = site.local.addToken({ name: `t${Math.random()}`, permissionGroups });
    return { apiToken: value, r2: { ...(keys ? site.local.s3 : {}), endpoint: site.local.s3Url } };
  }

  const dns = (more) => ({ enabled: true, hostname: `shop.${ZONE}`, ...more });
  const withoutDns = { dns: undefined };
  const boundTo = (type, kind) => ({
    ...withoutDns,
    bindings: [{ name: "VISITS", type, value_from: { kind, name: "visits" } }],
  });
  const CASES = {
    "a Worker alone": { rows: [ANY], spec: () => withoutDns },
    "a host of ours": { rows: [ANY, RECORD, ROUTES], spec: () => ({ dns: dns({ zone_id: site.zone }) }) },
    "a host that exists": {
      rows: [ANY, EXISTING, ROUTES],
      spec: () => ({ dns: { ...dns({ zone_id: site.zone, record: "existing" }), hostname: `site.${ZONE}` } }),
    },
    "a zone found by name": { rows: [ANY, RECORD, ROUTES, BY_NAME], spec: () => ({ dns: dns() }) },
    "a zone by reference": {
      rows: [ANY, RECORD, ROUTES, ZONE_BY_REFERENCE],
      spec: () => ({ dns: dns({ zone_id: { value_from: { name: ZONE } } }) }),
    },
    "a KV namespace by title": {
      rows: [ANY, KV],
      spec: () => ({
        ...withoutDns,
        kv_bindings: [{ name: "VISITS", field_path: "$cloudflare-kv-namespace/visits/status.outputs.namespace_id" }],
      }),
    },
    "a D1 database by name": {
      rows: [ANY, DATABASE_BY_NAME],
      spec: () => boundTo("d1", "CloudflareD1Database"),
    },
    "a bucket by reference": {
      rows: [ANY, BUCKET_BY_REFERENCE],
      spec: () => boundTo("r2_bucket", "CloudflareR2Bucket"),
    },
    "messages of a queue": {
      rows: [ANY],
      spec: () => ({
        ...withoutDns,
        script_bundle: { bucket: "bundles", path: "reader.js" },
        queue_consumers: [{ queue: "visits" }],
      }),
    },
    "a KV namespace of its own": {
      rows: [NAMESPACE],
      store: () => ["CloudflareKvNamespace", { namespace_name: "carts" }, "kv:carts"],
    },
    "a bucket": { rows: [BUCKET], store: () => ["CloudflareR2Bucket", { bucket_name: "files" }, "bucket:files"] },
    "a queue": { rows: [QUEUE], store: () => ["CloudflareQueue", { queue_name: "orders" }, "queue:orders"] },
    "a D1 database": {
      rows: [DATABASE],
      store: () => ["CloudflareD1Database", { database_name: "orders", region: "weur" }, "d1:orders"],
    },
    "migrations in R2 and no S3 keys": {
      rows: [DATABASE, DERIVED],
      store: () => [
        "CloudflareD1Database",
        { database_name: "orders", migrations: { bucket: "bundles", prefix: "orders" } },
        "d1:orders",
      ],
      keys: false,
    },
    "no S3 keys": { rows: [ANY, DERIVED], spec: () => withoutDns, keys: false },
  };

  /** A document of another kind than a Worker. */
  function storeOf([kind, spec]) {
    const { apiVersion, metadata } = manifestOf(site);
    return { apiVersion, kind, metadata, spec: { account_id: site.local.accountId, ...spec } };
  }

  for (const [name, { rows, spec, store, keys = true }] of Object.entries(CASES)) {
    const document = () => (store ? storeOf(store()) : manifestOf(site, spec()));
    const groups = rows.map((row) => ROWS.get(row).group);
    const forPlan = rows.map((row) => ROWS.get(row).plan);

    test(`${name}: plan`, async () => {
      const manifest = document();
      const planned = (list) => site.plan(manifest, { creds: credentialsWith(list, keys) });
      assert.equal((await planned(forPlan)).exitCode, 0);
      for (const lacking of forPlan) await assertRefused(() => planned(forPlan.filter((group) => group !== lacking)));
    });

    test(`${name}: apply`, async () => {
      const manifest = document();
      const applied = (list) => site.apply(manifest, { creds: credentialsWith(list, keys) });
      for (const lacking of groups) {
        const { writes } = await site.during(() =>
          assertRefused(() => applied(groups.filter((group) => group !== lacking))),
        );
        assert.deepEqual(writes, [], lacking);
      }
      for (const written of groups.filter((group) => group.endsWith(" Write"))) {
        const reading = groups.map((group) => (group === written ? group.replace("Write", "Read") : group));
        await assertRefused(() => applied(reading), [3, 4]);
      }
      assert.equal((await applied(groups)).exitCode, 0);
      await site.destroy(manifest, { options: store ? { deleteData: [store()[2]] } : {} });
    });
  }

  test("publish without S3 keys", async () => {
    const published = (list) => {
      const creds = { ...credentialsWith(list, false), baseUrl: site.local.apiUrl, accountId: site.local.accountId };
      return publish(new TextEncoder().encode("export default {};"), { bucket: "bundles", key: "published.js" }, creds);
    };
    await assert.rejects(published(["Workers R2 Storage Read"]), ({ exitCode }) => exitCode === 4);
    assert.equal((await published([ROWS.get(PUBLISH).group])).key, "published.js");
  });
});

/** A plan tells it as its exit code, an apply throws. */
async function assertRefused(run, exitCodes = [4, 5, 65]) {
  const exitCode = await run().then(
    (result) => result.exitCode,
    (error) => error.exitCode,
  );
  assert.ok(exitCodes.includes(exitCode), `exit ${exitCode}`);
}
