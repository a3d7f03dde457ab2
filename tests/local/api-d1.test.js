import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient } from "./api-client.js";

async function d1Client() {
  const client = createClient();
  const databases = `${client.account}/d1/database`;
  const { result } = await client.send("POST", databases, { name: "shop" });
  return { ...client, databases, database: `${databases}/${result.uuid}`, made: result };
}

test("a database is made, found by name, read in part, and removed", async () => {
  const { send, verdictOf, databases, database, made } = await d1Client();
  assert.deepEqual([made.name, made.version, made.read_replication], ["shop", "production", { mode: "disabled" }]);
  await send("POST", databases, { name: "shop-two", primary_location_hint: "apac", jurisdiction: "eu" });
  await send("POST", databases, { name: "other" });
  const names = async (query) => (await send("GET", databases + query)).result.map(({ name }) => name);
  assert.deepEqual(await names("?name=shop"), ["shop", "shop-two"], "the filter is no exact match");
  assert.deepEqual(await names("?per_page=2&page=2"), ["other"]);
  assert.equal((await send("GET", `${databases}?name=shop-two`)).result_info.total_count, 1);
  const [{ uuid }] = (await send("GET", `${databases}?name=shop-two`)).result;
  const two = (await send("GET", `${databases}/${uuid}`)).result;
  assert.deepEqual([two.running_in_region, two.jurisdiction], ["APAC", "eu"]);
  assert.deepEqual((await send("GET", `${database}?fields=uuid,name`)).result, { uuid: made.uuid, name: "shop" });
  assert.equal((await send("DELETE", database)).result, null);
  assert.deepEqual(await verdictOf("GET", database), [404, 7404]);
  assert.deepEqual(await verdictOf("POST", `${database}/query`, { sql: "SELECT 1" }), [404, 7404]);
});

test("a taken name and wrong properties are refused", async () => {
  const { verdictOf, databases } = await d1Client();
  assert.deepEqual(await verdictOf("POST", databases, { name: "shop" }), [409, 7502]);
  for (const wrong of [
    { name: "Upper" },
    { name: "" },
    {},
    { name: "a", primary_location_hint: "moon" },
    { name: "a", jurisdiction: "mars" },
    { name: "a", read_replication: { mode: "many" } },
  ])
    assert.deepEqual(await verdictOf("POST", databases, wrong), [400, 7400], JSON.stringify(wrong));
});

test("read replication is switched, by PATCH and by PUT", async () => {
  const { send, verdictOf, database } = await d1Client();
  const mode = async (method, body) => (await send(method, database, body)).result.read_replication.mode;
  assert.equal(await mode("PATCH", { read_replication: { mode: "auto" } }), "auto");
  assert.equal(await mode("PATCH", {}), "auto");
  assert.equal(await mode("PUT", { read_replication: { mode: "disabled" } }), "disabled");
  assert.deepEqual(await verdictOf("PATCH", database, { read_replication: "auto" }), [400, 7400]);
});

test("what is no query and no step of an import is refused before anything runs", async () => {
  const { verdictOf, database } = await d1Client();
  for (const wrong of [{}, { sql: 1 }, { batch: "SELECT 1" }, { batch: [{}] }, { sql: "SELECT 1", params: "x" }])
    assert.deepEqual(await verdictOf("POST", `${database}/query`, wrong), [400, 7400], JSON.stringify(wrong));
  for (const wrong of [{}, { action: "begin" }, { action: "init" }, { action: "init", etag: "short" }])
    assert.deepEqual(await verdictOf("POST", `${database}/import`, wrong), [400, 7400], JSON.stringify(wrong));
});

test("a file goes only to the address it was given, and nothing runs before it is whole", async () => {
  const { send, database, databases } = await d1Client();
  const step = async (body) => (await send("POST", `${database}/import`, body)).result;
  assert.deepEqual(await step({ action: "poll" }), { success: false, error: "Not currently importing anything." });
  const etag = "0".repeat(32);
  const { filename, upload_url: address } = await step({ action: "init", etag });
  assert.ok(address.endsWith(`${database}/import/${filename}`));
  const open = { authorization: undefined };
  assert.equal((await send("PUT", `${database}/import/guess.sql`, Buffer.from("x"), open)).status, 403);
  const other = (await send("POST", databases, { name: "other" })).result.uuid;
  assert.equal((await send("PUT", `${databases}/${other}/import/${filename}`, Buffer.from("x"), open)).status, 403);
  const put = await send("PUT", `${database}/import/${filename}`, Buffer.from("SELECT 1"), open);
  assert.deepEqual([put.status, put.headers.etag], [200, '"b1698e52a0f16203489454196a0c6307"']);
  assert.match((await step({ action: "ingest", filename, etag })).error, /no uploaded file/);
});

test("a binding to a database that is not there is refused", async () => {
  const { put, made } = await d1Client();
  const code = async (binding) =>
    (await put("a", { bindings: [{ type: "d1", name: "DB", ...binding }] })).errors[0]?.code;
  assert.equal(await code({ id: made.uuid }), undefined);
  assert.equal(await code({ database_id: made.uuid }), undefined);
  assert.equal(await code({ id: "gone" }), 10181);
  assert.equal(await code({}), 10021);
});

test("a bookmark for now is given whatever clock is set, and one for no time is refused", async () => {
  const client = createClient({ now: () => 0 });
  client.runtime.database = () => ({ about: async () => ({ bookmark: "now", writtenAt: 1000 }) });
  const { result } = await client.send("POST", `${client.account}/d1/database`, { name: "shop" });
  const bookmark = `${client.account}/d1/database/${result.uuid}/time_travel/bookmark`;
  assert.deepEqual((await client.send("GET", bookmark)).result, { bookmark: "now" });
  assert.deepEqual(await client.verdictOf("GET", `${bookmark}?timestamp=1970-01-01T00:00:00Z`), [400, 7500]);
  assert.deepEqual(await client.verdictOf("GET", `${bookmark}?timestamp=soon`), [400, 7400]);
});
