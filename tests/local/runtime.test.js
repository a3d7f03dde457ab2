import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { createRuntime } from "../../js/local/runtime/index.js";
import { createState } from "../../js/local/state.js";
import { answering, esm, KV_ID, serviceWorker, version } from "./loaded-version.js";

let state;
let runtime;
before(() => {
  state = createState();
  runtime = createRuntime({ state });
});
after(() => runtime.close());

/** Makes the versions live, with their shares if there are several. */
function deploy(name, ...versions) {
  const shares = versions.map(({ id }) => ({ versionId: id, percentage: 100 / versions.length }));
  state.scripts.set(name, { name, versions, deployments: [{ versions: shares }], tailConsumers: [] });
  runtime.changed();
}

async function visit(
  name,
  { method = "GET", url = "https://api.example.com/", headers = {}, body = Buffer.alloc(0) } = {},
) {
  const sent = {
    host: new URL(url).host,
    ...(body.length > 0 && { "content-length": String(body.length) }),
    ...headers,
  };
  const request = { method, url, headers: sent, body, contentLength: String(body.length) };
  const { body: stream, ...answer } = await runtime.fetch(name, request);
  const bytes = stream ? await buffer(stream) : Buffer.alloc(0);
  return { ...answer, body: bytes, text: bytes.toString() };
}

