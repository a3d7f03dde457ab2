import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { startSite } from "./live-site.js";

/** Runs what the body of a request says, with the binding as `bucket`, and answers its result as JSON. */
const RUN = `
const shown = (object) => object === null ? null : {
  key: object.key, size: object.size, etag: object.etag, http: object.httpMetadata, custom: object.customMetadata,
  range: object.range, sha256: object.checksums.toJSON().sha256, uploaded: object.uploaded.getTime(), version: object.version,
};
const steps = {
  put: async (bucket, [key, text, options]) => shown(await bucket.put(key, text, options)),
  head: async (bucket, [key]) => shown(await bucket.head(key)),
  get: async (bucket, [key, options]) => {
    const object = await bucket.get(key, options);
    return object && { ...shown(object), text: object.body ? await object.text() : undefined };
  },
  list: async (bucket, [options]) => {
    const { objects, truncated, cursor, delimitedPrefixes } = await bucket.list(options);
    return { objects: objects.map(shown), truncated, cursor, delimitedPrefixes };
  },
  delete: async (bucket, [keys]) => { await bucket.delete(keys); },
  parts: async (bucket, [key, texts, last]) => {
    const upload = await bucket.createMultipartUpload(key, { httpMetadata: { contentType: "text/plain" } });
    const parts = [];
    for (const [index, text] of texts.entries()) parts.push(await upload.uploadPart(index + 1, text.repeat(last)));
    parts.push(await upload.uploadPart(texts.length + 1, "end"));
    return shown(await bucket.resumeMultipartUpload(key, upload.uploadId).complete(parts));
  },
  aborted: async (bucket, [key]) => {
    const upload = await bucket.createMultipartUpload(key);
    await upload.abort();
    await upload.uploadPart(1, "x");
  },
};
export default { async fetch(request, { BUCKET }) {
  const [step, ...args] = await request.json();
  try { return Response.json({ result: await steps[step](BUCKET, args) ?? null }); }
  catch (error) { return Response.json({ error: error.message }); }
} };`;

let site;
let s3;
before(async () => {
  site = await startSite();
  site.local.createBucket("bundles");
  const bindings = [{ type: "r2_bucket", name: "BUCKET", bucket_name: "bundles" }];
  await site.deploy("store", RUN, { bindings });
  s3 = new AwsClient({ ...site.local.s3, service: "s3", region: "auto", retries: 0 });
});
after(() => site.close());

async function run(...step) {
  const body = Buffer.from(JSON.stringify(step));
  return JSON.parse(await (await site.visit("store", { method: "POST", body })).text());
}
const urlOf = (key) => `${site.local.s3Url}/bundles/${key}`;
const apiPath = (key) => `/accounts/${site.local.accountId}/r2/buckets/bundles/objects/${key}`;
const md5 = (bytes) => createHash("md5").update(bytes).digest("hex");

describe("one store: a Worker's bucket is the one that S3 and the API show", () => {
  test("what S3 wrote, the Worker reads", async () => {
    const headers = { "content-type": "text/javascript", "x-amz-meta-sha256": "aa" };
    assert.equal((await s3.fetch(urlOf("by-s3.js"), { method: "PUT", body: "from S3", headers })).status, 200);
    const { result } = await run("get", "by-s3.js");
    const { text, size, etag, http, custom } = result;
    assert.deepEqual(
      [text, size, etag, http, custom],
      ["from S3", 7, md5("from S3"), { contentType: "text/javascript" }, { sha256: "aa" }],
    );
  });

  test("what the Worker wrote, S3 and the API read", async () => {
    const expires = new Date("2027-01-01T00:00:00Z").toUTCString();
    const options = {
      httpMetadata: { contentType: "text/plain", cacheControl: "no-store" },
      customMetadata: { a: "b" },
    };
    const { result } = await run("put", "by-worker.txt", "from the Worker", options);
    assert.deepEqual([result.size, result.etag], [15, md5("from the Worker")]);
    const get = await s3.fetch(urlOf("by-worker.txt"));
    assert.equal(await get.text(), "from the Worker");
    const header = (name) => get.headers.get(name);
    assert.deepEqual(
      [header("content-type"), header("cache-control"), header("x-amz-meta-a"), header("etag")],
      ["text/plain", "no-store", "b", `"${md5("from the Worker")}"`],
    );
    const viaApi = await fetch(site.local.apiUrl + apiPath("by-worker.txt"), {
      headers: { authorization: `Bearer ${site.local.token}` },
    });
    assert.equal(await viaApi.text(), "from the Worker");
    assert.ok(expires);
    await run("delete", "by-worker.txt");
    assert.equal((await s3.fetch(urlOf("by-worker.txt"))).status, 404);
  });

  test("large and binary values come through whole", async () => {
    const bytes = Buffer.alloc(6 * 1024 * 1024, "ü");
    assert.equal((await s3.fetch(urlOf("large"), { method: "PUT", body: bytes })).status, 200);
    const copy = `export default { async fetch(request, { BUCKET }) { const object = await BUCKET.get("large"); await BUCKET.put("copy", object.body); return new Response((await BUCKET.head("copy")).etag); } }`;
    await site.deploy("copier", copy, { bindings: [{ type: "r2_bucket", name: "BUCKET", bucket_name: "bundles" }] });
    assert.equal(await (await site.visit("copier")).text(), md5(bytes));
  });

  test("a bucket that is deleted is missing for the Worker too", async () => {
    site.local.createBucket("gone");
    await site.deploy("late", RUN, { bindings: [{ type: "r2_bucket", name: "BUCKET", bucket_name: "gone" }] });
    site.local.state.objects.buckets.delete("gone");
    const answer = await site.visit("late", { method: "POST", body: Buffer.from('["head","x"]') });
    assert.match(await answer.text(), /bucket does not exist.*10006/);
  });
});

