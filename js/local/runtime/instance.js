/** One workerd with an entry Worker of ours, through which every request and every KV call goes. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { requestEntry } from "./entry-request.js";
import { startWorkers } from "./miniflare.js";
import { hasEnded } from "./processes.js";
import { computedMs, createWatch } from "./watch.js";

/** A broken connection may be the first sign of a process that ends. */
const END_MS = 200;
/** CPU time of a request, unless the Worker's limits say otherwise. */
const DEFAULT_CPU_MS = 30_000;

/** The request was taken back before the Worker could see it: it may be sent to another instance. */
export const NOT_BEGUN = Symbol("not begun");

/** Miniflare's namespace speaks ArrayBuffer, ours Buffer. */
const KV = {
  get: async (namespace, key) => toBuffer(await namespace.get(key, "arrayBuffer")),
  getWithMetadata: async (namespace, key) => {
    const { value, metadata } = await namespace.getWithMetadata(key, "arrayBuffer");
    return { value: toBuffer(value), metadata };
  },
  put: (namespace, key, value, options) => namespace.put(key, toArrayBuffer(value), options),
  delete: (namespace, key) => namespace.delete(key),
  list: (namespace, options) => namespace.list(options),
};

/**
 * @typedef {object} Visit a request under way
 * @property {string} id
 * @property {string} worker its loaded name
 * @property {object} version
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
  #calls = new Set();
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
      beat: () => this.#workerd.beat(),
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
   * @throws when the connection broke, and `lost` says whether the process is gone with it
   */
  fetch(worker, version, request) {
    const id = randomBytes(16).toString("hex");
    const visit = { id, worker, version, begun: false, answered: false };
    this.#channel.expect({
      id,
      worker,
      request,
      begin: () => {
        visit.begun = true;
      },
    });
    const { answer, over, cancel } = requestEntry(this.#workerd.origin, { id, request });
    visit.cancel = cancel;
    const leave = () => cancel();
    request.signal?.addEventListener("abort", leave);
    this.#visits.add(visit);
    this.#startWatch();
    over.then(() => {
      this.#visits.delete(visit);
      this.#channel.forget(id);
      request.signal?.removeEventListener("abort", leave);
    });
    answer.then(
      () => {
        visit.answered = true;
      },
      () => {},
    );
    const taken = new Promise((resolve) => {
      visit.settle = resolve;
    });
    return Promise.race([taken, answer]);
  }

  /** Whether the process is gone, or about to go. */
  async isLost() {
    return this.#stopped || hasEnded(this.#workerd.process, END_MS);
  }

  /** One call on a namespace that was loaded: get, getWithMetadata, put, delete or list, as `runtime.kv` promises them. */
  kv(id, method, args) {
    const call = this.#workerd.kv(id).then((namespace) => KV[method](namespace, ...args));
    this.#calls.add(call);
    const forget = () => this.#calls.delete(call);
    call.then(forget, forget);
    return call;
  }

  /** Whether anything is under way: answers whose body still comes, and open WebSockets, count. */
  get busy() {
    return this.#visits.size + this.#calls.size > 0;
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
    return this.#calls.size > 0 || [...this.#visits].some(({ answered }) => !answered);
  }

  #suspects() {
    return [...this.#visits].filter(({ begun }) => begun);
  }

  /** Those that no Worker has seen go elsewhere; the others have the time that their Worker may take. */
  #stalled() {
    this.#stall = this.#suspects().map(({ version }) => version);
    if (this.#onStall("begins", this.#stall) === "let others go") this.#letOthersGo();
    return Math.max(0, ...this.#stall.map(({ limits }) => limits?.cpu_ms ?? DEFAULT_CPU_MS));
  }

  #recovered() {
    this.#onStall("ends", this.#stall);
    this.#stall = undefined;
  }

  #letOthersGo() {
    for (const visit of this.#visits) {
      if (visit.begun) continue;
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

function toBuffer(value) {
  return value === null ? null : Buffer.from(value);
}

function toArrayBuffer(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}
