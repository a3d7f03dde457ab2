/**
 * Does a script start? Asked before a version is accepted, so that a bad one never meets the others.
 * Module scripts start in an isolate of their own inside a spare workerd; what can't be loaded that way, service-worker
 * scripts and those that send mail or use bindings to services, in a workerd of their own.
 */
import { createHash } from "node:crypto";
import { isPlain, needsModules, plainBindings, workerBindings } from "./bindings.js";
import { loadMiniflare, runnableDate } from "./miniflare.js";
import { isPython, PYTHON_VERDICT } from "./python.js";
import { PROBE_PREFIX, probeServiceWorker, probeSource } from "./sources.js";
import { startAlone, startChecker } from "./trial.js";

const SYNTAX_OR_START = 10021;
const NO_HANDLERS = 10068;
const PROBE_NAME = "probe";
const PROBE_MODULE = "local-cloudflare-probe.js";
/** A module of workerd's that isolates in a spare workerd do not have. */
const MAIL_MODULE = "cloudflare:email";
/** It gives a script its bindings while it starts; the isolates have those alone that are plain values. */
const ENV_MODULE = "cloudflare:workers";
const TOO_LONG = "Script startup exceeded CPU time limit.";
const REMEMBERED = 100;
const LOADER_KINDS = { esm: "js", cjs: "cjs", wasm: "wasm", text: "text", data: "data" };

/** Checks scripts one by one; the same script is started once. */
export class StartCheck {
  #checker;
  #verdicts = new Map();
  #lastTurn = Promise.resolve();
  #output;

  constructor(output) {
    this.#output = output;
  }

  /** Starts the spare workerd ahead of the first check. */
  async warmUp() {
    this.#checker ??= startChecker(this.#output);
    await this.#checker;
  }

  /**
   * @param {object} version as stored; needs `modules`, `mainModule` or `bodyPart`, `bindings`, compatibility
   * @returns {Promise<{ ok: true, startupTimeMs: number, handlers: string[], namedHandlers: object[], classNames: string[], messages: string[] } | { ok: false, code: 10021 | 10068, message: string }>}
   */
  async check(version) {
    const fingerprint = fingerprintOf(version);
    const known = this.#verdicts.get(fingerprint);
    if (known) return known;
    const verdict = await this.#start(version);
    if (this.#verdicts.size >= REMEMBERED) this.#verdicts.delete(this.#verdicts.keys().next().value);
    this.#verdicts.set(fingerprint, verdict);
    return verdict;
  }

  async close() {
    const checker = await this.#checker?.catch(() => null);
    this.#checker = undefined;
    await checker?.close();
  }

  async #start(version) {
    const entry = version.modules.find(({ name }) => name === (version.mainModule ?? version.bodyPart));
    if (!entry) return refusal(SYNTAX_OR_START, `No such module: ${version.mainModule ?? version.bodyPart}`);
    if (isPython(version)) return PYTHON_VERDICT;
    const forModules = version.mainModule ? undefined : version.bindings.find(needsModules);
    if (forModules) {
      const { name, type } = forModules;
      return refusal(SYNTAX_OR_START, `Binding '${name}' of type ${type} is for module Workers only.`);
    }
    const outcome = await this.#trialStart(version, entry);
    if (outcome.error !== undefined) return refusal(SYNTAX_OR_START, outcome.error);
    if (outcome.handlers.length === 0 && !outcome.named.some(({ isClass }) => isClass)) {
      return refusal(NO_HANDLERS, "The uploaded script has no registered event handlers.");
    }
    return {
      ok: true,
      startupTimeMs: Math.max(1, Math.round(outcome.tookMs)),
      handlers: outcome.handlers,
      namedHandlers: outcome.named.map(({ name, handlers }) => ({ name, handlers })),
      classNames: outcome.named.filter(({ isClass }) => isClass).map(({ name }) => name),
      messages: await messagesFor(version),
    };
  }

