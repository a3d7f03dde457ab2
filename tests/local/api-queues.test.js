import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createClient } from "./api-client.js";

const CONSUMING = { ok: true, startupTimeMs: 2, handlers: ["fetch", "queue"] };

async function queueClient({ name = "notes", verdict = CONSUMING, now } = {}) {
  const client = createClient({ verdict, now });
  const queues = `${client.account}/queues`;
  const { result } = await client.send("POST", queues, { queue_name: name });
  return { ...client, queues, queue: `${queues}/${result.queue_id}`, made: result };
}

describe("queues", () => {
  test("a queue is made with its defaults, found by id and by name, and removed", async () => {
    const { send, verdictOf, queues, queue, made } = await queueClient();
    assert.deepEqual(made.settings, { delivery_delay: 0, message_retention_period: 345_600 });
    assert.deepEqual([made.queue_name, made.producers, made.consumers], ["notes", [], []]);
    await send("POST", queues, { queue_name: "other" });
    const named = await send("GET", `${queues}?name=notes`);
    assert.deepEqual(named.result, [made]);
    assert.equal((await send("GET", `${queues}?name=notes&name=other&name=none`)).result.length, 2);
    assert.deepEqual((await send("GET", queue)).result, made);
    const page = await send("GET", `${queues}?page=2&per_page=1`);
    assert.deepEqual([page.result.length, page.result_info.total_pages], [1, 2]);
    const removed = await send("DELETE", queue);
    assert.deepEqual([removed.success, "result" in removed], [true, false]);
    assert.deepEqual(await verdictOf("GET", queue), [404, 11000]);
  });

  test("a taken name, a bad name and settings out of range are refused", async () => {
    const { verdictOf, queues, queue } = await queueClient();
    assert.deepEqual(await verdictOf("POST", queues, { queue_name: "notes" }), [409, 11009]);
    for (const name of ["Upper", "under_score", "-a", "a-", "", "a".repeat(64), undefined])
      assert.deepEqual(await verdictOf("POST", queues, { queue_name: name }), [400, 11003], name);
    for (const settings of [
      { delivery_delay: -1 },
      { message_retention_period: 59 },
      { delivery_delay: "5" },
      { delivery_paused: "yes" },
      [],
    ])
      assert.deepEqual(await verdictOf("PATCH", queue, { settings }), [400, 100128], JSON.stringify(settings));
    assert.deepEqual(await verdictOf("POST", queues, Buffer.from("{")), [400, 10026]);
  });

  test("PATCH merges settings, PUT replaces them", async () => {
    const { send, queue, made } = await queueClient();
    await send("PATCH", queue, { settings: { delivery_delay: 5 } });
    const merged = await send("PATCH", queue, { settings: { message_retention_period: 60, delivery_paused: true } });
    assert.deepEqual(merged.result.settings, {
      delivery_delay: 5,
      message_retention_period: 60,
      delivery_paused: true,
    });
    const replaced = await send("PUT", queue, { queue_name: "notes", settings: { delivery_delay: 7 } });
    assert.deepEqual(replaced.result.settings, { delivery_delay: 7, message_retention_period: 345_600 });
    assert.ok(replaced.result.modified_on > made.modified_on);
  });

  test("a queue that a Worker sends to, or that has a consumer, is not removed", async () => {
    const { send, verdictOf, put, script, queue, state } = await queueClient();
    await put("producer", { bindings: [{ type: "queue", name: "Q", queue_name: "notes" }] });
    assert.deepEqual((await send("GET", queue)).result.producers, [{ type: "worker", script: "producer" }]);
    assert.deepEqual(await verdictOf("DELETE", queue), [409, 11005]);
    await send("DELETE", script("producer"));
    await put("consumer");
    const consumer = await send("POST", `${queue}/consumers`, { type: "worker", script_name: "consumer" });
    assert.deepEqual(await verdictOf("DELETE", queue), [409, 11005]);
    assert.deepEqual(await verdictOf("DELETE", script("consumer")), [409, 10064]);
    await send("DELETE", `${queue}/consumers/${consumer.result.consumer_id}`);
    assert.deepEqual(await verdictOf("DELETE", queue), [200]);
    assert.equal(state.queues.size, 0);
  });

  test("a binding to a queue that is not there is refused", async () => {
    const { put } = await queueClient();
    const code = async (name) =>
      (await put("a", { bindings: [{ type: "queue", name: "Q", queue_name: name }] })).errors[0]?.code;
    assert.equal(await code("gone"), 11000);
    assert.equal(await code("notes"), undefined);
  });
});

