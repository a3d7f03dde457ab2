/**
 * The only file that knows miniflare (4.20260730.0): Workers of ours in, miniflare's options out.
 * Miniflare is an optional peer, so it is imported on first use.
 */
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { join, sep } from "node:path";
import { workerBindings } from "./bindings.js";
import { takeNewest } from "./processes.js";
import { CHECKER_SOURCE, ENTRY_SOURCE, GATE_SOURCE, OUTBOUND_SOURCE } from "./sources.js";

const LOOPBACK = "127.0.0.1";
/** Upper case, so that no script name can clash with it. */
const ENTRY = "Entry";
const OUTBOUND = "Outbound";
const OUR_DATE = "2026-01-01";
const DIRECT = { host: LOOPBACK, port: 0 };
const BINDING_HEADER = "mf-header-";
/** For a Worker that only has to start. */
const NOWHERE = new URL("http://127.0.0.1:1/");
/** Characters of a line that are passed on. */
const MAX_LINE = 16_384;
const MODULE_TYPES = { esm: "ESModule", cjs: "CommonJS", wasm: "CompiledWasm", text: "Text", data: "Data" };
/** What Cloudflare takes when an upload names no date. */
const FIRST_COMPATIBILITY_DATE = "2021-11-02";
/** A script has so long to start. */
const START_MS = 5000;

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
 * @property {string} [script] the script's name
 * @property {object} version as stored
 * @property {(scriptName: string) => string | undefined} nameOf the loaded name of another script
 * @property {(bucket: string) => URL} [bucketUrl] where a bucket of R2 answers
 */

/**
 * A workerd for deployed Workers, which knows none yet.
 * @param {import("./back-channel.js").BackChannel} channel
 * @param {{ dir: string, output: (line: string) => void }} options
 * @returns {Promise<Workerd>}
 */
export async function startWorkers(channel, options) {
  const namespace = await loadMiniflare();
  const ways = {
    request: await serviceOf(channel, "request"),
    subrequest: await serviceOf(channel, "subrequest"),
    bucketUrl: await channel.bucketUrls(),
  };
  return new Workerd(namespace, channel.secret, ways, options);
}

async function serviceOf(channel, kind) {
  const injectRequestHeaders = Object.entries(channel.headersFor(kind)).map(([name, value]) => ({ name, value }));
  return { external: { address: await channel.open(), http: { injectRequestHeaders } } };
}

/** Headers that a binding has sent to a place outside: miniflare renames them on the way. */
export function headersOfBinding(headers) {
  const renamed = Object.entries(headers).filter(([name]) => name.startsWith(BINDING_HEADER));
  return Object.fromEntries(renamed.map(([name, value]) => [name.slice(BINDING_HEADER.length), value]));
}

class Workerd {
  /** Of the entry Worker. @type {URL} */
  origin;
  /** The process that `load` started. Miniflare starts another one when it dies; nobody asks that one. @type {import("node:child_process").ChildProcess} */
  process;

  #namespace;
  #secret;
  #ways;
  #dir;
  #output;
  #miniflare;
  #loading = false;

  constructor(namespace, secret, ways, { dir, output }) {
    this.#namespace = namespace;
    this.#secret = secret;
    this.#ways = ways;
    this.#dir = dir;
    this.#output = output;
  }

