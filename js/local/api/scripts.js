/** Scripts: upload, list, search, download, delete. https://developers.cloudflare.com/api/resources/workers/subresources/scripts/ */
import { domainsOf, removeDomain } from "../domains/domains.js";
import { ApiError, pageOf, raw, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { consumedBy } from "../queues/lookup.js";
import { addScript, addVersion, deployWhole, liveVersion } from "../versions.js";
import { bindersOfClasses, classesOf, removeClasses } from "./class-list.js";
import { contentOf } from "./content.js";
import { newestOf, scriptOf } from "./lookup.js";
import { endpoint } from "./router.js";
import { readSettings } from "./script-settings.js";
import { scriptView } from "./script-view.js";
import { readUpload, readVersion } from "./upload.js";
import { removeWorkflowsOf } from "./workflows.js";

const SCRIPTS = "/accounts/{accountId}/workers/scripts";
const SCRIPT = `${SCRIPTS}/{scriptName}`;
const NAME = /^[a-z0-9_][a-z0-9-_]*$/;
const MAX_NAME = 255;
const DEPLOYED_BY_UPLOAD = {
  "workers/triggered_by": "upload",
  "workers/message": "Automatic deployment on upload.",
};

export const scripts = [
  endpoint("GET", SCRIPTS, reads("Workers Scripts", "Workers Tail"), list),
  endpoint("GET", "/accounts/{accountId}/workers/scripts-search", reads("Workers Scripts"), search),
  endpoint("PUT", SCRIPT, writes("Workers Scripts"), put),
  endpoint("GET", SCRIPT, reads("Workers Scripts"), download),
  endpoint("DELETE", SCRIPT, writes("Workers Scripts"), remove),
];

/**
 * Deletes a script, with its routes unless a switch says otherwise.
 * @throws {ApiError} 409/10142 while another script binds it, 409/10064 while it consumes a queue or another one is bound to
 *   its Durable Objects, unless forced
 */
export function deleteScript({ state, switches, runtime, query }, script) {
  const force = query.get("force") === "true";
  const consumed = consumedBy(state, script.name);
  if (consumed.length > 0 && !force) throw new ApiError(409, 10064, "script still in use as a consumer for a queue");
  for (const { id } of consumed) state.consumers.delete(id);
  const referrer = force || switches.referencedDelete === "allow" ? undefined : referrersOf(state, script.name)[0];
  if (referrer) {
    const message = `This Worker is bound as a service by Worker '${referrer.name}'. Remove the binding or use force.`;
    throw new ApiError(409, 10142, message);
  }
  const bound = force ? undefined : bindersOfClasses(state, script.name)[0];
  if (bound) {
    const message = `This Worker's Durable Objects are depended upon by Worker '${bound.name}'. Remove the binding or use force.`;
    throw new ApiError(409, 10064, message);
  }
  removeClasses({ state, runtime }, classesOf(state, script.name));
  removeWorkflowsOf({ state, runtime }, script.name);
  state.scripts.delete(script.name);
  for (const domain of domainsOf(state, script.name)) removeDomain(state, domain);
  if (switches.routesOfDeletedScript === "delete") deleteRoutesOf(state, script);
  runtime.changed();
}

function deleteRoutesOf(state, script) {
  for (const [zoneId, routes] of state.routes) {
    state.routes.set(
      zoneId,
      routes.filter((route) => route.script !== script.name),
    );
  }
}

/** Other scripts whose live version binds this one. */
export function referrersOf(state, name) {
  return [...state.scripts.values()].filter(
    (other) =>
      other.name !== name &&
      liveVersion(other)?.bindings.some((binding) => binding.type === "service" && binding.service === name),
  );
}

/** @throws {ApiError} 400/10016 */
export function checkScriptName(name) {
  if (NAME.test(name) && name.length <= MAX_NAME) return;
  throw new ApiError(400, 10016, "Invalid Worker name. Use lower-case letters, digits, underscores and dashes.");
}

function list({ state, query }) {
  const wanted = tagFilter(query.get("tags"));
  const listed = [...state.scripts.values()].filter(wanted).map((script) => ({
    ...scriptView(script),
    routes: routesOf(state, script.name),
  }));
  return success(listed);
}

function search({ state, query }) {
  const found = [...state.scripts.values()]
    .filter((script) => !query.get("name") || script.name.includes(query.get("name")))
    .filter((script) => !query.get("id") || script.tag === query.get("id"))
    .map((script) => ({
      id: script.tag,
      script_name: script.name,
      created_on: script.createdOn,
      modified_on: script.modifiedOn,
    }));
  const { items, resultInfo } = pageOf(found, query, { perPage: 10, max: 100 });
  return success(items, { resultInfo });
}

function put(context) {
  const { state, params, turn } = context;
  checkScriptName(params.scriptName);
  const upload = readUpload(context);
  return turn(params.scriptName, async () => {
    const before = state.scripts.get(params.scriptName);
    refuseOneTooMany(context, before);
    const settings = readSettings(state, settingsOf(context, upload.metadata));
    const accepted = await readVersion(context, before, upload, "upload");
    return stored(context, accepted, settings);
  });
}

function stored({ state, params, runtime, switches }, { fields, messages, classes }, settings) {
  const known = state.scripts.get(params.scriptName);
  const script = known ?? addScript(state, params.scriptName, switches.lateVisibility);
  Object.assign(script, settings);
  const reconciled = classes.apply(script);
  const version = addVersion(state, script, fields);
  deployWhole(state, script, version, DEPLOYED_BY_UPLOAD);
  runtime.changed();
  if (!known && switches.firstUploadTimes === "one") script.modifiedOn = script.createdOn;
  const result = {
    ...scriptView(script),
    startup_time_ms: version.startupTimeMs,
    entry_point: version.mainModule ?? version.bodyPart,
    deployment_id: version.id.replaceAll("-", ""),
    ...(reconciled && { exports_reconciliation: reconciled }),
  };
  return success(result, { messages });
}

/** PUT without a key resets it or keeps it, by switch; tags are kept whatever the switch says. */
function settingsOf({ switches }, metadata) {
  const keys = ["tags", "logpush", "observability", "tail_consumers"];
  const sent = Object.fromEntries(keys.filter((key) => metadata[key] !== undefined).map((key) => [key, metadata[key]]));
  const reset = { logpush: false, observability: null, tail_consumers: [] };
  return switches.absentSettingsOnPut === "reset" ? { ...reset, ...sent } : sent;
}

function refuseOneTooMany({ state, switches }, before) {
  if (before || state.scripts.size < switches.workersPerAccount) return;
  throw new ApiError(
    403,
    10037,
    `You have exceeded the limit of ${switches.workersPerAccount} Workers on your account.`,
  );
}

function download(context) {
  const { body, headers } = contentOf(newestOf(scriptOf(context)));
  return raw(body, { headers });
}

function remove(context) {
  return context.turn(context.params.scriptName, async () => {
    deleteScript(context, scriptOf(context));
    return success(null);
  });
}

function routesOf(state, name) {
  const routes = [...state.routes.values()].flat().filter((route) => route.script === name);
  return routes.length > 0 ? routes : null;
}

/** `tags=a:yes,b:no` */
function tagFilter(text) {
  if (!text) return () => true;
  const wanted = text.split(",").map((term) => /^(.*):(yes|no)$/.exec(term));
  if (wanted.includes(null)) throw new ApiError(400, 10021, "tags must be a list of tag:yes and tag:no");
  return (script) => wanted.every(([, tag, verdict]) => script.tags.includes(tag) === (verdict === "yes"));
}
