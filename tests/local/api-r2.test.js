import assert from "node:assert/strict";
import { test } from "node:test";
import { ObjectStore } from "../../js/local/s3/objects.js";
import { createClient } from "./api-client.js";

function r2Client() {
  const client = createClient();
  client.state.objects = new ObjectStore();
  return { ...client, buckets: `${client.account}/r2/buckets` };
}

test("buckets are made, listed and removed", async () => {
  const { send, verdictOf, buckets } = r2Client();
  const { result } = await send("POST", buckets, { name: "bundles" });
  assert.deepEqual([result.name, result.location], ["bundles", "WEUR"]);
  assert.deepEqual(await verdictOf("POST", buckets, { name: "bundles" }), [409, 10004]);
  assert.deepEqual(await verdictOf("POST", buckets, { name: "No" }), [400, 10005]);
  assert.deepEqual(await verdictOf("GET", `${buckets}/none`), [404, 10006]);
  assert.deepEqual(
    await verdictOf("GET", `${buckets}/bundles`, undefined, { "cf-r2-jurisdiction": "eu" }),
    [404, 10006],
  );
  const here = await send("POST", buckets, { name: "hinted", locationHint: "enam" });
  assert.equal(here.result.location, "ENAM");
  assert.equal((await send("GET", `${buckets}/hinted`)).result.location, "ENAM");
  await send("DELETE", `${buckets}/hinted`);
  assert.deepEqual(await verdictOf("POST", buckets, { name: "lost", locationHint: "moon" }), [400, 10005]);
  const frozen = { name: "lost", storageClass: "Glacier" };
  assert.deepEqual(await verdictOf("POST", buckets, frozen), [400, 10062]);
  const asText = [Buffer.from('{"name":"typed-as-text"}'), { "content-type": "text/plain;charset=UTF-8" }];
  assert.equal((await send("POST", buckets, ...asText)).status, 200, "wrangler sends no JSON type here");
  await send("DELETE", `${buckets}/typed-as-text`);
  for (const name of ["aaa", "ccc"]) await send("POST", buckets, { name });
  const first = await send("GET", `${buckets}?per_page=2`);
  assert.deepEqual(
    [first.result.buckets.map(({ name }) => name), first.result_info.cursor],
    [["aaa", "bundles"], "bundles"],
  );
  const second = await send("GET", `${buckets}?per_page=2&cursor=bundles`);
  assert.deepEqual([second.result.buckets.map(({ name }) => name), second.result_info], [["ccc"], undefined]);
  assert.deepEqual(await verdictOf("DELETE", `${buckets}/aaa`), [200]);
  assert.deepEqual(await verdictOf("DELETE", `${buckets}/aaa`), [404, 10006]);
});

test("objects go in and out with slashes in their keys", async () => {
  const { send, verdictOf, buckets } = r2Client();
  await send("POST", buckets, { name: "bundles" });
  const object = `${buckets}/bundles/objects/app/v1%20a.js`;
  const put = await send("PUT", object, Buffer.from("code"), { "content-type": "text/javascript" });
  assert.deepEqual([put.result.key, put.result.size], ["app/v1 a.js", "4"]);
  const got = await send("GET", object);
  assert.deepEqual(
    [got.body.toString(), got.headers.etag, got.headers["content-type"]],
    ["code", `"${put.result.etag}"`, "text/javascript"],
  );
  assert.equal((await send("GET", object, undefined, { "if-none-match": got.headers.etag })).status, 304);
  assert.deepEqual(
    (await send("GET", `${buckets}/bundles/objects?prefix=app/`)).result.map(({ key, size }) => [key, size]),
    [["app/v1 a.js", 4]],
  );
  assert.deepEqual(await verdictOf("DELETE", `${buckets}/bundles`), [409, 10008]);
  assert.deepEqual((await send("DELETE", object)).result, { key: "app/v1 a.js" });
  assert.deepEqual(await verdictOf("GET", object), [404, 10007]);
  assert.deepEqual(await verdictOf("GET", `${buckets}/none/objects/a`), [404, 10006]);
});
