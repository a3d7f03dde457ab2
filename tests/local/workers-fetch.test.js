import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { after, before, test } from "node:test";
import { startSite } from "./live-site.js";

const PASS_ON = `export default { async fetch(request) {
  const to = new URL(request.url).searchParams.get("to");
  const answer = await fetch(to, { method: request.method, body: request.body, headers: { "x-own": "1" }, redirect: "manual" });
  return new Response(answer.body, answer);
} }`;
const TELL = `export default { async fetch(request) {
  const { url, method, headers } = request;
  return Response.json({ url, method, own: headers.get("x-own"), from: headers.get("cf-connecting-ip"), names: [...headers.keys()], body: await request.text() });
} }`;

let site;
before(async () => {
  site = await startSite({ zones: ["example.com", "example.org"] });
  await site.deploy("caller", PASS_ON);
  await site.deploy("told", TELL);
});
after(() => site.close());

const callFor = (to, init) => site.visit("caller", { path: `/?to=${encodeURIComponent(to)}`, ...init });

test("a Worker's fetch to a host of Local Cloudflare arrives at that host's Worker", async () => {
  const answer = await callFor("https://told.example.com/a?b=c", { method: "POST", body: Buffer.from("hello") });
  const { names, ...seen } = JSON.parse(await answer.text());
  assert.deepEqual(seen, {
    url: "https://told.example.com/a?b=c",
    method: "POST",
    own: "1",
    from: "2a06:98c0:3600::103",
    body: "hello",
  });
  assert.deepEqual(
    names.filter((name) => name.startsWith("x-local")),
    [],
    "nothing of ours",
  );
  for (const to of [
    "http://told.example.com/",
    "https://told.example.com:8443/",
    "http://told.example.com.localhost/",
  ]) {
    assert.equal((await callFor(to)).status, 200, to);
  }
});

test("so does a WebSocket that a Worker opens", async () => {
  await site.deploy(
    "socket",
    `export default { fetch() {
      const [client, server] = Object.values(new WebSocketPair());
      server.accept();
      server.addEventListener("message", ({ data }) => server.send("echo " + data));
      return new Response(null, { status: 101, webSocket: client });
    } }`,
  );
  await site.deploy(
    "opener",
    `export default { async fetch() {
      const { webSocket } = await fetch("https://socket.example.com/", { headers: { upgrade: "websocket" } });
      webSocket.accept();
      const heard = new Promise((resolve) => webSocket.addEventListener("message", ({ data }) => resolve(data)));
      webSocket.send("hello");
      return new Response(await heard);
    } }`,
  );
  assert.equal(await (await site.visit("opener")).text(), "echo hello");
});

test("a host without record or route does not answer, as to any visitor", async () => {
  assert.equal((await callFor("https://nobody.example.com/")).status, 530);
});

test("hosts of others and raw connections go to the internet as before", async () => {
  const elsewhere = createServer((request, response) => response.end(`elsewhere ${request.headers["x-own"]}`));
  const raw = createTcpServer((socket) => socket.end("raw"));
  for (const server of [elsewhere, raw]) await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    assert.equal(await (await callFor(`http://127.0.0.1:${elsewhere.address().port}/`)).text(), "elsewhere 1");
    const source = `import { connect } from "cloudflare:sockets";
    export default { fetch: (request) => new Response(connect("127.0.0.1:${raw.address().port}").readable) }`;
    await site.deploy("raw", source);
    assert.equal(await (await site.visit("raw")).text(), "raw");
  } finally {
    for (const server of [elsewhere, raw]) server.close();
  }
});

test("a Worker that requests itself is stopped, and the others go on", async () => {
  await site.deploy("loop", "export default { fetch: (request) => fetch(request.url + 'x') }");
  const answer = await site.visit("loop");
  assert.equal(answer.status, 508);
  assert.match(await answer.text(), /^error code: 1019\n/);
  const looping = (to, again) => `export default { async fetch(request) {
    if (request.url.endsWith("/warm")) return new Response("warm");
    const answer = await fetch("https://${to}.example.com/");
    return ${again ? `fetch("https://${to}.example.com/")` : "answer"};
  } }`;
  await site.deploy("ping", looping("pong", false));
  await site.deploy("pong", looping("ping", true));
  for (const name of ["ping", "pong"]) assert.equal((await site.visit(name, { path: "/warm" })).status, 200);
  const pinged = await site.visit("ping");
  assert.equal(pinged.status, 508, await pinged.text());
  assert.equal((await site.visit("told")).status, 200);
  assert.equal((await callFor("https://told.example.com/")).status, 200);
});

test("what goes past all Workers on Cloudflare is said, unless the Worker asks for it", async () => {
  const said = [];
  const report = console.error;
  console.error = (line) => said.push(line);
  const loud = await startSite({ quiet: false });
  try {
    await loud.deploy("told", TELL);
    await loud.deploy("same", "export default { fetch: () => fetch('https://told.example.com/') }");
    await loud.deploy("public", "export default { fetch: () => fetch('https://told.example.com/') }", {
      flags: ["global_fetch_strictly_public"],
    });
    for (const name of ["same", "same", "public"]) assert.equal((await loud.visit(name)).status, 200);
    const hints = said.filter((line) => /goes to the origin/.test(line));
    assert.equal(hints.length, 1, said.join("\n"));
    assert.match(
      hints[0],
      /Worker same serves zone example\.com: on Cloudflare its fetch to told\.example\.com goes to the origin/,
    );
  } finally {
    console.error = report;
    await loud.close();
  }
});
