import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { matches, mostSpecific, parsePattern } from "../../js/local/data-plane/pattern.js";
import { createDataPlane, visitorUrl } from "../../js/local/data-plane/serve.js";
import { createState } from "../../js/local/state.js";
import { startLocalCloudflare } from "../canaries/local.js";

describe("route patterns", () => {
  const cases = [
    ["example.com/*", "https://example.com/", true],
    ["example.com/*", "https://example.com/a?b", true],
    ["example.com/*", "https://www.example.com/", false],
    ["example.com", "https://example.com/", true],
    ["example.com", "https://example.com/a", false],
    ["example.com/a", "https://example.com/a", true],
    ["example.com/a", "https://example.com/a/b", false],
    ["example.com/a", "https://example.com/a?b=c", false],
    ["example.com/a*", "https://example.com/a?b=c", true],
    ["example.com/A", "https://example.com/a", false],
    ["EXAMPLE.com/a", "https://example.com/a", true],
    ["*.example.com/*", "https://a.b.example.com/", true],
    ["*.example.com/*", "https://example.com/", false],
    ["*example.com/*", "https://example.com/", true],
    ["*example.com/*", "https://myexample.com/", true],
    ["*/*", "https://anything.test/x", true],
    ["https://example.com/*", "http://example.com/", false],
    ["http://example.com/*", "http://example.com/", true],
    ["https://example.com/*", "https://example.com/", true],
  ];
  for (const [pattern, url, expected] of cases) {
    test(`${pattern} ${expected ? "covers" : "leaves"} ${url}`, () => {
      assert.equal(matches(parsePattern(pattern), new URL(url)), expected);
    });
  }

  test("the most specific pattern wins, in whatever order they stand", () => {
    const ranked = [
      "api.example.com/v1/users",
      "api.example.com/v1/users*",
      "https://api.example.com/v1/*",
      "api.example.com/v1/*",
      "api.example.com/*",
      "*.example.com/v1/users*",
      "*.example.com/*",
      "*example.com/*",
      "*/*",
    ];
    const url = new URL("https://api.example.com/v1/users");
    for (let index = 0; index < ranked.length; index++) {
      const left = ranked.slice(index).map((pattern) => ({ pattern }));
      assert.equal(mostSpecific(left, url).pattern, ranked[index]);
      assert.equal(mostSpecific(left.reverse(), url).pattern, ranked[index]);
    }
    assert.equal(mostSpecific([], url), undefined);
  });
});

test("the visitor's URL has the public host and no local port", () => {
  const url = (target, headers) => visitorUrl(target, headers).href;
  assert.equal(url("/a?b=c", { host: "API.example.com:8787" }), "https://api.example.com/a?b=c");
  assert.equal(url("/", { host: "api.example.com.localhost:8787" }), "https://api.example.com/");
  assert.equal(url("/", { host: "api.example.com", "x-forwarded-proto": "http" }), "http://api.example.com/");
  assert.equal(url("//evil.test/", { host: "api.example.com" }), "https://api.example.com//evil.test/");
});

