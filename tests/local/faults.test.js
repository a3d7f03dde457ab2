import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { KINDS, parseFault } from "../../js/local/faults.js";
import { startLocalCloudflare } from "../canaries/local.js";

let local;
before(async () => {
  local = await startLocalCloudflare();
});
after(() => local.close());
beforeEach(() => {
  local.setFaults([]);
  local.setLatency(0);
  local.requests.clear();
  for (const records of local.state.records.values()) records.length = 0;
});

const records = () => [...local.state.records.values()][0];
const zonePath = (rest) => `${local.apiUrl}/zones/${local.zones[0].id}/${rest}`;
const headers = () => ({ authorization: `Bearer ${local.token}`, "content-type": "application/json" });

function createRecord(content = "192.0.2.1", signal) {
  const body = JSON.stringify({ type: "A", name: "api.example.com", content, proxied: true, ttl: 1 });
  return fetch(zonePath("dns_records"), { method: "POST", headers: headers(), body, signal });
}

describe("grammar", () => {
  test("what a fault may look like", () => {
    const fault = parseFault("PUT|POST */workers/scripts/*:429+7:2-3");
    assert.deepEqual(fault.methods, ["PUT", "POST"]);
    assert.ok(fault.path.test("/client/v4/accounts/a/workers/scripts/x/subdomain"));
    assert.ok(!fault.path.test("/client/v4/zones/a/workers/routes"));
    assert.deepEqual([fault.kind, fault.retryAfterSeconds, fault.first, fault.last], ["429", 7, 2, 3]);
    assert.deepEqual([parseFault("* *:lost").first, parseFault("* *:lost").last], [1, Number.POSITIVE_INFINITY]);
    assert.deepEqual([parseFault("* *:lost:3+").first, parseFault("* *:lost:3+").last], [3, Number.POSITIVE_INFINITY]);
    assert.deepEqual([parseFault("* *:lost:4").first, parseFault("* *:lost:4").last], [4, 4]);
  });

  test("dots and brackets in a path are no patterns", () => {
    assert.ok(!parseFault("GET /a.js:500").path.test("/abjs"));
    assert.ok(parseFault("GET /a[1].js:500").path.test("/a[1].js"));
  });

  for (const spec of ["PUT", "PUT /x", "PUT /x:nope", "PUT /x:500+3", "PUT /x:lost:0", "PUT /x:lost:x", ""]) {
    test(`\`${spec}\` is refused`, () => assert.throws(() => parseFault(spec), /^FaultError: fault /));
  }

  test("bad faults are refused at the start, before anything listens", async () => {
    await assert.rejects(startLocalCloudflare({ faults: ["nonsense"] }), /nonsense/);
  });
});

describe("each kind", () => {
  const silent = ["refuse", "reset", "lost"];
  const effects = { lost: 1, truncate: 1, double: 1, stale: 1 };

  for (const kind of Object.keys(KINDS)) {
    test(`${kind}: ${KINDS[kind]}`, async () => {
      local.setFaults([`POST */dns_records:${kind}:1`]);
      if (silent.includes(kind)) await assert.rejects(createRecord());
      else if (kind === "timeout")
        await assert.rejects(createRecord(undefined, AbortSignal.timeout(150)), { name: "TimeoutError" });
      else await checkAnswer(kind, await createRecord());
      assert.equal(records().length, effects[kind] ?? 0);
      const [logged] = local.requests.all();
      assert.equal(logged.fault, `POST */dns_records:${kind}:1`);
      local.setFaults([]);
      const second = await createRecord("192.0.2.2");
      assert.equal(second.status, 200);
    });
  }

  async function checkAnswer(kind, answer) {
    if (kind === "truncate") return assert.rejects(answer.text());
    const text = await answer.text();
    if (kind === "stale") return assert.equal(answer.status, 200, "only reads are stale");
    if (kind === "html") return assert.deepEqual([answer.status, text.startsWith("<!DOCTYPE html>")], [502, true]);
    const { errors } = JSON.parse(text);
    if (kind === "double") return assert.deepEqual([answer.status, errors[0].code], [400, 81058]);
    const codes = { 403: 10000, 429: 971, 500: 10013, 503: 10013 };
    assert.deepEqual(
      [answer.status, errors[0].code, answer.headers.get("retry-after")],
      [Number(kind), codes[kind], null],
    );
  }
});

test("429 with seconds sends Retry-After", async () => {
  local.setFaults(["* *:429+7"]);
  assert.equal((await createRecord()).headers.get("retry-after"), "7");
});

test("only the counted requests are hit, each fault counts for itself", async () => {
  local.setFaults(["POST *:500:2-3", "POST *:403:3-4", "GET *:503"]);
  const statuses = [];
  for (let number = 0; number < 5; number++) statuses.push((await createRecord(`192.0.2.${number}`)).status);
  assert.deepEqual(statuses, [200, 500, 500, 403, 200]);
});

