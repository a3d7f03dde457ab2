import assert from "node:assert/strict";
import { test } from "node:test";
import { addToken, addZone } from "../../js/local/state.js";
import { createClient } from "./api-client.js";

const bearer = (token) => ({ authorization: `Bearer ${token.value}` });

test("credentials are refused as Cloudflare refuses them", async () => {
  const client = createClient();
  const verdict = (headers) => client.verdictOf("GET", client.script("", "").slice(0, -1), undefined, headers);
  assert.deepEqual(await verdict({ authorization: undefined }), [400, 9106]);
  assert.deepEqual(await verdict({ authorization: undefined, "x-auth-key": "a".repeat(37) }), [400, 9106]);
  assert.deepEqual(await verdict({ authorization: "Bearer" }), [400, 6003]);
  assert.deepEqual(await verdict({ authorization: "Basic eDp5" }), [400, 6003]);
  assert.deepEqual(await verdict({ authorization: "Bearer two words-that-are-long-enough-for-a-token" }), [400, 6003]);
  assert.deepEqual(await verdict({ authorization: `Bearer ${"x".repeat(40)}` }), [401, 10000]);
  const { errors } = await client.send("GET", "/zones", undefined, { authorization: "Bearer x" });
  assert.equal(errors[0].error_chain[0].code, 6111);
});

test("token verify knows each kind of token on its own path", async () => {
  const client = createClient();
  const owned = addToken(client.state, { owner: "account" });
  const good = await client.send("GET", "/user/tokens/verify");
  assert.deepEqual(good.result, { id: client.token.id, status: "active" });
  assert.equal(good.messages[0].code, 10000);
  assert.deepEqual(await client.verdictOf("GET", "/user/tokens/verify", undefined, bearer(owned)), [401, 1000]);
  assert.deepEqual(await client.verdictOf("GET", `${client.account}/tokens/verify`, undefined, bearer(owned)), [200]);
  assert.deepEqual(await client.verdictOf("GET", `${client.account}/tokens/verify`), [401, 1000]);
  const unknown = { authorization: `Bearer ${"x".repeat(40)}` };
  assert.deepEqual(await client.verdictOf("GET", "/user/tokens/verify", undefined, unknown), [401, 1000]);
});

test("disabled and expired tokens only verify", async () => {
  const client = createClient({ now: () => Date.parse("2026-06-01T00:00:00Z") });
  const disabled = addToken(client.state, { status: "disabled" });
  const expired = addToken(client.state, { expiresOn: "2026-05-31T23:59:59Z" });
  for (const [token, status] of [
    [disabled, "disabled"],
    [expired, "expired"],
  ]) {
    const { result, messages } = await client.send("GET", "/user/tokens/verify", undefined, bearer(token));
    assert.equal(result.status, status);
    assert.deepEqual(messages, []);
    assert.deepEqual(await client.verdictOf("GET", "/accounts", undefined, bearer(token)), [401, 10000]);
  }
});

test("a token is of no use before its time", async () => {
  const client = createClient({ now: () => Date.parse("2026-06-01T00:00:00Z") });
  const early = addToken(client.state, { notBefore: "2026-06-02T00:00:00Z" });
  assert.deepEqual(await client.verdictOf("GET", "/accounts", undefined, bearer(early)), [401, 10000]);
});

test("the legacy key opens everything, an unknown one nothing", async () => {
  const client = createClient();
  const { email, apiKey } = client.state.user;
  const key = (key, mail) => ({ authorization: undefined, "x-auth-key": key, "x-auth-email": mail });
  assert.deepEqual(await client.verdictOf("GET", "/zones", undefined, key(apiKey, email)), [200]);
  assert.deepEqual(await client.verdictOf("GET", "/zones", undefined, key("0".repeat(37), email)), [403, 9103]);
  assert.deepEqual(await client.verdictOf("GET", "/zones", undefined, key("short", email)), [400, 6003]);
});

test("each endpoint asks for its permission group", async () => {
  const client = createClient();
  const cases = [
    ["GET", `${client.account}/workers/scripts`, ["Workers Scripts Read", "Workers Scripts Write"], "DNS Write"],
    ["PUT", client.script("a", "/schedules"), ["Workers Scripts Write"], "Workers Scripts Read"],
    ["GET", `${client.zone}/workers/routes`, ["Workers Routes Read", "Workers Routes Write"], "Workers Scripts Write"],
    ["POST", `${client.zone}/workers/routes`, ["Workers Routes Write"], "Workers Routes Read"],
    ["GET", `${client.zone}/dns_records`, ["DNS Read", "DNS Write"], "Zone Write"],
    ["POST", `${client.zone}/dns_records`, ["DNS Write"], "DNS Read"],
    ["GET", `${client.account}/storage/kv/namespaces`, ["Workers KV Storage Read"], "Workers R2 Storage Read"],
  ];
  for (const [method, path, good, bad] of cases) {
    for (const group of good) {
      const [, code] = await client.verdictOf(
        method,
        path,
        undefined,
        bearer(addToken(client.state, { permissionGroups: [group] })),
      );
      assert.notEqual(code, 10000, `${method} ${path} with ${group}`);
    }
    const refused = bearer(addToken(client.state, { permissionGroups: [bad] }));
    assert.deepEqual(
      await client.verdictOf(method, path, undefined, refused),
      [403, 10000],
      `${method} ${path} with ${bad}`,
    );
  }
});