describe("the binding's operations", () => {
  test("get and head of a missing key are null", async () => {
    assert.deepEqual(await run("get", "missing"), { result: null });
    assert.deepEqual(await run("head", "missing"), { result: null });
  });

  test("ranges give their part, and say which", async () => {
    await run("put", "ten", "0123456789");
    const part = async (range) => {
      const { result, error } = await run("get", "ten", { range });
      return error ?? [result.text, result.range];
    };
    assert.deepEqual(await part({ offset: 2, length: 3 }), ["234", { offset: 2, length: 3 }]);
    assert.deepEqual(await part({ offset: 8 }), ["89", { offset: 8, length: 2 }]);
    assert.deepEqual(await part({ suffix: 4 }), ["6789", { offset: 6, length: 4 }]);
    assert.match(await part({ offset: 11 }), /range.*10039/);
  });

  test("conditions: a read that fails one has no body, a write that fails one is null", async () => {
    const { result } = await run("put", "conditional", "one");
    const { etag } = result;
    assert.equal((await run("get", "conditional", { onlyIf: { etagMatches: etag } })).result.text, "one");
    assert.equal((await run("get", "conditional", { onlyIf: { etagMatches: "other" } })).result.text, undefined);
    assert.equal((await run("get", "conditional", { onlyIf: { etagDoesNotMatch: etag } })).result.text, undefined);
    assert.equal((await run("put", "conditional", "two", { onlyIf: { etagMatches: "other" } })).result, null);
    assert.equal((await run("put", "conditional", "two", { onlyIf: { etagMatches: etag } })).result.size, 3);
    assert.equal((await run("put", "conditional", "3", { onlyIf: { etagDoesNotMatch: "*" } })).result, null);
  });

  test("checksums are compared and kept", async () => {
    const sha256 = createHash("sha256").update("one").digest("hex");
    assert.equal((await run("put", "summed", "one", { sha256 })).result.sha256, sha256);
    assert.equal((await run("head", "summed")).result.sha256, sha256);
    assert.match((await run("put", "summed", "two", { sha256 })).error, /checksum.*10037/);
    assert.match((await run("put", "summed", "two", { md5: md5("one") })).error, /checksum.*10037/);
  });

  test("lists have prefixes, delimiters, pages and, on demand, metadata", async () => {
    for (const key of ["list/a", "list/b/1", "list/b/2", "list/c"])
      await run("put", key, key, { customMetadata: { key } });
    const keysOf = ({ result }) => result.objects.map(({ key }) => key);
    const grouped = await run("list", { prefix: "list/", delimiter: "/" });
    assert.deepEqual([keysOf(grouped), grouped.result.delimitedPrefixes], [["list/a", "list/c"], ["list/b/"]]);
    const first = await run("list", { prefix: "list/", limit: 3 });
    assert.deepEqual([keysOf(first), first.result.truncated], [["list/a", "list/b/1", "list/b/2"], true]);
    assert.deepEqual(keysOf(await run("list", { prefix: "list/", cursor: first.result.cursor })), ["list/c"]);
    assert.deepEqual(keysOf(await run("list", { prefix: "list/", startAfter: "list/b/2" })), ["list/c"]);
    const withMetadata = await run("list", { prefix: "list/a", include: ["customMetadata"] });
    assert.deepEqual(withMetadata.result.objects[0].custom, { key: "list/a" });
  });

  test("several keys are deleted at once", async () => {
    for (const key of ["del/1", "del/2"]) await run("put", key, "x");
    await run("delete", ["del/1", "del/2", "del/none"]);
    assert.deepEqual((await run("list", { prefix: "del/" })).result.objects, []);
  });

  test("an upload in parts becomes one object; an aborted one takes no part", async () => {
    const size = 5 * 1024 * 1024;
    const { result } = await run("parts", "in-parts", ["a"], size);
    assert.deepEqual([result.size, result.http], [size + 3, { contentType: "text/plain" }]);
    assert.match(result.etag, /^[0-9a-f]{32}-2$/);
    const whole = Buffer.from(await (await s3.fetch(urlOf("in-parts"))).arrayBuffer());
    assert.equal(whole.length, size + 3);
    assert.equal(whole.subarray(-4).toString(), "aend");
    assert.match((await run("parts", "small-parts", ["a"], 10)).error, /smaller.*10011/);
    assert.match((await run("aborted", "gone")).error, /multipart upload does not exist.*10024/);
  });

  test("names and metadata beyond R2's limits are refused", async () => {
    assert.match((await run("put", "k".repeat(1025), "x")).error, /name is not valid.*10020/);
    assert.match((await run("put", "k", "x", { customMetadata: { a: "x".repeat(2048) } })).error, /metadata.*10012/);
  });
});
