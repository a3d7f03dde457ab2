/** Static assets, from the upload to the answer of workerd. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { uploadAssets } from "./asset-upload.js";
import { startSite, until } from "./live-site.js";

const FILES = {
  "/index.html": "<h1>home</h1>",
  "/about.html": "about",
  "/blog/index.html": "blog",
  "/404.html": "no such page",
  "/app.js": "app",
  "/data": "bytes",
  "/ü b.txt": "ü",
};
const TYPES = { "/index.html": "text/html; charset=utf-8", "/app.js": "text/made-up", "/404.html": "text/html" };
const CODE = `export default { async fetch(request, env) {
  const { pathname } = new URL(request.url);
  if (pathname === "/api/asset") return env.ASSETS.fetch(new URL("/app.js", request.url));
  return new Response("worker at " + pathname);
} };`;

let site;
before(async () => {
  site = await startSite();
});
after(() => site.close());

const account = () => `/accounts/${site.local.accountId}`;
const send = (method, path, body, headers) =>
  body instanceof FormData
    ? site.send(method, path, body, headers)
    : site.send(method, path, JSON.stringify(body), { "content-type": "application/json", ...headers });

async function deploy(name, { config, code, bindings, files = FILES, ...more } = {}) {
  const { jwt } = await uploadAssets(send, account(), name, files, TYPES);
  const assets = { jwt, config };
  const answer = await (code === undefined
    ? site.deployAssets(name, { assets, ...more })
    : site.deploy(name, code, { assets, bindings, ...more }));
  assert.deepEqual(answer.errors, []);
  return answer;
}

async function get(name, path, headers) {
  const answer = await site.visit(name, { path, headers });
  const { location, "content-type": type } = answer.headers;
  return { status: answer.status, location, type, text: await answer.text(), headers: answer.headers };
}

describe("a Worker of assets alone", () => {
  before(() => deploy("alone", { config: { not_found_handling: "404-page" } }));

  test("serves files with the content types of the upload, and without one where the upload gave none", async () => {
    const { status, type, text } = await get("alone", "/");
    assert.deepEqual([status, type, text], [200, "text/html; charset=utf-8", "<h1>home</h1>"]);
    assert.equal((await get("alone", "/app.js")).type, "text/made-up");
    const untyped = await get("alone", "/data");
    assert.deepEqual([untyped.text, untyped.type], ["bytes", undefined]);
    assert.equal((await get("alone", encodeURI("/ü b.txt"))).text, "ü");
  });

  test("redirects to the address without .html, and answers with 404.html where nothing is", async () => {
    const { status, location } = await get("alone", "/about.html");
    assert.deepEqual([status, location], [307, "/about"]);
    assert.equal((await get("alone", "/about")).text, "about");
    const missing = await get("alone", "/nothing");
    assert.deepEqual([missing.status, missing.text, missing.type], [404, "no such page", "text/html"]);
  });

  test("is listed with its assets, and its settings and code can be read and edited", async () => {
    const { result } = await site.send("GET", `${account()}/workers/scripts`);
    assert.equal(result.find(({ id }) => id === "alone").has_assets, true);
    const settings = new FormData();
    settings.set("settings", JSON.stringify({ compatibility_date: "2026-02-02" }));
    const path = `${account()}/workers/scripts/alone`;
    assert.equal((await site.send("PATCH", `${path}/settings`, settings)).success, true);
    assert.equal((await get("alone", "/app.js")).text, "app");
  });
});

describe("configuration", () => {
  test("html_handling says which address a page has", async () => {
    await deploy("force", { config: { html_handling: "force-trailing-slash" } });
    assert.equal((await get("force", "/about")).location, "/about/");
    await deploy("drop", { config: { html_handling: "drop-trailing-slash" } });
    assert.equal((await get("drop", "/blog/")).location, "/blog");
    await deploy("none", { config: { html_handling: "none" } });
    assert.equal((await get("none", "/about")).status, 404);
    assert.equal((await get("none", "/about.html")).text, "about");
  });

  test("not_found_handling may answer with the page of an application", async () => {
    await deploy("spa", { config: { not_found_handling: "single-page-application" } });
    const { status, text } = await get("spa", "/some/view");
    assert.deepEqual([status, text], [200, "<h1>home</h1>"]);
  });

  test("_headers and _redirects are what the upload says", async () => {
    const config = {
      _headers: "/app.js\n  X-From: rules\n  Cache-Control: no-store\n",
      _redirects: "/old /about 301\n/b/* /blog/:splat 302\n",
    };
    await deploy("rules", { config });
    const { headers } = await get("rules", "/app.js");
    assert.deepEqual([headers["x-from"], headers["cache-control"]], ["rules", "no-store"]);
    const moved = await get("rules", "/old");
    assert.deepEqual([moved.status, moved.location], [301, "/about"]);
    assert.equal((await get("rules", "/b/1")).location, "/blog/1");
    assert.equal((await get("rules", "/_headers")).status, 404);
  });
});

describe("a Worker with code and assets", () => {
  const bindings = [{ type: "assets", name: "ASSETS" }];

  test("is asked where no asset is, and reads assets by its binding", async () => {
    await deploy("both", { code: CODE, bindings });
    assert.equal((await get("both", "/app.js")).text, "app");
    assert.equal((await get("both", "/nothing")).text, "worker at /nothing");
    assert.equal((await get("both", "/api/asset")).text, "app");
  });

  test("is asked first where run_worker_first says so: everywhere, or by rules", async () => {
    await deploy("first", { code: CODE, bindings, config: { run_worker_first: true } });
    assert.equal((await get("first", "/app.js")).text, "worker at /app.js");
    await deploy("ruled", { code: CODE, bindings, config: { run_worker_first: ["/*", "!/app.js"] } });
    assert.equal((await get("ruled", "/about")).text, "worker at /about");
    assert.equal((await get("ruled", "/app.js")).text, "app");
  });

  test("is reached by a service binding with its assets before it, as visitors reach it", async () => {
    await deploy("callee", { code: CODE });
    const caller = "export default { fetch: (request, { OTHER }) => OTHER.fetch(request) };";
    await deploy("caller", {
      code: caller,
      files: {},
      bindings: [{ type: "service", name: "OTHER", service: "callee" }],
    });
    assert.equal((await get("caller", "/app.js")).text, "app");
    assert.equal((await get("caller", "/x")).text, "worker at /x");
  });

  test("gets the messages of its queue", async () => {
    const { result: queue } = await send("POST", `${account()}/queues`, { queue_name: "q" });
    const code = `let seen = [];
      export default {
        fetch: () => Response.json(seen),
        queue: (batch) => { seen.push(...batch.messages.map(({ body }) => body)); },
      };`;
    await deploy("consumer", { code });
    const consumer = { type: "worker", script_name: "consumer", settings: { max_wait_time_ms: 0 } };
    await send("POST", `${account()}/queues/${queue.queue_id}/consumers`, consumer);
    await send("POST", `${account()}/queues/${queue.queue_id}/messages`, { body: "hello", content_type: "text" });
    await until(async () => (await get("consumer", "/seen")).text === '["hello"]', "the message arrives", 10_000);
  });

  test("keeps its assets where an upload says keep_assets, and loses them where it says nothing", async () => {
    await deploy("kept", { code: CODE, config: { not_found_handling: "404-page" } });
    await site.deploy("kept", CODE, { keep_assets: true });
    assert.equal((await get("kept", "/app.js")).text, "app");
    await site.deploy("kept", CODE);
    assert.equal((await get("kept", "/app.js")).text, "worker at /app.js");
  });

  test("two of them in one workerd have each their own files", async () => {
    await deploy("one", { code: CODE, files: { "/same.txt": "of one", "/only-one.txt": "1" } });
    await deploy("two", { code: CODE, files: { "/same.txt": "of two" } });
    assert.equal((await get("one", "/same.txt")).text, "of one");
    assert.equal((await get("two", "/same.txt")).text, "of two");
    assert.equal((await get("two", "/only-one.txt")).text, "worker at /only-one.txt");
  });
});