  #trialStart(version, entry) {
    if (!version.mainModule) return startServiceWorker(version, entry);
    return needsEverything(version) ? startModulesAlone(version) : this.#startModules(version);
  }

  async #startModules(version) {
    const { date } = runnableDate(await loadMiniflare(), version.compatibilityDate);
    const script = {
      date,
      flags: version.compatibilityFlags,
      mainModule: PROBE_MODULE,
      modules: Object.fromEntries(
        withProbe(version)
          .modules.filter(({ type }) => type in LOADER_KINDS)
          .map(toLoaderModule),
      ),
      env: plainBindings(version),
    };
    return this.#inTurn(async () => {
      return (await this.#ask(script)) ?? (await this.#ask(script)) ?? { error: "the local workerd does not start" };
    });
  }

  /** One script at a time: one that never ends must not use up the time of others. */
  #inTurn(action) {
    const turn = this.#lastTurn.then(action);
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  /** Null when the spare workerd is gone; the next question starts another. */
  async #ask(script) {
    await this.warmUp();
    const checker = await this.#checker;
    const startedAt = performance.now();
    try {
      const { error, ...outcome } = await checker.check(script);
      if (error !== undefined) return { error: error.replace(/^Failed to start Worker:\n/, "") };
      return { ...outcome, tookMs: performance.now() - startedAt };
    } catch (failure) {
      await this.close();
      return failure.name === "TimeoutError" ? { error: TOO_LONG } : null;
    }
  }
}

/**
 * Whether it may use, while it starts, what isolates in a spare workerd do not have, or has keys, which workerd reads at the
 * start. That a module's name stands somewhere else costs a slower start, no more.
 */
function needsEverything({ modules, bindings }) {
  const mentions = (name) => modules.some(({ type, content }) => type === "esm" && content.includes(name));
  if (bindings.some(({ type }) => type === "secret_key")) return true;
  return mentions(MAIL_MODULE) || (mentions(ENV_MODULE) && !bindings.every(isPlain));
}

function withProbe(version) {
  const probe = { name: PROBE_MODULE, type: "esm", content: Buffer.from(probeSource(version.mainModule)) };
  return { ...version, mainModule: PROBE_MODULE, modules: [...version.modules, probe] };
}

async function startModulesAlone(version) {
  const outcome = await startTimed(withProbe(version));
  return outcome.error === undefined ? { ...outcome.told, tookMs: outcome.tookMs } : outcome;
}

async function startServiceWorker(version, entry) {
  const probe = { ...entry, content: Buffer.from(probeServiceWorker(entry.content.toString("utf8"))) };
  const modules = version.modules.map((module) => (module === entry ? probe : module));
  const outcome = await startTimed({ ...version, modules });
  if (outcome.error !== undefined) return { error: inWordsOfScript(outcome.error, entry.name) };
  return { handlers: [...new Set(outcome.told)], named: [], tookMs: outcome.tookMs };
}

/** @returns {Promise<{ told: any, tookMs: number } | { error: string }>} */
async function startTimed(version) {
  const startedAt = performance.now();
  try {
    // workerd looks for the class of a Workflow in the entry module, which is the probe.
    const bindings = version.bindings.filter(({ type }) => type !== "workflow");
    const worker = { name: PROBE_NAME, version: { ...version, bindings }, nameOf: () => undefined };
    const told = await startAlone(worker, async (ask) => (await ask()).json());
    return { told, tookMs: performance.now() - startedAt };
  } catch (error) {
    return { error: error.name === "TimeoutError" ? TOO_LONG : error.message };
  }
}

/** Places as in the uploaded file: its name, and the first line's columns without our prefix. */
function inWordsOfScript(message, fileName) {
  return message.replace(new RegExp(`core:user:${PROBE_NAME}:(\\d+):(\\d+)`, "g"), (_, line, column) => {
    return `${fileName}:${line}:${line === "1" ? column - PROBE_PREFIX.length : column}`;
  });
}

/** What runs otherwise here than it would on Cloudflare. */
async function messagesFor(version) {
  const { date, clamped } = runnableDate(await loadMiniflare(), version.compatibilityDate);
  const messages = clamped
    ? [`compatibility date ${version.compatibilityDate} is newer than the local workerd, which runs it at ${date}`]
    : [];
  return [...messages, ...workerBindings({ version, nameOf: (name) => name, store: () => ({}), assets: {} }).notes];
}

function toLoaderModule({ name, type, content }) {
  const kind = LOADER_KINDS[type];
  const binary = type === "wasm" || type === "data";
  return [name, binary ? { kind, base64: content.toString("base64") } : { kind, text: content.toString("utf8") }];
}

function refusal(code, message) {
  return { ok: false, code, message };
}

function fingerprintOf({ modules, mainModule, bodyPart, bindings, compatibilityDate, compatibilityFlags }) {
  const hash = createHash("sha256");
  for (const { name, type, content } of modules)
    hash.update(JSON.stringify([name, type, content.length])).update(content);
  return hash
    .update(JSON.stringify({ mainModule, bodyPart, bindings, compatibilityDate, compatibilityFlags }))
    .digest("hex");
}
