/**
 * The only file that knows miniflare (4.20260730.0): Workers of ours in, miniflare's options out.
 * Miniflare is an optional peer, so it is imported on first use.
 */
import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { join, sep } from "node:path";
import { assetFolder, assetOptions, correctAssets } from "./assets.js";
import { classOptions, codeBinding, tailsOf, workerBindings } from "./bindings.js";
import { workersLog } from "./log.js";
import { takeNewest } from "./processes.js";
import { isPython, STAND_IN } from "./python.js";
import { ENTRY_SOURCE, OUTBOUND_SOURCE } from "./sources.js";

const LOOPBACK = "127.0.0.1";
/** The folder of Durable Objects: a folder a class, by its id. */
export const OBJECTS = "do";
/** The folder of Workflows: a folder each, see `workflowFolder`. */
export const WORKFLOWS = "workflows";
/** Where miniflare keeps the instances of a Workflow. */
export const workflowFolder = (name) => `miniflare-workflows-${name}`;
/** The folder of the folders of static assets. */
export const ASSETS = "assets";
/** The Worker of ours that a workerd is asked through. Upper case, so that no script name can clash with it. */
export const ENTRY = "Entry";
const OUTBOUND = "Outbound";
/** Lets the entry Worker hand batches of queues to Workers. */
const ENTRY_FLAGS = ["service_binding_extra_handlers"];
/** Characters of a line that are passed on. */
const MAX_LINE = 16_384;
const MODULE_TYPES = { esm: "ESModule", cjs: "CommonJS", wasm: "CompiledWasm", text: "Text", data: "Data" };
/** What Cloudflare takes when an upload names no date. */
const FIRST_COMPATIBILITY_DATE = "2021-11-02";

/** Loads miniflare, or says how to get it. */
export async function loadMiniflare() {
  try {
    const namespace = await import("miniflare");
    correctAssets(namespace);
    return namespace;
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
 * @property {object[]} [tailConsumers] who gets its traces, as the script's settings say it
 * @property {(scriptName: string) => string | undefined} nameOf the loaded name of another script
 * @property {(kind: string, about: object) => { address: string, headers: Record<string, string> }} store where a store of ours answers
 * @property {(hash: string) => import("../state.js").AssetFile} assetFile
 * @property {(scriptName: string, className: string) => import("../state.js").ObjectClass | undefined} [classOf] none while a
 *   version is tried alone
 * @property {(name: string) => import("../state.js").Workflow | undefined} [workflowOf] none likewise
 * @property {(scriptName: string, name: string) => boolean} [isExported] whether the live version of a script exports a name;
 *   none likewise
 * @property {import("../state.js").ObjectClass[]} [classes] whose objects live with this version, whether it is bound to them or not
 * @property {object} [assets] miniflare's option
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
    store: await channel.storeAt(),
  };
  return new Workerd(namespace, channel.secret, ways, options);
}