describe("fetch", () => {
  test("variables, secrets, JSON and metadata are bound", async () => {
    const source = "export default { fetch: (request, { V, S, J, M }) => Response.json({ V, S, J, id: M.id }) }";
    const one = version([esm(source)], {
      bindings: [
        { type: "plain_text", name: "V", text: "variable" },
        { type: "secret_text", name: "S", text: "secret" },
        { type: "json", name: "J", json: { a: [1, null] } },
        { type: "version_metadata", name: "M" },
      ],
    });
    deploy("bound", one);
    const { text } = await visit("bound");
    assert.deepEqual(JSON.parse(text), { V: "variable", S: "secret", J: { a: [1, null] }, id: one.id });
  });

  test("a rate limiter counts, across Workers that name the same namespace", async () => {
    const source =
      "export default { fetch: async (request, { LIMIT }) => Response.json((await LIMIT.limit({ key: 'a' })).success) }";
    const limit = { type: "ratelimit", name: "LIMIT", namespace_id: "1001", simple: { limit: 2, period: 60 } };
    deploy("limited", version([esm(source)], { bindings: [limit] }));
    deploy("limited-too", version([esm(source)], { bindings: [limit] }));
    await visit("limited-too");
    await visit("limited");
    const answers = [];
    for (let tries = 0; tries < 3; tries += 1) answers.push((await visit("limited")).text);
    assert.equal(answers.at(-1), "false");
  });

  test("mail is taken, and a Worker may load others", async () => {
    const source = `import { EmailMessage } from "cloudflare:email";
    export default { async fetch(request, { MAIL, LOADER }) {
      const raw = "From: a@example.com\\r\\nTo: b@example.com\\r\\nMessage-ID: <1@example.com>\\r\\nSubject: hi\\r\\n\\r\\nhi";
      await MAIL.send(new EmailMessage("a@example.com", "b@example.com", raw));
      const code = { compatibilityDate: "2026-01-01", mainModule: "m.js", modules: { "m.js": "export default { fetch: () => new Response('loaded') }" } };
      return LOADER.get("one", () => code).getEntrypoint().fetch("http://x/");
    } }`;
    const bindings = [
      { type: "send_email", name: "MAIL" },
      { type: "worker_loader", name: "LOADER" },
    ];
    deploy("mailer", version([esm(source)], { bindings }));
    const { exception, text } = await visit("mailer");
    assert.deepEqual([exception, text], [undefined, "loaded"]);
  });

  test("URL, method, headers and body arrive; none of ours do", async () => {
    const source =
      "export default { async fetch(request) { return Response.json({ url: request.url, method: request.method, names: [...request.headers.keys()], body: [...new Uint8Array(await request.arrayBuffer())] }) } }";
    deploy("echo", version([esm(source)]));
    const { text } = await visit("echo", {
      method: "PUT",
      url: "https://api.example.com/a%20b?c=d&c=e",
      headers: { "cf-connecting-ip": "192.0.2.7", "x-own": "1" },
      body: Buffer.from([0, 255, 13, 10]),
    });
    assert.deepEqual(JSON.parse(text), {
      url: "https://api.example.com/a%20b?c=d&c=e",
      method: "PUT",
      names: ["cf-connecting-ip", "content-length", "host", "x-own"],
      body: [0, 255, 13, 10],
    });
  });

  test("binary and compressed bodies, several cookies, redirects and empty answers survive", async () => {
    const source = `export default { fetch(request) {
      const { pathname } = new URL(request.url);
      if (pathname === "/cookies") return new Response("", { headers: [["set-cookie", "a=1, x"], ["set-cookie", "b=2"]] });
      if (pathname === "/redirect") return Response.redirect("https://elsewhere.test/", 302);
      if (pathname === "/empty") return new Response(null, { status: 204 });
      const bytes = new Uint8Array(100000).map((_, index) => index * 7);
      if (pathname === "/binary") return new Response(bytes);
      const zipped = new Response(bytes).body.pipeThrough(new CompressionStream("gzip"));
      return new Response(zipped, { headers: { "content-encoding": "gzip" }, encodeBody: "manual" });
    } }`;
    deploy("shapes", version([esm(source)]));
    const bytes = Buffer.from(new Uint8Array(100_000).map((_, index) => index * 7));
    const at = (path, headers) => visit("shapes", { url: `https://api.example.com${path}`, headers });
    assert.deepEqual((await at("/binary")).body, bytes);
    const zipped = await at("/zipped", { "accept-encoding": "gzip" });
    assert.equal(zipped.headers["content-encoding"], "gzip");
    assert.deepEqual(gunzipSync(zipped.body), bytes);
    assert.deepEqual((await at("/cookies")).headers["set-cookie"], ["a=1, x", "b=2"]);
    const redirect = await at("/redirect");
    assert.deepEqual([redirect.status, redirect.headers.location], [302, "https://elsewhere.test/"]);
    assert.deepEqual([(await at("/empty")).status, (await at("/empty")).body.length], [204, 0]);
  });

  test("a body that the Worker leaves unread spoils no request after it", async () => {
    deploy("deaf", answering("heard enough"));
    const body = Buffer.alloc(20_000, "x");
    for (let nth = 0; nth < 60; nth += 1) {
      const { status, text } = await visit("deaf", { method: "POST", body });
      assert.deepEqual([status, text], [200, "heard enough"], `request ${nth}`);
    }
  });

  test("service-worker syntax runs, with globals as bindings", async () => {
    const source =
      "addEventListener('fetch', (event) => event.respondWith(new Response(GREETING + event.request.url)))";
    deploy(
      "classic",
      version([serviceWorker(source)], { bindings: [{ type: "plain_text", name: "GREETING", text: "hi " }] }),
    );
    assert.equal((await visit("classic")).text, "hi https://api.example.com/");
  });

  test("a Worker that throws, or has no fetch handler, is told apart from one that answers 500", async () => {
    deploy("thrower", version([esm("export default { fetch() { throw new Error('oops') } }")]));
    deploy("cron", version([esm("export default { scheduled() {} }")]));
    deploy("five", version([esm("export default { fetch: () => new Response('no', { status: 500 }) }")]));
    assert.match((await visit("thrower")).exception, /oops/);
    assert.match((await visit("cron")).exception, /fetch/);
    const five = await visit("five");
    assert.deepEqual([five.status, five.exception, five.text], [500, undefined, "no"]);
    assert.match((await visit("nobody")).exception, /no deployed version/);
  });

  test("one Worker calls another, even one deployed later", async () => {
    const source =
      "export default { async fetch(request, env) { return new Response('a+' + await (await env.B.fetch(request)).text()) } }";
    deploy("caller", version([esm(source)], { bindings: [{ type: "service", name: "B", service: "callee" }] }));
    assert.match((await visit("caller")).exception, /Worker `callee` is not there/);
    deploy("callee", answering("b"));
    assert.equal((await visit("caller")).text, "a+b");
    deploy("callee", answering("b2"));
    assert.equal((await visit("caller")).text, "a+b2");
  });

  test("a broken script takes nobody with it, and works once it is mended", async () => {
    deploy("good", answering("good"));
    deploy("broken", version([esm("throw new Error('at start')")]));
    assert.match((await visit("broken")).exception, /at start/);
    assert.equal((await visit("good")).text, "good");
    deploy("broken", answering("mended"));
    assert.equal((await visit("broken")).text, "mended");
  });

  test("requests are held while Workers reload: none is lost, all see the new version", async () => {
    deploy("busy", answering("0"));
    for (let round = 1; round <= 3; round++) {
      const slow = version([
        esm("export default { async fetch() { await scheduler.wait(100); return new Response('slow') } }"),
      ]);
      deploy("slow", slow);
      await visit("slow");
      const early = visit("slow");
      deploy("busy", answering(String(round)));
      const answers = await Promise.all(Array.from({ length: 20 }, () => visit("busy")));
      assert.deepEqual(new Set(answers.map(({ text }) => text)), new Set([String(round)]));
      assert.equal((await early).text, "slow");
    }
  });

  test("a request that takes long is not cut off by a reload, nor does it hold one up", async () => {
    const source = `export default { async fetch(request, { KV }) {
      await KV.put("slow", "before");
      while (!(await KV.get("fast"))) await scheduler.wait(20);
      return new Response(await KV.get("fast") + "," + await KV.get("slow"));
    } }`;
    state.kv.set(KV_ID, { id: KV_ID, title: "test" });
    const bindings = [{ type: "kv_namespace", name: "KV", namespace_id: KV_ID }];
    deploy("long", version([esm(source)], { bindings }));
    deploy("quick", answering("1"));
    await visit("quick");
    const long = visit("long");
    while (String(await runtime.kv(KV_ID).get("slow")) !== "before")
      await new Promise((resolve) => setTimeout(resolve, 20));
    const put =
      "export default { async fetch(request, { KV }) { await KV.put('fast', 'seen'); return new Response('2') } }";
    deploy("quick", version([esm(put)], { bindings }));
    assert.equal((await visit("quick")).text, "2");
    assert.equal((await long).text, "seen,before");
  });

  test("when workerd dies no request fails that comes after it: it finds a new one", {
    skip: process.platform !== "linux",
  }, async () => {
    deploy("alive", answering("alive"));
    assert.equal((await visit("alive")).text, "alive");
    const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
    for (const pid of children.trim().split(" ")) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8");
      if (command.includes("workerd")) process.kill(Number(pid), "SIGKILL");
    }
    assert.equal((await visit("alive")).text, "alive");
    assert.equal((await runtime.check(version([esm("export default { fetch: () => 2 }")]))).ok, true);
  });

  test("a split deployment is served by its shares", async () => {
    deploy("split", answering("one"), answering("two"));
    const seen = new Set();
    for (let tries = 0; tries < 200 && seen.size < 2; tries++) seen.add((await visit("split")).text);
    assert.deepEqual(seen, new Set(["one", "two"]));
  });
});

