/** Which keys the credentials and options of a call may have, and how they are split for the engine. */

import { usageError } from "../errors.js";
import { loaded } from "./loading.js";
import * as shapes from "./shapes.js";

const CREDENTIALS = [
  "apiToken",
  "apiKey",
  "email",
  "accountId",
  "r2",
  "baseUrl",
  "secrets",
  "fingerprintKey",
  "masked",
];
const R2_CREDENTIALS = ["accessKeyId", "secretAccessKey", "sessionToken", "endpoint"];
const TARGET = {
  bucket: shapes.TEXT,
  key: shapes.TEXT,
  version: shapes.TEXT,
  jurisdiction: shapes.TEXT,
  accountId: shapes.TEXT,
  overwrite: shapes.FLAG,
};

/** Of the host: they can't cross into the engine as data. */
const HOST = { onEvent: shapes.CALLABLE, signal: shapes.SIGNAL, fetch: shapes.CALLABLE };

/** One list for all calls, so that one options object can serve a plan and the apply after it. */
const OPTIONS = {
  accountId: shapes.TEXT,
  adopt: shapes.TEXTS,
  allowDeletes: shapes.FLAG,
  allowEnv: shapes.TEXTS,
  assets: shapes.CONTENTS,
  deleteData: shapes.TEXTS,
  environment: shapes.TEXT,
  expect: shapes.TEXT,
  guard: shapes.TEXT,
  migrations: shapes.FILES,
  outputs: shapes.OUTPUTS,
  overlays: shapes.TEXTS_BY_NAME,
  percentage: shapes.SHARE,
  prune: shapes.FLAG,
  requireSecrets: shapes.FLAG,
  set: shapes.PAIRS,
  take: shapes.TEXTS,
  timeoutMs: shapes.MILLISECONDS,
  today: shapes.TEXT,
  values: shapes.TEXTS_BY_NAME,
  verifyContent: shapes.FLAG,
  wait: shapes.FLAG,
  ...HOST,
};

/** What only one call has. */
const OWN_OPTIONS = {
  destroy: { dryRun: shapes.FLAG },
  rollback: { dryRun: shapes.FLAG, to: shapes.TEXT },
  promote: { dryRun: shapes.FLAG },
};

/** They allow what can't be taken back: nobody is pointed to them who mistyped. */
const CAREFUL = ["allowDeletes", "deleteData", "overwrite", "prune", "adopt", "take"];

/**
 * Splits a call's options into what the engine reads and what the host gives it.
 *
 * @param {{ call: Function }} engine asked for the nearest name of a misspelt key
 * @param {string} call
 * @param {object} [options]
 * @returns {Promise<{ data: object, host: { onEvent?: Function, signal?: AbortSignal, fetch?: Function } }>}
 * @throws {import("../errors.js").DeployError} 64 for a key that the call does not have, and for a value of another kind
 */
export async function splitOptions(engine, call, options = {}) {
  const known = { ...OPTIONS, ...OWN_OPTIONS[call] };
  await refuseUnknown(engine, options, Object.keys(known), [`options of \`${call}\``, `option of \`${call}\``]);
  const data = {};
  const host = {};
  for (const [key, value] of Object.entries(withoutUndefined(options))) {
    shapes.require(key, value, known[key]);
    if (Object.hasOwn(HOST, key)) host[key] = value;
    else data[key] = value;
  }
  return { data, host };
}

/**
 * @param {{ call: Function }} engine
 * @param {object | null | undefined} creds
 * @returns {Promise<object | null>} a copy without undefined values; null plans offline
 */
export async function checkCredentials(engine, creds) {
  if (creds === undefined || creds === null) return null;
  await refuseUnknown(engine, creds, CREDENTIALS, ["credentials", "credential"]);
  if (creds.r2)
    await refuseUnknown(engine, creds.r2, R2_CREDENTIALS, ["the credentials of `r2`", "credential of `r2`"]);
  const { r2, secrets, masked, ...texts } = creds;
  refuseOtherThanText(texts, "");
  refuseOtherThanText(r2 ?? {}, "r2.");
  if (secrets && (typeof secrets !== "object" || Array.isArray(secrets))) throw usageError("`secrets` is no object");
  refuseOtherThanText(secrets ?? {}, "secrets.");
  if (masked !== undefined) shapes.require("masked", masked, shapes.TEXTS);
  return withoutUndefined(creds);
}

/**
 * @param {{ call: Function }} engine
 * @param {object} target where `publish` puts its bytes
 * @returns {Promise<object>}
 */
export async function checkTarget(engine, target) {
  const words = ["the place to publish to", "key of a place to publish to"];
  await refuseUnknown(engine, target, Object.keys(TARGET), words);
  const given = withoutUndefined(target);
  shapes.require("bucket", given.bucket, TARGET.bucket);
  for (const [key, value] of Object.entries(given)) shapes.require(key, value, TARGET[key]);
  return given;
}

async function refuseUnknown(engine, object, known, [all, one]) {
  if (typeof object !== "object" || object === null || Array.isArray(object)) {
    const is = object === null ? "null" : Array.isArray(object) ? "a list" : `of type ${typeof object}`;
    throw usageError(`an object is due with ${all}; what was given is ${is}`);
  }
  const unknown = Object.keys(object).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  // Only a suggestion: a failure of the engine here must not hide what is wrong.
  const suggested = known.filter((key) => !CAREFUL.includes(key));
  const nearest = await nearestOf(engine, unknown, suggested);
  const help = nearest ? `did you mean \`${nearest}\`?` : `known: ${known.map((key) => `\`${key}\``).join(", ")}`;
  throw usageError(`\`${unknown}\` is no ${one}`, help);
}

/** Not worth to wait long for the engine, or to fail with it. */
async function nearestOf(engine, unknown, suggested) {
  try {
    await loaded(engine, { timeoutMs: 2_000 });
    return await engine.call("nearest", unknown, suggested);
  } catch {
    return undefined;
  }
}

/** Here and not in the engine, whose parser quotes what it can't take. */
function refuseOtherThanText(credentials, path) {
  const isMissing = (value) => value === undefined || (value === null && path !== "secrets.");
  const wrong = Object.entries(credentials).find(([, value]) => typeof value !== "string" && !isMissing(value));
  if (wrong) throw usageError(`the credential \`${path}${wrong[0]}\` is no text`, "put it in quotes");
}

function withoutUndefined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
