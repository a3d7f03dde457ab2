import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ObjectStore } from "../../js/local/s3/objects.js";
import { createClient } from "./api-client.js";

async function bucketClient() {
  const client = createClient({ zones: ["example.com", "other.test"] });
  client.state.objects = new ObjectStore();
  const buckets = `${client.account}/r2/buckets`;
  await client.send("POST", buckets, { name: "files" });
  const [zone, other] = [...client.state.zones.keys()];
  return { ...client, buckets, bucket: `${buckets}/files`, zoneId: zone, otherZone: other };
}

const EU = { "cf-r2-jurisdiction": "eu" };

describe("buckets", () => {
  test("a name is there once in each jurisdiction, and a call sees its own alone", async () => {
    const { send, verdictOf, buckets, bucket } = await bucketClient();
    const { result } = await send("POST", buckets, { name: "files" }, EU);
    assert.equal(result.jurisdiction, "eu");
    assert.deepEqual(await verdictOf("POST", buckets, { name: "files" }, EU), [409, 10004]);
    await send("PUT", `${bucket}/objects/a`, Buffer.from("european"), EU);
    assert.equal((await send("GET", `${bucket}/objects/a`, undefined, EU)).body.toString(), "european");
    assert.deepEqual(await verdictOf("GET", `${bucket}/objects/a`), [404, 10007]);
    const names = async (headers) => (await send("GET", buckets, undefined, headers)).result.buckets.length;
    assert.deepEqual([await names({}), await names(EU)], [1, 1]);
    assert.deepEqual(await verdictOf("DELETE", bucket), [200]);
    assert.deepEqual(await verdictOf("GET", bucket, undefined, EU), [200]);
    assert.deepEqual(await verdictOf("GET", bucket, undefined, { "cf-r2-jurisdiction": "moon" }), [400, 10005]);
  });

  test("the storage class is the one of new objects, and is changed by a header", async () => {
    const { send, verdictOf, buckets, bucket } = await bucketClient();
    const cold = await send("POST", buckets, { name: "cold", storageClass: "InfrequentAccess" });
    assert.equal(cold.result.storage_class, "InfrequentAccess");
    const patched = await send("PATCH", bucket, undefined, { "cf-r2-storage-class": "InfrequentAccess" });
    assert.equal(patched.result.storage_class, "InfrequentAccess");
    assert.deepEqual(await verdictOf("PATCH", bucket, undefined, { "cf-r2-storage-class": "Ice" }), [400, 10062]);
    assert.deepEqual(await verdictOf("PATCH", bucket), [400, 10062]);
    await send("PUT", `${bucket}/objects/a`, Buffer.from("a"));
    await send("PUT", `${bucket}/objects/b`, Buffer.from("b"), { "cf-r2-storage-class": "Standard" });
    const classes = (await send("GET", `${bucket}/objects`)).result.map((object) => object.storage_class);
    assert.deepEqual(classes, ["InfrequentAccess", "Standard"]);
  });

  test("a binding names its bucket's jurisdiction", async () => {
    const { send, put, buckets } = await bucketClient();
    await send("POST", buckets, { name: "only-eu" }, EU);
    const code = async (more) =>
      (await put("a", { bindings: [{ type: "r2_bucket", name: "B", bucket_name: "only-eu", ...more }] })).errors[0]
        ?.code;
    assert.equal(await code({}), 10085);
    assert.equal(await code({ jurisdiction: "eu" }), undefined);
  });
});

