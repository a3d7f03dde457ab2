import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { startLocalCloudflare } from "../canaries/local.js";
import { encode, presign, signHeaders } from "./sigv4.js";

const DAY_MS = 86_400_000;
const BUNDLE = Buffer.from("export default { fetch: () => new Response('hi') };\n");
let local;
let host;

before(async () => {
  local = await startLocalCloudflare();
  host = new URL(local.s3Url).host;
});
after(() => local.close());
beforeEach(() => {
  local.state.objects.buckets.clear();
  local.putObject("bundles", "app/1.js", BUNDLE, {
    headers: { "content-type": "text/javascript" },
    metadata: { by: "test" },
  });
});

const errorCode = async (response) => /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1];
const refusal = async (response) => [response.status, await errorCode(response)];
const client = (keys = local.s3) => new AwsClient({ ...keys, service: "s3", region: "auto", retries: 0 });
const s3 = (path, init) => client().fetch(local.s3Url + path, init);

/** Header-signed by the independent signer. */
function send(path, { method = "GET", body, headers, ...signing } = {}) {
  const signed = signHeaders({ method, host, path, body, headers, keys: local.s3, ...signing });
  return fetch(local.s3Url + path, { method, headers: signed, body: signing.sentBody ?? body });
}

const get = (target, init) => fetch(local.s3Url + target, init);
const presigned = (options = {}) => presign({ host, path: "/bundles/app/1.js", keys: local.s3, ...options });

test("the independent signer agrees with the example in AWS's documentation", () => {
  const { authorization } = signHeaders({
    host: "examplebucket.s3.amazonaws.com",
    path: "/test.txt",
    headers: { range: "bytes=0-9" },
    keys: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
    region: "us-east-1",
    date: new Date("2013-05-24T00:00:00Z"),
  });
  assert.match(authorization, /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/);
});

