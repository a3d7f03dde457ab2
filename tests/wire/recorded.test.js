/**
 * Answers of Local Cloudflare have the members and types of answers that were recorded from Cloudflare's API. The table
 * of those is made by `tools/recordings.js`; how ours differ, and why, stands in `recorded-differences.js`.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { ObjectStore } from "../../js/local/s3/objects.js";
import { readRecordings, TABLE, tableOf } from "../../tools/recordings.js";
import { createClient } from "../local/api-client.js";
import { differences, membersOf } from "./members.js";
import { DIFFERENCES, NOT_SERVED_YET } from "./recorded-differences.js";

const recorded = JSON.parse(readFileSync(TABLE, "utf8"));

/** An account that has something of everything. */
async function livedIn() {
  const client = createClient({
    zones: ["example.com", { name: "paid.example", plan: "business" }],
    verdict: { ok: true, startupTimeMs: 2, handlers: ["fetch", "scheduled", "queue"] },
  });
  client.state.objects = new ObjectStore();
  await client.send("POST", `${client.account}/storage/kv/namespaces`, { title: "cache" });
  await client.send("POST", `${client.account}/r2/buckets`, { name: "bundles" });
  const domain = { domain: "files.example.com", zoneId: client.zone.split("/").at(-1), enabled: true };
  await client.send("POST", `${client.account}/r2/buckets/bundles/domains/custom`, domain);
  await client.put("shop");
  await client.put("shop");
  await client.send("POST", `${client.account}/d1/database`, { name: "shop" });
  const { result: queue } = await client.send("POST", `${client.account}/queues`, { queue_name: "orders" });
  const consumer = { type: "worker", script_name: "shop", settings: { max_concurrency: 5 } };
  await client.send("POST", `${client.account}/queues/${queue.queue_id}/consumers`, consumer);
  await client.send("PUT", client.script("shop", "/schedules"), [{ cron: "*/30 * * * *" }]);
  const host = { hostname: "shop.example.com", service: "shop", zone_id: client.zone.split("/").at(-1) };
  await client.send("PUT", `${client.account}/workers/domains`, host);
  await client.send("POST", `${client.zone}/workers/routes`, { pattern: "example.com/*", script: "shop" });
  for (const record of [
    { type: "A", name: "a", content: "192.0.2.1", proxied: true, comment: "ours" },
    { type: "CNAME", name: "c", content: "a.example.com", settings: { flatten_cname: true } },
    { type: "MX", name: "m", content: "mail.example.com", priority: 10 },
    { type: "HTTPS", name: "h", data: { priority: 1, target: ".", value: 'alpn="h2"' } },
  ]) {
    const { status } = await client.send("POST", `${client.zone}/dns_records`, record);
    assert.equal(status, 200);
  }
  return client;
}

/** The path of a recorded endpoint in this account. */
function target({ state }, path) {
  const [zoneId] = state.zones.keys();
  const [queueId] = state.queues.keys();
  const values = { accountId: state.account.id, zoneId, scriptName: "shop", bucketName: "bundles", queueId };
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => values[name]);
}

describe("answers of Local Cloudflare have the recorded members and types", () => {
  const isServed = ([endpoint]) => !NOT_SERVED_YET.includes(endpoint);
  for (const [endpoint, members] of Object.entries(recorded).filter(isServed)) {
    test(endpoint, async () => {
      const client = await livedIn();
      const [method, path] = endpoint.split(" ");
      const { status, body } = await client.send(method, target(client, path));
      assert.equal(status, 200);
      const known = Object.entries(DIFFERENCES[endpoint] ?? {}).map(([member, [difference]]) => [member, difference]);
      assert.deepEqual(differences(membersOf([JSON.parse(body)]), members), Object.fromEntries(known));
    });
  }
});

test("every listed difference is one of a served endpoint and has its reason", () => {
  for (const [endpoint, members] of Object.entries(DIFFERENCES)) {
    assert.ok(recorded[endpoint] && !NOT_SERVED_YET.includes(endpoint), endpoint);
    for (const [, reason] of Object.values(members)) assert.match(reason, /\w+ \w+/);
  }
});

test("what is listed as not served yet is 7003", async () => {
  const client = await livedIn();
  for (const endpoint of NOT_SERVED_YET) {
    assert.ok(recorded[endpoint], `${endpoint} was not recorded`);
    const [method, path] = endpoint.split(" ");
    assert.deepEqual(await client.verdictOf(method, target(client, path)), [404, 7003], endpoint);
  }
});

test("the table says what the recordings say, where they are at hand", (t) => {
  const recordings = readRecordings();
  if (!recordings) return t.diagnostic("no recordings at hand: the table was compared with Local Cloudflare alone");
  assert.deepEqual(tableOf(recordings), recorded, "`node tools/recordings.js` writes it anew");
});
