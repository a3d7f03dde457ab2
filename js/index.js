/**
 * The typed calls of the package, over one compiled engine.
 *
 * Entrypoints load the engine, each in the way of its runtime; everything here is the same in all of them: no file,
 * no environment, no process, no state between calls. Calls may run at the same time.
 */

import { createJournal } from "./api/journal.js";
import { loaded } from "./api/loading.js";
import { checkCredentials, checkTarget, splitOptions } from "./api/options.js";
import * as shapes from "./api/shapes.js";
import { sourcesOf } from "./api/sources.js";
import { explanation, TEXTS } from "./api/texts.js";
import { DeployError, ENGINE_CODE, USAGE_CODE } from "./errors.js";
import { renderCheckup } from "./render/checkup.js";
import { renderDiagnostics } from "./render/diagnostics.js";
import { renderError } from "./render/error.js";
import { renderHistory } from "./render/history.js";
import { renderPlanMermaid } from "./render/picture/mermaid.js";
import { renderPlanSvg } from "./render/picture/svg.js";
import { renderPlan } from "./render/plan.js";

export { DeployError };

/**
 * The calls; index.d.ts tells callers what each one takes, answers and throws, with an example.
 *
 * @param {{ call(name: string, ...args: unknown[]): Promise<any>, ready?: (signal: AbortSignal) => Promise<unknown> }}
 *   engine one fresh instance for each call
 * @param {typeof TEXTS} texts what needs no engine
 * @returns {typeof import("./index.js")}
 */
export function createApi(engine, texts = TEXTS) {
  /** A call that answers `{ ok }` or `{ error }`. */
  async function ask(name, ...args) {
    return unwrap(await answered(engine.call(name, ...args)));
  }

  /** A call that sends requests: with the host's side of it. What loading the engine took is a part of its time. */
  async function run(name, { data, host }, ...args) {
    const journal = createJournal(host);
    try {
      const timeoutMs = await loaded(engine, { ...data, signal: journal.host.signal });
      const options = data.timeoutMs === undefined ? data : { ...data, timeoutMs };
      return unwrap(await answered(engine.call(name, ...args, options, journal.host), journal));
    } finally {
      journal.close();
    }
  }

  /** The calls that take a manifest, credentials and options are all of one shape. */
  function deploying(name) {
    return async (manifest, creds, options) => {
      const sources = sourceText(manifest);
      const credentials = await checkCredentials(engine, creds);
      return run(name, await splitOptions(engine, name, options), sources, credentials);
    };
  }

  /** How findings are drawn: the engine knows which parts of a manifest are secrets. */
  function drawer(manifest) {
    const sources = shownText(manifest);
    return (findings, look) => ask("drawFindings", sources, findings, look);
  }

  return {
    /** Reads a manifest and checks it, offline. */
    async validate(manifest, options) {
      const { data, host } = await splitOptions(engine, "validate", options);
      await loaded(engine, { ...data, ...host });
      const answer = await answered(engine.call("validate", sourceText(manifest), data));
      if (answer.error?.exitCode !== BAD_MANIFEST) return unwrap(answer);
      return { ok: false, diagnostics: answer.error.diagnostics, manifests: [] };
    },

    /** Compares a manifest with the live account and says what `apply` would do. */
    plan: deploying("plan"),

    /** Makes the account what the manifest says. */
    apply: deploying("apply"),

    /** Removes what the manifest deployed, in reverse order; stores only with `deleteData`. */
    destroy: deploying("destroy"),

    /** Puts an earlier version live again. */
    rollback: deploying("rollback"),

    /** Gives all requests to the newest version that was uploaded. */
    promote: deploying("promote"),

    /** Reads the outputs of what is deployed. */
    outputs: deploying("outputs"),

    /** Reads which versions the Workers had, who made them, and which get requests. */
    history: deploying("history"),

    /**
     * Checks whether these credentials can deploy this manifest: token, clock, account, zones, permissions, S3 keys and
     * bundles, by reads only.
     *
     * @example
     * const { ok, missing, link } = await doctor(manifest, { apiToken });
     */
    doctor: deploying("doctor"),

    /** Puts a bundle into R2. */
    async publish(bundle, target, creds, options) {
      shapes.require("bundle", bundle, shapes.BYTES);
      const where = await checkTarget(engine, target);
      const credentials = await checkCredentials(engine, creds);
      return run("publish", await splitOptions(engine, "publish", options), bundle, where, credentials);
    },

    /** Packs the files of a directory into a tar for `publish`: the same files give the same bytes. */
    async pack(files) {
      shapes.require("files", files, shapes.FILES_AS_BYTES);
      return ask("pack", files);
    },

    /** Where each document's bundle lies, and the path of the scalar that says so. */
    async bundleTargets(manifest, options) {
      const { data, host } = await splitOptions(engine, "bundleTargets", options);
      await loaded(engine, { ...data, ...host });
      return ask("bundleTargets", sourceText(manifest), data);
    },

    /** Writes configurations of wrangler's as manifests: one of each environment, or of that of the options. */
    async importManifests(configuration, options) {
      const { data, host } = await splitOptions(engine, "importManifests", options);
      await loaded(engine, { ...data, ...host });
      return ask("importManifests", sourceText(configuration), data);
    },

    /** Rewrites one scalar of a YAML text; comments and layout stay. */
    async setValue(text, document, path, value) {
      for (const [name, given] of Object.entries({ text, path, value })) shapes.require(name, given, shapes.TEXT);
      shapes.require("document", document, shapes.COUNT);
      return ask("setValue", text, document, path, value);
    },

    /** The JSON Schema (draft-07) of a manifest, as text. */
    async schema() {
      return JSON.stringify(await texts.schema());
    },

    /** What a code means and what to do about it; undefined for a code that does not exist. */
    async explain(code) {
      return explanation(await texts.codes(), code);
    },

    /** The version of the engine. */
    async version() {
      return trapped(engine.call("version"));
    },

    /** A check-up as text for people. */
    async renderCheckup(checkup, style) {
      return renderCheckup(checkup, style);
    },

    /** The versions of Workers as text for people. */
    async renderHistory(history, style) {
      return renderHistory(history, style);
    },

    /** A plan as text for people. */
    async renderPlan(plan, style) {
      return renderPlan(plan, style);
    },

    /** A plan as a flowchart of Mermaid. */
    async renderPlanMermaid(plan) {
      return renderPlanMermaid(plan);
    },

    /** A plan as SVG. */
    async renderPlanSvg(plan) {
      return renderPlanSvg(plan);
    },

    /** Findings as text for people, with the lines they are about. */
    async renderDiagnostics(manifest, diagnostics, style) {
      return renderDiagnostics(drawer(manifest), diagnostics, style);
    },

    /** A failure as text for people: what happened, what was done, the way out. */
    async renderError(manifest, error, style) {
      return renderError(drawer(manifest), errorData(error), style);
    },

    DeployError,
  };
}

