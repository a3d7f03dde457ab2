/**
 * The queues' messages: kept in the state until their consumer has acknowledged them, handed on in batches, tried again,
 * and moved to the dead letter queue at last. https://developers.cloudflare.com/queues/configuration/batching-retries/
 */
import { newId } from "../state.js";
import { consumerOf, queueNamed } from "./lookup.js";

/** Batches of one queue that run at a time, unless its consumer says less. */
const MOST_AT_ONCE = 10;
const TIMERS = {
  set: (work, ms) => setTimeout(work, ms).unref(),
  clear: clearTimeout,
};

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {number} timestamp when it was sent, milliseconds
 * @property {"v8" | "json" | "text" | "bytes"} contentType
 * @property {string} body base64
 * @property {number} attempts deliveries that have failed
 * @property {number} readyAt not handed on before, milliseconds
 * @property {string} [lease] of the one who has pulled it, until `readyAt`
 */

export class Broker {
  #state;
  #deliver;
  #now;
  #timers;
  #written;
  #say;
  /** queue id → its next look */
  #next = new Map();
  /** Messages in a batch that is under way. @type {Set<Message>} */
  #taken = new Set();
  /** queue id → number of batches under way */
  #running = new Map();
  #closed = false;

  /**
   * @param {object} options
   * @param {object} options.state
   * @param {(script: string, batch: object) => Promise<object>} options.deliver see `runtime.queue`
   * @param {() => number} options.now milliseconds
   * @param {() => Promise<void>} options.written resolves when what was changed is saved
   * @param {(line: string) => void} [options.say] hears of messages that fail and of those that are lost
   * @param {{ set: (work: () => void, ms: number) => any, clear: (timer: any) => void }} [options.timers]
   */
  constructor({ state, deliver, now, written, say = () => {}, timers = TIMERS }) {
    this.#state = state;
    this.#deliver = deliver;
    this.#now = now;
    this.#written = written;
    this.#say = say;
    this.#timers = timers;
  }

  /**
   * @param {object} queue
   * @param {{ contentType: string, body: string, delaySeconds?: number }[]} sent
   * @returns {object} the queue's metrics
   */
  accept(queue, sent) {
    const now = this.#now();
    for (const { contentType, body, delaySeconds = queue.settings.delivery_delay } of sent) {
      const readyAt = now + delaySeconds * 1000;
      queue.messages.push({ id: newId(), timestamp: now, contentType, body, attempts: 0, readyAt });
    }
    this.#look(queue);
    return this.metrics(queue);
  }