test("faults hit S3 alike, in its own words", async () => {
  local.putObject("bundles", "1.js", "x".repeat(200_000));
  const s3 = new AwsClient({ ...local.s3, service: "s3", region: "auto", retries: 0 });
  const get = () => s3.fetch(`${local.s3Url}/bundles/1.js`);
  local.setFaults(["GET /bundles/*:429+1:1", "GET /bundles/*:truncate:2", "GET /bundles/*:reset:3"]);
  const limited = await get();
  assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "1"]);
  assert.match(await limited.text(), /<Code>TooManyRequests<\/Code>/);
  const broken = await get();
  assert.equal(broken.headers.get("content-length"), "200000");
  await assert.rejects(broken.text());
  await assert.rejects(get());
  assert.equal((await (await get()).text()).length, 200_000);
});

test("visitors are never hit", async () => {
  local.setFaults(["* *:500"]);
  assert.equal((await local.request("api.example.com")).status, 530);
});

test("latency is added to API and S3, and a visitor overtakes both", async () => {
  // So long that nothing but an order is told by it: whoever has to wait is given up.
  local.setLatency(600_000);
  const leave = new AbortController();
  const s3 = new AwsClient({ ...local.s3, service: "s3", region: "auto", retries: 0 });
  const waiting = [createRecord("192.0.2.1", leave.signal), s3.fetch(`${local.s3Url}/`, { signal: leave.signal })];
  const given = Promise.allSettled(waiting);
  const logged = (surface) => local.requests.all().find((request) => request.surface === surface);
  while (!(logged("api") && logged("s3"))) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal((await local.request("api.example.com")).status, 530);
  assert.deepEqual([logged("api").endedAt, logged("s3").endedAt], [null, null]);
  leave.abort();
  assert.deepEqual(
    (await given).map(({ status }) => status),
    ["rejected", "rejected"],
  );
});

test("latency is that long", async () => {
  local.setLatency(200);
  const start = performance.now();
  await createRecord();
  assert.ok(performance.now() - start >= 199);
});

test("close does not wait for requests that are never answered", async () => {
  const other = await startLocalCloudflare({ faults: ["* *:timeout"] });
  const hanging = assert.rejects(fetch(`${other.apiUrl}/user/tokens/verify`));
  while (other.requests.all().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await other.close();
  await hanging;
});

test("stale: reads of records and routes answer as they were so many seconds ago", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const site = await startLocalCloudflare({
    now: () => now,
    faults: ["GET */dns_records*:stale+30", "GET */routes:stale+5"],
  });
  try {
    const [zone] = site.zones;
    const call = async (method, path, body) => {
      const answer = await fetch(`${site.apiUrl}/zones/${zone.id}/${path}`, {
        method,
        headers: { authorization: `Bearer ${site.token}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
      });
      return (await answer.json()).result;
    };
    const record = (host) =>
      call("POST", "dns_records", { type: "A", name: host, content: "192.0.2.1", proxied: true });
    const names = async () => (await call("GET", "dns_records")).map(({ name }) => name);
    const after = (seconds) => {
      now += seconds * 1000;
    };
    const first = await record("one.example.com");
    await call("POST", "workers/routes", { pattern: "one.example.com/*" });
    assert.deepEqual(await names(), [], "what was just made is not listed");
    after(20);
    await record("two.example.com");
    await call("DELETE", `dns_records/${first.id}`);
    after(15);
    assert.deepEqual(await names(), ["one.example.com"], "what is gone is listed, what is newer is not");
    assert.equal((await call("GET", "workers/routes")).length, 1, "each fault has its own age");
    after(30);
    assert.deepEqual(await names(), ["two.example.com"]);
  } finally {
    await site.close();
  }
});

test("stale: namespaces, queues and databases are listed as they were", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const site = await startLocalCloudflare({ now: () => now, faults: ["GET *:stale+30"] });
  try {
    const call = async (method, path, body) => {
      const answer = await fetch(`${site.apiUrl}/accounts/${site.accountId}${path}`, {
        method,
        headers: { authorization: `Bearer ${site.token}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
      });
      return (await answer.json()).result;
    };
    const { id } = await call("POST", "/storage/kv/namespaces", { title: "first" });
    await call("POST", "/queues", { queue_name: "orders" });
    await call("POST", "/d1/database", { name: "shop" });
    const listed = async (path, key) => (await call("GET", path)).map((one) => one[key]);
    const all = async () => [
      await listed("/storage/kv/namespaces", "title"),
      await listed("/queues", "queue_name"),
      await listed("/d1/database", "name"),
    ];
    assert.deepEqual(await all(), [[], [], []], "what was just made is not listed");
    now += 40_000;
    await call("PUT", `/storage/kv/namespaces/${id}`, { title: "second" });
    assert.deepEqual(await all(), [["first"], ["orders"], ["shop"]], "the old name is listed");
  } finally {
    await site.close();
  }
});
