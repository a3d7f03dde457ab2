import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "./api-client.js";

async function kvClient() {
  const client = createClient();
  const namespaces = `${client.account}/storage/kv/namespaces`;
  const { result } = await client.send("POST", namespaces, { title: "cache" });
  return { ...client, namespaces, namespace: `${namespaces}/${result.id}`, id: result.id };
}

test("namespaces have one title each", async () => {
  const { verdictOf, send, namespaces, namespace, id } = await kvClient();
  assert.deepEqual((await send("GET", namespace)).result, { id, title: "cache", supports_url_encoding: true });
  assert.deepEqual(await verdictOf("POST", namespaces, { title: "cache" }), [400, 10014]);
  assert.deepEqual(await verdictOf("POST", namespaces, { title: "" }), [400, 10019]);
  assert.deepEqual(await verdictOf("POST", namespaces, []), [400, 10012]);
  assert.equal((await send("PUT", namespace, { title: "renamed" })).result.title, "renamed");
  assert.deepEqual(await verdictOf("PUT", namespace, { title: "renamed" }), [200]);
  assert.deepEqual(await verdictOf("DELETE", namespace), [200]);
  assert.deepEqual(await verdictOf("GET", namespace), [404, 10013]);
});

test("the list pages and ends", async () => {
  const { send, namespaces } = await kvClient();
  for (const title of ["b", "a", "e", "d", "f", "g"]) await send("POST", namespaces, { title });
  const page = async (query) => (await send("GET", `${namespaces}?${query}`)).result.map(({ title }) => title);
  assert.deepEqual(await page("per_page=5"), ["a", "b", "cache", "d", "e"]);
  assert.deepEqual(await page("per_page=5&page=2"), ["f", "g"]);
  assert.deepEqual(await page("per_page=5&page=3"), []);
  assert.deepEqual((await page("direction=desc")).at(0), "g");
});

test("values are bytes under encoded keys, with metadata and expiry", async () => {
  const { send, verdictOf, namespace } = await kvClient();
  const bytes = Buffer.from([0, 255, 13, 10]);
  const key = encodeURIComponent("a/b ü");
  assert.deepEqual(
    await verdictOf("PUT", `${namespace}/values/${key}`, bytes, { "content-type": "application/octet-stream" }),
    [200],
  );
  assert.deepEqual((await send("GET", `${namespace}/values/${key}`)).body, bytes);
  const form = new FormData();
  form.set("value", "text");
  form.set("metadata", '{"a":1}');
  await send("PUT", `${namespace}/values/k`, form);
  assert.equal((await send("GET", `${namespace}/values/k`)).body.toString(), "text");
  assert.deepEqual((await send("GET", `${namespace}/metadata/k`)).result, { a: 1 });
  assert.deepEqual(await verdictOf("PUT", `${namespace}/values/k?expiration_ttl=59`, bytes), [400, 10034]);
  assert.deepEqual(await verdictOf("PUT", `${namespace}/values/${"k".repeat(513)}`, bytes), [414, 10030]);
  assert.deepEqual(await verdictOf("GET", `${namespace}/values/none`), [404, 10009]);
  await send("DELETE", `${namespace}/values/k`);
  assert.deepEqual(await verdictOf("GET", `${namespace}/values/k`), [404, 10009]);
});

test("bulk calls take bare arrays, keys page by cursor", async () => {
  const { send, verdictOf, namespace } = await kvClient();
  const items = Array.from({ length: 12 }, (_, index) => ({
    key: `k${String(index).padStart(2, "0")}`,
    value: `${index}`,
  }));
  assert.deepEqual((await send("PUT", `${namespace}/bulk`, items)).result, {
    successful_key_count: 12,
    unsuccessful_keys: [],
  });
  const first = await send("GET", `${namespace}/keys?limit=10&prefix=k`);
  assert.equal(first.result.length, 10);
  const second = await send("GET", `${namespace}/keys?limit=10&prefix=k&cursor=${first.result_info.cursor}`);
  assert.deepEqual([second.result.map(({ name }) => name), second.result_info.cursor], [["k10", "k11"], ""]);
  const got = await send("POST", `${namespace}/bulk/get`, { keys: ["k01", "none"] });
  assert.deepEqual(got.result.values, { k01: "1", none: null });
  await send("PUT", `${namespace}/values/text`, Buffer.from("no JSON"));
  assert.deepEqual(await verdictOf("POST", `${namespace}/bulk/get`, { keys: ["text"], type: "json" }), [400, 10012]);
  assert.deepEqual(await verdictOf("POST", `${namespace}/bulk/get`, { keys: ["k01"], type: "xml" }), [400, 10012]);
  assert.deepEqual(await verdictOf("PUT", `${namespace}/bulk`, { key: "a", value: "b" }), [400, 10012]);
  assert.deepEqual(await verdictOf("PUT", `${namespace}/bulk`, [{ key: "a", value: "b", base64: "no" }]), [400, 10012]);
  assert.deepEqual(await verdictOf("GET", `${namespace}/keys?limit=9`), [400, 10020]);
});

for (const [method, path] of [
  ["DELETE", "/bulk"],
  ["POST", "/bulk/delete"],
]) {
  test(`many keys go at once by ${method} …${path}, all of them or none`, async () => {
    const { send, verdictOf, namespace } = await kvClient();
    const value = (key) => verdictOf("GET", `${namespace}/values/${key}`);
    await send(
      "PUT",
      `${namespace}/bulk`,
      ["a", "b", "c"].map((key) => ({ key, value: key })),
    );
    assert.deepEqual(await verdictOf(method, namespace + path, []), [400, 10029]);
    assert.deepEqual(await verdictOf(method, namespace + path, { keys: ["a"] }), [400, 10012]);
    assert.deepEqual(await verdictOf(method, namespace + path, ["a", 7]), [414, 10030]);
    const many = Array.from({ length: 10_001 }, (_, index) => `${index}`);
    assert.deepEqual(await verdictOf(method, namespace + path, many), [400, 10012]);
    assert.deepEqual(await value("a"), [200], "a refused call deletes nothing");
    const { result } = await send(method, namespace + path, ["a", "b", "absent"]);
    assert.deepEqual(result, { successful_key_count: 3, unsuccessful_keys: [] });
    for (const [key, verdict] of [
      ["a", [404, 10009]],
      ["b", [404, 10009]],
      ["c", [200]],
    ])
      assert.deepEqual(await value(key), verdict);
  });
}