describe("signatures", () => {
  test("header and query signatures of two signers are accepted", async () => {
    const answers = [await send("/bundles/app/1.js"), await get(presigned()), await s3("/bundles/app/1.js")];
    const url = new URL(`${local.s3Url}/bundles/app/1.js`);
    answers.push(await fetch(await client().sign(url, { aws: { signQuery: true } })));
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), BUNDLE);
    }
  });

  test("regions auto, us-east-1 and the empty one are R2's, others are not", async () => {
    for (const region of ["auto", "us-east-1", ""]) {
      assert.equal((await send("/bundles/app/1.js", { region })).status, 200, region);
      assert.equal((await get(presigned({ region }))).status, 200, region);
    }
    assert.deepEqual(await refusal(await send("/bundles/app/1.js", { region: "eu-west-3" })), [
      400,
      "InvalidRegionName",
    ]);
    assert.deepEqual(await refusal(await get(presigned({ region: "eu-west-3" }))), [400, "InvalidRegionName"]);
  });

  test("a wrong secret is refused", async () => {
    const keys = { ...local.s3, secretAccessKey: "0".repeat(64) };
    assert.deepEqual(await refusal(await send("/bundles/app/1.js", { keys })), [403, "SignatureDoesNotMatch"]);
    assert.deepEqual(await refusal(await get(presigned({ keys }))), [403, "SignatureDoesNotMatch"]);
  });

  test("an unknown key id, and one of the wrong length, are told apart", async () => {
    const unknown = { ...local.s3, accessKeyId: "f".repeat(32) };
    const swapped = { accessKeyId: local.s3.secretAccessKey, secretAccessKey: local.s3.accessKeyId };
    assert.deepEqual(await refusal(await get(presigned({ keys: unknown }))), [401, "Unauthorized"]);
    const answer = await get(presigned({ keys: swapped }));
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /Credential access key has length 64, should be 32/);
  });

  test("a request changed after signing is refused", async () => {
    const target = presigned();
    const changed = {
      path: target.replace("app/1.js", "app/2.js"),
      query: `${target}&response-content-type=text/html`,
      expiry: target.replace("X-Amz-Expires=300", "X-Amz-Expires=301"),
      signature: target.slice(0, -1) + (target.endsWith("0") ? "1" : "0"),
    };
    for (const [what, one] of Object.entries(changed)) {
      assert.deepEqual(await refusal(await get(one)), [403, "SignatureDoesNotMatch"], what);
    }
    assert.deepEqual(await refusal(await get(target, { method: "DELETE" })), [403, "SignatureDoesNotMatch"]);
    assert.equal((await get(target)).status, 200);
  });

  test("a changed body is refused, and nothing is stored", async () => {
    const answer = await send("/bundles/new.js", { method: "PUT", body: "good", sentBody: "evil" });
    assert.deepEqual(await refusal(answer), [400, "XAmzContentSHA256Mismatch"]);
    assert.equal(local.state.objects.get("bundles", "new.js"), undefined);
  });

  test("time: expired, from the future, more than 15 minutes off", async () => {
    const at = (milliseconds) => new Date(Date.now() + milliseconds);
    assert.deepEqual(await refusal(await get(presigned({ date: at(-301_000) }))), [400, "ExpiredRequest"]);
    assert.equal((await get(presigned({ date: at(-DAY_MS), expires: 604_800 }))).status, 200);
    assert.equal((await get(presigned({ expires: 604_801 }))).status, 400);
    assert.deepEqual(await refusal(await get(presigned({ date: at(3_600_000) }))), [403, "RequestTimeTooSkewed"]);
    assert.deepEqual(await refusal(await send("/bundles/app/1.js", { date: at(-3_600_000) })), [
      403,
      "RequestTimeTooSkewed",
    ]);
    assert.equal((await send("/bundles/app/1.js", { date: at(-600_000) })).status, 200);
  });

  test("anonymous requests and half signatures are refused", async () => {
    assert.deepEqual(await refusal(await get("/bundles/app/1.js")), [403, "AccessDenied"]);
    assert.equal((await get("/bundles/app/1.js", { headers: { authorization: "Bearer x" } })).status, 400);
    assert.equal((await get(presigned().replace(/X-Amz-Date=[^&]*&/, ""))).status, 400);
    const both = await get(presigned(), { headers: { authorization: "AWS4-HMAC-SHA256 x" } });
    assert.deepEqual(await refusal(both), [400, "InvalidArgument"]);
  });

  test("an unsigned x-amz header is refused", async () => {
    const answer = await get(presigned(), { headers: { "x-amz-meta-late": "1" } });
    assert.deepEqual(await refusal(answer), [403, "AccessDenied"]);
  });

  test("keys with spaces, plus, non-ASCII and reserved characters keep their names", async () => {
    const keys = ["a b.js", "a+b.js", "ü/é.js", "it's(1)!*.js", "q?&=.js"];
    for (const key of keys) {
      const path = `/bundles/${key.split("/").map(encode).join("/")}`;
      assert.equal((await send(path, { method: "PUT", body: key })).status, 200, key);
      assert.equal(await (await get(presign({ host, path, keys: local.s3 }))).text(), key);
      assert.equal(await (await s3(path)).text(), key);
    }
    const stored = [...local.state.objects.buckets.get("bundles").objects.keys()];
    assert.deepEqual(stored.slice(1), keys);
  });

  test("dot segments are signed and stored as sent", async () => {
    local.putObject("bundles", "x/../y.js", "dots");
    const target = presign({ host, path: "/bundles/x/../y.js", keys: local.s3 });
    const status = await new Promise((resolve, reject) => {
      request({ host: "127.0.0.1", port: local.s3Port, path: target }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on("error", reject)
        .end();
    });
    assert.equal(status, 200);
  });
});

