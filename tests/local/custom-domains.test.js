/** Custom domains in Local Cloudflare: what the API makes of them, and that requests to them reach their Worker. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createClient } from "./api-client.js";
import { startSite } from "./live-site.js";

let site;
let zone;
before(async () => {
  site = await startSite();
  zone = site.local.zones[0].id;
  for (const name of ["one", "two"]) {
    assert.ok((await site.deploy(name, `export default { fetch: () => new Response("${name}") };`)).success);
  }
});
after(() => site.close());

const path = (rest = "") => `/accounts/${site.local.accountId}/workers/domains${rest}`;
const send = (method, rest, body) =>
  site.send(method, path(rest), body && JSON.stringify(body), { "content-type": "application/json" });
const put = (hostname, service, more = { zone_id: zone }) => send("PUT", "", { hostname, service, ...more });
const verdict = async (answer) => {
  const { status, errors } = await answer;
  return [status, errors?.[0]?.code];
};
const records = () => site.send("GET", `/zones/${zone}/dns_records?name.exact=api.example.com`);
const ask = async (host) => {
  const answer = await site.visit(host);
  return answer.status === 200 ? answer.text() : answer.status;
};

describe("custom domains", () => {
  test("a host answers with its Worker, and its record can't be changed", async () => {
    const { result } = await put("api.example.com", "one");
    assert.equal(await ask("api.example.com"), "one");
    const [record] = (await records()).result;
    assert.deepEqual([record.type, record.content, record.meta], ["AAAA", "100::", { read_only: true }]);
    const gone = await site.send("DELETE", `/zones/${zone}/dns_records/${record.id}`);
    assert.equal(gone.errors[0].code, 1043);
    assert.deepEqual((await send("GET", `/${result.id}`)).result, result);
  });

  test("a second PUT moves it, unless the switch has it refused", async () => {
    const client = createClient({ switches: { domainOfAnotherWorker: "refuse" } });
    for (const name of ["one", "two"]) await client.put(name);
    const target = `${client.account}/workers/domains`;
    assert.deepEqual(await client.verdictOf("PUT", target, { hostname: "api.example.com", service: "one" }), [200]);
    assert.deepEqual(
      await client.verdictOf("PUT", target, { hostname: "api.example.com", service: "two" }),
      [409, 100116],
    );
    assert.equal((await put("api.example.com", "two", { zone_name: "example.com" })).status, 200);
    assert.equal(await ask("api.example.com"), "two");
  });

  test("a route to the host goes before it", async () => {
    const route = { pattern: "api.example.com/one/*", script: "one" };
    const headers = { "content-type": "application/json" };
    await site.send("POST", `/zones/${zone}/workers/routes`, JSON.stringify(route), headers);
    assert.equal(await (await site.visit("api.example.com", { path: "/one/" })).text(), "one");
    assert.equal(await ask("api.example.com"), "two");
  });

  test("what Cloudflare refuses is refused: records in the way, no Worker, no zone, wildcards, POST", async () => {
    const record = { type: "A", name: "taken.example.com", content: "192.0.2.1", proxied: true, ttl: 1 };
    const headers = { "content-type": "application/json" };
    await site.send("POST", `/zones/${zone}/dns_records`, JSON.stringify(record), headers);
    assert.deepEqual(await verdict(put("taken.example.com", "one")), [409, 100117]);
    assert.deepEqual(await verdict(put("a.example.com", "nobody")), [404, 10007]);
    assert.deepEqual(await verdict(put("a.example.org", "one")), [404, 10083]);
    assert.deepEqual(await verdict(put("a.example.org", "one", {})), [404, 10083]);
    assert.deepEqual(await verdict(put("*.example.com", "one")), [400, 10021]);
    assert.deepEqual(await verdict(send("POST", "", { hostname: "a.example.com", service: "one" })), [405, 10405]);
    assert.deepEqual(await verdict(send("GET", `/${"0".repeat(32)}`)), [404, 100114]);
  });

  test("lists are filtered by host, Worker and zone", async () => {
    await put("b.example.com", "one");
    const hosts = async (query) => (await send("GET", query)).result.map(({ hostname }) => hostname).sort();
    assert.deepEqual(await hosts(""), ["api.example.com", "b.example.com"]);
    assert.deepEqual(await hosts("?hostname=b.example.com"), ["b.example.com"]);
    assert.deepEqual(await hosts("?service=two"), ["api.example.com"]);
    assert.deepEqual(await hosts(`?zone_id=${"0".repeat(32)}`), []);
  });

  test("a domain goes with its record, by itself and with its Worker", async () => {
    const [{ id }] = (await send("GET", "?hostname=b.example.com")).result;
    assert.equal((await send("DELETE", `/${id}`)).status, 200);
    assert.deepEqual(await verdict(send("DELETE", `/${id}`)), [404, 100114]);
    assert.equal(await ask("b.example.com"), 530);
    await site.send("DELETE", `/accounts/${site.local.accountId}/workers/scripts/two`);
    assert.deepEqual((await send("GET", "")).result, []);
    assert.deepEqual((await records()).result, []);
  });
});
