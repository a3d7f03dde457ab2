import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { AwsClient } from "aws4fetch";
import { roundsOf } from "../../js/local/requests.js";
import { CANARIES } from "../canaries/index.js";
import { startLocalCloudflare } from "../canaries/local.js";

const LATENCY_MS = 100;
let local;
before(async () => {
  local = await startLocalCloudflare();
  local.putObject("bundles", "big.js", Buffer.alloc(8 * 1024 * 1024, "x"));
  local.putObject("bundles", "small.js", "x");
});
after(() => local.close());
beforeEach(() => {
  local.setFaults([]);
  local.setLatency(0);
  local.requests.clear();
});

const api = (path, init = {}) =>
  fetch(local.apiUrl + path, { ...init, headers: { authorization: `Bearer ${local.token}`, ...init.headers } });
const read = async (path) => (await api(path)).text();
const s3 = () => new AwsClient({ ...local.s3, service: "s3", region: "auto", retries: 0 });
const until = async (condition) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe("rounds", () => {
  const spans = (...list) => list.map(([startedAt, endedAt, fault]) => ({ startedAt, endedAt, fault }));
  const sizes = (requests) => roundsOf(requests).rounds.map(({ length }) => length);

  test("count the longest chain of requests that waited for one another", () => {
    assert.deepEqual(sizes([]), []);
    assert.deepEqual(sizes(spans([0, 10], [1, 9], [2, 30])), [3]);
    assert.deepEqual(sizes(spans([0, 10], [11, 20], [21, 30])), [1, 1, 1]);
    assert.deepEqual(sizes(spans([0, 100], [0, 10], [11, 20], [12, 19], [101, 110])), [2, 2, 1]);
    assert.deepEqual(sizes(spans([0, 10], [0, 30], [10.5, 20], [20.5, 29])), [2, 1, 1]);
    assert.equal(roundsOf(spans([21, 30], [0, 10], [11, 20])).count, 3);
  });

  test("a request still under way comes before nothing", () => {
    assert.deepEqual(sizes(spans([0, null], [50, 60])), [2]);
  });

  test("requests that a fault hit are left out", () => {
    assert.deepEqual(sizes(spans([0, 10], [11, 20, "GET *:500"], [21, 30])), [1, 1]);
  });

  test("parallel requests are one round, a dependent one makes the next, visitors do not count", async () => {
    local.setLatency(LATENCY_MS);
    const signed = s3();
    await Promise.all([
      read("/user/tokens/verify"),
      read("/zones"),
      read("/accounts"),
      signed.fetch(`${local.s3Url}/bundles/small.js`).then((answer) => answer.text()),
    ]);
    await local.request("nobody.example.com");
    await Promise.all([read("/zones"), read("/accounts")]);
    await read("/zones");
    const { count, rounds } = local.requests.rounds();
    assert.deepEqual([count, rounds.map(({ length }) => length)], [3, [4, 2, 1]]);
    assert.equal(local.requests.all().length, 8);
  });
});

describe("what is logged", () => {
  test("surface, method, path, query and status", async () => {
    await read("/zones?name=example.com&page=2");
    await (await s3().fetch(`${local.s3Url}/bundles/none.js`)).text();
    await local.request("nobody.example.com", "/x");
    await until(() => local.requests.all().every(({ endedAt }) => endedAt !== null));
    const logged = local.requests
      .all()
      .map(({ surface, method, path, status, aborted }) => [surface, method, path, status, aborted]);
    assert.deepEqual(logged, [
      ["api", "GET", "/client/v4/zones", 200, false],
      ["s3", "GET", "/bundles/none.js", 404, false],
      ["data", "GET", "/x", 530, false],
    ]);
    assert.deepEqual(local.requests.all()[0].query, { name: "example.com", page: "2" });
    for (const { startedAt, endedAt } of local.requests.all()) assert.ok(endedAt >= startedAt);
  });

  test("parts of an upload are named, secrets and credentials are not kept anywhere", async () => {
    const form = new FormData();
    const bindings = [
      { type: "secret_text", name: "S", text: CANARIES.secret },
      { type: "plain_text", name: "V", text: "shown" },
    ];
    form.set("metadata", JSON.stringify({ main_module: "a.js", bindings }));
    form.set("a.js", new File(["export default { fetch() {} }"], "a.js", { type: "application/javascript+module" }));
    const scripts = `/accounts/${local.accountId}/workers/scripts/a`;
    await api(scripts, { method: "PUT", body: form });
    const secret = JSON.stringify({ name: "T", text: CANARIES.otherSecret, type: "secret_text" });
    await api(`${scripts}/secrets`, { method: "PUT", body: secret, headers: { "content-type": "application/json" } });
    const url = await s3().sign(`${local.s3Url}/bundles/small.js`, { aws: { signQuery: true } });
    await fetch(url, { headers: { cookie: "canary-cookie=1" } });
    const [upload, edit, presigned] = local.requests.all();
    const parts = upload.multipart.map(({ name, filename, type, size }) => [name, filename, type, size]);
    assert.deepEqual(parts[1], ["a.js", "a.js", "application/javascript+module", 29]);
    assert.deepEqual(upload.multipart[0].json.bindings, [{ ...bindings[0], text: "***" }, bindings[1]]);
    assert.deepEqual(edit.json, { name: "T", text: "***", type: "secret_text" });
    assert.equal(presigned.query["X-Amz-Signature"], "***");
    const everything = JSON.stringify(local.requests.all());
    for (const hidden of ["canary", local.token, local.s3.secretAccessKey])
      assert.ok(!everything.includes(hidden), hidden);
  });
});

