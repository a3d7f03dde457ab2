import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { Broker } from "../../js/local/queues/broker.js";
import { createState } from "../../js/local/state.js";

const SETTINGS = { batch_size: 10, max_concurrency: null, max_retries: 1, max_wait_time_ms: 5000, retry_delay: 0 };
const OK = { outcome: "ok" };

/** A queue on a clock of the test's own. `deliver`: what becomes of each batch */
function brokerOf({ consumer = {}, settings = {}, deliver = () => OK } = {}) {
  let now = 1_000_000;
  const timers = new Set();
  const state = createState({ now: () => now });
  const queue = (name) => ({
    id: name,
    name,
    settings: { delivery_delay: 0, message_retention_period: 345_600, ...settings },
    messages: [],
  });
  for (const name of ["notes", "dead"]) state.queues.set(name, queue(name));
  state.scripts.set("reader", { name: "reader" });
  const consuming = { id: "c", queueId: "notes", type: "worker", script: "reader", ...consumer };
  consuming.settings = { ...SETTINGS, ...consumer.settings };
  state.consumers.set("c", consuming);
  const batches = [];
  const said = [];
  const broker = new Broker({
    state,
    now: () => now,
    written: async () => {},
    say: (line) => said.push(line),
    deliver: async (script, batch) => {
      batches.push(batch.messages.map(({ body, attempts }) => `${text(body)}/${attempts}`));
      return deliver(batch, script);
    },
    timers: {
      set: (work, ms) => {
        const timer = { work, at: now + ms };
        timers.add(timer);
        return timer;
      },
      clear: (timer) => timers.delete(timer),
    },
  });
  const send = (...texts) => broker.accept(state.queues.get("notes"), texts.map(message));
  async function pass(ms) {
    const end = now + ms;
    for (;;) {
      await turn();
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers.delete(next);
      now = next.at;
      next.work();
    }
    now = end;
    await turn();
  }
  return { broker, state, batches, said, send, pass, left: (name) => state.queues.get(name).messages.map(bodyOf) };
}

const message = (given) => {
  const { body, ...more } = typeof given === "string" ? { body: given } : given;
  return { contentType: "text", body: Buffer.from(body).toString("base64"), ...more };
};
const text = (base64) => Buffer.from(base64, "base64").toString();
const bodyOf = ({ body }) => text(body);

test("a full batch goes at once, a smaller one when its time is over", async () => {
  const { send, pass, batches, left } = brokerOf({ consumer: { settings: { batch_size: 2 } } });
  send("a", "b", "c");
  await pass(0);
  assert.deepEqual(batches, [["a/1", "b/1"]]);
  await pass(4999);
  assert.equal(batches.length, 1);
  await pass(1);
  assert.deepEqual(batches, [["a/1", "b/1"], ["c/1"]]);
  assert.deepEqual(left("notes"), []);
});

test("a delayed message is not handed on before its time", async () => {
  const { send, pass, batches } = brokerOf({ consumer: { settings: { max_wait_time_ms: 0 } } });
  send({ body: "late", delaySeconds: 60 });
  await pass(59_999);
  assert.deepEqual(batches, []);
  await pass(1);
  assert.deepEqual(batches, [["late/1"]]);
});

test("a batch that fails is tried again, then goes to the dead letter queue", async () => {
  const { send, pass, batches, left } = brokerOf({
    consumer: { deadLetterQueue: "dead", settings: { max_wait_time_ms: 0, retry_delay: 10 } },
    deliver: () => ({ outcome: "exception", why: "Error: no" }),
  });
  send("a");
  await pass(9999);
  assert.deepEqual([batches, left("notes")], [[["a/1"]], ["a"]]);
  await pass(1);
  assert.deepEqual(batches, [["a/1"], ["a/2"]]);
  assert.deepEqual([left("notes"), left("dead")], [[], ["a"]]);
});

test("without a dead letter queue the loss is told", async () => {
  const { send, pass, said, left } = brokerOf({
    consumer: { settings: { max_wait_time_ms: 0, max_retries: 0 } },
    deliver: () => ({ outcome: "exception", why: "Error: no" }),
  });
  send("a");
  await pass(0);
  assert.deepEqual(left("notes"), []);
  assert.match(said[0], /Worker reader failed: Error: no/);
  assert.match(said[1], /failed 1 times and is dropped/);
});

test("only what the Worker wants again comes again, after the delay it names", async () => {
  const { send, pass, batches } = brokerOf({
    consumer: { settings: { max_wait_time_ms: 0, max_retries: 5 } },
    deliver: ({ messages }) => ({
      ...OK,
      retryMessages: messages.slice(1).map(({ id }) => ({ msgId: id, delaySeconds: 3 })),
    }),
  });
  send("a", "b");
  await pass(3000);
  assert.deepEqual(batches, [["a/1", "b/1"], ["b/2"]]);
});

test("what was acknowledged before the handler threw does not come again", async () => {
  const { send, pass, batches } = brokerOf({
    consumer: { settings: { max_wait_time_ms: 0 } },
    deliver: ({ messages }) => ({ outcome: "exception", explicitAcks: [messages[0].id] }),
  });
  send("a", "b");
  await pass(0);
  assert.deepEqual(batches, [["a/1", "b/1"], ["b/2"]]);
});

test("messages wait for a consumer, and for the end of a pause", async () => {
  const { broker, state, send, pass, batches } = brokerOf({
    consumer: { settings: { max_wait_time_ms: 0 } },
    settings: { delivery_paused: true },
  });
  const consumer = state.consumers.get("c");
  state.consumers.delete("c");
  send("a");
  await pass(10_000);
  state.consumers.set("c", consumer);
  broker.changed();
  await pass(10_000);
  assert.deepEqual(batches, [], "delivery is paused");
  state.queues.get("notes").settings.delivery_paused = false;
  broker.changed();
  await pass(0);
  assert.deepEqual(batches, [["a/1"]]);
});

test("no more batches run at a time than the consumer allows", async () => {
  let end;
  const { send, pass, batches } = brokerOf({
    consumer: { settings: { batch_size: 1, max_concurrency: 1 } },
    deliver: () => new Promise((resolve) => (end = resolve)),
  });
  send("a", "b");
  await pass(10_000);
  assert.deepEqual(batches, [["a/1"]]);
  end(OK);
  await pass(0);
  assert.deepEqual(batches, [["a/1"], ["b/1"]]);
});

test("a message older than the retention period is dropped, and that is told", async () => {
  const { broker, state, send, pass, batches, said } = brokerOf({ settings: { message_retention_period: 60 } });
  const consumer = state.consumers.get("c");
  state.consumers.delete("c");
  send("old");
  await pass(61_000);
  state.consumers.set("c", consumer);
  broker.changed();
  await pass(10_000);
  assert.deepEqual(batches, []);
  assert.match(said[0], /1 messages are older than its retention period/);
});
