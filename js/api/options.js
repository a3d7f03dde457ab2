/** Which keys the credentials and options of a call may have, and how they are split for the engine. */

import { usageError } from "../errors.js";

const CREDENTIALS = ["apiToken", "apiKey", "email", "accountId", "r2", "baseUrl", "secrets", "fingerprintKey"];
const R2_CREDENTIALS = ["accessKeyId", "secretAccessKey", "sessionToken", "endpoint"];
const TARGET = ["bucket", "key", "version", "jurisdiction", "accountId", "overwrite"];

/** Of the host: they can't cross into the engine as data. */
const HOST = ["onEvent", "signal", "fetch"];

/** One list for all calls, so that one options object can serve a plan and the apply after it. */
const OPTIONS = [
  "accountId",
  "adopt",
  "allowDeletes",
  "allowEnv",
  "deleteData",
  "expect",
  "outputs",
  "prune",
  "set",
  "take",
  "timeoutMs",
  "today",
  "values",
  "wait",
  ...HOST,
];

/** What only one call has. */
const OWN_OPTIONS = { destroy: ["dryRun"] };

/**
 * Splits a call's options into what the engine reads and what the host gives it.
 *
 * @param {{ call: Function }} engine asked for the nearest name of a misspelt key
 * @param {string} call
 * @param {object} [options]
 * @returns {Promise<{ data: object, host: { onEvent?: Function, signal?: AbortSignal, fetch?: Function } }>}
 * @throws {import("../errors.js").DeployError} 64 for a key that the call does not have
 */
export async function splitOptions(engine, call, options = {}) {
  await refuseUnknown(engine, options, [...OPTIONS, ...(OWN_OPTIONS[call] ?? [])], `option of \`${call}\``);
  const data = {};
  const host = {};
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (HOST.includes(key)) host[key] = value;
    else data[key] = value;
  }
  checkHost(host);
  if (call === "destroy") checkStores(data.deleteData);
  return { data, host };
}

/**
 * @param {{ call: Function }} engine
 * @param {object | null | undefined} creds
 * @returns {Promise<object | null>} a copy without undefined values; null plans offline
 */
export async function checkCredentials(engine, creds) {
  if (creds === undefined || creds === null) return null;
  await refuseUnknown(engine, creds, CREDENTIALS, "credential");
  if (creds.r2) await refuseUnknown(engine, creds.r2, R2_CREDENTIALS, "credential of `r2`");
  const { r2, secrets, ...texts } = creds;
  refuseOtherThanText(texts, "");
  refuseOtherThanText(r2 ?? {}, "r2.");
  if (secrets && (typeof secrets !== "object" || Array.isArray(secrets))) throw usageError("`secrets` is no object");
  refuseOtherThanText(secrets ?? {}, "secrets.");
  return withoutUndefined(creds);
}

/**
 * @param {{ call: Function }} engine
 * @param {object} target where `publish` puts its bytes
 * @returns {Promise<object>}
 */
export async function checkTarget(engine, target) {
  await refuseUnknown(engine, target, TARGET, "key of the publish target");
  return withoutUndefined(target);
}

async function refuseUnknown(engine, object, known, what) {
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    throw usageError(`expected an object with ${what}s, got ${object === null ? "null" : typeof object}`);
  }
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  // Only a suggestion: a failure of the engine here must not hide what is wrong.
  const nearest = await engine.call("nearest", unknown, known).catch(() => undefined);
  const help = nearest ? `did you mean \`${nearest}\`?` : `known: ${known.map((key) => `\`${key}\``).join(", ")}`;
  throw usageError(`\`${unknown}\` is no ${what}`, help);
}

/** Here and not in the engine, whose parser quotes what it can't take. */
function refuseOtherThanText(credentials, path) {
  const isMissing = (value) => value === undefined || (value === null && path !== "secrets.");
  const wrong = Object.entries(credentials).find(([, value]) => typeof value !== "string" && !isMissing(value));
  if (wrong) throw usageError(`the credential \`${path}${wrong[0]}\` is no text`, "put it in quotes");
}

/** Data must not be thought deleted: an address that names no store is refused, and no kind of resource is one so far. */
function checkStores(addresses = []) {
  if (addresses.length === 0) return;
  const named = addresses.map((address) => `\`${address}\``).join(", ");
  throw usageError(
    `${named} names no store that \`destroy\` could delete`,
    "no kind of store can be deleted yet: leave it out, and delete the data by hand",
  );
}

function checkHost({ onEvent, fetch, signal }) {
  if (onEvent !== undefined && typeof onEvent !== "function") throw usageError("`onEvent` is not a function");
  if (fetch !== undefined && typeof fetch !== "function") throw usageError("`fetch` is not a function");
  if (signal !== undefined && typeof signal?.aborted !== "boolean") throw usageError("`signal` is not an AbortSignal");
}

function withoutUndefined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