describe("kv", () => {
  test("API and Worker see the same namespace, which outlives reloads", async () => {
    state.kv.set(KV_ID, { id: KV_ID, title: "test" });
    runtime.changed();
    const kv = runtime.kv(KV_ID);
    const bytes = Buffer.from([0, 255, 128]);
    assert.equal(await kv.get("bytes"), null);
    await kv.put("bytes", bytes, { metadata: { a: 1 } });
    const source = `export default { async fetch(request, { KV }) {
      await KV.put("from-worker", "text");
      return Response.json([...new Uint8Array(await KV.get("bytes", "arrayBuffer"))]);
    } }`;
    deploy("store", version([esm(source)], { bindings: [{ type: "kv_namespace", name: "KV", namespace_id: KV_ID }] }));
    assert.deepEqual(JSON.parse((await visit("store")).text), [0, 255, 128]);
    assert.equal(String(await kv.get("from-worker")), "text");
    assert.deepEqual(await kv.getWithMetadata("bytes"), { value: bytes, metadata: { a: 1 } });
    const { keys, list_complete: complete } = await kv.list({ prefix: "b" });
    assert.deepEqual([keys.map(({ name }) => name), complete], [["bytes"], true]);
    await kv.delete("bytes");
    assert.equal(await kv.get("bytes"), null);
  });
});

test("closing leaves no process and nothing that keeps Node alive", {
  skip: process.platform !== "linux",
}, async () => {
  const child = spawn(process.execPath, [fileURLToPath(new URL("./start-and-close.js", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  let printed = "";
  child.stdout.setEncoding("utf8");
  await new Promise((resolve) => {
    child.stdout.on("data", (chunk) => {
      printed += chunk;
      if (printed.includes("ready")) resolve();
    });
  });
  const workerds = (await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8"))
    .trim()
    .split(" ")
    .filter(Boolean);
  assert.ok(workerds.length >= 2, `checker and Workers run: ${workerds}`);
  child.stdin.end();
  assert.equal(await exited, 0);
  assert.match(printed, /closed/);
  for (const pid of workerds) assert.throws(() => process.kill(Number(pid), 0), { code: "ESRCH" });
});
