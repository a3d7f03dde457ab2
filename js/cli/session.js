/** What the commands that ask Cloudflare have in common: manifests, credentials, options, the engine. */

import { usageError } from "../errors.js";
import { withAssets } from "./assets.js";
import { credentialsFrom } from "./environment.js";
import { readText } from "./input.js";
import { createLocalFetch } from "./local-fetch.js";
import { findLocal, localCredentials } from "./local-state.js";
import { readManifests } from "./manifests.js";
import { withMigrations } from "./migrations.js";
import { environmentFindings } from "./other-names.js";
import { withOverlays } from "./overlays.js";
import { readAllPairs } from "./pairs.js";
import { createProxyFetch, proxyPasswords } from "./proxy-fetch.js";
import { readSecrets } from "./secrets.js";

/** A bare `--adopt`: what nobody marked and already equals the plan. */
const ADOPT_EQUAL = "*";

const DEFAULT_TIMEOUT_MS = 10 * 60_000;

/**
 * @typedef {object} Session
 * @property {typeof import("../index.js")} api
 * @property {{ name: string, text: string }[]} sources
 * @property {object} creds
 * @property {object} options of every call
 * @property {object} host `onEvent`, `signal` and, with `--local` or behind a proxy, `fetch`
 * @property {import("./local-state.js").LocalState} [local]
 * @property {object[]} surroundings what is odd about the environment; told already
 */

/**
 * @param {{ context: import("./process.js").Context, view: import("./views/index.js").View, flags: object,
 *   report: import("./step-summary.js").Report }} run
 * @param {string[]} paths of manifests
 * @returns {Promise<Session>}
 */
export async function openSession({ context, view, flags, report }, paths) {
  const { sources, overlays } = await readSources(context, paths, flags, view.talk);
  const { creds, local } = await readCredentials(context, flags);
  creds.secrets = await readSecrets(context, flags);
  creds.masked = proxyPasswords(context.env);
  const said = {
    ...(await readOptions(context, flags, creds)),
    ...overlays,
    timeoutMs: flags.timeout ?? DEFAULT_TIMEOUT_MS,
  };
  const api = await context.loadApi();
  const options = await withAssets(context, api, sources, await withMigrations(context, api, sources, said));
  view.attach(api, sources);
  const surroundings = local || flags.offline ? [] : environmentFindings(context.env);
  await view.diagnostics(surroundings);
  context.interrupt.onFirst(() => view.stopping());
  const fetch = local ? createLocalFetch(local) : await createProxyFetch(context.env);
  const host = {
    onEvent(event) {
      report.hear(event);
      view.event(event);
    },
    signal: context.interrupt.signal,
    ...(fetch && { fetch }),
  };
  return { api, sources, creds, options, host, local, surroundings };
}

/** Manifests and what is laid over them, as the calls take both. */
export async function readSources(context, paths, flags, talk) {
  const manifests = await readManifests(context, paths, talk);
  const { sources, overlays } = await withOverlays(context, manifests, flags.overlay);
  return { sources, overlays: Object.keys(overlays).length > 0 ? { overlays } : {} };
}

/** From the environment, or with `--local` only from the Local Cloudflare that runs here. */
export async function readCredentials({ env, cwd }, flags) {
  const creds = credentialsFrom(env);
  if (!flags.local) return { creds };
  const local = await findLocal(cwd);
  const kept = creds.fingerprintKey ? { fingerprintKey: creds.fingerprintKey } : {};
  return { creds: { ...kept, ...localCredentials(local) }, local };
}

/** What plans depend on, the same for every command that has the flags. */
export async function readOptions(context, flags, { accountId }) {
  const options = { today: new Date().toISOString().slice(0, 10), accountId };
  if (flags.values) options.values = await readAllPairs(context, flags.values);
  if (flags.outputs) options.outputs = await readJson(context, flags.outputs);
  if (flags.set) options.set = flags.set;
  if (flags.verifyContent) options.verifyContent = true;
  if (flags.env) options.environment = flags.env;
  if (flags.requireSecrets) options.requireSecrets = true;
  if (flags.allowEnv) options.allowEnv = flags.allowEnv;
  if (flags.prune) options.prune = true;
  if (flags.percentage !== undefined) options.percentage = flags.percentage;
  if (flags.guard) options.guard = flags.guard;
  if (flags.take) options.take = flags.take;
  if (flags.deleteData) options.deleteData = flags.deleteData;
  if (flags.adopt) options.adopt = flags.adopt.map((address) => address || ADOPT_EQUAL);
  return options;
}

/** @returns {Promise<any>} a JSON file that this tool wrote */
export async function readJson(context, path) {
  const text = await readText(context, path);
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(`\`${path}\` is not JSON`);
  }
}
