import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createWatch } from "../../js/local/runtime/watch.js";
import { startSite } from "./live-site.js";

describe("a Worker that never gives its thread back", { skip: process.platform !== "linux" }, () => {
  let site;
  before(async () => {
    site = await startSite({ kv: ["others"] });
    await site.deploy("other", "let count = 0; export default { fetch: () => new Response(String(++count)) }");
    await site.deploy(
      "loop",
      "export default { fetch(request) { if (request.url.endsWith('/loop')) for (;;); return new Response('fine') } }",
      { limits: { cpu_ms: 1500 } },
    );
  });
  after(() => site.close());

  test("is killed at its own time limit, and the others are served meanwhile", async () => {
    assert.equal(await (await site.visit("loop")).text(), "fine");
    assert.equal(await (await site.visit("other")).text(), "1");
    const order = [];
    const endless = site.visit("loop", { path: "/loop" }).then((answer) => {
      order.push("the endless one");
      return answer;
    });
    await sleep(200);
    const [namespace] = site.local.state.kv.keys();
    const value = site.local.runtime.kv(namespace).put("key", Buffer.from("kept"));
    const others = await Promise.all(
      [1, 2, 3].map(() =>
        site.visit("other").then((answer) => {
          order.push("another");
          return answer;
        }),
      ),
    );
    assert.deepEqual(
      others.map(({ status }) => status),
      [200, 200, 200],
    );
    await value;
    assert.equal(String(await site.local.runtime.kv(namespace).get("key")), "kept");
    assert.deepEqual(order.length, 3, "KV waits for nobody either");
    const killed = await endless;
    assert.equal(killed.status, 503);
    assert.equal(await killed.text(), "error code: 1102\nWorker loop exceeded its CPU time limit and was stopped\n");
    assert.deepEqual(order, ["another", "another", "another", "the endless one"]);
  });

  test("runs apart from then on, so that the others do not notice at all", async () => {
    const before = Number(await (await site.visit("other")).text());
    const endless = site.visit("loop", { path: "/loop" });
    await sleep(200);
    assert.equal(Number(await (await site.visit("other")).text()), before + 1, "in the same runtime");
    assert.equal((await endless).status, 503);
    assert.equal(await (await site.visit("loop")).text(), "fine");
    assert.equal(Number(await (await site.visit("other")).text()), before + 2);
  });

  test("shares again when it was mended", async () => {
    await site.deploy("loop", "export default { fetch: (request, env) => new Response('mended') }");
    assert.equal(await (await site.visit("loop", { path: "/loop" })).text(), "mended");
  });

  test("a body that it was still sending breaks off, it does not end as if it were whole", async () => {
    const source = `export default { fetch: () => new Response(new ReadableStream({
      start(controller) { controller.enqueue(new TextEncoder().encode("begun")); },
      async pull() { await scheduler.wait(50); for (;;); },
    })) }`;
    await site.deploy("half", source, { limits: { cpu_ms: 1200 } });
    const answer = await site.visit("half");
    const [first] = await once(answer.body, "data");
    assert.equal(String(first), "begun");
    await assert.rejects(answer.text());
    assert.equal((await site.visit("other")).status, 200);
  });
});

describe("the watch", () => {
  /** One heartbeat: what workerd has computed at each look at it; behind the last look it answers, or never. */
  async function beatWith(looks, answers) {
    const events = [];
    let beats = 0;
    let answer;
    const left = [0, ...looks];
    await createWatch({
      busy: () => beats === 0,
      beat: () => {
        beats += 1;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      spentMs: async () => {
        if (left.length === 1 && answers) answer();
        return left.length > 1 ? left.shift() : left[0];
      },
      stalled: () => {
        events.push("stalled");
        return 3000;
      },
      recovered: () => events.push("recovered"),
      exceeded: () => events.push("exceeded"),
      pause: async () => {},
    })();
    return events;
  }

  test("no answer for long is no stall while workerd does not compute: the machine is busy with others", async () => {
    assert.deepEqual(await beatWith(new Array(1000).fill(10), true), []);
  });

  test("who computes long, but within his limit, may end", async () => {
    assert.deepEqual(await beatWith([400, 1200, 2900, 2950], true), ["stalled", "recovered"]);
  });

  test("who computes beyond his limit is stopped, once", async () => {
    assert.deepEqual(await beatWith([400, 1200, 2900, 3000], false), ["stalled", "exceeded"]);
  });

  test("a limit below what shows a stall is held as soon as that shows", async () => {
    assert.deepEqual(await beatWith([3100], false), ["stalled", "exceeded"]);
  });
});
