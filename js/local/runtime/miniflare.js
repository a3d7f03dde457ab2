/**
 * The only file that knows miniflare (4.20260730.0): Workers of ours in, miniflare's options out.
 * Miniflare is an optional peer, so it is imported on first use.
 */
import { Agent, request as httpRequest } from "node:http";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { workerBindings } from "./bindings.js";
import { CHECKER_SOURCE, ENTRY_SOURCE } from "./sources.js";

const LOOPBACK = "127.0.0.1";
/** Upper case, so that no script name can clash with it. */
const ENTRY = "Entry";
const MODULE_TYPES = { esm: "ESModule", cjs: "CommonJS", wasm: "CompiledWasm", text: "Text", data: "Data" };
/** What Cloudflare takes when an upload names no date. */
const FIRST_COMPATIBILITY_DATE = "2021-11-02";
/** A connection to workerd that is silent for so long is given up. */
const ANSWER_MS = 60_000;
/** A script has so long to start. */
const START_MS = 5000;

/** A Worker accepted a WebSocket; what it answers otherwise goes back as it is. */
const NO_WEBSOCKETS = {
  status: 501,
  headers: { "content-type": "text/plain; charset=UTF-8" },
  body: Buffer.from("Local Cloudflare: the Worker accepted a WebSocket, and WebSockets are not passed on\n"),
};

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