async function serviceOf(channel, kind) {
  const injectRequestHeaders = Object.entries(channel.headersFor(kind)).map(([name, value]) => ({ name, value }));
  return { external: { address: await channel.open(), http: { injectRequestHeaders } } };
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

  async load({ workers, ...set }) {
    const served = await Promise.all(workers.map((worker) => this.#withAssets(worker)));
    const options = this.#options({ ...set, workers: served });
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

  async close() {
    if (this.#miniflare) await ended(this.#miniflare, this.process);
  }

  async #withAssets(worker) {
    const { version, assetFile } = worker;
    if (!version.assets) return worker;
    const folder = await assetFolder(join(this.#dir, ASSETS), version, assetFile);
    return { ...worker, assets: assetOptions(version, folder) };
  }

  #options({ workers, kvIds, hosts }) {
    const shared = sharedOptions(this.#namespace, this.#output, (started) => {
      if (this.#loading) this.process = started;
    });
    return {
      ...shared,
      log: workersLog(this.#namespace, this.#output),
      kvPersist: join(this.#dir, "kv"),
      durableObjectsPersist: join(this.#dir, OBJECTS),
      workflowsPersist: join(this.#dir, WORKFLOWS),
      cachePersist: join(this.#dir, "cache"),
      workers: [
        this.#entryWorker(workers, kvIds),
        this.#outboundWorker(hosts),
        ...workers.map((worker) => ({
          ...workerOptions(this.#namespace, { ...worker, store: this.#ways.store }),
          outboundService: { name: OUTBOUND, props: { script: worker.script } },
        })),
      ],
    };
  }

  #entryWorker(workers, kvIds) {
    return {
      ...ourWorker(ENTRY, ENTRY_SOURCE),
      compatibilityFlags: ENTRY_FLAGS,
      bindings: { SECRET: this.#secret },
      serviceBindings: {
        BACK: this.#ways.request,
        ...Object.fromEntries(workers.map(({ name }) => [name, { name }])),
      },
      unsafeBindings: workers.map(({ name }) => codeBinding(name)),
      kvNamespaces: Object.fromEntries(kvIds.map((id) => [kvBinding(id), id])),
    };
  }

  #outboundWorker(hosts) {
    return {
      ...ourWorker(OUTBOUND, OUTBOUND_SOURCE),
      compatibilityFlags: ["connect_pass_through"],
      bindings: { HOSTS: hosts },
      serviceBindings: { BACK: this.#ways.subrequest },
    };
  }
}

/**
 * A workerd that keeps databases, each in an object of its own.
 * @typedef {{ origin: URL, secret: string, close(): Promise<void> }} DatabaseHost
 * @param {string} source of the Worker whose class `Database` it is
 * @param {{ dir: string, output: (line: string) => void }} options
 * @returns {Promise<DatabaseHost>}
 */
export async function startDatabases(source, { dir, output }) {
  const namespace = await loadMiniflare();
  const secret = newSecret();
  let process;
  const databases = new namespace.Miniflare({
    ...sharedOptions(namespace, output, (started) => {
      process = started;
    }),
    durableObjectsPersist: join(dir, "d1"),
    workers: [
      {
        ...ourWorker(ENTRY, source),
        compatibilityFlags: ["experimental"],
        bindings: { SECRET: secret },
        durableObjects: { DATABASES: { className: "Database", useSQLite: true } },
      },
    ],
  });
  const origin = await databases.unsafeGetDirectURL(ENTRY);
  return { origin, secret, close: () => ended(databases, process) };
}

/** Ends a workerd even if its thread never comes back. Miniflare is told first, or it would start another one. */
export async function ended(miniflare, process) {
  const disposed = miniflare.dispose();
  process?.kill("SIGKILL");
  await disposed.catch(() => {});
}

/** A Worker of ours; the one named `ENTRY` has a port of its own, which asks for a secret. */
export function ourWorker(name, script) {
  const sockets = name === ENTRY ? { unsafeDirectSockets: [{ host: LOOPBACK, port: 0 }] } : {};
  return { name, modules: true, script, compatibilityDate: "2026-01-01", ...sockets };
}

/** @param {(started: import("node:child_process").ChildProcess) => void} onStart */
export function sharedOptions({ NoOpLog }, output, onStart) {
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

export function workerOptions(namespace, worker) {
  const { version, name } = worker;
  return {
    name,
    ...sourceOptions(version),
    compatibilityDate: runnableDate(namespace, version.compatibilityDate).date,
    // Those of Python mean nothing to what stands in for it.
    compatibilityFlags: isPython(version) ? [] : version.compatibilityFlags,
    ...workerBindings(worker).options,
    additionalUnboundDurableObjects: (worker.classes ?? []).map(classOptions),
    ...tailsOf(worker),
    ...(worker.assets && { assets: worker.assets }),
  };
}

function sourceOptions(version) {
  if (isPython(version)) return { modules: true, script: STAND_IN };
  const { modules, mainModule, bodyPart } = version;
  if (modules.length === 0) return { modules: true, script: "export default {};" };
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

export function newSecret() {
  return randomBytes(24).toString("base64url");
}

/** Under which name the entry Worker has a namespace. */
export function kvBinding(id) {
  return `KV_${id}`;
}