describe("keys", () => {
  test("the secret of a token is the SHA-256 of its value, the id its own", () => {
    assert.equal(local.s3.accessKeyId, local.tokenId);
    assert.equal(local.s3.secretAccessKey, createHash("sha256").update(local.token).digest("hex"));
  });

  test("rights come from the token's permission groups", async () => {
    const reader = local.addToken({ permissionGroups: ["Workers R2 Storage Bucket Item Read"] });
    const stranger = local.addToken({ permissionGroups: ["Workers Scripts Write"] });
    assert.equal((await get(presigned({ keys: reader.s3 }))).status, 200);
    const write = await send("/bundles/x.js", { method: "PUT", body: "x", keys: reader.s3 });
    assert.deepEqual(await refusal(write), [403, "AccessDenied"]);
    assert.deepEqual(await refusal(await get(presigned({ keys: stranger.s3 }))), [403, "AccessDenied"]);
    reader.status = "disabled";
    assert.deepEqual(await refusal(await get(presigned({ keys: reader.s3 }))), [401, "Unauthorized"]);
  });

  test("temporary credentials need their session token, and keep to what they may", async () => {
    const keys = local.addSession({ mayWrite: false });
    assert.equal((await get(presigned({ keys }))).status, 200);
    assert.equal((await send("/bundles/app/1.js", { keys })).status, 200);
    const without = { ...keys, sessionToken: undefined };
    assert.deepEqual(await refusal(await get(presigned({ keys: without }))), [401, "Unauthorized"]);
    const wrong = { ...keys, sessionToken: "AAAA" };
    assert.deepEqual(await refusal(await get(presigned({ keys: wrong }))), [401, "Unauthorized"]);
    const write = await send("/bundles/x.js", { method: "PUT", body: "x", keys });
    assert.deepEqual(await refusal(write), [403, "AccessDenied"]);
    const ended = local.addSession({ ttlSeconds: -1 });
    assert.deepEqual(await refusal(await get(presigned({ keys: ended }))), [401, "Unauthorized"]);
  });
});

