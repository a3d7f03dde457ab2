/** What namespaces, queues and databases have in common. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "./api-client.js";

test("a fresh database, queue or namespace may be unknown to lists and uploads for a while", async () => {
  const client = createClient({ switches: { lateStores: 2 } });
  const make = async (path, body) => (await client.send("POST", client.account + path, body)).result;
  const stores = {
    "/d1/database": [{ name: "shop" }, ({ uuid }) => ({ type: "d1", id: uuid }), 10181],
    "/queues": [{ queue_name: "orders" }, () => ({ type: "queue", queue_name: "orders" }), 11000],
    "/storage/kv/namespaces": [{ title: "t" }, ({ id }) => ({ type: "kv_namespace", namespace_id: id }), 10041],
  };
  for (const [path, [body, bindingOf, missing]] of Object.entries(stores)) {
    const binding = { name: "B", ...bindingOf(await make(path, body)) };
    assert.deepEqual((await client.send("GET", client.account + path)).result, [], path);
    assert.equal((await client.put("a", { bindings: [binding] })).errors[0]?.code, missing, path);
    assert.equal((await client.send("GET", client.account + path)).result.length, 1, path);
    assert.equal((await client.put("a", { bindings: [binding] })).status, 200, path);
  }
});