describe("consumers", () => {
  test("a Worker consumes with its defaults; its settings are replaced; it is removed", async () => {
    const { send, verdictOf, put, queue } = await queueClient();
    await put("reader");
    const { result } = await send("POST", `${queue}/consumers`, { type: "worker", script_name: "reader" });
    assert.deepEqual([result.type, result.script, result.queue_name], ["worker", "reader", "notes"]);
    assert.deepEqual(result.settings, {
      batch_size: 10,
      max_concurrency: null,
      max_retries: 3,
      max_wait_time_ms: 5000,
      retry_delay: 0,
    });
    const one = `${queue}/consumers/${result.consumer_id}`;
    const body = { type: "worker", script_name: "reader", dead_letter_queue: "dead", settings: { batch_size: 1 } };
    const changed = await send("PUT", one, body);
    assert.deepEqual([changed.result.settings.batch_size, changed.result.dead_letter_queue], [1, "dead"]);
    assert.equal(
      (await send("PUT", one, { ...body, dead_letter_queue: undefined })).result.dead_letter_queue,
      undefined,
    );
    assert.equal((await send("GET", `${queue}/consumers`)).result.length, 1);
    assert.equal((await send("GET", queue)).result.consumers_total_count, 1);
    assert.deepEqual(await verdictOf("DELETE", one), [200]);
    assert.deepEqual(await verdictOf("GET", one), [404, 11006]);
  });

  test("what can't consume is refused, each with its own code", async () => {
    const handlers = ["fetch"];
    const { send, verdictOf, put, queues, queue } = await queueClient({
      verdict: (version) => ({ ...CONSUMING, handlers: version.bindings.length > 0 ? handlers : CONSUMING.handlers }),
    });
    const worker = (name, more = {}) => [`${queue}/consumers`, { type: "worker", script_name: name, ...more }];
    await put("reader");
    await put("page", { bindings: [{ type: "plain_text", name: "A", text: "a" }] });
    assert.deepEqual(await verdictOf("POST", ...worker("nobody")), [404, 10007]);
    assert.deepEqual(await verdictOf("POST", ...worker("page")), [400, 11001]);
    assert.deepEqual(await verdictOf("POST", ...worker("reader", { type: "letter" })), [400, 100127]);
    for (const settings of [{ batch_size: 0 }, { max_concurrency: 251 }, { max_wait_time_ms: 60_001 }])
      assert.deepEqual(await verdictOf("POST", ...worker("reader", { settings })), [400, 100127]);
    await send("POST", ...worker("reader"));
    assert.deepEqual(await verdictOf("POST", ...worker("reader")), [409, 11004]);
    assert.deepEqual(await verdictOf("POST", `${queue}/consumers`, { type: "http_pull" }), [409, 11004]);
    const other = await send("POST", queues, { queue_name: "other" });
    const [{ consumer_id: id }] = (await send("GET", `${queue}/consumers`)).result;
    const elsewhere = `${queues}/${other.result.queue_id}/consumers/${id}`;
    assert.deepEqual(await verdictOf("DELETE", elsewhere), [404, 11006], "it belongs to another queue");
    assert.deepEqual(await verdictOf("GET", `${queues}/${"0".repeat(32)}/consumers`), [404, 11000]);
  });

  test("a pull consumer has its own settings", async () => {
    const { send, queue } = await queueClient();
    const { result } = await send("POST", `${queue}/consumers`, { type: "http_pull" });
    assert.deepEqual(result.settings, {
      batch_size: 10,
      max_retries: 3,
      retry_delay: 0,
      visibility_timeout_ms: 30_000,
    });
  });
});