const BAD_MANIFEST = 65;

const sourceText = (manifest) => JSON.stringify(sourcesOf(manifest));

/** A failure may be about no manifest at all. */
const shownText = (manifest) => (Array.isArray(manifest) && manifest.length === 0 ? "[]" : sourceText(manifest));

function unwrap(answer) {
  if (answer.error) throw new DeployError(answer.error);
  return answer.ok;
}

/** An answer of the engine; none at all is a trap like any other, and never "nothing happened". */
function answered(call, journal) {
  const checked = Promise.resolve(call).then((answer) => {
    if (answer?.ok !== undefined || answer?.error !== undefined) return answer;
    throw Object.assign(new Error("the engine gave no answer"), {
      name: "EngineTrap",
      mayHaveWritten: mayHaveWritten(journal),
    });
  });
  return trapped(checked, journal);
}

const mayHaveWritten = (journal) => journal !== undefined && journal.open.size + journal.done.length > 0;

/** Makes an engine's trap a `DeployError`: partial and unknown when a write may have left. */
async function trapped(call, { done, open } = { done: [], open: new Set() }) {
  try {
    return await call;
  } catch (error) {
    if (error?.name !== "EngineTrap") throw error;
    const wrote = error.mayHaveWritten === true || done.length > 0;
    throw new DeployError({
      code: ENGINE_CODE,
      exitCode: wrote ? 3 : 1,
      message: error.message,
      help: wrote
        ? "a write may have been sent: run the same command again, it looks before it writes"
        : "this is a defect of cfworker-deploy; nothing was changed",
      done: [...done],
      unknown: wrote ? [...open] : [],
      notDone: wrote ? [] : [...open],
      sent: true, // Nobody can tell any more.
      cause: error.cause,
    });
  }
}

/** What `renderError` reads: the fields of a `DeployError`, which are no enumerable data on every engine of JavaScript. */
function errorData(error) {
  const { code, exitCode = 1, message, help, diagnostics, done, notDone, unknown, sent } = error ?? {};
  return {
    code: typeof code === "string" ? code : USAGE_CODE, // That of a DOMException is a number.
    exitCode,
    message,
    help,
    diagnostics: diagnostics ?? [],
    done: done ?? [],
    notDone: notDone ?? [],
    unknown: unknown ?? [],
    sent,
  };
}