test("tokens reach the zones and accounts in their scope only", async () => {
  const client = createClient();
  const other = addZone(client.state, { name: "example.org" });
  const here = bearer(addToken(client.state, { zoneIds: [other.id] }));
  const elsewhere = bearer(addToken(client.state, { accountIds: [] }));
  assert.deepEqual(await client.verdictOf("GET", `/zones/${other.id}/dns_records`, undefined, here), [200]);
  assert.deepEqual(await client.verdictOf("GET", `${client.zone}/dns_records`, undefined, here), [403, 10000]);
  assert.deepEqual(await client.verdictOf("GET", client.zone, undefined, here), [403, 9109]);
  assert.deepEqual(
    await client.verdictOf("GET", `${client.account}/workers/scripts`, undefined, elsewhere),
    [403, 10000],
  );
  assert.deepEqual((await client.send("GET", "/accounts", undefined, elsewhere)).result, []);
});

test("the zone list hides what the token may not see", async () => {
  const client = createClient();
  const blind = bearer(addToken(client.state, { permissionGroups: ["DNS Write", "Workers Routes Write"] }));
  const exact = await client.send("GET", "/zones?name=example.com", undefined, blind);
  assert.deepEqual([exact.status, exact.success, exact.result], [200, true, []]);
  const all = await client.send("GET", "/zones", undefined, blind);
  assert.equal(all.status, 403);
  assert.match(all.errors[0].message, /requires permission 'com\.cloudflare\.api\.account\.zone\.list'/);
  assert.equal((await client.send("GET", client.zone, undefined, blind)).result.name, "example.com");
});

test("unknown paths and foreign ids are not routed, and said loudly", async () => {
  const client = createClient();
  const id = "0".repeat(32);
  assert.deepEqual(await client.verdictOf("GET", "/nothing/here"), [404, 7003]);
  assert.deepEqual(await client.verdictOf("GET", `/accounts/${id}/workers/scripts`), [404, 7003]);
  assert.deepEqual(await client.verdictOf("GET", `/zones/${id}/workers/routes`), [404, 7003]);
  assert.deepEqual(await client.verdictOf("POST", `${client.account}/workers/scripts`), [405, 10405]);
  assert.deepEqual(await client.verdictOf("GET", `/zones/${id}`), [403, 9109]);
  assert.match(client.unknown[0], /GET \/nothing\/here is not served/);
  assert.equal(client.unknown.length, 4);
  const other = createClient({ switches: { accountUnknown: 10000, zoneUnknown: 7003 } });
  assert.deepEqual(await other.verdictOf("GET", `/accounts/${id}/workers/scripts`), [403, 10000]);
  assert.deepEqual(await other.verdictOf("GET", `/zones/${id}`), [404, 7003]);
});

test("requests are counted, and over the quota refused when the switch says so", async () => {
  let time = 1_800_000_000_000;
  const client = createClient({ now: () => time, switches: { rateLimit: "enforce", rateQuota: 2 } });
  const first = await client.send("GET", "/accounts");
  assert.equal(first.headers.ratelimit, '"default";r=1;t=300');
  assert.match(first.headers["cf-ray"], /^[0-9a-f]{16}-/);
  await client.send("GET", "/accounts");
  const over = await client.send("GET", "/accounts");
  assert.deepEqual([over.status, over.errors[0].code, over.headers["retry-after"]], [429, 971, "300"]);
  time += 300_000;
  assert.equal((await client.send("GET", "/accounts")).status, 200);
});

test("tokens made through the API carry what their policies say", async () => {
  const client = createClient();
  const groups = (await client.send("GET", "/user/tokens/permission_groups")).result;
  const id = groups.find(({ name }) => name === "DNS Write").id;
  const zoneId = [...client.state.zones.keys()][0];
  const policies = [
    { effect: "allow", permission_groups: [{ id }], resources: { [`com.cloudflare.api.account.zone.${zoneId}`]: "*" } },
  ];
  const { result } = await client.send("POST", "/user/tokens", { name: "dns", policies });
  assert.deepEqual(await client.verdictOf("GET", `${client.zone}/dns_records`, undefined, bearer(result)), [200]);
  assert.deepEqual(
    await client.verdictOf("GET", `${client.account}/workers/scripts`, undefined, bearer(result)),
    [403, 10000],
  );
  const read = await client.send("GET", `/user/tokens/${result.id}`);
  assert.equal(read.result.value, undefined);
  assert.equal((await client.send("DELETE", `/user/tokens/${result.id}`)).status, 200);
  assert.deepEqual(await client.verdictOf("GET", `/user/tokens/${result.id}`), [404, 1003]);
  assert.deepEqual(
    await client.verdictOf("POST", "/user/tokens", {
      name: "x",
      policies: [{ permission_groups: [{ id: "no" }], resources: {} }],
    }),
    [400, 1001],
  );
});

