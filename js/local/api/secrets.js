/** Secrets of a script: every edit makes a version without annotations and deploys it. https://developers.cloudflare.com/api/resources/workers/subresources/scripts/subresources/secrets/ */
import { ApiError, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addDerivedVersion, deployWhole, newestIsLive } from "../versions.js";
import { checkSecret, isSecret, shown } from "./bindings.js";
import { isObject, readObject } from "./body.js";
import { newestOf, scriptOf } from "./lookup.js";
import { endpoint } from "./router.js";
import { sourceOf } from "./upload.js";

const SCRIPT = "/accounts/{accountId}/workers/scripts/{scriptName}";
const BULK_LIMIT = 100;

export const secrets = [
  endpoint("GET", `${SCRIPT}/secrets`, reads("Workers Scripts"), list),
  endpoint("PUT", `${SCRIPT}/secrets`, writes("Workers Scripts"), put),
  endpoint("GET", `${SCRIPT}/secrets/{secretName}`, reads("Workers Scripts"), read),
  endpoint("DELETE", `${SCRIPT}/secrets/{secretName}`, writes("Workers Scripts"), remove),
  endpoint("PATCH", `${SCRIPT}/secrets-bulk`, writes("Workers Scripts"), patchAll),
];

/**
 * One version for all edits, deployed at once.
 * @param {Map<string, object | null>} edits secret binding by name, null = delete
 * @param {{ source?: string, carriesTag?: boolean }} [how] `carriesTag`: the mark of the version before goes on
 */
export function editSecrets(state, script, edits, { source = "api", carriesTag = false } = {}) {
  const base = newestOf(script);
  const kept = base.bindings.filter(({ name }) => !edits.has(name));
  const set = [...edits.values()].filter((binding) => binding !== null);
  const triggered = { "workers/triggered_by": "secret" };
  const tag = base.annotations["workers/tag"];
  const annotations = { ...(carriesTag && tag !== undefined && { "workers/tag": tag }), ...triggered };
  const version = addDerivedVersion(state, script, base, { bindings: [...kept, ...set], annotations, source });
  deployWhole(state, script, version, triggered);
  return version;
}

function list(context) {
  const script = scriptOf(context);
  return success(newestOf(script).bindings.filter(isSecret).map(shown));
}

function read(context) {
  return success(shown(secretOf(newestOf(scriptOf(context)), context.params.secretName)));
}

function put(context) {
  const binding = readObject(context.request, 10026);
  checkSecret(binding);
  return edit(context, (base) => {
    refuseTakenName(base, binding.name);
    return new Map([[binding.name, binding]]);
  }).then(() => success(shown(binding)));
}

function remove(context) {
  const { secretName } = context.params;
  return edit(context, (base) => new Map([[secretOf(base, secretName).name, null]])).then(() => success(null));
}

function patchAll(context) {
  const edits = readBulk(context.request);
  const set = [...edits.values()].filter((binding) => binding !== null);
  return edit(context, (base) => {
    for (const [name, binding] of edits) binding === null ? secretOf(base, name) : refuseTakenName(base, name);
    return edits;
  }).then(() => success(Object.fromEntries(set.map((binding) => [binding.name, shown(binding)]))));
}

async function edit(context, editsOf) {
  const { state, params, request, runtime, switches, turn } = context;
  await turn(params.scriptName, async () => {
    const script = scriptOf(context);
    const edits = editsOf(newestOf(script));
    if (!newestIsLive(script)) {
      throw new ApiError(400, 10215, "Secret edit failed. The latest version is not the deployed one.");
    }
    const carriesTag = switches.secretEditTag === "carry";
    editSecrets(state, script, edits, { source: sourceOf(request.headers), carriesTag });
    runtime.changed();
  });
}

/** RFC 7396: `{ "secrets": { "A": {…}, "B": null } }`. */
function readBulk(request) {
  const { secrets: sent } = readObject(request, 10026, { types: ["application/merge-patch+json", "application/json"] });
  if (!isObject(sent)) throw new ApiError(400, 10026, "could not parse request body: secrets must be an object");
  const entries = Object.entries(sent);
  if (entries.length > BULK_LIMIT)
    throw new ApiError(400, 10021, `at most ${BULK_LIMIT} secrets can be changed at once`);
  for (const [name, binding] of entries) {
    if (binding === null) continue;
    checkSecret({ ...binding, name: binding.name ?? name });
    if (binding.name !== undefined && binding.name !== name) {
      throw new ApiError(
        400,
        10026,
        `could not parse request body: secret '${name}' is named '${binding.name}' inside`,
      );
    }
  }
  return new Map(entries.map(([name, binding]) => [name, binding && { ...binding, name }]));
}

function secretOf(version, name) {
  const found = version.bindings.find((binding) => binding.name === name && isSecret(binding));
  if (found) return found;
  throw new ApiError(404, 10056, `Binding '${name}' not found. Please check the name and try again.`);
}

/** A variable of that name must go first. */
function refuseTakenName(version, name) {
  const taken = version.bindings.some((binding) => binding.name === name && !isSecret(binding));
  if (!taken) return;
  throw new ApiError(400, 10053, `Binding name '${name}' already in use. Please use a different name and try again.`);
}
