import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, WebSocket } from "undici";
import { startSite, until } from "./live-site.js";

const LINUX = process.platform === "linux";

let site;
before(async () => {
  site = await startSite({ kv: ["signals"] });
});
after(() => site.close());

const ECHO = "export default { fetch: (request) => new Response(request.body) }";

describe("bodies stream both ways", () => {
  test("the first byte of an answer arrives while the Worker still writes", async () => {
    const source = `export default { fetch(request, { KV }) {
      const { readable, writable } = new TransformStream();
      const writer = writable.getWriter();
      const text = new TextEncoder();
      (async () => {
        await writer.write(text.encode("first "));
        while (!(await KV.get("go on"))) await scheduler.wait(20);
        await writer.write(text.encode("last"));
        await writer.close();
      })();
      return new Response(readable);
    } }`;
    const [namespace] = site.local.state.kv.keys();
    const bindings = [{ type: "kv_namespace", name: "KV", namespace_id: namespace }];
    await site.deploy("slow", source, { bindings });
    const answer = await site.visit("slow");
    const [first] = await once(answer.body, "data");
    assert.equal(String(first), "first ");
    await site.local.runtime.kv(namespace).put("go on", Buffer.from("yes"));
    assert.equal(await answer.text(), "last");
  });

  test("the Worker reads what a visitor has sent while he still sends", async () => {
    await site.deploy("echo", ECHO);
    let outgoing;
    const answered = site.visit("echo", {
      method: "POST",
      body: (request) => {
        outgoing = request;
        request.write("first ");
      },
    });
    const answer = await answered;
    const [first] = await once(answer.body, "data");
    assert.equal(String(first), "first ");
    outgoing.end("last");
    assert.equal(await answer.text(), "last");
  });

  test("a body of known length keeps it, and GET and HEAD have none", async () => {
    const source =
      "export default { fetch: async (request) => Response.json({ method: request.method, length: request.headers.get('content-length'), text: await request.text() }) }";
    await site.deploy("length", source);
    const sent = { method: "PUT", headers: { "content-length": "5" }, body: Buffer.from("hello") };
    assert.deepEqual(JSON.parse(await (await site.visit("length", sent)).text()), {
      method: "PUT",
      length: "5",
      text: "hello",
    });
    assert.deepEqual(JSON.parse(await (await site.visit("length")).text()), { method: "GET", length: null, text: "" });
    assert.equal(await (await site.visit("length", { method: "HEAD" })).text(), "");
  });

  test("the memory of this process stays flat, however large the bodies are", async () => {
    await site.deploy("echo", ECHO);
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const megabytes = 150;
    const answer = await site.visit("echo", { method: "POST", body: (request) => write(request, chunk, megabytes) });
    let received = 0;
    let most = 0;
    const start = process.memoryUsage().arrayBuffers;
    for await (const data of answer.body) {
      received += data.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - start);
    }
    assert.equal(received, megabytes * chunk.length);
    assert.ok(most < 60 * 1024 * 1024, `${Math.round(most / 1024 / 1024)} MiB`);
  });

  test("a visitor who leaves ends the Worker's answer", async () => {
    const source = `let ticks = 0;
    export default { fetch(request) {
      if (new URL(request.url).pathname === "/ticks") return new Response(String(ticks));
      return new Response(new ReadableStream({
        async pull(controller) {
          await scheduler.wait(5);
          ticks += 1;
          controller.enqueue(new TextEncoder().encode("tick "));
        },
      }));
    } }`;
    await site.deploy("endless", source);
    const answer = await site.visit("endless");
    await once(answer.body, "data");
    answer.leave();
    const ticks = async () => (await site.visit("endless", { path: "/ticks" })).text();
    await until(async () => {
      const earlier = await ticks();
      await sleep(50);
      return earlier === (await ticks());
    }, "the Worker stops");
    assert.ok(Number(await ticks()) > 0);
  });

  test("an upload that breaks off is never taken for a whole one", async () => {
    const source = `let seen = "nothing";
    export default { async fetch(request) {
      if (request.method === "GET") return new Response(seen);
      seen = "begun";
      seen = "whole: " + (await request.text()).length;
      return new Response("done");
    } }`;
    await site.deploy("upload", source);
    const seen = async () => (await site.visit("upload")).text();
    for (const framing of [
      "Content-Length: 1000\r\n\r\nonly this",
      "Transfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n",
    ]) {
      site.local.requests.clear();
      const connection = connect(site.local.port, "127.0.0.1");
      connection.write(`POST / HTTP/1.1\r\nHost: upload.example.com\r\n${framing}`);
      await until(async () => (await seen()) === "begun", "the Worker reads");
      connection.destroy();
      const [upload] = site.local.requests.all();
      await until(() => upload.endedAt !== null, "the visitor is gone");
      assert.equal(await seen(), "begun");
    }
  });
});

