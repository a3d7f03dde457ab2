/** What Local Cloudflare does not serve it says so, and logs it: no wider route answers in its place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ENDPOINTS } from "../../js/local/api/index.js";
import { createClient } from "./api-client.js";

/** Endpoints of the real API, beside those that are served, each where a placeholder of ours stands or stood. */
const NOT_SERVED = [
  ["GET", "{zone}/dns_records/export"],
  ["GET", "{zone}/dns_records/usage"],
  ["GET", "{zone}/dns_records/scan/review"],
  ["POST", "{zone}/dns_records/import"],
  ["POST", "{zone}/dns_records/scan"],
  ["GET", "{zone}/dns_settings"],
  ["GET", "{zone}/workers/filters"],
  ["GET", "{account}/workers/scripts/shop/usage-model"],
  ["GET", "{account}/workers/scripts/shop/versions/latest"],
  ["GET", "{account}/workers/scripts/shop/deployments/latest"],
  ["POST", "{account}/workers/scripts/shop/tails"],
  ["GET", "{account}/workers/account-settings"],
  ["GET", "{account}/storage/kv/namespaces/usage"],
  ["GET", "{account}/r2/buckets/bundles/usage"],
  ["GET", "{account}/r2/metrics"],
  ["GET", "{account}/tokens/usage"],
  ["GET", "/user/tokens/usage"],
  ["GET", "/user/billing/profile"],
  ["GET", "/zones/usage"],
  ["GET", "/accounts/usage"],
  ["GET", "{account}/r2/buckets/bundles/lock"],
  ["GET", "{account}/queues/usage"],
  ["POST", `{account}/queues/${"0".repeat(32)}/consumers/usage`],
  ["POST", "{account}/d1/database/00000000-0000-0000-0000-000000000000/export"],
  ["DELETE", "{account}/workers/workers/shop"],
  ["PUT", "{account}"],
];

test("an endpoint that is not served is 7003 and logged, and no wider route answers in its place", async () => {
  const client = createClient();
  await client.put("shop");
  for (const [method, path] of NOT_SERVED) {
    const target = path.replace("{zone}", client.zone).replace("{account}", client.account);
    client.unknown.length = 0;
    assert.deepEqual(await client.verdictOf(method, target), [404, 7003], `${method} ${path}`);
    assert.deepEqual(client.unknown, [`local cloudflare: ${method} ${target} is not served (404, 7003)`]);
  }
});

test("a method that Cloudflare does not have at a path is 405, and logged", async () => {
  const client = createClient();
  assert.deepEqual(await client.verdictOf("POST", `${client.account}/workers/scripts`), [405, 10405]);
  assert.match(client.unknown[0], /workers\/scripts is not served \(405, 10405\)$/);
});

test("every placeholder for an id takes ids alone", () => {
  for (const { method, pattern, regex } of ENDPOINTS) {
    if (!/\{\w+Id\}$/.test(pattern) || /^\/accounts\/\{accountId\}$|^\/zones\/\{zoneId\}$/.test(pattern)) continue;
    const path = pattern.replace(/\{\w+\}$/, "usage").replaceAll(/\{\w+\}/g, "0".repeat(32));
    assert.equal(regex.test(path), false, `${method} ${pattern} answers for ${path}`);
  }
});

test("the names of scripts, buckets and keys may be any segment", async () => {
  const client = createClient();
  for (const name of ["export", "usage", "versions"]) assert.equal((await client.put(name)).status, 200, name);
  assert.deepEqual(await client.verdictOf("GET", client.script("usage", "/settings")), [200]);
});