  /** Messages that were pulled too often, and that nobody has now. */
  dropFailed(queue) {
    this.#dropOld(queue);
    const consumer = consumerOf(this.#state, queue);
    const isFailed = ({ attempts, readyAt }) => attempts > consumer.settings.max_retries && readyAt <= this.#now();
    for (const message of queue.messages.filter(isFailed)) this.#giveUp(queue, consumer, message);
  }

  metrics({ messages }) {
    return {
      backlogCount: messages.length,
      backlogBytes: messages.reduce((sum, { body }) => sum + Buffer.byteLength(body, "base64"), 0),
      oldestMessageTimestamp: messages[0]?.timestamp ?? 0,
    };
  }

  /** Queues, consumers or Workers have changed: what waits may now go on. */
  changed() {
    for (const queue of this.#state.queues.values()) this.#look(queue);
  }

  close() {
    this.#closed = true;
    for (const timer of this.#next.values()) this.#timers.clear(timer);
  }

  #look(queue) {
    this.#timers.clear(this.#next.get(queue.id));
    this.#next.delete(queue.id);
    const consumer = this.#closed ? undefined : this.#workerOf(queue);
    if (!consumer) return;
    this.#dropOld(queue);
    for (let batch = this.#nextBatch(queue, consumer); batch; batch = this.#nextBatch(queue, consumer)) {
      this.#send(queue, consumer, batch);
    }
    this.#lookAgain(queue, consumer);
  }

  /** A Worker that is there; pull consumers fetch for themselves. */
  #workerOf(queue) {
    if (queue.settings.delivery_paused) return undefined;
    const consumer = consumerOf(this.#state, queue);
    return consumer?.type === "worker" && this.#state.scripts.has(consumer.script) ? consumer : undefined;
  }

  #dropOld(queue) {
    const oldest = this.#now() - queue.settings.message_retention_period * 1000;
    const old = queue.messages.filter((message) => message.timestamp < oldest && !this.#taken.has(message));
    if (old.length === 0) return;
    this.#say(`queue ${queue.name}: ${old.length} messages are older than its retention period and are dropped`);
    queue.messages = queue.messages.filter((message) => !old.includes(message));
  }

  #nextBatch(queue, { settings }) {
    if ((this.#running.get(queue.id) ?? 0) >= Math.min(settings.max_concurrency ?? MOST_AT_ONCE, MOST_AT_ONCE)) return;
    const now = this.#now();
    const ready = this.#waiting(queue).filter(({ readyAt }) => readyAt <= now);
    const isDue = ready.some(({ readyAt }) => readyAt + settings.max_wait_time_ms <= now);
    if (ready.length >= settings.batch_size || isDue) return ready.slice(0, settings.batch_size);
  }

  /** When the first of those that wait gets ready or is due; a batch that ends looks by itself. */
  #lookAgain(queue, { settings }) {
    const now = this.#now();
    const times = this.#waiting(queue).flatMap(({ readyAt }) => [readyAt, readyAt + settings.max_wait_time_ms]);
    const next = times.filter((at) => at > now).reduce((first, at) => Math.min(first, at), Number.POSITIVE_INFINITY);
    if (next === Number.POSITIVE_INFINITY) return;
    const timer = this.#timers.set(() => this.#look(queue), next - now);
    this.#next.set(queue.id, timer);
  }

  #waiting({ messages }) {
    return messages.filter((message) => !this.#taken.has(message));
  }

  async #send(queue, consumer, batch) {
    this.#count(queue, 1);
    for (const message of batch) this.#taken.add(message);
    const messages = batch.map(({ readyAt: _readyAt, ...message }) => ({ ...message, attempts: message.attempts + 1 }));
    const sent = { queue: queue.name, messages, metrics: this.metrics({ messages: this.#waiting(queue) }) };
    const verdict = await this.#deliver(consumer.script, sent).catch(failed);
    this.#count(queue, -1);
    for (const message of batch) this.#taken.delete(message);
    if (this.#closed) return;
    this.#settle(queue, consumer, batch, verdict);
    await this.#written().catch((error) => this.#say(`queue ${queue.name}: not saved: ${error.message}`));
    this.#look(queue);
  }

  #count(queue, change) {
    this.#running.set(queue.id, (this.#running.get(queue.id) ?? 0) + change);
  }

  /** What is acknowledged one by one is so even if the handler throws afterwards. */
  #settle(queue, consumer, batch, verdict) {
    const {
      outcome,
      why,
      ackAll = false,
      retryBatch = { retry: false },
      explicitAcks = [],
      retryMessages = [],
    } = verdict;
    if (outcome !== "ok")
      this.#say(
        `queue ${queue.name}: Worker ${consumer.script} failed: ${why ?? `its queue handler ended with ${outcome}`}`,
      );
    const again = new Map(retryMessages.map(({ msgId, delaySeconds }) => [msgId, delaySeconds]));
    const all = outcome !== "ok" || retryBatch.retry;
    const isRetried = ({ id }) => again.has(id) || (all && !ackAll && !explicitAcks.includes(id));
    const done = new Set(batch.filter((message) => !isRetried(message)));
    queue.messages = queue.messages.filter((message) => !done.has(message));
    for (const message of batch.filter(isRetried)) {
      const delay = again.get(message.id) ?? retryBatch.delaySeconds ?? consumer.settings.retry_delay;
      this.#retry(queue, consumer, message, delay);
    }
  }

  #retry(queue, consumer, message, delaySeconds) {
    message.attempts += 1;
    message.readyAt = this.#now() + delaySeconds * 1000;
    if (message.attempts > consumer.settings.max_retries) this.#giveUp(queue, consumer, message);
  }

  #giveUp(queue, consumer, message) {
    queue.messages = queue.messages.filter((other) => other !== message);
    const dead = consumer.deadLetterQueue && queueNamed(this.#state, consumer.deadLetterQueue);
    if (dead) this.accept(dead, [message]);
    else this.#say(`queue ${queue.name}: message ${message.id} failed ${message.attempts} times and is dropped`);
  }
}

function failed(error) {
  return { outcome: "exception", why: error.message };
}