/** Loads miniflare, or says how to get it. */
export async function loadMiniflare() {
  try {
    return await import("miniflare");
  } catch (cause) {
    if (cause.code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new Error(
      "Local Cloudflare runs Workers with miniflare, which is not installed: npm install miniflare@4.20260730.0",
      { cause },
    );
  }
}

/**
 * The date that workerd is run at for a version's date: dates it does not know yet become its newest.
 * @returns {{ date: string, clamped: boolean }}
 */
export function runnableDate(miniflare, wanted = FIRST_COMPATIBILITY_DATE) {
  const newest = miniflare.supportedCompatibilityDate;
  return wanted > newest ? { date: newest, clamped: true } : { date: wanted, clamped: false };
}

/**
 * @typedef {object} LoadedWorker
 * @property {string} name unique in the instance
 * @property {object} version as stored
 * @property {(scriptName: string) => string | undefined} nameOf the loaded name of another script
 */

/** One workerd with an entry Worker of ours, through which every request and every KV call goes. */
export class WorkerdInstance {
  #miniflare;
  #namespace;
  #dir;
  #output;
  /** A connection for each request: workerd closes one after a body that its Worker left unread. */
  #agent = new Agent({ keepAlive: false });
  #origin;
  #inFlight = new Set();

  /**
   * @param {object} options
   * @param {string} options.dir where KV and the other stores live
   * @param {(line: string) => void} options.output what workerd prints, the Workers' console included
   */
  constructor({ dir, output }) {
    this.#dir = dir;
    this.#output = output;
  }

  /**
   * Starts, or restarts with another set of Workers. Stores stay.
   * @param {LoadedWorker[]} workers
   * @param {string[]} kvIds
   * @throws when a Worker does not start: then nothing runs, until `load` succeeds
   */
  async load(workers, kvIds) {
    this.#namespace ??= await loadMiniflare();
    const options = this.#options(workers, kvIds);
    try {
      if (this.#miniflare) await this.#miniflare.setOptions(options);
      else this.#miniflare = new this.#namespace.Miniflare(options);
      this.#origin = await this.#miniflare.unsafeGetDirectURL(ENTRY);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** @returns {Promise<{ status: number, headers: Record<string, string | string[]>, body: Buffer, exception?: string }>} */
  fetch(workerName, { method, url, headers, body }) {
    const { pathname, search } = new URL(url);
    const sent = { ...headers, "x-local-worker": workerName, "x-local-url": url };
    if (body?.length) sent["content-length"] = String(body.length);
    const answer = new Promise((resolve, reject) => {
      const options = { method, headers: sent, agent: this.#agent, path: pathname + search, timeout: ANSWER_MS };
      const outgoing = httpRequest(this.#origin, options, (incoming) => readResponse(incoming).then(resolve, reject));
      outgoing.on("upgrade", (_incoming, socket) => {
        socket.destroy();
        resolve(NO_WEBSOCKETS);
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error(`nothing came for ${ANSWER_MS / 1000} s`)));
      outgoing.on("error", reject);
      outgoing.end(body);
    });
    return this.#track(answer);
  }

  /** One call on a namespace that was loaded: get, getWithMetadata, put, delete or list, as `runtime.kv` promises them. */
  kv(id, method, args) {
    const answer = this.#miniflare
      .getKVNamespace(kvBinding(id), ENTRY)
      .then((namespace) => KV[method](namespace, ...args));
    return this.#track(answer);
  }

  /** Resolves to true once nothing is under way, or to false after the time given. */
  async drained(timeoutMs = 2 ** 31 - 1) {
    const deadline = new AbortController();
    const late = sleep(timeoutMs, false, { signal: deadline.signal, ref: false }).catch(() => false);
    const done = Promise.allSettled([...this.#inFlight]).then(() => true);
    return Promise.race([done, late]).finally(() => deadline.abort());
  }

  async close() {
    this.#agent.destroy();
    const running = this.#miniflare;
    this.#miniflare = undefined;
    await running?.dispose().catch(() => {});
  }

  #track(promise) {
    this.#inFlight.add(promise);
    const forget = () => this.#inFlight.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  #options(workers, kvIds) {
    return {
      ...sharedOptions(this.#namespace, this.#output),
      kvPersist: join(this.#dir, "kv"),
      r2Persist: join(this.#dir, "r2"),
      d1Persist: join(this.#dir, "d1"),
      durableObjectsPersist: join(this.#dir, "do"),
      workflowsPersist: join(this.#dir, "workflows"),
      cachePersist: join(this.#dir, "cache"),
      workers: [entryWorker(workers, kvIds), ...workers.map((worker) => workerOptions(this.#namespace, worker))],
    };
  }
}

/**
 * A workerd that starts scripts in isolates of their own and tells how that went.
 * @returns {Promise<{ check(script: object): Promise<object>, close(): Promise<void> }>}
 *   `check` resolves to `{ handlers, named }` or `{ error }`; rejects with a `TimeoutError` when there is no answer in time
 */
export async function startChecker(output) {
  const namespace = await loadMiniflare();
  const checker = new namespace.Miniflare({
    ...sharedOptions(namespace, output),
    workers: [
      {
        name: ENTRY,
        modules: true,
        script: CHECKER_SOURCE,
        compatibilityDate: "2026-01-01",
        workerLoaders: { LOADER: {} },
        unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }],
      },
    ],
  });
  const url = await checker.unsafeGetDirectURL(ENTRY);
  return {
    async check(script) {
      const signal = AbortSignal.timeout(START_MS);
      const response = await fetch(url, { method: "POST", body: JSON.stringify(script), signal });
      return response.json();
    },
    close: () => checker.dispose(),
  };
}

/**
 * Starts one Worker alone, with nothing else in its workerd.
 * @template T
 * @param {LoadedWorker} worker
 * @param {(url: URL) => Promise<T>} ask what to do with it once it runs
 * @returns {Promise<T>}
 * @throws {Error} with workerd's message
 */
export async function startAlone(worker, ask) {
  const namespace = await loadMiniflare();
  const lines = [];
  const options = workerOptions(namespace, worker);
  const alone = new namespace.Miniflare({
    ...sharedOptions(namespace, (line) => lines.push(line)),
    workers: [{ ...options, unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }] }],
  });
  try {
    return await inTime(alone.unsafeGetDirectURL(options.name).then(ask));
  } catch (error) {
    throw error.name === "TimeoutError" ? error : new Error(startMessage(lines) || error.message, { cause: error });
  } finally {
    await alone.dispose().catch(() => {});
  }
}

function inTime(promise) {
  const signal = AbortSignal.timeout(START_MS);
  const late = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return Promise.race([promise, late]);
}

function sharedOptions({ NoOpLog }, output) {
  return {
    log: new NoOpLog(),
    host: LOOPBACK,
    port: 0,
    cf: false,
    handleRuntimeStdio(stdout, stderr) {
      for (const stream of [stdout, stderr]) forEachLine(stream, output);
    },
  };
}

function entryWorker(workers, kvIds) {
  return {
    name: ENTRY,
    modules: true,
    script: ENTRY_SOURCE,
    compatibilityDate: "2026-01-01",
    serviceBindings: Object.fromEntries(workers.map(({ name }) => [name, { name }])),
    kvNamespaces: Object.fromEntries(kvIds.map((id) => [kvBinding(id), id])),
    unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }],
  };
}

function workerOptions(namespace, worker) {
  const { version, name } = worker;
  return {
    name,
    ...sourceOptions(version),
    compatibilityDate: runnableDate(namespace, version.compatibilityDate).date,
    compatibilityFlags: version.compatibilityFlags,
    ...workerBindings(worker).options,
  };
}

function sourceOptions({ modules, mainModule, bodyPart }) {
  if (!mainModule) return { script: modules.find(({ name }) => name === bodyPart).content.toString("utf8") };
  const main = modules.find(({ name }) => name === mainModule);
  const others = modules.filter((module) => module !== main && module.type in MODULE_TYPES);
  return { modulesRoot: sep, modules: [main, ...others].map(moduleOptions) };
}

function moduleOptions({ name, type, content }) {
  const binary = type === "wasm" || type === "data";
  return {
    type: MODULE_TYPES[type],
    path: join(sep, name),
    contents: binary ? new Uint8Array(content) : content.toString("utf8"),
  };
}

/** workerd's own words for a script that does not start, out of what it printed. */
function startMessage(lines) {
  const text = lines.join("\n");
  const start = text.search(/Uncaught |No such compatibility flag|The compatibility flag|This Worker requires/);
  return start === -1 ? text.trim() : text.slice(start).trim();
}

async function readResponse(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const {
    connection: _c,
    "keep-alive": _k,
    "transfer-encoding": _t,
    "x-local-exception": exception,
    ...headers
  } = incoming.headers;
  const response = { status: incoming.statusCode, headers, body };
  return exception === undefined ? response : { ...response, exception: body.toString("utf8") };
}

function forEachLine(stream, output) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) output(line);
  });
  stream.on("end", () => rest && output(rest));
}

function toBuffer(value) {
  return value === null ? null : Buffer.from(value);
}

function toArrayBuffer(buffer) {
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
}

function kvBinding(id) {
  return `KV_${id}`;
}
