/** One workerd with an entry Worker of ours, through which every request and every KV call goes. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { requestEntry } from "./entry-request.js";
import { utf8OfLatin1 } from "./latin1.js";
import { kvBinding, startWorkers } from "./miniflare.js";
import { hasEnded } from "./processes.js";
import { computedMs, createWatch } from "./watch.js";

/** A broken connection may be the first sign of a process that ends. */
const END_MS = 200;
/** CPU time of a request, unless the Worker's limits say otherwise. */
const DEFAULT_CPU_MS = 30_000;

/** It was taken back before a Worker could see it, or may be done twice: it goes to another instance. */
export const NOT_BEGUN = Symbol("not begun");

/**
 * @typedef {object} Visit a request under way, of a visitor or on a KV namespace
 * @property {string} id
 * @property {object} [version] of the Worker; none for KV
 * @property {boolean} begun the Worker may have seen it
 * @property {boolean} answered its head is there; the body may still come
 * @property {(outcome: object | symbol) => void} settle
 * @property {() => void} cancel
 */

export class Instance {
  #workerd;
  #options;
  #channel;
  /** @type {Set<Visit>} */
  #visits = new Set();
  #startWatch;
  #onStall;
  #stopped = false;
  /** Versions of which one holds the thread. @type {object[] | undefined} */
  #stall;

