/** The newer Workers API, a Worker by name or by id: reads, and the edit that makes a version without an upload. https://developers.cloudflare.com/api/resources/workers/subresources/beta/ */
import { domainsOf } from "../domains/domains.js";
import { ApiError, pageOf, success } from "../envelope.js";
import { reads, writes } from "../permissions.js";
import { addDerivedVersion, addScript, liveDeployment } from "../versions.js";
import { resolveBindings, shown } from "./bindings.js";
import { isObject, readObject } from "./body.js";
import { bindersOfClasses } from "./class-list.js";
import { newestOf } from "./lookup.js";
import { readAnnotations } from "./metadata.js";
import { endpoint } from "./router.js";
import { readSettings } from "./script-settings.js";
import { settingsView } from "./script-view.js";
import { checkScriptName, referrersOf } from "./scripts.js";
import { sourceOf } from "./upload.js";

const WORKERS = "/accounts/{accountId}/workers/workers";

export const betaWorkers = [
  endpoint("GET", WORKERS, reads("Workers Scripts"), list),
  endpoint("POST", WORKERS, writes("Workers Scripts"), create),
  endpoint("GET", `${WORKERS}/{worker}`, reads("Workers Scripts"), (context) =>
    success(view(context.state, workerOf(context))),
  ),
  endpoint("GET", `${WORKERS}/{worker}/versions`, reads("Workers Scripts"), listVersions),
  endpoint("GET", `${WORKERS}/{worker}/versions/{versionRef}`, reads("Workers Scripts"), readVersion),
  endpoint("PATCH", `${WORKERS}/{worker}/versions/latest`, writes("Workers Scripts"), patchLatest),
];

function list({ state, query }) {
  const { items, resultInfo } = pageOf([...state.scripts.values()], query, { perPage: 10, max: 100 });
  return success(
    items.map((script) => view(state, script)),
    { resultInfo },
  );
}

/** A Worker without any version: what it runs comes later. */
function create({ state, request, switches }) {
  const { name, subdomain, ...settings } = readObject(request, 10026);
  checkScriptName(typeof name === "string" ? name : "");
  if (state.scripts.has(name)) throw new ApiError(400, 10021, `a Worker named ${name} exists already`);
  const changes = readSettings(state, settings);
  const script = Object.assign(addScript(state, name, switches.lateVisibility), changes);
  script.subdomain = {
    enabled: subdomain?.enabled === true,
    previewsEnabled: subdomain?.previews_enabled === true,
  };
  return success(view(state, script));
}

function listVersions(context) {
  const { items, resultInfo } = pageOf(workerOf(context).versions, context.query, { perPage: 10, max: 100 });
  return success(items.map(versionView), { resultInfo });
}

/** `latest`, the id, or its first eight or more characters. */
function readVersion(context) {
  const script = workerOf(context);
  const { versionRef } = context.params;
  if (versionRef === "latest") return success(versionView(newestOf(script)));
  const found = versionRef.length >= 8 ? script.versions.filter(({ id }) => id.startsWith(versionRef)) : [];
  if (found.length !== 1) throw new ApiError(404, 10071, "Version not found.");
  return success(versionView(found[0]));
}

/** RFC 7396 over `env` and annotations of the newest version: a new one that is not live. */
function patchLatest(context) {
  const { state, request, switches, turn } = context;
  const script = workerOf(context);
  const { env = {}, annotations } = readObject(request, 10026, { types: ["application/merge-patch+json"] });
  if (!isObject(env)) throw new ApiError(400, 10026, "could not parse request body: env must be an object");
  return turn(script.name, async () => {
    const base = newestOf(script);
    const sent = Object.entries(env).filter(([, binding]) => binding !== null);
    const kept = base.bindings.filter(({ name }) => !Object.hasOwn(env, name));
    const set = sent.map(([name, binding]) => ({ ...binding, name }));
    const options = { state, switches, strictInherit: true, scriptName: script.name };
    const bindings = resolveBindings({ bindings: [...kept, ...set] }, [base], options);
    const marks = { ...readAnnotations(annotations, switches.longTag), "workers/triggered_by": "version_upload" };
    const changes = { bindings, annotations: marks, source: sourceOf(request.headers) };
    return success(versionView(addDerivedVersion(state, script, base, changes)));
  });
}

function workerOf({ state, params: { worker } }) {
  const found = [...state.scripts.values()].find(({ name, tag }) => name === worker || tag === worker);
  if (!found) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  return found;
}

function view(state, script) {
  const { enabled, previewsEnabled } = script.subdomain;
  const { tail_consumers: tailConsumers, tags, ...rest } = settingsView(script);
  return {
    id: script.tag,
    name: script.name,
    created_on: script.createdOn,
    updated_on: script.modifiedOn,
    deployed_on: liveDeployment(script)?.createdOn ?? null,
    ...rest,
    tags: tags ?? [],
    tail_consumers: (tailConsumers ?? []).map(({ service }) => ({ name: service })),
    subdomain: { enabled, previews_enabled: previewsEnabled },
    references: {
      workers: referrersOf(state, script.name).map(({ tag, name }) => ({ id: tag, name })),
      durable_objects: bindersOfClasses(state, script.name).map(({ tag, name }) => ({
        worker_id: tag,
        worker_name: name,
      })),
      queues: [],
      domains: domainsOf(state, script.name).map(({ id, hostname, zoneId, certId }) => ({
        id,
        hostname,
        zone_id: zoneId,
        zone_name: state.zones.get(zoneId).name,
        certificate_id: certId,
      })),
      dispatch_namespace_outbounds: [],
    },
  };
}

function versionView(version) {
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  return {
    id: version.id,
    number: version.number,
    created_on: version.createdOn,
    annotations: version.annotations,
    bindings: version.bindings.map(shown).sort(byName),
    compatibility_date: version.compatibilityDate,
    compatibility_flags: version.compatibilityFlags,
    main_module: version.mainModule,
    source: version.source,
    startup_time_ms: version.startupTimeMs,
    usage_model: version.usageModel,
    urls: [],
  };
}