test("a Worker that answers before it has read a large body gets its answer through, each time, and goes on running", async () => {
  await site.deploy(
    "early",
    "let count = 0; export default { fetch: () => new Response(`no ${++count}`, { status: 413 }) }",
  );
  const body = Buffer.alloc(8 * 1024 * 1024, "x");
  const answers = [];
  for (let nth = 0; nth < 20; nth += 1) {
    const headers = { "content-length": String(body.length) };
    const answer = await site.visit("early", { method: "POST", headers, body });
    answers.push([answer.status, await answer.text()]);
  }
  assert.deepEqual(
    answers,
    Array.from({ length: 20 }, (_, nth) => [413, `no ${nth + 1}`]),
    "one runtime all the time",
  );
});

describe("headers of one connection are not passed on", () => {
  /** Raw bytes out, and what comes back until it matches. */
  const exchange = async (text, whole) => {
    const connection = connect(site.local.port, "127.0.0.1");
    connection.write(text);
    let answer = "";
    for await (const chunk of connection) {
      answer += chunk;
      if (whole.test(answer)) break;
    }
    return answer;
  };
  const HEADERS =
    "let count = 0; export default { fetch: (request) => Response.json({ count: ++count, names: [...request.headers.keys()] }, { headers: { 'keep-alive': 'timeout=1', 'x-kept': '1' } }) }";

  test("neither Trailer nor any other restarts the runtime or reaches the Worker", async () => {
    await site.deploy("hops", HEADERS);
    const hops = [
      "Trailer: x-sum",
      "TE: trailers",
      "Keep-Alive: 5",
      "Proxy-Connection: close",
      "Proxy-Authorization: a",
      "Expect: 100-continue",
      "Connection: close, X-Named",
      "X-Named: 1",
      "X-Kept: 1",
    ];
    for (let nth = 1; nth <= 3; nth += 1) {
      const answer = await exchange(
        `POST / HTTP/1.1\r\nHost: hops.example.com\r\n${hops.join("\r\n")}\r\nContent-Length: 2\r\n\r\nhi`,
        /\}/,
      );
      const { count, names } = JSON.parse(/\{.*\}/.exec(answer)[0]);
      assert.equal(count, nth, "one runtime all the time");
      assert.deepEqual(
        names.filter((name) => !/^(cf-|x-forwarded-|x-real-ip|host)/.test(name)),
        ["content-length", "x-kept"],
      );
      assert.doesNotMatch(answer, /timeout=1/);
      assert.match(answer, /x-kept: 1/);
    }
  });

  test("a chunked body with trailers arrives whole", async () => {
    await site.deploy("echo", ECHO);
    const answer = await exchange(
      "POST / HTTP/1.1\r\nHost: echo.example.com\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n",
      /hello/,
    );
    assert.match(answer, /hello/);
  });

  test("a request that asks for another protocol is answered in this one, its body included", async () => {
    await site.deploy("echo", ECHO);
    const asking = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n";
    const posted = exchange(
      `POST / HTTP/1.1\r\nHost: echo.example.com\r\n${asking}Content-Length: 5\r\n\r\nhello`,
      /hello/,
    );
    assert.match(await posted, /^HTTP\/1\.1 200[\s\S]*hello/);
    const api = await exchange(`GET /client/v4/user HTTP/1.1\r\nHost: 127.0.0.1\r\n${asking}\r\n`, /\r\n\r\n/);
    assert.match(api, /^HTTP\/1\.1 [45]\d\d/);
  });

  test("a WebSocket asked for behind a request without an answer ends the connection, nothing else", async () => {
    await site.deploy("echo", ECHO);
    const plain = "GET / HTTP/1.1\r\nHost: echo.example.com\r\n\r\n";
    const asking = "GET / HTTP/1.1\r\nHost: echo.example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    await exchange(plain + asking, /never/).catch(() => {});
    assert.equal((await site.visit("echo")).status, 200);
  });

  test("header values that are UTF-8 arrive as text", async () => {
    await site.deploy("value", "export default { fetch: (request) => new Response(request.headers.get('x-name')) }");
    const value = Buffer.from("grün 😀").toString("latin1");
    assert.equal(await (await site.visit("value", { headers: { "x-name": value } })).text(), "grün 😀");
  });
});