  /**
   * @param {object} options
   * @param {string} options.dir where KV and the other stores live
   * @param {import("./back-channel.js").BackChannel} options.channel
   * @param {(line: string) => void} options.output what workerd prints, the Workers' console included
   * @param {(stall: "begins" | "ends" | "killed", versions: object[]) => void} options.onStall
   */
  constructor({ dir, channel, output, onStall }) {
    this.#options = { dir, output };
    this.#channel = channel;
    this.#onStall = onStall;
    this.#startWatch = createWatch({
      busy: () => !this.#stopped && this.#visits.size > 0,
      // It may have been closed since it was found busy.
      beat: async () => this.#workerd?.beat(),
      spentMs: () => computedMs(this.#workerd?.process ?? {}),
      stalled: () => this.#stalled(),
      recovered: () => this.#recovered(),
      exceeded: () => this.#kill(),
    });
  }

  /**
   * Starts, or restarts with another set of Workers. Stores stay.
   * @param {{ workers: import("./miniflare.js").LoadedWorker[], kvIds: string[], hosts: string[] }} set
   * @throws when a Worker does not start: then nothing runs, until `load` succeeds
   */
  async load(set) {
    try {
      this.#workerd ??= await startWorkers(this.#channel, this.#options);
      await this.#workerd.load(set);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * @returns {Promise<import("./index.js").Answer | typeof NOT_BEGUN>}
   * @throws when the connection broke; the error's `begun` says whether a Worker may have seen the request
   */
  fetch(worker, version, request) {
    const { method, url, headers, body, contentLength } = request;
    const head = { worker, method, url, headers: pairsOf(headers) };
    const sent = method === "GET" || method === "HEAD" ? {} : { body, contentLength };
    return this.#send({ head, ...sent }, version, request);
  }

  /** A batch of a queue, to the Worker that consumes it. @returns {Promise<import("./index.js").Answer | typeof NOT_BEGUN>} */
  queue(worker, version, { queue, ...batch }) {
    const body = Buffer.from(JSON.stringify(batch));
    const sent = { head: { worker, queue }, body, contentLength: String(body.length) };
    return this.#send(sent, version, { method: "GET", headers: {} });
  }

  /** The time of a cron schedule. @returns {Promise<import("./index.js").Answer | typeof NOT_BEGUN>} */
  scheduled(worker, version, scheduled) {
    return this.#send({ head: { worker, scheduled } }, version, { method: "GET", headers: {} });
  }

  /**
   * One call on a namespace that was loaded, see `kv.js`. Each may be done twice, so one that a Worker holds up goes
   * elsewhere.
   * @returns {Promise<import("./index.js").Answer | typeof NOT_BEGUN>}
   */
  kv(id, call, args, value) {
    const head = { kv: kvBinding(id), call, args };
    const sent = value === undefined ? {} : { body: value, contentLength: String(value.length) };
    return this.#send({ head, ...sent }, undefined, { method: "GET", headers: {} });
  }

  #send(pending, version, request) {
    const id = randomBytes(16).toString("hex");
    const visit = { id, version, begun: false, answered: false };
    const begin = () => {
      visit.begun = true;
    };
    this.#channel.expect({ ...pending, id, begin });
    const { answer, over, cancel } = requestEntry(this.#workerd.origin, id, request);
    visit.cancel = cancel;
    request.signal?.addEventListener("abort", cancel);
    this.#visits.add(visit);
    this.#startWatch();
    over.then(() => {
      this.#visits.delete(visit);
      this.#channel.forget(id);
      request.signal?.removeEventListener("abort", cancel);
    });
    const answered = () => {
      visit.answered = true;
    };
    answer.then(answered, answered);
    const taken = new Promise((resolve) => {
      visit.settle = resolve;
    });
    return Promise.race([taken, answer]).catch((error) => {
      throw Object.assign(error, { begun: visit.begun });
    });
  }

  /** Whether the process is gone, or about to go, as an error of a connection to it suggests. */
  async isLost({ code }) {
    return this.#stopped || code === "ECONNREFUSED" || hasEnded(this.#workerd.process, END_MS);
  }

  /** Whether anything is under way: answers whose body still comes, and open WebSockets, count. */
  get busy() {
    return this.#visits.size > 0;
  }

  /** Waits, but not longer than told, for requests without an answer; those whose answer is coming may take for ever. */
  async settled(timeoutMs, isHurried) {
    const until = performance.now() + timeoutMs;
    while (this.#waiting() && !isHurried() && performance.now() < until) await sleep(5);
  }

  /** Waits until nothing is under way, but not longer than told; while somebody computes, his own limit counts. */
  async idle(timeoutMs) {
    const until = performance.now() + timeoutMs;
    while (this.busy && !this.#stopped && (this.#stall || performance.now() < until))
      await sleep(20, undefined, { ref: false });
  }

  async close() {
    this.#stopped = true;
    for (const visit of this.#visits) visit.cancel();
    const workerd = this.#workerd;
    this.#workerd = undefined;
    await workerd?.close();
  }

  #waiting() {
    return [...this.#visits].some(({ answered }) => !answered);
  }

  #suspects() {
    return [...this.#visits].filter(({ begun, version }) => begun && version);
  }

  /** Those that no Worker has seen go elsewhere; the others have the time that their Worker may take. */
  #stalled() {
    this.#stall = this.#suspects().map(({ version }) => version);
    if (this.#onStall("begins", this.#stall) === "let others go") this.#letOthersGo();
    return Math.max(0, ...this.#stall.map(cpuLimitOf));
  }

  #recovered() {
    this.#onStall("ends", this.#stall);
    this.#stall = undefined;
  }

  #letOthersGo() {
    for (const visit of this.#visits) {
      if (visit.begun && visit.version) continue;
      this.#channel.forget(visit.id);
      visit.settle(NOT_BEGUN);
      visit.cancel();
    }
  }

  /** Nobody can tell which of several Workers it was: all of them are told. */
  #kill() {
    const suspects = this.#suspects();
    this.#onStall("killed", this.#stall);
    this.#letOthersGo();
    const together = suspects.length > 1;
    for (const visit of suspects) visit.settle({ status: 503, headers: {}, exceeded: { together } });
    this.close();
  }
}

function cpuLimitOf({ limits }) {
  return limits?.cpu_ms > 0 ? Number(limits.cpu_ms) : DEFAULT_CPU_MS;
}

/** Header values are bytes; Node reads them as Latin-1, Workers as UTF-8. */
function pairsOf(headers) {
  return Object.entries(headers).map(([name, value]) => [name, utf8OfLatin1(String(value))]);
}