describe("objects", () => {
  test("GET and HEAD tell the same about an object", async () => {
    const first = Math.floor(Date.now() / 1_000) * 1_000;
    const [read, head] = [await s3("/bundles/app/1.js"), await s3("/bundles/app/1.js", { method: "HEAD" })];
    for (const { headers } of [read, head]) {
      assert.equal(headers.get("etag"), `"${createHash("md5").update(BUNDLE).digest("hex")}"`);
      assert.equal(headers.get("content-length"), String(BUNDLE.length));
      assert.equal(headers.get("content-type"), "text/javascript");
      assert.equal(headers.get("x-amz-meta-by"), "test");
      const told = Date.parse(headers.get("date"));
      assert.ok(first <= told && told <= Date.now(), headers.get("date"));
    }
    assert.equal(await head.text(), "");
  });

  test("a missing key and a missing bucket are two errors; HEAD has no body", async () => {
    assert.deepEqual(await refusal(await s3("/bundles/none.js")), [404, "NoSuchKey"]);
    assert.deepEqual(await refusal(await s3("/nowhere/1.js")), [404, "NoSuchBucket"]);
    const head = await s3("/bundles/none.js", { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [404, ""]);
  });

  test("PUT stores type, metadata and bytes; DELETE is idempotent", async () => {
    const body = Buffer.from([0, 255, 10, 13]);
    const headers = { "content-type": "application/wasm", "x-amz-meta-sha256": "abc" };
    const put = await s3("/bundles/m.wasm", { method: "PUT", body, headers });
    assert.equal(put.headers.get("etag"), `"${createHash("md5").update(body).digest("hex")}"`);
    const read = await s3("/bundles/m.wasm");
    assert.deepEqual(Buffer.from(await read.arrayBuffer()), body);
    assert.equal(read.headers.get("content-type"), "application/wasm");
    assert.equal(read.headers.get("x-amz-meta-sha256"), "abc");
    for (let round = 0; round < 2; round++)
      assert.equal((await s3("/bundles/m.wasm", { method: "DELETE" })).status, 204);
    assert.equal((await s3("/bundles/m.wasm")).status, 404);
  });

  test("a bucket is made on demand only when asked", async () => {
    assert.deepEqual(await refusal(await s3("/fresh/1.js", { method: "PUT", body: "x" })), [404, "NoSuchBucket"]);
    const headers = { "cf-create-bucket-if-missing": "true" };
    assert.equal((await s3("/fresh/1.js", { method: "PUT", body: "x", headers })).status, 200);
    assert.equal((await s3("/fresh/1.js")).status, 200);
  });

  test("digests of the body are checked", async () => {
    const put = (headers) => s3("/bundles/d.js", { method: "PUT", body: "x", headers });
    const md5 = createHash("md5").update("x").digest("base64");
    assert.equal((await put({ "content-md5": md5 })).status, 200);
    assert.deepEqual(await refusal(await put({ "content-md5": "AAAA" })), [400, "InvalidDigest"]);
    const wrong = createHash("md5").update("y").digest("base64");
    assert.deepEqual(await refusal(await put({ "content-md5": wrong })), [400, "BadDigest"]);
    assert.equal((await put({ "x-amz-checksum-crc32": "jNwWgw==" })).status, 200);
    assert.deepEqual(await refusal(await put({ "x-amz-checksum-crc32": "AAAAAA==" })), [400, "BadDigest"]);
    assert.deepEqual(await refusal(await put({ "x-amz-meta-big": "x".repeat(8200) })), [400, "MetadataTooLarge"]);
  });

  test("conditional reads", async () => {
    const etag = `"${createHash("md5").update(BUNDLE).digest("hex")}"`;
    const [later, earlier] = [Date.now() + DAY_MS, Date.now() - DAY_MS].map((time) => new Date(time).toUTCString());
    const cases = [
      [{ "if-none-match": etag }, 304],
      [{ "if-none-match": `W/${etag}` }, 304],
      [{ "if-none-match": "*" }, 304],
      [{ "if-none-match": '"other"' }, 200],
      [{ "if-match": etag }, 200],
      [{ "if-match": `"a", ${etag}` }, 200],
      [{ "if-match": '"other"' }, 412],
      [{ "if-modified-since": later }, 304],
      [{ "if-modified-since": earlier }, 200],
      [{ "if-unmodified-since": earlier }, 412],
      [{ "if-unmodified-since": later }, 200],
      [{ "if-none-match": '"other"', "if-modified-since": later }, 200],
    ];
    for (const [headers, status] of cases) {
      const answer = await s3("/bundles/app/1.js", { headers, cache: "no-store" });
      assert.equal(answer.status, status, JSON.stringify(headers));
      if (status === 304) assert.deepEqual([await answer.text(), answer.headers.get("etag")], ["", etag]);
      else await answer.text();
    }
  });

  test("conditional writes: create only, and replace only what was seen", async () => {
    const put = (key, headers) => s3(`/bundles/${key}`, { method: "PUT", body: "new", headers });
    assert.deepEqual(await refusal(await put("app/1.js", { "if-none-match": "*" })), [412, "PreconditionFailed"]);
    assert.deepEqual(local.state.objects.get("bundles", "app/1.js").content, BUNDLE);
    assert.equal((await put("app/2.js", { "if-none-match": "*" })).status, 200);
    assert.equal((await put("none.js", { "if-match": "*" })).status, 412);
    assert.equal((await put("app/1.js", { "if-match": '"other"' })).status, 412);
    const { etag } = local.state.objects.get("bundles", "app/1.js");
    assert.equal((await put("app/1.js", { "if-match": `"${etag}"` })).status, 200);
  });

  test("ranges", async () => {
    const size = BUNDLE.length;
    const cases = [
      ["bytes=0-9", 206, BUNDLE.subarray(0, 10), `bytes 0-9/${size}`],
      ["bytes=5-", 206, BUNDLE.subarray(5), `bytes 5-${size - 1}/${size}`],
      ["bytes=-4", 206, BUNDLE.subarray(size - 4), `bytes ${size - 4}-${size - 1}/${size}`],
      ["bytes=0-99999", 206, BUNDLE, `bytes 0-${size - 1}/${size}`],
      ["bytes=0-1,3-4", 200, BUNDLE, null],
    ];
    for (const [range, status, bytes, contentRange] of cases) {
      const answer = await s3("/bundles/app/1.js", { headers: { range } });
      assert.equal(answer.status, status, range);
      assert.equal(answer.headers.get("content-range"), contentRange);
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(bytes));
    }
    const beyond = await s3("/bundles/app/1.js", { headers: { range: `bytes=${size}-` } });
    assert.deepEqual(await refusal(beyond), [416, "InvalidRange"]);
  });
});

