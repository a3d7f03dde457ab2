import assert from "node:assert/strict";
import { test } from "node:test";
import { addToken, addZone } from "../../js/local/state.js";
import { createClient, upload } from "./api-client.js";

async function routesClient(options) {
  const client = createClient(options);
  const routes = `${client.zone}/workers/routes`;
  await client.put("hello");
  const add = (pattern, script = "hello") => client.send("POST", routes, { pattern, script });
  return { ...client, routes, add, code: async (...args) => (await add(...args)).errors[0]?.code };
}

test("routes are made, read, changed and removed", async () => {
  const { add, send, routes, verdictOf } = await routesClient();
  const { status, result } = await add("api.example.com/*");
  assert.equal(status, 200);
  assert.deepEqual(result, { id: result.id, pattern: "api.example.com/*", script: "hello" });
  assert.deepEqual((await send("GET", routes)).result, [result]);
  const changed = await send("PUT", `${routes}/${result.id}`, { pattern: "api.example.com/v1/*", script: "hello" });
  assert.deepEqual([changed.result.id, changed.result.pattern], [result.id, "api.example.com/v1/*"]);
  const bypass = await send("POST", routes, { pattern: "api.example.com/open/*" });
  assert.equal("script" in bypass.result, false);
  assert.deepEqual((await send("DELETE", `${routes}/${result.id}`)).result, { id: result.id });
  assert.deepEqual(await verdictOf("GET", `${routes}/${result.id}`), [404, 10007]);
  assert.deepEqual(await verdictOf("PUT", `${routes}/${result.id}`, { pattern: "example.com/" }), [404, 10009]);
  assert.deepEqual(await verdictOf("DELETE", `${routes}/${result.id}`), [404, 10009]);
});

test("patterns are checked by message", async () => {
  const { add, code } = await routesClient();
  const messages = {
    "api.example.org/*": /must include zone name: example\.com/,
    "notexample.com/*": /must include zone name/,
    "*/*": /must include zone name/,
    "api.*.example.com/*": /may only contain wildcards at the beginning of the hostname and the end of the path/,
    "example.com/*/x": /may only contain wildcards/,
    "example.com/?a=b": /should not have query parameters/,
    "example.com:8080/*": /Could not understand route pattern/,
    "ftp://example.com/*": /must include zone name|Could not understand/,
    "": /Could not understand route pattern/,
    "bücher.example.com/*": /Could not understand route pattern/,
    ".example.com/*": /Could not understand route pattern/,
  };
  for (const [pattern, message] of Object.entries(messages)) {
    const { status, errors } = await add(pattern);
    assert.deepEqual([status, errors[0].code], [400, 10022], pattern);
    assert.match(errors[0].message, message, pattern);
  }
  for (const pattern of [
    "example.com",
    "*example.com/*",
    "*.example.com/a*",
    "https://example.com/*",
    "_x.example.com/",
  ]) {
    assert.equal(await code(pattern), undefined, pattern);
  }
});

test("a pattern exists once in a zone, and only for a script that is there", async () => {
  const { add, code, verdictOf, routes } = await routesClient();
  await add("api.example.com/*");
  assert.deepEqual(await verdictOf("POST", routes, { pattern: "api.example.com/*" }), [409, 10020]);
  assert.equal(await code("API.example.com/*"), 10020, "the host is read without case");
  assert.equal(await code("api.example.com/A"), undefined);
  assert.equal(await code("api.example.com/a"), undefined, "the path is not");
  assert.deepEqual(await verdictOf("POST", routes, { pattern: "x.example.com/*", script: "nobody" }), [400, 10019]);
  assert.deepEqual(
    await verdictOf("POST", routes, Buffer.from("{"), { "content-type": "application/json" }),
    [400, 10026],
  );
});

test("writes answer with the id alone when the switch says so", async () => {
  const { add, send, routes } = await routesClient({ switches: { routeAnswer: "id" } });
  const { result } = await add("api.example.com/*");
  assert.deepEqual(Object.keys(result), ["id"]);
  assert.equal((await send("GET", routes)).result[0].pattern, "api.example.com/*");
});

test("deleting a script takes its routes along", async () => {
  const { add, send, routes, script } = await routesClient();
  await add("api.example.com/*");
  assert.equal((await send("GET", script("").slice(0, -1))).result[0].routes[0].pattern, "api.example.com/*");
  await send("DELETE", script("hello"));
  assert.deepEqual((await send("GET", routes)).result, []);
});

test("wrangler's replace-all sets the whole list across zones or nothing", async () => {
  const client = await routesClient();
  const other = addZone(client.state, { name: "example.org" });
  const path = client.script("hello", "/routes");
  const kept = (await client.add("a.example.com/*")).result;
  await client.add("b.example.com/*");
  const { result } = await client.send("PUT", path, [
    { pattern: "a.example.com/*", zone_name: "example.com" },
    { pattern: "a.example.org/*", zone_id: other.id },
    "c.example.com/*",
  ]);
  assert.deepEqual(result.map(({ pattern }) => pattern).sort(), [
    "a.example.com/*",
    "a.example.org/*",
    "c.example.com/*",
  ]);
  assert.equal(result.find(({ pattern }) => pattern === "a.example.com/*").id, kept.id);
  await client.put("other");
  await client.send("POST", client.routes, { pattern: "taken.example.com/*", script: "other" });
  const before = (await client.send("GET", client.routes)).result;
  assert.deepEqual(await client.verdictOf("PUT", path, ["taken.example.com/*"]), [409, 10020]);
  assert.deepEqual((await client.send("GET", client.routes)).result, before);
  assert.deepEqual(await client.verdictOf("PUT", path, ["a.nowhere.net/*"]), [400, 10082]);
  const narrow = addToken(client.state, { zoneIds: [other.id] });
  const headers = { authorization: `Bearer ${narrow.value}` };
  assert.deepEqual(await client.verdictOf("PUT", path, [], headers), [403, 10000]);
});

test("a new script is seen late where the switch says so", async () => {
  const client = createClient({ switches: { lateVisibility: 2 } });
  await client.put("fresh");
  const tries = async (...args) => [
    await client.verdictOf(...args),
    await client.verdictOf(...args),
    await client.verdictOf(...args),
  ];
  const on = { enabled: true, previews_enabled: true };
  const route = { pattern: "a.example.com/*", script: "fresh" };
  assert.deepEqual(await tries("POST", client.script("fresh", "/subdomain"), on), [[404, 10007], [404, 10007], [200]]);
  assert.deepEqual(await tries("GET", client.script("fresh", "/settings")), [[404, 10222], [404, 10222], [200]]);
  assert.deepEqual(await tries("POST", `${client.zone}/workers/routes`, route), [[400, 10019], [400, 10019], [200]]);
  await client.send("PUT", client.script("fresh"), upload({ main_module: "index.js" }));
  assert.deepEqual(
    await client.verdictOf("GET", client.script("fresh", "/settings")),
    [200],
    "only after the first upload",
  );
});