  async load(set) {
    const options = this.#options(set);
    this.#loading = true;
    try {
      if (this.#miniflare) await this.#miniflare.setOptions(options);
      else this.#miniflare = new this.#namespace.Miniflare(options);
      this.origin = await this.#miniflare.unsafeGetDirectURL(ENTRY);
    } finally {
      this.#loading = false;
    }
  }

  /** Resolves when a Worker of ours has answered. */
  beat() {
    return new Promise((resolve, reject) => {
      const headers = { "x-local-request": `beat/${this.#secret}` };
      const outgoing = httpRequest(this.origin, { headers, agent: false }, (incoming) =>
        incoming.resume().on("end", resolve),
      );
      outgoing.on("error", reject).end();
    });
  }

  /** Ends the process even if its thread never comes back. Miniflare is told first, or it would start another one. */
  async close() {
    const disposed = this.#miniflare?.dispose();
    this.process?.kill("SIGKILL");
    await disposed?.catch(() => {});
  }

  #options({ workers, kvIds, hosts }) {
    const shared = sharedOptions(this.#namespace, this.#output, (started) => {
      if (this.#loading) this.process = started;
    });
    return {
      ...shared,
      kvPersist: join(this.#dir, "kv"),
      d1Persist: join(this.#dir, "d1"),
      durableObjectsPersist: join(this.#dir, "do"),
      workflowsPersist: join(this.#dir, "workflows"),
      cachePersist: join(this.#dir, "cache"),
      workers: [
        this.#entryWorker(workers, kvIds),
        this.#outboundWorker(hosts),
        ...workers.map((worker) => ({
          ...workerOptions(this.#namespace, { ...worker, bucketUrl: this.#ways.bucketUrl }),
          outboundService: { name: OUTBOUND, props: { script: worker.script } },
        })),
      ],
    };
  }

  #entryWorker(workers, kvIds) {
    return {
      name: ENTRY,
      modules: true,
      script: ENTRY_SOURCE,
      compatibilityDate: OUR_DATE,
      bindings: { SECRET: this.#secret },
      serviceBindings: {
        BACK: this.#ways.request,
        ...Object.fromEntries(workers.map(({ name }) => [name, { name }])),
      },
      kvNamespaces: Object.fromEntries(kvIds.map((id) => [kvBinding(id), id])),
      unsafeDirectSockets: [DIRECT],
    };
  }

  #outboundWorker(hosts) {
    return {
      name: OUTBOUND,
      modules: true,
      script: OUTBOUND_SOURCE,
      compatibilityDate: OUR_DATE,
      compatibilityFlags: ["connect_pass_through"],
      bindings: { HOSTS: hosts },
      serviceBindings: { BACK: this.#ways.subrequest },
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
  const secret = newSecret();
  let process;
  const checker = new namespace.Miniflare({
    ...sharedOptions(namespace, output, (started) => {
      process = started;
    }),
    workers: [
      {
        name: ENTRY,
        modules: true,
        script: CHECKER_SOURCE,
        compatibilityDate: OUR_DATE,
        bindings: { SECRET: secret },
        workerLoaders: { LOADER: {} },
        unsafeDirectSockets: [DIRECT],
      },
    ],
  });
  const url = await checker.unsafeGetDirectURL(ENTRY);
  return {
    async check(script) {
      const signal = AbortSignal.timeout(START_MS);
      const headers = { "x-local-secret": secret };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(script), signal });
      return response.json();
    },
    async close() {
      const disposed = checker.dispose();
      process?.kill("SIGKILL");
      await disposed;
    },
  };
}

/**
 * Starts one Worker alone, with nothing else in its workerd.
 * @template T
 * @param {LoadedWorker} worker
 * @param {(ask: () => Promise<Response>) => Promise<T>} use what to do with it once it runs; `ask` requests it
 * @returns {Promise<T>}
 * @throws {Error} with workerd's message
 */
export async function startAlone(worker, use) {
  const namespace = await loadMiniflare();
  const lines = [];
  const secret = newSecret();
  let process;
  const gate = {
    name: ENTRY,
    modules: true,
    script: GATE_SOURCE,
    compatibilityDate: OUR_DATE,
    bindings: { SECRET: secret },
    serviceBindings: { ALONE: worker.name },
    unsafeDirectSockets: [DIRECT],
  };
  const alone = new namespace.Miniflare({
    ...sharedOptions(
      namespace,
      (line) => lines.push(line),
      (started) => {
        process = started;
      },
    ),
    workers: [gate, workerOptions(namespace, { ...worker, bucketUrl: () => NOWHERE })],
  });
  const ask = (url) => () => fetch(url, { headers: { "x-local-secret": secret } });
  try {
    return await inTime(alone.unsafeGetDirectURL(ENTRY).then((url) => use(ask(url))));
  } catch (error) {
    throw error.name === "TimeoutError" ? error : new Error(startMessage(lines) || error.message, { cause: error });
  } finally {
    const disposed = alone.dispose();
    process?.kill("SIGKILL");
    await disposed.catch(() => {});
  }
}

function inTime(promise) {
  const signal = AbortSignal.timeout(START_MS);
  const late = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  return Promise.race([promise, late]);
}

function sharedOptions({ NoOpLog }, output, onStart) {
  return {
    log: new NoOpLog(),
    host: LOOPBACK,
    port: 0,
    cf: false,
    handleRuntimeStdio(stdout, stderr) {
      onStart(takeNewest());
      for (const stream of [stdout, stderr]) forEachLine(stream, output);
    },
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

function forEachLine(stream, output) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    if (rest.length > MAX_LINE) lines.push(rest);
    if (rest.length > MAX_LINE) rest = "";
    for (const line of lines) output(line.slice(0, MAX_LINE));
  });
  stream.on("end", () => rest && output(rest));
}

function newSecret() {
  return randomBytes(24).toString("base64url");
}

/** Under which name the entry Worker has a namespace. */
export function kvBinding(id) {
  return `KV_${id}`;
}