describe("clients that leave", () => {
  /** Leaves as soon as the head is there. @returns how the server saw it */
  async function leaveAfterHead(key) {
    local.requests.clear();
    const { url } = await s3().sign(`${local.s3Url}/bundles/${key}`, { aws: { signQuery: true } });
    await new Promise((resolve, reject) => {
      const outgoing = request(url, (incoming) => {
        resolve(incoming);
        outgoing.destroy();
      });
      outgoing.on("error", reject).end();
    });
    const [logged] = local.requests.all();
    await until(() => logged.endedAt !== null);
    return { aborted: logged.aborted, status: logged.status };
  }

  for (const key of ["big.js", "small.js"]) {
    test(`a download of ${key} cancelled after its head is noticed`, async () => {
      // A small body may overtake the client on a machine that is busy: then he leaves again.
      let seen = await leaveAfterHead(key);
      while (!seen.aborted) seen = await leaveAfterHead(key);
      assert.deepEqual(seen, { aborted: true, status: 200 });
    });
  }

  test("the same with fetch and an abort signal", async () => {
    const leave = new AbortController();
    const answer = await s3().fetch(`${local.s3Url}/bundles/big.js`, { signal: leave.signal });
    assert.equal(answer.status, 200);
    leave.abort();
    await assert.rejects(answer.arrayBuffer());
    const [logged] = local.requests.all();
    await until(() => logged.endedAt !== null);
    assert.equal(logged.aborted, true);
  });

  test("a download that is read is whole, and not aborted", async () => {
    const answer = await s3().fetch(`${local.s3Url}/bundles/big.js`);
    assert.equal((await answer.arrayBuffer()).byteLength, 8 * 1024 * 1024);
    const [logged] = local.requests.all();
    await until(() => logged.endedAt !== null);
    assert.equal(logged.aborted, false);
  });

  test("an upload that breaks off is not done", async () => {
    const outgoing = request(`${local.apiUrl}/zones/${local.zones[0].id}/dns_records`, {
      method: "POST",
      headers: { authorization: `Bearer ${local.token}`, "content-type": "application/json", "content-length": "100" },
    });
    outgoing.on("error", () => {});
    outgoing.write('{"type":"A"');
    await until(() => local.requests.all().length === 1);
    outgoing.destroy();
    const [logged] = local.requests.all();
    await until(() => logged.endedAt !== null);
    assert.deepEqual([logged.aborted, logged.status], [true, null]);
  });

  test("a write whose client left before the answer is done all the same", async () => {
    local.setLatency(LATENCY_MS);
    const leave = new AbortController();
    const body = JSON.stringify({ type: "A", name: "left.example.com", content: "192.0.2.1", proxied: true });
    const path = `/zones/${local.zones[0].id}/dns_records`;
    const headers = { "content-type": "application/json" };
    const sent = api(path, { method: "POST", body, headers, signal: leave.signal });
    await until(() => local.requests.all()[0]?.json);
    leave.abort();
    await assert.rejects(sent);
    await until(() => local.state.records.get(local.zones[0].id).length === 1);
    await until(() => local.requests.all()[0].endedAt !== null);
    assert.equal(local.requests.all()[0].aborted, true);
  });
});

test("the server's clock is told in Date and judges signatures", async () => {
  const shifted = await startLocalCloudflare({ now: () => Date.now() + 3_600_000 });
  try {
    // The header tells whole seconds.
    const first = Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000;
    const isOfThen = ({ headers }) => {
      const told = Date.parse(headers.get("date"));
      return first <= told && told <= Date.now() + 3_600_000;
    };
    const answer = await fetch(`${shifted.apiUrl}/user/tokens/verify`);
    assert.ok(isOfThen(answer), answer.headers.get("date"));
    const client = new AwsClient({ ...shifted.s3, service: "s3", region: "auto", retries: 0 });
    const refused = await client.fetch(`${shifted.s3Url}/`);
    assert.equal(refused.status, 403);
    assert.match(await refused.text(), /RequestTimeTooSkewed/);
    assert.ok(isOfThen(refused), refused.headers.get("date"));
  } finally {
    await shifted.close();
  }
});
