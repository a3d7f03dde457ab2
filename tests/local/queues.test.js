import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startSite, until } from "./live-site.js";

/** Sends what the body of a request says, by the method it names. */
const PRODUCER = `
const values = { json: { a: "ü" }, text: "ü", bytes: new Uint8Array([0, 255]), v8: new Date(7) };
export default { async fetch(request, { QUEUE }) {
  const sent = await request.json();
  if (sent.kinds) await QUEUE.sendBatch(sent.kinds.map((kind) => ({ body: values[kind], contentType: kind })));
  else await QUEUE.send(sent.body);
  return new Response("sent");
} };`;
/** Writes what it gets into the bucket, so that a test sees it. */
const CONSUMER = `
const shown = (body) => body instanceof Date ? body.getTime() : ArrayBuffer.isView(body) || body instanceof ArrayBuffer ? [...new Uint8Array(body)] : body;
export default { async queue(batch, { BUCKET }) {
  const old = JSON.parse(await (await BUCKET.get("seen"))?.text() ?? "[]");
  const seen = batch.messages.map(({ body, attempts }) => [batch.queue, shown(body), attempts]);
  await BUCKET.put("seen", JSON.stringify([...old, ...seen]));
  for (const message of batch.messages) if (message.body === "again" && message.attempts < 2) message.retry();
  if (batch.messages.some(({ body }) => body === "fail")) throw new Error("it failed");
} };`;

let dir;
let site;
let queue;
const persist = () => ({ persist: dir });

before(async () => {
  dir = await mkdtemp(join(tmpdir(), "queues-test-"));
  site = await startSite(persist());
  await start();
});
after(async () => {
  await site.close();
  await rm(dir, { recursive: true, force: true });
});

async function start() {
  const made = await json("POST", "/queues", { queue_name: "notes" });
  queue = `/queues/${made.result.queue_id}`;
  site.local.createBucket("seen");
  const bindings = [{ type: "queue", name: "QUEUE", queue_name: "notes" }];
  assert.ok((await site.deploy("producer", PRODUCER, { bindings })).success);
  const bucket = [{ type: "r2_bucket", name: "BUCKET", bucket_name: "seen" }];
  assert.ok((await site.deploy("consumer", CONSUMER, { bindings: bucket })).success);
}

const json = (method, path, body) =>
  site.send(method, `/accounts/${site.local.accountId}${path}`, JSON.stringify(body), {
    "content-type": "application/json",
  });
const sendFrom = async (name, what) => {
  const answer = await site.visit(name, { method: "POST", body: Buffer.from(JSON.stringify(what)) });
  assert.equal(await answer.text(), "sent");
};
const seen = () => JSON.parse(site.local.state.objects.get("seen", "seen")?.content ?? "[]");
const forget = () => site.local.state.objects.delete("seen", "seen");

describe("a queue between two Workers", () => {
  test("what was sent before there was a consumer waits for it, also over a restart", async () => {
    await sendFrom("producer", { body: "first" });
    await site.close();
    site = await startSite(persist());
    assert.equal(site.local.state.queues.values().next().value.messages.length, 1);
    const settings = { batch_size: 10, max_wait_time_ms: 0, max_retries: 1 };
    const body = { type: "worker", script_name: "consumer", settings };
    assert.ok((await json("POST", `${queue}/consumers`, body)).success);
    await until(() => seen().length > 0, "the first message arrives");
    assert.deepEqual(seen(), [["notes", "first", 1]]);
    await until(() => site.local.state.queues.values().next().value.messages.length === 0, "it is acknowledged");
  });

  test("every kind of body arrives as it was sent", async () => {
    forget();
    await sendFrom("producer", { kinds: ["json", "text", "bytes", "v8"] });
    await until(() => seen().length === 4, "all four arrive");
    assert.deepEqual(
      seen().map(([, body]) => body),
      [{ a: "ü" }, "ü", [0, 255], 7],
    );
  });

  test("a message that the Worker wants again comes again", async () => {
    forget();
    await sendFrom("producer", { body: "again" });
    await until(() => seen().length === 2, "it comes twice");
    assert.deepEqual(seen(), [
      ["notes", "again", 1],
      ["notes", "again", 2],
    ]);
  });

  test("a message that fails lies in the dead letter queue in the end", async () => {
    const [{ consumer_id: id }] = (await json("GET", `${queue}/consumers`)).result;
    const settings = { max_wait_time_ms: 0, max_retries: 0 };
    const body = { type: "worker", script_name: "consumer", dead_letter_queue: "dead", settings };
    await json("POST", "/queues", { queue_name: "dead" });
    await json("PUT", `${queue}/consumers/${id}`, body);
    await sendFrom("producer", { body: "fail" });
    const dead = [...site.local.state.queues.values()].find(({ name }) => name === "dead");
    await until(() => dead.messages.length === 1, "it is moved");
    assert.equal(Buffer.from(dead.messages[0].body, "base64").toString(), '"fail"');
  });

  test("a reload of the Workers loses nothing", async () => {
    forget();
    await sendFrom("producer", { body: "before" });
    await site.deploy("third", "export default { fetch: () => new Response('3') }");
    assert.equal(await (await site.visit("third")).text(), "3");
    await sendFrom("producer", { body: "after" });
    await until(() => seen().length === 2, "both arrive");
    assert.deepEqual(
      seen()
        .map(([, body]) => body)
        .toSorted(),
      ["after", "before"],
    );
  });

  test("what is too large is refused, and the Worker is told", async () => {
    const answer = await site.visit("producer", {
      method: "POST",
      body: Buffer.from(JSON.stringify({ body: "x".repeat(128_001) })),
    });
    assert.match(await answer.text(), /exceeds limit|413|Too Large/i);
  });
});