describe("domains", () => {
  test("the host on r2.dev is off, until it is switched on", async () => {
    const { send, verdictOf, bucket } = await bucketClient();
    const { result } = await send("GET", `${bucket}/domains/managed`);
    assert.equal(result.enabled, false);
    assert.equal(result.domain, `pub-${result.bucketId}.r2.dev`);
    assert.match(result.bucketId, /^[0-9a-f]{32}$/);
    assert.equal((await send("PUT", `${bucket}/domains/managed`, { enabled: true })).result.enabled, true);
    assert.equal((await send("GET", `${bucket}/domains/managed`)).result.enabled, true);
    assert.deepEqual(await verdictOf("PUT", `${bucket}/domains/managed`, { enabled: "yes" }), [400, 10040]);
  });

  test("a custom domain is attached, gets ready, is changed, and goes with its record", async () => {
    const { send, verdictOf, bucket, zone, zoneId } = await bucketClient();
    const custom = `${bucket}/domains/custom`;
    const made = await send("POST", custom, { domain: "Files.example.com", zoneId, enabled: true });
    assert.deepEqual(made.result, { domain: "files.example.com", enabled: true, minTLS: "1.0" });
    const one = `${custom}/files.example.com`;
    assert.deepEqual((await send("GET", one)).result.status, { ownership: "pending", ssl: "initializing" });
    const [listed] = (await send("GET", custom)).result.domains;
    assert.deepEqual(listed, {
      ...made.result,
      status: { ownership: "active", ssl: "active" },
      zoneId,
      zoneName: "example.com",
    });
    const [record] = (await send("GET", `${zone}/dns_records`)).result;
    assert.deepEqual(
      [record.type, record.name, record.content, record.proxied, record.meta.read_only],
      ["CNAME", "files.example.com", "public.r2.dev", true, true],
    );
    assert.deepEqual(await verdictOf("DELETE", `${zone}/dns_records/${record.id}`), [400, 1043]);
    const changed = await send("PUT", one, { enabled: false, minTLS: "1.2", ciphers: ["AES128-GCM-SHA256"] });
    assert.deepEqual([changed.result.enabled, changed.result.minTLS], [false, "1.2"]);
    assert.deepEqual((await send("DELETE", one)).result, { domain: "files.example.com" });
    assert.deepEqual(await verdictOf("GET", one), [404, 10053]);
    assert.deepEqual((await send("GET", `${zone}/dns_records`)).result, []);
  });

  test("a domain that is elsewhere, taken, or has records is refused", async () => {
    const { send, verdictOf, buckets, bucket, zone, zoneId, otherZone } = await bucketClient();
    const attach = (domain, more = {}, of = bucket) =>
      verdictOf("POST", `${of}/domains/custom`, { domain, zoneId, enabled: true, ...more });
    assert.deepEqual(await attach("a.example.com", { zoneId: "0".repeat(32) }), [404, 10050]);
    assert.deepEqual(await attach("a.example.com", { zoneId: otherZone }), [400, 10051]);
    assert.deepEqual(await attach("a.example.com", { enabled: undefined }), [400, 10040]);
    assert.deepEqual(await attach("a.example.com", { minTLS: "0.9" }), [400, 10040]);
    await send("POST", `${zone}/dns_records`, { type: "A", name: "a", content: "192.0.2.1" });
    assert.deepEqual(await attach("a.example.com"), [409, 10054]);
    assert.deepEqual(await attach("b.example.com"), [200]);
    await send("POST", buckets, { name: "second" });
    assert.deepEqual(await attach("b.example.com", {}, `${buckets}/second`), [409, 10054]);
    const record = { type: "AAAA", name: "b.example.com", content: "100::", proxied: true };
    assert.deepEqual(await verdictOf("POST", `${zone}/dns_records`, record), [400, 81054]);
  });

  test("a bucket takes its domains along", async () => {
    const { send, bucket, zone, zoneId } = await bucketClient();
    await send("POST", `${bucket}/domains/custom`, { domain: "b.example.com", zoneId, enabled: true });
    await send("DELETE", bucket);
    assert.deepEqual((await send("GET", `${zone}/dns_records`)).result, []);
  });
});

describe("rules", () => {
  test("CORS: none at first, put as a whole, read, removed", async () => {
    const { send, verdictOf, bucket } = await bucketClient();
    const cors = `${bucket}/cors`;
    assert.deepEqual(await verdictOf("GET", cors), [404, 10059]);
    const rules = [{ id: "all", allowed: { origins: ["*"], methods: ["GET", "HEAD"] }, maxAgeSeconds: 60 }];
    assert.deepEqual(await verdictOf("PUT", cors, { rules }), [200]);
    assert.deepEqual((await send("GET", cors)).result, { rules });
    for (const wrong of [
      { allowed: { origins: ["*"] } },
      { allowed: { origins: ["*"], methods: ["OPTIONS"] } },
      { allowed: { origins: ["*"], methods: ["GET"] }, maxAgeSeconds: 86_401 },
    ])
      assert.deepEqual(await verdictOf("PUT", cors, { rules: [wrong] }), [400, 10060], JSON.stringify(wrong));
    assert.deepEqual(await verdictOf("PUT", cors, {}), [400, 10040]);
    assert.deepEqual(await verdictOf("DELETE", cors), [200]);
    assert.deepEqual(await verdictOf("GET", cors), [404, 10059]);
  });

  test("lifecycle: a new bucket ends unfinished uploads; other rules replace that one", async () => {
    const { send, verdictOf, bucket } = await bucketClient();
    const lifecycle = `${bucket}/lifecycle`;
    const [first] = (await send("GET", lifecycle)).result.rules;
    assert.equal(first.id, "Default Multipart Abort Rule");
    const rule = {
      id: "old",
      enabled: true,
      conditions: { prefix: "tmp/" },
      deleteObjectsTransition: { condition: { type: "Age", maxAge: 86_400 } },
    };
    assert.deepEqual(await verdictOf("PUT", lifecycle, { rules: [rule] }), [200]);
    assert.deepEqual((await send("GET", lifecycle)).result.rules, [rule]);
    for (const wrong of [
      { ...rule, id: undefined },
      { ...rule, enabled: "yes" },
      { ...rule, deleteObjectsTransition: undefined },
      { ...rule, deleteObjectsTransition: { condition: { type: "Date", date: "soon" } } },
      { ...rule, storageClassTransitions: [{ condition: { type: "Age", maxAge: 1 }, storageClass: "Ice" }] },
    ])
      assert.deepEqual(await verdictOf("PUT", lifecycle, { rules: [wrong] }), [400, 10061], JSON.stringify(wrong));
    assert.deepEqual(await verdictOf("PUT", lifecycle, { rules: [] }), [200]);
    assert.deepEqual((await send("GET", lifecycle)).result.rules, []);
  });
});