describe("messages", () => {
  async function pullClient(settings = {}) {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const client = await queueClient({ now: () => now });
    const { send, queues, queue } = client;
    await send("POST", queues, { queue_name: "dead" });
    await send("POST", `${queue}/consumers`, { type: "http_pull", dead_letter_queue: "dead", settings });
    const post = async (path, body = {}) => (await send("POST", `${queue}${path}`, body)).result;
    const bodies = async (body) => (await post("/messages/pull", body)).messages.map((message) => message.body);
    const after = (ms) => {
      now += ms;
    };
    return { ...client, post, bodies, after };
  }

  test("are sent one by one and in batches, pulled once, and gone when they are acknowledged", async () => {
    const { post, bodies, send, queue } = await pullClient();
    await post("/messages", { body: { a: 1 } });
    await post("/messages/batch", {
      messages: [
        { body: "text", content_type: "text" },
        { body: [2], delay_seconds: 60 },
      ],
    });
    const first = await post("/messages/pull", { batch_size: 1 });
    assert.deepEqual(
      [first.message_backlog_count, first.messages[0].body, first.messages[0].attempts],
      [3, '{"a":1}', 1],
    );
    assert.deepEqual(await bodies(), ["text"], "what is pulled is not there for others, nor what is delayed");
    const acks = [{ lease_id: first.messages[0].lease_id }, { lease_id: "none" }];
    assert.deepEqual(await post("/messages/ack", { acks }), { ackCount: 1, retryCount: 0, warnings: [] });
    assert.equal((await send("GET", `${queue}/metrics`)).result.backlog_count, 2);
  });

  test("come again when their time is over or they are given back, and are dead at last", async () => {
    const { post, bodies, after, state } = await pullClient({ max_retries: 2, visibility_timeout_ms: 1000 });
    await post("/messages", { body: "x", content_type: "text" });
    const { messages } = await post("/messages/pull");
    assert.deepEqual(await bodies(), []);
    after(1000);
    assert.equal((await post("/messages/ack", { acks: [{ lease_id: messages[0].lease_id }] })).ackCount, 0, "too late");
    const [again] = (await post("/messages/pull")).messages;
    assert.equal(again.attempts, 2);
    const given = await post("/messages/ack", { retries: [{ lease_id: again.lease_id, delay_seconds: 5 }] });
    assert.equal(given.retryCount, 1);
    assert.deepEqual(await bodies(), []);
    after(5000);
    assert.deepEqual(await bodies(), ["x"]);
    after(1000);
    assert.deepEqual(await bodies(), []);
    const dead = [...state.queues.values()].find(({ name }) => name === "dead");
    assert.equal(dead.messages.length, 1);
  });

  test("are purged on a clear word, and pulled only where a pull consumer is", async () => {
    const { post, verdictOf, queue, queues, state } = await pullClient();
    await post("/messages", { body: 1 });
    assert.deepEqual(await verdictOf("POST", `${queue}/purge`, {}), [400, 10026]);
    await post("/purge", { delete_messages_permanently: true });
    assert.equal(state.queues.values().next().value.messages.length, 0);
    const [, other] = state.queues.keys();
    assert.deepEqual(await verdictOf("POST", `${queues}/${other}/messages/pull`, {}), [400, 10108]);
    for (const wrong of [
      {},
      { body: 1, content_type: "text" },
      { body: 1, delay_seconds: -1 },
      { body: "x".repeat(128_001) },
    ])
      assert.deepEqual(
        await verdictOf("POST", `${queue}/messages`, wrong),
        [400, 10026],
        JSON.stringify(wrong).slice(0, 60),
      );
  });
});