describe("buckets", () => {
  const keysOf = (xml) => [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key);
  const list = async (query) => (await s3(`/bundles?list-type=2&${query}`)).text();

  test("listing pages by continuation token until nothing is left", async () => {
    for (let number = 0; number < 25; number++) local.putObject("bundles", `k/${String(number).padStart(2, "0")}`, "x");
    const seen = [];
    for (let token = ""; ; ) {
      const xml = await list(`prefix=k/&max-keys=10${token && `&continuation-token=${token}`}`);
      seen.push(...keysOf(xml));
      token = /<NextContinuationToken>(.*?)</.exec(xml)?.[1] ?? "";
      assert.equal(xml.includes("<IsTruncated>true</IsTruncated>"), token !== "");
      if (!token) break;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, number) => `k/${String(number).padStart(2, "0")}`),
    );
  });

  test("delimiter groups keys, also across pages; prefix and start-after narrow", async () => {
    for (const key of ["a/1", "a/2", "b/1", "c", "d/1"]) local.putObject("bundles", key, "x");
    const groups = (xml) => [...xml.matchAll(/<CommonPrefixes><Prefix>([^<]*)</g)].map(([, prefix]) => prefix);
    const all = await list("delimiter=/");
    assert.deepEqual([keysOf(all), groups(all)], [["c"], ["a/", "app/", "b/", "d/"]]);
    const first = await list("delimiter=/&max-keys=1");
    const token = /<NextContinuationToken>(.*?)</.exec(first)[1];
    const second = await list(`delimiter=/&max-keys=1&continuation-token=${token}`);
    assert.deepEqual([groups(first), groups(second)], [["a/"], ["app/"]]);
    assert.deepEqual(keysOf(await list("start-after=b/1")), ["c", "d/1"]);
  });

  test("create, head, delete; a bucket that holds something stays", async () => {
    assert.equal((await s3("/new-bucket", { method: "PUT" })).status, 200);
    assert.deepEqual(await refusal(await s3("/new-bucket", { method: "PUT" })), [409, "BucketAlreadyOwnedByYou"]);
    assert.equal((await s3("/new-bucket", { method: "HEAD" })).status, 200);
    assert.match(await (await s3("/")).text(), /<Name>bundles<\/Name>.*<Name>new-bucket<\/Name>/);
    assert.equal((await s3("/new-bucket", { method: "DELETE" })).status, 204);
    assert.equal((await s3("/new-bucket", { method: "HEAD" })).status, 404);
    assert.deepEqual(await refusal(await s3("/bundles", { method: "DELETE" })), [409, "BucketNotEmpty"]);
    assert.deepEqual(await refusal(await s3("/Bad_Name", { method: "PUT" })), [400, "InvalidBucketName"]);
  });

  test("several objects are deleted at once", async () => {
    local.putObject("bundles", "a&b", "x");
    const body = "<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>none</Key></Object></Delete>";
    const answer = await s3("/bundles?delete=", { method: "POST", body });
    assert.match(await answer.text(), /<Deleted><Key>a&amp;b<\/Key><\/Deleted><Deleted><Key>none<\/Key><\/Deleted>/);
    assert.deepEqual([...local.state.objects.buckets.get("bundles").objects.keys()], ["app/1.js"]);
  });

  test("what R2 or we don't have is said, not guessed", async () => {
    for (const query of [
      "acl",
      "attributes",
      "legal-hold",
      "tagging",
      "uploads",
      "versionId",
      "versioning",
      "prefix",
    ]) {
      assert.deepEqual(await refusal(await s3(`/bundles/app/1.js?${query}=`)), [501, "NotImplemented"], query);
    }
    for (const query of ["acl", "inventory", "logging", "object-lock", "policyStatus", "session", "versions"]) {
      assert.deepEqual(await refusal(await s3(`/bundles?${query}=`)), [501, "NotImplemented"], query);
    }
    for (const name of [
      "x-amz-storage-class",
      "x-amz-expected-bucket-owner",
      "x-amz-server-side-encryption-customer-key",
    ]) {
      const put = await s3("/bundles/2.js", { method: "PUT", body: "x", headers: { [name]: "other" } });
      assert.deepEqual(await refusal(put), [501, "NotImplemented"], name);
    }
    assert.equal(local.state.objects.get("bundles", "2.js"), undefined);
    const whole = await s3("/bundles/app/1.js?response-content-type=text/plain&x-id=GetObject");
    assert.deepEqual([whole.status, whole.headers.get("content-type")], [200, "text/plain"]);
    const headers = { "x-amz-copy-source": "/bundles/app/1.js" };
    assert.deepEqual(await refusal(await s3("/bundles/2.js", { method: "PUT", headers })), [501, "NotImplemented"]);
    const chunked = { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" };
    const answer = await send("/bundles/2.js", { method: "PUT", body: "x", headers: chunked });
    assert.deepEqual(await refusal(answer), [501, "NotImplemented"]);
  });
});