test("each policy of a token counts by itself: what one allows in a zone, another does not allow in others", async () => {
  const client = createClient();
  const other = addZone(client.state, { name: "example.org" });
  const groups = (await client.send("GET", "/user/tokens/permission_groups")).result;
  const policy = (name, resource) => ({
    effect: "allow",
    permission_groups: [{ id: groups.find((group) => group.name === name).id }],
    resources: { [resource]: "*" },
  });
  const policies = [
    policy("DNS Write", `com.cloudflare.api.account.zone.${other.id}`),
    policy("DNS Read", "com.cloudflare.api.account.zone.*"),
    policy("Workers Scripts Read", `com.cloudflare.api.account.${client.state.account.id}`),
  ];
  const token = (await client.send("POST", "/user/tokens", { name: "two", policies })).result;
  const record = { type: "TXT", name: "t", content: "x" };
  const verdict = (method, path, body) => client.verdictOf(method, path, body, bearer(token));
  assert.deepEqual(await verdict("POST", `/zones/${other.id}/dns_records`, record), [200]);
  assert.deepEqual(await verdict("POST", `${client.zone}/dns_records`, record), [403, 10000]);
  assert.deepEqual(await verdict("GET", `${client.zone}/dns_records`), [200]);
  assert.deepEqual(await verdict("GET", `${client.account}/workers/scripts`), [200]);
  assert.deepEqual(await verdict("DELETE", client.script("none")), [403, 10000]);
  const shown = (await client.send("GET", `/user/tokens/${token.id}`)).result.policies;
  assert.deepEqual(
    shown.map(({ id: _id, ...rest }) => rest.resources),
    policies.map(({ resources }) => resources),
  );
});

test("what a token could not mean here is refused, not left out", async () => {
  const client = createClient();
  const { id } = (await client.send("GET", "/user/tokens/permission_groups")).result[0];
  const resources = { [`com.cloudflare.api.account.${client.state.account.id}`]: "*" };
  const make = (more, policy = {}) =>
    client.verdictOf("POST", "/user/tokens", {
      name: "t",
      policies: [{ effect: "allow", permission_groups: [{ id }], resources, ...policy }],
      ...more,
    });
  assert.deepEqual(await make({}), [200]);
  assert.deepEqual(await make({ condition: {} }), [200]);
  assert.deepEqual(await make({}, { effect: "deny" }), [400, 1001]);
  assert.deepEqual(await make({ condition: { request_ip: { in: ["192.0.2.1/32"] } } }), [400, 400]);
  assert.deepEqual(await make({ status: "paused" }), [400, 400]);
});

test("permission groups have the ids that Cloudflare gives them in every account", async () => {
  const client = createClient();
  const { result } = await client.send("GET", "/user/tokens/permission_groups");
  const ids = new Map(result.map(({ name, id }) => [name, id]));
  for (const [name, id] of [
    ["Workers Scripts Write", "e086da7e2179491d91ee5f35b3ca210a"],
    ["Workers Routes Write", "28f4b596e7d643029c524985477ae49a"],
    ["DNS Write", "4755a26eedb94da69e1066d98aa820be"],
    ["Zone Read", "c8fed203ed3043cba015a93ad1616f1f"],
    ["Workers KV Storage Read", "8b47d2786a534c08a1f94ee8f9f599ef"],
    ["Workers R2 Storage Read", "b4992e1108244f5d8bfbd5744320c2e1"],
  ])
    assert.equal(ids.get(name), id, name);
  assert.ok(result.every(({ id, scopes }) => /^[0-9a-f]{32}$/.test(id) && scopes.length === 1));
  assert.equal(new Set(result.map(({ id }) => id)).size, result.length, "no id stands for two groups");
  const dns = await client.send("GET", "/user/tokens/permission_groups?name=DNS%20Write");
  assert.deepEqual(dns.result, [
    { id: ids.get("DNS Write"), name: "DNS Write", scopes: ["com.cloudflare.api.account.zone"] },
  ]);
  const ofAccount = (await client.send("GET", `${client.account}/tokens/permission_groups`)).result;
  assert.ok(ofAccount.length > 0 && ofAccount.every(({ scopes }) => !scopes.includes("com.cloudflare.api.user")));
});