describe("WebSockets pass", () => {
  const SOCKET = `export default { fetch(request) {
    if (request.headers.get("upgrade") !== "websocket") return new Response("no socket", { status: 426 });
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => data === "bye" ? server.close(4001, "bye") : server.send("echo " + data));
    return new Response(null, { status: 101, webSocket: client, headers: { "x-own": "1" } });
  } }`;

  test("101, messages both ways, and the end of either side is the end of both", async () => {
    await site.deploy("socket", SOCKET);
    const socket = await open("socket");
    socket.send("one");
    assert.equal(await socket.next(), "echo one");
    socket.send("x".repeat(200_000));
    assert.equal(await socket.next(), `echo ${"x".repeat(200_000)}`);
    socket.send("bye");
    assert.deepEqual(await socket.closed, [4001, "bye"]);
  });

  test("a Worker that refuses the WebSocket answers as to any request", async () => {
    await site.deploy("plain", "export default { fetch: () => new Response('not here', { status: 403 }) }");
    const key = Buffer.alloc(16).toString("base64");
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-key": key,
      "sec-websocket-version": "13",
    };
    const answer = await site.visit("plain", { headers });
    assert.deepEqual([answer.status, await answer.text()], [403, "not here"]);
    assert.equal((await site.visit("socket")).status, 426);
    assert.equal((await site.visit("nobody", { headers })).status, 530);
  });

  test("they stand in the log with 101", async () => {
    await site.deploy("socket", SOCKET);
    site.local.requests.clear();
    const socket = await open("socket");
    socket.send("bye");
    await socket.closed;
    const [logged] = site.local.requests.all();
    await until(() => logged.endedAt !== null, "the entry ends");
    assert.deepEqual([logged.surface, logged.status], ["data", 101]);
  });
});

describe("a reload leaves no runtime behind", { skip: !LINUX }, () => {
  test("an answer without an end has its time, then the old runtime ends", async () => {
    const own = await startSite({ graceMs: 700 });
    try {
      const ticking =
        "export default { fetch: () => new Response(new ReadableStream({ async pull(controller) { await scheduler.wait(20); controller.enqueue(new TextEncoder().encode('tick ')) } })) }";
      await own.deploy("ticks", ticking);
      await own.deploy("other", "export default { fetch: () => new Response('1') }");
      const before = (await workerds()).length;
      const answer = await own.visit("ticks");
      await once(answer.body, "data");
      answer.body.on("error", () => {});
      answer.body.resume();
      const withOne = (await workerds()).length;
      for (const text of ["2", "3", "4"]) {
        await own.deploy("other", `export default { fetch: () => new Response('${text}') }`);
        assert.equal(await (await own.visit("other")).text(), text);
      }
      await until(() => answer.body.destroyed, "the endless answer is cut off");
      await until(async () => (await workerds()).length <= withOne, "no runtime is left behind");
      assert.ok(withOne > before);
    } finally {
      await own.close();
    }
  });
});

/** A WebSocket client that we did not write, sent to our port whatever the host. */
async function open(name) {
  const connect = { lookup: (_host, _options, done) => done(null, [{ address: "127.0.0.1", family: 4 }]) };
  const dispatcher = new Agent({ connect });
  const socket = new WebSocket(`ws://${site.hostOf(name)}:${site.local.port}/`, { dispatcher });
  const messages = [];
  socket.addEventListener("message", ({ data }) => messages.push(data));
  const closed = once(socket, "close").then(async ([{ code, reason }]) => {
    await dispatcher.destroy();
    return [code, reason];
  });
  await once(socket, "open");
  return {
    closed,
    send: (text) => socket.send(text),
    async next() {
      await until(() => messages.length > 0, "a message");
      return messages.shift();
    },
  };
}

async function workerds() {
  const text = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, "utf8");
  const children = text.trim().split(" ").filter(Boolean);
  const commands = await Promise.all(children.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return commands.filter((command) => command.includes("workerd"));
}

async function write(request, chunk, count) {
  for (let nth = 0; nth < count; nth += 1) if (!request.write(chunk)) await once(request, "drain");
  request.end();
}
