/** Objects of public buckets through the data plane. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { startSite } from "./live-site.js";

let dir;
let site;
let managed;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), "public-bucket-"));
  site = await startSite({ persist: dir });
  site.local.createBucket("files");
  site.local.putObject("files", "docs/ü b.txt", "hello", {
    headers: { "content-type": "text/plain", "cache-control": "max-age=60" },
    metadata: { owner: "me" },
  });
  managed = (await json("GET", "/domains/managed")).result.domain;
  const zoneId = site.local.zones[0].id;
  await json("POST", "/domains/custom", { domain: "files.example.com", zoneId, enabled: true });
});
after(async () => {
  await site.close();
  await rm(dir, { recursive: true, force: true });
});

const json = (method, path, body) =>
  site.send(method, `/accounts/${site.local.accountId}/r2/buckets/files${path}`, JSON.stringify(body));
const PATH = "/docs/%C3%BC%20b.txt";

async function get(host, { path = PATH, ...more } = {}) {
  const answer = await site.visit(host, { path, ...more });
  return { ...answer, text: await answer.text() };
}

describe("a custom domain", () => {
  test("serves objects by their key, with what was stored for everybody", async () => {
    const { status, text, headers } = await get("files.example.com");
    assert.deepEqual([status, text], [200, "hello"]);
    assert.deepEqual(
      [headers["content-type"], headers["cache-control"], headers["content-length"], headers.etag],
      ["text/plain", "max-age=60", "5", '"5d41402abc4b2a76b9719d911017c592"'],
    );
    assert.equal(headers["x-amz-meta-owner"], undefined);
  });

  test("knows HEAD, ranges and conditions, and no writes", async () => {
    const head = await get("files.example.com", { method: "HEAD" });
    assert.deepEqual([head.status, head.headers["content-length"], head.text], [200, "5", ""]);
    const part = await get("files.example.com", { headers: { range: "bytes=1-2" } });
    assert.deepEqual([part.status, part.text, part.headers["content-range"]], [206, "el", "bytes 1-2/5"]);
    const etag = { "if-none-match": head.headers.etag };
    assert.equal((await get("files.example.com", { headers: etag })).status, 304);
    assert.equal((await get("files.example.com", { headers: { range: "bytes=9-" } })).status, 416);
    assert.equal((await get("files.example.com", { method: "PUT", body: Buffer.from("x") })).status, 405);
  });

  test("has nothing at a missing key, at its root, or by a query's wish", async () => {
    assert.equal((await get("files.example.com", { path: "/docs/none" })).status, 404);
    assert.equal((await get("files.example.com", { path: "/" })).status, 404);
    const typed = await get("files.example.com", { path: `${PATH}?response-content-type=text/html` });
    assert.equal(typed.headers["content-type"], "text/plain");
    assert.equal((await get("files.example.com", { path: "/%ff" })).status, 400);
  });

  test("a Worker's route goes before the bucket", async () => {
    const route = { pattern: "files.example.com/api/*", script: "front" };
    await site.deploy("front", "export default { fetch: () => new Response('from the Worker') }");
    await site.send("POST", `/zones/${site.local.zones[0].id}/workers/routes`, JSON.stringify(route), {
      "content-type": "application/json",
    });
    assert.equal((await get("files.example.com", { path: "/api/x" })).text, "from the Worker");
    assert.equal((await get("files.example.com")).text, "hello");
  });

  test("that is switched off serves nothing, and says so", async () => {
    await json("PUT", "/domains/custom/files.example.com", { enabled: false });
    const off = await get("files.example.com");
    assert.deepEqual([off.status, /not public/.test(off.text)], [401, true]);
    await json("PUT", "/domains/custom/files.example.com", { enabled: true });
  });
});

describe("the host on r2.dev", () => {
  test("serves only while it is on, also to Workers", async () => {
    assert.equal((await get(managed)).status, 401);
    await json("PUT", "/domains/managed", { enabled: true });
    assert.equal((await get(managed)).text, "hello");
    const reader = `export default { fetch: () => fetch("https://${managed}${PATH}") }`;
    await site.deploy("reader", reader);
    assert.equal((await get("reader", { path: "/" })).text, "hello");
    assert.equal((await get("pub-00.r2.dev")).status, 404);
  });

  test("stays on over a restart, with domains, rules and class", async () => {
    const rules = [
      { allowed: { origins: ["https://*.example.com"], methods: ["GET"], headers: ["x-a"] }, exposeHeaders: ["ETag"] },
    ];
    await json("PUT", "/cors", { rules });
    await site.close();
    site = await startSite({ persist: dir });
    assert.equal((await get(managed)).text, "hello");
    assert.equal((await get("files.example.com")).text, "hello");
    assert.deepEqual((await json("GET", "/cors")).result, { rules });
  });
});

test("a bucket that S3 removes takes its domains along", async () => {
  site.local.createBucket("short-lived");
  const zoneId = site.local.zones[0].id;
  const path = `/accounts/${site.local.accountId}/r2/buckets/short-lived/domains/custom`;
  await site.send("POST", path, JSON.stringify({ domain: "short.example.com", zoneId, enabled: true }));
  const s3 = new AwsClient({ ...site.local.s3, service: "s3", region: "auto", retries: 0 });
  assert.equal((await s3.fetch(`${site.local.s3Url}/short-lived`, { method: "DELETE" })).status, 204);
  const records = await site.send("GET", `/zones/${zoneId}/dns_records?name=short.example.com`);
  assert.deepEqual(records.result, []);
});

test("a browser hears which origins, methods and headers are allowed", async () => {
  const origin = "https://app.example.com";
  const allowed = await get("files.example.com", { headers: { origin } });
  assert.equal(allowed.headers["access-control-allow-origin"], origin);
  assert.equal(allowed.headers["access-control-expose-headers"], "ETag");
  const other = await get("files.example.com", { headers: { origin: "https://evil.test" } });
  assert.deepEqual([other.status, other.headers["access-control-allow-origin"]], [200, undefined]);
  const ask = (headers) => get("files.example.com", { method: "OPTIONS", headers: { origin, ...headers } });
  const yes = await ask({ "access-control-request-method": "GET", "access-control-request-headers": "X-A" });
  assert.deepEqual([yes.status, yes.headers["access-control-allow-headers"]], [204, "x-a"]);
  assert.equal((await ask({ "access-control-request-method": "PUT" })).status, 403);
  const header = { "access-control-request-method": "GET", "access-control-request-headers": "x-b" };
  assert.equal((await ask(header)).status, 403);
});