describe("the way to a Worker", () => {
  let state;
  let seen;
  let dataPlane;
  beforeEach(() => {
    state = createState({ zones: ["example.com", "deep.example.com"] });
    seen = [];
    const runtime = {
      async fetch(script, request) {
        seen.push({ script, ...request });
        return { status: 200, headers: {}, body: Buffer.from(script) };
      },
    };
    dataPlane = createDataPlane({ state, runtime });
  });
  const zoneId = (name) => [...state.zones.values()].find((zone) => zone.name === name).id;
  const addRecord = (zone, name, fields = {}) =>
    state.records.get(zoneId(zone)).push({ type: "A", name, content: "192.0.2.1", proxied: true, ...fields });
  const addRoute = (zone, pattern, script) => state.routes.get(zoneId(zone)).push({ id: pattern, pattern, script });
  async function visit(host, target = "/", headers = {}) {
    const request = {
      method: "GET",
      target,
      headers: { host, ...headers },
      body: Buffer.alloc(0),
      clientAddress: "127.0.0.1",
    };
    const { status, body } = await dataPlane.handle(request);
    return [status, body.toString().split("\n", 1)[0]];
  }

  test("record and route are both needed", async () => {
    assert.deepEqual(await visit("api.example.com"), [530, "error code: 1016"]);
    addRoute("example.com", "api.example.com/*", "api");
    assert.deepEqual(await visit("api.example.com"), [530, "error code: 1016"]);
    addRecord("example.com", "api.example.com");
    assert.deepEqual(await visit("api.example.com"), [200, "api"]);
    state.routes.get(zoneId("example.com")).length = 0;
    assert.deepEqual(await visit("api.example.com"), [522, "error code: 522"]);
    assert.deepEqual(await visit("api.other.org"), [530, "error code: 1016"]);
    assert.equal(seen.length, 1);
  });

  test("an unproxied record never reaches Cloudflare, nor does a record that is no address", async () => {
    addRoute("example.com", "*.example.com/*", "all");
    addRecord("example.com", "grey.example.com", { proxied: false });
    addRecord("example.com", "text.example.com", { type: "TXT", proxied: false });
    assert.deepEqual(await visit("grey.example.com"), [530, "error code: 1016"]);
    assert.deepEqual(await visit("text.example.com"), [530, "error code: 1016"]);
  });

  test("a wildcard record answers for names that have none of their own", async () => {
    addRoute("example.com", "*.example.com/*", "all");
    addRecord("example.com", "*.example.com");
    addRecord("example.com", "own.example.com", { proxied: false });
    assert.deepEqual(await visit("any.example.com"), [200, "all"]);
    assert.deepEqual(await visit("own.example.com"), [530, "error code: 1016"]);
  });

  test("the zone with the longest name decides", async () => {
    addRecord("deep.example.com", "a.deep.example.com");
    addRecord("example.com", "a.deep.example.com");
    addRoute("example.com", "a.deep.example.com/*", "outer");
    assert.deepEqual(await visit("a.deep.example.com"), [522, "error code: 522"]);
    addRoute("deep.example.com", "a.deep.example.com/*", "inner");
    assert.deepEqual(await visit("a.deep.example.com"), [200, "inner"]);
  });

  test("a route without a script keeps Workers away", async () => {
    addRecord("example.com", "api.example.com");
    addRoute("example.com", "api.example.com/*", "api");
    addRoute("example.com", "api.example.com/static/*", undefined);
    assert.deepEqual(await visit("api.example.com", "/static/a.css"), [522, "error code: 522"]);
    assert.deepEqual(await visit("api.example.com", "/a.css"), [200, "api"]);
  });

  test("workers.dev answers only when switched on", async () => {
    state.scripts.set("api", { name: "api", subdomain: { enabled: false } });
    assert.deepEqual(await visit("api.local.workers.dev"), [404, "error code: 1042"]);
    state.scripts.get("api").subdomain.enabled = true;
    assert.deepEqual(await visit("api.local.workers.dev"), [200, "api"]);
    assert.deepEqual(await visit("none.local.workers.dev"), [404, "error code: 1042"]);
  });

  test("the Worker sees who comes, and the public URL", async () => {
    addRecord("example.com", "api.example.com");
    addRoute("example.com", "api.example.com/*", "api");
    await visit("api.example.com:8787", "/x?y=1", { "cf-connecting-ip": "6.6.6.6", "user-agent": "test" });
    const [{ url, headers }] = seen;
    assert.equal(url, "https://api.example.com/x?y=1");
    assert.equal(headers.host, "api.example.com");
    assert.equal(headers["cf-connecting-ip"], "127.0.0.1");
    assert.equal(headers["x-forwarded-proto"], "https");
    assert.equal(headers["user-agent"], "test");
  });
});

describe("on the port", () => {
  let local;
  before(async () => {
    local = await startLocalCloudflare();
  });
  after(() => local.close());

  test("only local hosts reach the API: a page of another host can't, whatever it resolves to", async () => {
    const headers = { authorization: `Bearer ${local.token}` };
    const path = "/client/v4/user/tokens/verify";
    assert.equal((await local.request("127.0.0.1", path, { headers })).status, 200);
    assert.equal((await local.request(`localhost:${local.port}`, path, { headers })).status, 200);
    assert.equal((await local.request("rebound.example.org", path, { headers })).status, 530);
  });

  test("a local host without the API's path gets a hint", async () => {
    const { status, text } = await local.request("localhost", "/");
    assert.equal(status, 404);
    assert.match(text, /client\/v4/);
  });

  test("strange hosts and targets are answered, not crashed on", async () => {
    for (const host of ["[", "a b", "xn--", "..", "%", `${"a".repeat(300)}.test`]) {
      const { status } = await local.request(host, "/");
      assert.ok([400, 530].includes(status), `${host}: ${status}`);
    }
    assert.equal((await local.request("api.example.com", "/%zz?%")).status, 530);
  });
});
